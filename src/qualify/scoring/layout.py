"""What a playbook needs to know and to count, worked out once: both scoring paths are built from it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from qualify.criteria.behaviour import Did, Sequence
from qualify.criteria.logic import (
    Answered,
    CameBack,
    DecidedIn,
    Field,
    HasAnswer,
    Occurrences,
    Truth,
    event_fields,
    fields_of,
    occurrences_in,
    parts,
)
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Rule
from qualify.vocabulary import OFF_LADDER


@dataclass(frozen=True)
class Tally:
    """One count kept for every lead: how many occurrences, the first and the newest of them.

    With ``each_worth`` (hundredths, without sign) and ``half_life`` also the sum of what they are worth today.
    """

    occurrences: Occurrences
    each_worth: int | None = None
    half_life: int | None = None

    @property
    def adds_up(self) -> bool:
        """Whether every occurrence decays by itself, so that their worth has to be summed."""
        return self.each_worth is not None and self.half_life is not None


@dataclass(frozen=True)
class Scored:
    """A rule as both paths use it; points, cap and half-life in hundredths and whole days."""

    number: int
    score: str
    label: str
    points: int
    cap: int | None
    half_life: int | None
    counts: Literal["every time", "once", "first time"]
    truth: Truth
    tally: int | None = None
    at_least: int = 1
    window: int | None = None

    def capped(self, points: int) -> int:
        """The points, no further from zero than the cap."""
        if self.cap is None or abs(points) <= self.cap:
            return points
        return self.cap if points > 0 else -self.cap


@dataclass(frozen=True)
class StageRule:
    """When a stage is entered and left. ``leave`` None: only a decision or a climb ends it."""

    name: str
    enter: Truth | None
    leave: Truth | None
    fast_lane: Truth | None
    stay: int


class Asked(NamedTuple):
    """What conditions look at: traits, tallies by number, and the answers to which questions, as read."""

    fields: list[Field]
    tallies: list[int]
    questions: list[str]
    answer_fields: list[Field]


class Layout:
    """The playbook's rules with their conditions, the counts they need, and the values they look at."""

    def __init__(self, book: Playbook) -> None:
        self.book = book
        self.tallies: list[Tally] = []
        self.texts: dict[Hashable, str] = {}
        """What compilers made of it, kept for as long as the layout is."""
        self.rules = [
            self._scored(number, score, rule) for number, (score, _, rule) in enumerate(book.rules())
        ]
        self.stages = [self._stage(name) for name in book.ladder]
        for truth in [rule.truth for rule in self.conditions] + self._stage_truths:
            for occurrences in occurrences_in(truth):
                self._number_of(Tally(occurrences))

    def _scored(self, number: int, score: str, rule: Rule) -> Scored:
        half_life = self.book.scores[score].half_life_of(rule)
        truth = rule.when.condition(self.book)
        common = (number, score, rule.label, rule.points, rule.cap, half_life)
        if not isinstance(rule.when, Did | Sequence):
            return Scored(*common, "once", truth)
        counts = rule.counts or "every time"
        occurrences, window = rule.when.events(), rule.when.within
        if counts == "first time":  # the first ever, even if it is older than the window
            occurrences = _without_window(occurrences)
        worth = abs(rule.points) if counts == "every time" and half_life else None
        tally = self._number_of(Tally(occurrences, worth, half_life if worth is not None else None))
        return Scored(*common, counts, truth, tally, rule.when.times, window)

    def _stage(self, name: str) -> StageRule:
        stage = self.book.ladder[name]
        enter, leave, fast = (
            None if criterion is None else criterion.condition(self.book)
            for criterion in (stage.enter, stage.leave, stage.fast_lane)
        )
        return StageRule(name, enter, leave or _DEFAULT_LEAVE.get(name), fast, stage.stay_at_least or 0)

    def _number_of(self, tally: Tally) -> int:
        if tally not in self.tallies:
            self.tallies.append(tally)
        return self.tallies.index(tally)

    def tally_of(self, occurrences: Occurrences) -> int:
        """The number of the tally that counts these occurrences for conditions."""
        return self.tallies.index(Tally(occurrences))

    @cached_property
    def conditions(self) -> list[Scored]:
        """The rules that hold or do not, as opposed to single behaviours, which are tallied."""
        return [rule for rule in self.rules if rule.tally is None]

    @cached_property
    def behaviour_of_scores(self) -> dict[str, list[Scored]]:
        """The rules on single behaviours of each score that has any."""
        found: dict[str, list[Scored]] = {}
        for rule in self.rules:
            if rule.tally is not None:
                found.setdefault(rule.score, []).append(rule)
        return found

    @cached_property
    def asked(self) -> Asked:
        """What the conditions of rules (other than single behaviours) and of stages look at."""
        return self._asked_by([rule.truth for rule in self.conditions] + self._stage_truths)

    @cached_property
    def asked_by_stages(self) -> Asked:
        """What the conditions of stages look at."""
        return self._asked_by(self._stage_truths)

    @property
    def _stage_truths(self) -> list[Truth]:
        found = [truth for each in self.stages for truth in (each.enter, each.leave, each.fast_lane)]
        return [truth for truth in found if truth is not None]

    def _asked_by(self, truths: list[Truth]) -> Asked:
        answers = [
            part for truth in truths for part in parts(truth) if isinstance(part, Answered | HasAnswer)
        ]
        tests = [each.test for each in answers if isinstance(each, Answered)]
        return Asked(
            sorted({field for truth in truths for field in fields_of(truth)}),
            sorted({self.tally_of(each) for truth in truths for each in occurrences_in(truth)}),
            sorted({each.question for each in answers}),
            sorted({field for test in tests for field in fields_of(test)}),
        )

    @property
    def trait_fields(self) -> list[Field]:
        """The traits looked at, each as it is read."""
        return self.asked.fields

    @property
    def learnt_fields(self) -> list[Field]:
        """The traits that may have been learnt with a date: any of them, as far as a playbook knows."""
        return self.trait_fields

    @property
    def conditional_tallies(self) -> list[int]:
        """The tallies that conditions ask for (as opposed to those that only earn points)."""
        return self.asked.tallies

    @property
    def questions(self) -> list[str]:
        """The questions whose answers matter."""
        return self.asked.questions

    @property
    def answer_fields(self) -> list[Field]:
        """What of an answer is looked at: its value as text or number, whether it satisfied."""
        return self.asked.answer_fields

    @cached_property
    def event_fields(self) -> list[Field]:
        """The properties of events looked at, each as it is read."""
        return sorted({field for tally in self.tallies for field in event_fields(tally.occurrences)})

    @cached_property
    def event_kinds(self) -> frozenset[str] | None:
        """The kinds of events that matter; None when every kind does."""
        kinds: set[str] = set()
        for tally in self.tallies:
            for each in (tally.occurrences, tally.occurrences.after):
                if each is not None and each.kinds is None:
                    return None
                kinds |= (each.kinds or frozenset()) if each is not None else frozenset()
        return frozenset(kinds)

    @property
    def score_names(self) -> list[str]:
        """The scores, in the order written."""
        return list(self.book.scores)

    @property
    def climbable(self) -> list[StageRule]:
        """The stages on the ladder that can be entered, lowest first."""
        return [each for each in self.stages if each.name not in OFF_LADDER]

    @property
    def endings(self) -> list[StageRule]:
        """The stages off the ladder that can be entered."""
        return [each for each in self.stages if each.name in OFF_LADDER]


#: How a lead gets back onto the ladder where the playbook does not say.
_DEFAULT_LEAVE: dict[str, Truth] = {
    "recycled": CameBack(Occurrences(None)),
    "disqualified": DecidedIn(frozenset({"reopened"})),
}


def _without_window(occurrences: Occurrences) -> Occurrences:
    return replace(occurrences, window=None)
