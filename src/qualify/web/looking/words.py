"""The lines of a standing in words: what each rule is called, and what a bound or a cap is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import get_language

from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.scoring.naming import line_names
from qualify.web.database import rows
from qualify.web.looking.tongue import in_the_readers_words

Names = Mapping[tuple[str, int], tuple[str, str]]
"""By kind of line and number of rule: the score that the line belongs to, and what people call it."""


class Told(NamedTuple):
    """A line of the ledger as people read it; points as they are written, moments in epoch milliseconds."""

    score: str
    line: str
    rule: str
    points: float
    occurrences: int | None
    first_at: int | None
    last_at: int | None
    raw: float | None
    decayed: float | None
    capped: float | None


class Wording(NamedTuple):
    """What a version of the playbook calls its lines, its rules (by number), and itself."""

    playbook: str
    names: Names
    rules: tuple[str, ...]
    scores: tuple[str, ...]


def wording(version_id: int) -> Wording:
    """The words of a published version, in the reader's language where they are ours; raises :class:`LookupError`
    for one that there is not.
    """
    return _wording(version_id, get_language() or "en")


@lru_cache(maxsize=16)
def _wording(version_id: int, language: str) -> Wording:
    found = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    if not found:
        raise LookupError(version_id)
    layout = Layout(parse(found[0][0]))
    with in_the_readers_words():
        named = line_names(layout)
    return Wording(
        layout.book.playbook,
        {(each.line, each.rule): (each.score, each.label) for each in named},
        tuple(rule.label for rule in layout.rules),
        tuple(layout.score_names),
    )


def lines(kept: str, version_id: int) -> list[Told]:
    """The lines of a standing, as it is kept, in words."""
    return in_words(json.loads(kept), version_id)


def in_words(ledger: Iterable[Any], version_id: int) -> list[Told]:
    """Lines as :class:`~qualify.scoring.single.Line` in words."""
    names = wording(version_id).names
    found = []
    for rule, line, n, first_at, last_at, raw, decayed, capped, points in ledger:
        score, called = names[line, rule]
        parts = (_points(raw), _points(decayed), _points(capped))
        found.append(Told(score, line, called, points / 100, n, first_at, last_at, *parts))
    return found


def _points(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def rules(kept: str | Iterable[int], version_id: int) -> list[str]:
    """The names of rules by their numbers (those that could not be judged)."""
    numbers = json.loads(kept) if isinstance(kept, str) else kept
    called = wording(version_id).rules
    return [called[number] for number in numbers]


def score_names(version_id: int) -> list[str]:
    """The scores of a published version, in the order written."""
    return list(wording(version_id).scores)
