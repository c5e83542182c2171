"""What the lines of a ledger are called: the rules by their labels, caps and bounds by what they limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qualify.criteria.sentences import pointed
from qualify.scoring.layout import Layout
from qualify.speech import marked, say
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
        Named("cap", rule.number, rule.score, _cap(rule.cap, rule.label))
        for rule in layout.rules
        if rule.cap is not None
    ]
    for number, (name, score) in enumerate(layout.book.scores.items()):
        found.append(Named("score bound", number, name, _bound(name, score.bounds)))
    found.append(Named("total bound", len(layout.book.scores), TOTAL, _bound(TOTAL, layout.book.total)))
    return found


def _cap(most: int, rule: str) -> str:
    return say("cap %(points)s: %(rule)s", points=pointed(most), rule=rule)


def _bound(name: str, bounds: Bounds) -> str:
    limits = (
        (marked("at least %(number)s"), bounds.at_least), (marked("at most %(number)s"), bounds.at_most),
    )  # fmt: skip
    said = [say(word, number=pointed(limit)) for word, limit in limits if limit is not None]
    word = f" {say('and')} "
    return f"{name} {word.join(said)}" if said else name
