"""What speaks for a lead, and what of it is new since somebody refused it."""

from __future__ import annotations

from typing import NamedTuple

from qualify.handoff.facts import Rejection
from qualify.scoring.single import Judgement


class Evidence(NamedTuple):
    """A rule that gave the lead points (hundredths), and when what it counts last happened (None: no event)."""

    rule: str
    score: str
    points: int
    last_at: int | None


def evidence(judgement: Judgement) -> list[Evidence]:
    """Everything that gave the lead points, most points first."""
    rules = judgement.view.judge.layout.rules
    found = [
        Evidence(rules[line.rule].label, rules[line.rule].score, line.points, line.last_at)
        for line in judgement.lines
        if line.line == "rule" and line.points > 0
    ]
    return sorted(found, key=lambda each: (-each.points, each.score, each.rule))


def held(judgement: Judgement) -> frozenset[str]:
    """The names of these rules: what a rejection remembers."""
    return frozenset(each.rule for each in evidence(judgement))


def new_since(judgement: Judgement, rejection: Rejection) -> list[Evidence]:
    """What speaks for the lead now and did not when it was refused: other rules, or something that happened since."""
    return [
        each
        for each in evidence(judgement)
        if each.rule not in rejection.held
        or (each.last_at is not None and each.last_at > rejection.rejected_at)
    ]
