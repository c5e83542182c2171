"""The application as it really runs: processes of its own on free ports, over a store in a temporary folder."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

T = TypeVar("T")
PATIENCE = 60.0
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"


def until(look: Callable[[], T], patience: float = PATIENCE) -> T:
    """Look again and again until there is something to see; fails when there never is."""
    deadline, pause = time.monotonic() + patience, threading.Event()
    while not (seen := look()):
        assert time.monotonic() < deadline, f"nothing to see after {patience} s"
        pause.wait(0.02)
    return seen


class Server:
    """A running `qualify serve`, with what it says."""

    def __init__(self, folder: Path, words: Sequence[str] = (), **environment: str) -> None:
        self.folder, self.said = folder, folder / "said.txt"
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {**os.environ, "QUALIFY_DATA": str(folder), **environment}
        self.environment.pop("QUALIFY_DATABASE_URL", None)
        self.environment |= {
            name: value for name, value in environment.items() if name == "QUALIFY_DATABASE_URL"
        }
        with self.said.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "qualify", "serve", *words],
                stdout=file, stderr=file, env=self.environment, start_new_session=True,
            )  # fmt: skip

    @property
    def text(self) -> str:
        return self.said.read_text(errors="replace")

    @property
    def address(self) -> str:
        found = until(lambda: re.search(r"http://[\d.]+:\d+", self.text) or self._over())
        return found.group(0)

    def _over(self) -> Any:
        assert self.process.poll() is None, self.text
        return None

    def pids(self, part: str) -> list[int]:
        """The processes of a part: web (the server and its workers) or worker."""
        found = []
        for each in Path("/proc").glob("[0-9]*"):
            try:
                words = (each / "cmdline").read_bytes().decode().split("\0")
                mine = f"QUALIFY_DATA={self.folder}".encode() in (each / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if mine and f"--{part}" in words:
                found.append(int(each.name))
        return sorted(found)

    def command(self, *words: str) -> str:
        """What a command of the application says, on the same store."""
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "qualify", *words],
            capture_output=True, text=True, env=self.environment, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def rows(self, statement: str) -> list[Any]:
        """Rows of the store, read beside the application."""
        connection = sqlite3.connect(self.folder / "qualify.sqlite3", timeout=20)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def send(self, key: str, *calls: dict[str, Any]) -> int:
        """Send a batch to the Segment door; the status, 0 when nobody answers."""
        body = json.dumps({"batch": calls}).encode()
        basic = base64.b64encode(f"{key}:".encode()).decode()
        headers = {
            "authorization": f"Basic {basic}", "content-type": "application/json", "user-agent": BROWSER,
        }  # fmt: skip
        try:
            with urlopen(Request(f"{self.address}/v1/batch", body, headers), timeout=30) as response:
                return int(response.status)
        except HTTPError as error:
            return error.code
        except OSError:
            return 0

    def end(self, how: int = signal.SIGTERM) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(folder: Path, *words: str, **environment: str) -> Iterator[Server]:
    """A running application, gone afterwards."""
    server = Server(folder, words or ("--port", "0"), **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end()
