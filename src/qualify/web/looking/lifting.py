"""What would lift a lead to the next stage, and what is not known of it, in words."""

from __future__ import annotations

from typing import NamedTuple

from qualify.scoring.single import Judgement
from qualify.stages.lifting import Lift, lifting
from qualify.stages.living import Version
from qualify.stages.telling import Names, names_of, words
from qualify.stages.wishing import untold
from qualify.web.looking.recorded import Recorded


class Suggested(NamedTuple):
    """Things that together lift: in words, to which stage, the total then, whether they still would in a week."""

    things: list[str]
    stage: str
    total: float
    in_a_week: bool


class Untold(NamedTuple):
    """A rule that could not be judged: its points, and the traits and questions that would tell."""

    rule: str
    score: str
    points: float
    traits: list[str]
    questions: list[str]


class Ahead(NamedTuple):
    """What lies ahead of a lead: the next stage, what would lift it, and what is not known.

    ``not_before`` is the moment until which a minimum stay holds it off the ladder.
    """

    stage: str
    next_stage: str | None
    not_before: int | None
    suggested: list[Suggested]
    unknown: list[Untold]


def ahead(known: Recorded, moment: int, most: int = 5) -> Ahead | None:
    """What lies ahead of the lead as of the moment; None while there is no playbook."""
    version = known.version(moment)
    if version is None or known.person.created_at > moment:
        return None
    found = lifting(version, known.record(moment), known.state(moment), known.decision(moment), moment, most)
    if found.not_before is None:
        known.known[moment] = found.judged
    judged = known.judged(moment)
    names = names_of(version.judge.layout)
    return Ahead(
        found.stage,
        found.next_stage,
        found.not_before,
        [_suggested(each, names) for each in found.lifts],
        [] if judged is None else _unknown(version, judged),
    )


def _suggested(lift: Lift, names: Names) -> Suggested:
    return Suggested(words(lift.wish, names, lift.before), lift.stage, lift.total / 100, lift.in_a_week)


def _unknown(version: Version, judged: Judgement) -> list[Untold]:
    """The rules that could not be judged, those with the most points first."""
    rules = version.judge.layout.rules
    found = []
    for number in judged.unknown:
        rule = rules[number]
        traits, questions = untold(rule.truth, judged.view)
        found.append(Untold(rule.label, rule.score, rule.points / 100, traits, questions))
    return sorted(found, key=lambda each: -abs(each.points))
