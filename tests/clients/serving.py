"""A real server in a process of its own, on a fresh store, and what is in that store afterwards."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MAKE_SOURCE = """
import json, sys
from qualify.web.starting import start
start()
from qualify.clock import now
from qualify.web.sources import create_key, create_source
kind, name, settings, secrets = json.loads(sys.argv[1])
number = create_source(name, kind, now(), settings, secrets)
print(json.dumps([number, create_key(number, "write", now())]))
"""


@dataclass(frozen=True)
class Source:
    """A source in the store of the server, and the key that opens it."""

    id: int
    key: str


@dataclass(frozen=True)
class Event:
    """An event as it was kept: its kind, its properties, and everything that its person goes by."""

    kind: str
    properties: Mapping[str, Any]
    who: frozenset[str]
    machine: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


class Server:
    """The application as `qualify serve --web` runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "QUALIFY_DATA": str(folder), "QUALIFY_BASE_URL": self.url}
        self.environment.pop("QUALIFY_DATABASE_URL", None)
        self.sources = 0

    @contextmanager
    def running(self) -> Iterator[Server]:
        """Start it, wait until it answers, and end it."""
        command = [sys.executable, "-m", "qualify", "serve", "--web", "--port", str(self.port)]
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
            try:
                self.wait(process)
                yield self
            finally:
                process.terminate()
                process.wait(timeout=60)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Return when it answers; raise with what it said when it ended instead."""
        while process.poll() is None:
            try:
                with closing(socket.create_connection(("127.0.0.1", self.port), timeout=1)):
                    break
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.1)
        if process.poll() is not None:
            raise RuntimeError((self.folder / "server.log").read_text())

    def source(
        self, kind: str = "segment", secrets: Mapping[str, str] | None = None, **settings: object
    ) -> Source:
        """A new source with a public key."""
        self.sources += 1
        told = json.dumps([kind, f"{kind} {self.sources}", settings, secrets or {}])
        made = subprocess.run(
            [sys.executable, "-c", _MAKE_SOURCE, told], env=self.environment, capture_output=True, check=True
        )
        return Source(*json.loads(made.stdout))

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a statement finds in the store."""
        with closing(
            sqlite3.connect(f"file:{self.folder / 'qualify.sqlite3'}?mode=ro", uri=True, timeout=20)
        ) as store:
            return store.execute(statement, parameters).fetchall()

    def events(self, source: Source) -> list[Event]:
        """The events of a source, in the order in which they happened."""
        found = self.rows(
            "SELECT kind, properties, owner_id, machine, context FROM event WHERE source_id = ? ORDER BY happened_at, id",
            source.id,
        )
        return [
            Event(kind, json.loads(properties), self.goes_by(owner), machine, json.loads(context))
            for kind, properties, owner, machine, context in found
        ]

    def traits(self, source: Source) -> list[tuple[dict[str, Any], frozenset[str]]]:
        """What was learnt through a source, each call once, and of whom."""
        found = self.rows(
            "SELECT traits, owner_id FROM learnt WHERE source_id = ? ORDER BY learned_at, id", source.id
        )
        return [(json.loads(traits), self.goes_by(owner)) for traits, owner in found]

    def asides(self, source: Source) -> list[tuple[str, str, str]]:
        """What was put aside, and why."""
        return self.rows("SELECT step, reason, detail FROM aside WHERE source_id = ?", source.id)

    def goes_by(self, owner: int) -> frozenset[str]:
        """Everything that a person goes by, as ``email:ada@acme.example``."""
        found = self.rows("SELECT kind, value FROM identifier WHERE owner_id = ?", owner)
        return frozenset(f"{kind}:{value}" for kind, value in found)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


def asked(url: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
    """The answer to a GET: status, body, headers."""
    request = urllib.request.Request(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)
