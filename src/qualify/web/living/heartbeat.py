"""A sign of life of each worker on this machine: a small file that `qualify doctor` reads.

A file, because a row would be written, and waited for, every few seconds for as long as nothing happens.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

EVERY = 5_000
"""Milliseconds between two signs."""

SILENT = 30_000
"""Milliseconds without a sign after which a worker is held to be gone or stuck."""


class Sign(NamedTuple):
    """A worker: its machine and process, when it started, when it last gave a sign, how many people it judged."""

    host: str
    pid: int
    started_at: int
    at: int
    judged: int


class Heartbeat:
    """The signs of this process."""

    def __init__(self, now: int) -> None:
        self.started_at, self.last = now, 0
        self.path = folder() / f"{socket.gethostname()}-{os.getpid()}.json"

    def beat(self, now: int, judged: int) -> None:
        """Give a sign, if the last was some time ago."""
        if 0 <= now - self.last < EVERY:
            return
        self.last = now
        with suppress(OSError):  # a disk that is full keeps nobody from being judged
            self._write(now, judged)

    def _write(self, now: int, judged: int) -> None:
        sign = Sign(socket.gethostname(), os.getpid(), self.started_at, now, judged)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(sign._asdict()))
        fresh.replace(self.path)  # whoever reads sees the old one or the new one, never half of one

    def end(self) -> None:
        """The worker ends, orderly."""
        self.path.unlink(missing_ok=True)


def folder() -> Path:
    """Where the signs are."""
    return Path(settings.DATA) / "workers"


def signs() -> list[Sign]:
    """The signs there are, the newest first; what cannot be read is no sign."""
    found = []
    for path in folder().glob("*.json"):
        try:
            found.append(Sign(**json.loads(path.read_text())))
        except (OSError, ValueError, TypeError):
            continue
    return sorted(found, key=lambda sign: -sign.at)
