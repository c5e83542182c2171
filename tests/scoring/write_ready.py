"""Writes the starters' statements anew: python -m tests.scoring.write_ready."""

from __future__ import annotations

import json
import os
from typing import Any

from qualify.engines.compiling import Question, What, statement
from qualify.engines.ready import FOLDER, digest, name_of
from qualify.playbook import load, starters
from qualify.scoring.layout import Layout

PRESENT = (
    frozenset({"leads", "events"}),
    frozenset({"leads", "accounts", "traits", "events", "answers", "decisions"}),
)
"""The tables that people give: two files, or a folder with all of them, as a simulated market has."""

STEPS: tuple[What, ...] = ("tallied", "judged", "states", "ledger")
"""The statements that ``qualify score`` runs."""


ROOMS = ("criteria", "reading", "scoring")
FILES = (
    "engines/compiling.py",
    "moments.py",
    "playbook/book.py",
    "playbook/sections.py",
    "points.py",
    "stages/expression.py",
    "stages/ladder.py",
    "vocabulary.py",
)
"""What turns a playbook that was read into SQL; how it is read does not matter, since its fingerprint says what."""


def compiled(starter: str) -> tuple[str, dict[str, str]]:
    """A starter's fingerprint, and all its statements by name, compiled anew."""
    os.environ["QUALIFY_CACHE"] = "off"
    layout = Layout(load(starter))
    asked = [(what, Question("duckdb", present, staged=True)) for present in PRESENT for what in STEPS]
    return layout.book.fingerprint, {name_of(*each): statement(layout, *each) for each in asked}


def made_from() -> list[str]:
    """The files of ours by which a playbook becomes a statement."""
    package = FOLDER.parent.parent
    found = [
        file.relative_to(package).as_posix() for room in ROOMS for file in package.joinpath(room).glob("*.py")
    ]
    return sorted([*found, *FILES])


def written() -> dict[str, dict[str, Any]]:
    """What is kept, by fingerprint."""
    every = dict(compiled(name) for name in starters.names())
    files = made_from()
    return {
        fingerprint: {"digest": digest(files), "files": files, "statements": statements}
        for fingerprint, statements in every.items()
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for fingerprint, told in written().items():
        (FOLDER / f"{fingerprint}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
