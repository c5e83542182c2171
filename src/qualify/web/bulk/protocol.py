"""What the halves of a re-score, and of a replay, tell each other, as lines of JSON."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

AT_ONCE = 2_000
"""Standings in one answer, which are written in one transaction: capture waits for the file no longer."""


class Asked(msgspec.Struct):
    """Where the store is, the playbook's text and number, and the moment."""

    kind: str
    name: str
    text: str
    version: int
    now: int
    memory_limit: str | None = None


class Progress(msgspec.Struct, tag=True):
    """What is being done."""

    what: str


class Standings(msgspec.Struct, tag=True):
    """The standings of some people, from the first to the last of them, and their moves, as rows of their tables.

    For SQLite a tuple for each standing; for PostgreSQL a text as its ``COPY`` reads it, which nobody takes apart.
    """

    first: int
    last: int
    moves: list[tuple[Any, ...]]
    rows: list[tuple[Any, ...]] = []
    text: str = ""


Told: TypeAlias = Progress | Standings


class Replay(msgspec.Struct):
    """Where the store is, the text in force and the draft, the moment, and how many leads sales can take a week."""

    kind: str
    name: str
    old: str
    new: str
    now: int
    capacity: int | None = None


class Found(msgspec.Struct, tag=True):
    """The end of a replay: what it found."""

    answer: dict[str, Any]
