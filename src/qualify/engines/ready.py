"""Statements that come with Qualify: the starters', so that a first look at leads takes no longer than a second.

They are kept beside this file, one text for each starter, written by ``python -m tests.scoring.write_ready``. Each
says from which of our files it was made. Where one of those has changed since, nothing of it is used: the
statements are compiled, as those of every other playbook are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from qualify.engines.compiling import Question, What

FOLDER: Final = Path(__file__).with_name("ready")
"""Where they are: files named after the playbook's fingerprint."""

_PACKAGE: Final = Path(__file__).parent.parent


def ready(fingerprint: str, what: What, question: Question) -> str | None:
    """The statement for the playbook with that fingerprint; None when there is none, or none that still holds."""
    return _kept(fingerprint).get(name_of(what, question))


def name_of(what: What, question: Question) -> str:
    """What a statement is called among those of its playbook."""
    told = {**vars(question), "present": sorted(question.present)}
    return f"{what} {json.dumps(told)}"


def digest(files: Iterable[str]) -> str:
    """The digest of what these files of ours say, named as from the package's folder."""
    found = hashlib.sha256()
    for name in files:
        found.update(hashlib.sha256((_PACKAGE / name).read_bytes()).digest())
    return found.hexdigest()


@cache
def _kept(fingerprint: str) -> dict[str, str]:
    try:
        told: dict[str, Any] = json.loads((FOLDER / f"{fingerprint}.json").read_bytes())
        holds = told["digest"] == digest(told["files"])
    except OSError:
        return {}
    return dict(told["statements"]) if holds else {}
