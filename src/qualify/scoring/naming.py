"""What the lines of a ledger are called: the rules by their labels, caps and bounds by what they limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qualify.points import written
from qualify.scoring.layout import Layout
from qualify.vocabulary import TOTAL

if TYPE_CHECKING:
    from qualify.playbook.sections import Bounds


class Named(NamedTuple):
    """A line of the ledger, known by its kind and the number of its rule: its score, and what people call it."""

    line: str
    rule: int
    score: str
    label: str


def line_names(layout: Layout) -> list[Named]:
    """Every line that a ledger of this playbook can have, in words."""
    found = [Named("rule", rule.number, rule.score, rule.label) for rule in layout.rules]
    found += [
        Named("cap", rule.number, rule.score, f"cap {written(rule.cap)}: {rule.label}")
        for rule in layout.rules
        if rule.cap is not None
    ]
    for number, (name, score) in enumerate(layout.book.scores.items()):
        found.append(Named("score bound", number, name, _bound(name, score.bounds)))
    found.append(Named("total bound", len(layout.book.scores), TOTAL, _bound(TOTAL, layout.book.total)))
    return found


def _bound(name: str, bounds: Bounds) -> str:
    limits = (("at least", bounds.at_least), ("at most", bounds.at_most))
    said = [f"{word} {written(limit)}" for word, limit in limits if limit is not None]
    return f"{name} {' and '.join(said)}" if said else name
