"""A PostgreSQL server of the tests' own: made in a temporary folder, on a free port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Command = list[str | Path]

FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")

# The data lives for a minute: durability would only cost time.
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
"""


LASTING = "synchronous_commit = on\n"
"""What a server is told besides that is to be stopped and started: what it has committed is there again."""


class Unavailable(Exception):
    """Says in its message why no server can be started here."""


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server, give its URL, stop it and remove its files; raises `Unavailable` when it cannot."""
    programs, user = _programs(), _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="qualify-postgres-"))
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        password = _make_cluster(programs, folder, user)
        port = _start(programs, folder, user)
        try:
            yield f"postgresql://qualify:{password}@127.0.0.1:{port}/postgres"
        finally:
            _run([programs / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate", "-w"], folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Stoppable:
    """A server that is stopped and started again, at the same port, with all that it has committed."""

    def __init__(self, folder: Path) -> None:
        self.programs, self.user, self.folder = _programs(), _unprivileged_user(), folder
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        password = _make_cluster(self.programs, folder, self.user)
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(LASTING)
        self.port = _start(self.programs, folder, self.user)
        self.url = f"postgresql://qualify:{password}@127.0.0.1:{self.port}/postgres"

    def stop(self, how: str) -> None:
        """Stop it: ``fast`` ends every connection, ``immediate`` kills it in the middle of what it does."""
        stop: Command = [self.programs / "pg_ctl", "stop", "-w", "-D", self.folder / "data", "-m", how]
        _run(stop, self.folder, self.user)

    def start(self) -> None:
        """Start it again; raises `Unavailable` when it does not come up."""
        start: Command = [self.programs / "pg_ctl", "start", "-w", "-t", "60", "-D", self.folder / "data"]
        if _run([*start, "-l", self.folder / "log", "-o", f"-p {self.port}"], self.folder, self.user):
            raise Unavailable(f"the server did not start again: {_last_words(self.folder)}")


@contextmanager
def stoppable_server() -> Iterator[Stoppable]:
    """Such a server, gone afterwards; raises `Unavailable` when there can be none."""
    folder = Path(tempfile.mkdtemp(prefix="qualify-postgres-"))
    try:
        server = Stoppable(folder)
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder that holds initdb, pg_ctl and postgres; the newest version when there are several."""
    on_path = [Path(found).resolve().parent for found in [shutil.which("pg_ctl")] if found]
    known = [folder for pattern in FOLDERS for folder in Path("/").glob(pattern[1:])]
    complete = [
        folder
        for folder in on_path + sorted(known, key=_version, reverse=True)
        if all((folder / program).exists() for program in ("initdb", "pg_ctl", "postgres"))
    ]
    if not complete:
        raise Unavailable("no PostgreSQL: no initdb, pg_ctl and postgres in PATH or the usual folders")
    return complete[0]


def _version(folder: Path) -> int:
    return int((re.findall(r"\d+", str(folder)) or ["0"])[0])


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: ourselves, unless we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return names[name]
    raise Unavailable("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody'")


def _make_cluster(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> str:
    password = secrets.token_urlsafe(16)
    secret = folder / "password"
    secret.write_text(password)
    initdb: Command = [programs / "initdb", "-D", folder / "data", "-U", "qualify", f"--pwfile={secret}"]
    initdb += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
    # C.UTF-8 sorts the same everywhere and knows upper and lower case beyond ASCII; macOS has only C.
    if _run([*initdb, "--locale=C.UTF-8"], folder, user) and _run([*initdb, "--locale=C"], folder, user):
        raise Unavailable(f"initdb failed: {_last_words(folder)}")
    secret.unlink()
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS)
    return password


def _start(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> int:
    # Between our asking for a free port and the server's taking it, somebody else may: so three times.
    for _ in range(3):
        port = _free_port()
        start: Command = [programs / "pg_ctl", "start", "-w", "-t", "60", "-D", folder / "data"]
        if _run([*start, "-l", folder / "log", "-o", f"-p {port}"], folder, user) == 0:
            return port
    raise Unavailable(f"the server did not start: {_last_words(folder)}")


def _run(command: Command, folder: Path, user: pwd.struct_passwd | None) -> int:
    """Run one of PostgreSQL's programs as `user` and return its exit code.

    Its words go to a file: a pipe would stay open as long as the server that inherits it.
    """
    with (folder / "words").open("a") as words:
        return subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "HOME": str(folder), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        ).returncode


def _last_words(folder: Path) -> str:
    files = (folder / name for name in ("words", "log"))
    said = [line for file in files if file.exists() for line in file.read_text().splitlines() if line]
    return " / ".join(said[-3:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
