"""What the application stands on, apart from its store: settings, secret, folder, disk, packages."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from qualify.errors import did_you_mean
from qualify.web.database import is_sqlite, rows
from qualify.web.doctoring.findings import Check, Finding, ok, problem, warning

VARIABLES = (
    *("QUALIFY_DATA", "QUALIFY_DATABASE_URL", "QUALIFY_SECRET_KEY"),
    *("QUALIFY_HOSTS", "QUALIFY_BASE_URL", "QUALIFY_PROXIES"),
    *("QUALIFY_LOG", "QUALIFY_LOG_FORMAT", "QUALIFY_WEBHOOKS_PRIVATE"),
    *("QUALIFY_MAIL_URL", "QUALIFY_MAIL_FROM", "QUALIFY_IMAP_URL"),
    *("QUALIFY_OIDC_ISSUER", "QUALIFY_OIDC_CLIENT_ID", "QUALIFY_OIDC_CLIENT_SECRET"),
    *("QUALIFY_OIDC_NAME", "QUALIFY_OIDC_DOMAIN"),
    *("QUALIFY_META_API", "QUALIFY_LINKEDIN_API", "QUALIFY_LINKEDIN_VERSION"),
    *("QUALIFY_CACHE", "QUALIFY_DEBUG", "QUALIFY_SUPERVISED", "QUALIFY_MUST_RUN"),
)
"""The environment variables that mean something."""

LOCAL = ("localhost", "127.0.0.1", "::1")
LITTLE, TOO_LITTLE = 2 << 30, 300 << 20
"""Free bytes on the disk below which we warn, and below which it is a problem."""

SHORT = 32
"""Characters of a secret below which it could be guessed."""

OLDEST_SQLITE, OLDEST_POSTGRES = (3, 35, 0), 140_000


def variables() -> Iterator[Finding]:
    """Environment variables that look like settings and are none."""
    unknown = [name for name in os.environ if name.startswith("QUALIFY_") and name not in VARIABLES]
    for name in unknown:
        yield warning(
            "settings", f"{name} means nothing{did_you_mean(name, VARIABLES)}", "mend its name, or unset it"
        )
    if not unknown:
        yield ok("settings", f"data in {settings.DATA}")


def address() -> Iterator[Finding]:
    """How the world reaches it."""
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    allowed = settings.ALLOWED_HOSTS
    if (
        host not in [each.strip("[]") for each in allowed]
        and "*" not in allowed
        and not any(each.startswith(".") and (host.endswith(each) or host == each[1:]) for each in allowed)
    ):
        yield problem(
            "address",
            f"{host} is not among the names that are answered to",
            f"add it to QUALIFY_HOSTS: {host}",
        )
    elif host not in LOCAL and parts.scheme != "https":
        yield warning(
            "address",
            f"{settings.BASE_URL} is not encrypted",
            "serve it by https, and say so in QUALIFY_BASE_URL",
        )
    else:
        yield ok("address", settings.BASE_URL)


def secret() -> Iterator[Finding]:
    """What signs and enciphers."""
    path = Path(settings.DATA) / "secret"
    given = bool(os.environ.get("QUALIFY_SECRET_KEY"))
    if len(settings.SECRET_KEY) < SHORT:
        yield warning(
            "secret",
            f"has {len(settings.SECRET_KEY)} characters",
            f"use one of {SHORT} or more that nobody can guess",
        )
    elif not given and sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield warning("secret", f"{path} can be read by others", f"chmod 600 {path}")
    else:
        yield ok("secret", "from QUALIFY_SECRET_KEY" if given else f"kept in {path}")


def deciphering() -> Iterator[Finding]:
    """Whether what was enciphered can still be read."""
    from qualify.errors import QualifyError
    from qualify.web.ciphers import deciphered

    kept = rows("SELECT secrets FROM source WHERE secrets <> '{}'") + rows("SELECT secret FROM webhook")
    try:
        for (text,) in kept:
            deciphered(text)
    except QualifyError as error:
        yield problem("enciphered secrets", str(error), "start with the QUALIFY_SECRET_KEY of then")
    else:
        yield ok("enciphered secrets", f"{len(kept)} can be read")


def data_folder() -> Iterator[Finding]:
    """Whether the folder can be written to, and how much room there is."""
    try:
        with tempfile.NamedTemporaryFile(dir=settings.DATA):
            pass
    except OSError as error:
        yield problem(
            "data folder",
            f"{settings.DATA} cannot be written to: {error.strerror}",
            "give it to this user, or name another with QUALIFY_DATA",
        )
        return
    free = shutil.disk_usage(settings.DATA).free
    said = f"{free / (1 << 30):,.1f} GiB are free where {settings.DATA} is"
    if free < TOO_LITTLE:
        yield problem("disk", said, "make room: soon nothing can be kept any more")
    elif free < LITTLE:
        yield warning("disk", said, "make room")
    else:
        yield ok("disk", said)


def mail() -> Iterator[Finding]:
    """Whether mail can be sent."""
    if settings.MAIL.host:
        yield ok("mail", f"by {settings.MAIL.host}, port {settings.MAIL.port}, from {settings.MAIL.sender}")
    else:
        yield ok("mail", "not configured: invitations show their link, other mails are written to the log")


def extensions() -> Iterator[Finding]:
    """The packages by which DuckDB reads the store, of DuckDB's own version."""
    wanted = version("duckdb")
    names = ("duckdb-extension-sqlite-scanner", "duckdb-extension-postgres-scanner")
    there = {name: _version(name) for name in names}
    wrong = [f"{name} {found or 'is missing'}" for name, found in there.items() if found != wanted]
    if wrong:
        again = " ".join(f"{name}=={wanted}" for name in names)
        yield problem(
            "DuckDB",
            f"is {wanted}, but {', '.join(wrong)}: bulk work cannot read the store",
            f"pip install {again}",
        )
    else:
        yield ok("DuckDB", f"{wanted}, with the extensions that read the store")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def versions() -> Iterator[Finding]:
    """Which versions of what are running."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("qualify", "django", "granian", "msgspec"))
    yield ok("versions", f"Python {sys.version.split()[0]}, {packages}")
    if is_sqlite():
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            yield problem(
                "SQLite", f"is {sqlite3.sqlite_version}", "it has to be 3.35 or newer: use a newer Python"
            )
        else:
            yield ok("SQLite", sqlite3.sqlite_version)
        return
    [(number, said)] = rows(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version')"
    )
    if number < OLDEST_POSTGRES:
        yield problem("PostgreSQL", f"is {said}", "it has to be 14 or newer")
    else:
        yield ok("PostgreSQL", str(said))


BEFORE: tuple[Check, ...] = (variables, address, secret, data_folder, mail, extensions)
"""What can be looked at without the store."""
