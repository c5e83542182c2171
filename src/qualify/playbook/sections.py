"""The sections of a playbook, as they are written."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, field_validator, model_validator

from qualify.criteria import AnyCriterion, Context, Written
from qualify.criteria.behaviour import Did, Sequence
from qualify.criteria.logic import Both, Either, Not, Surely, Truth
from qualify.criteria.values import Days, HalfLife, Points, Short, Text, wrong
from qualify.points import written
from qualify.speech import in_english, say, sentence
from qualify.vocabulary import TOTAL

Counts: TypeAlias = Literal["every time", "once", "first time"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Criteria: TypeAlias = Annotated[list[AnyCriterion], BeforeValidator(_as_list), Short()]
"""Criteria, or a single one written without a list."""


class Profile(Written):
    """An ICP profile or a persona: conditions that must all hold, and exclusions of which none may."""

    name: Text = Field(description="how rules and people refer to it")
    description: str = Field("", description="one sentence for readers")
    conditions: Criteria = Field(min_length=1, description="criteria that must all hold")
    exclude: Criteria = Field([], description="criteria of which none may be known to hold")

    def condition(self, context: Context) -> Truth:
        """All conditions, and no exclusion that is known to hold (an unknown one does not exclude)."""
        wanted: list[Truth] = [each.condition(context) for each in self.conditions]
        if self.exclude:
            unwanted = Either(tuple(each.condition(context) for each in self.exclude))
            wanted.append(Not(Surely(unwanted)))
        return Both(tuple(wanted))

    def sentence(self) -> str:
        """Its conditions and exclusions in English."""
        said = f" {say('and')} ".join(each.sentence() for each in self.conditions)
        if not self.exclude:
            return said
        unless = f" {say('or')} ".join(each.sentence() for each in self.exclude)
        return say("%(conditions)s, unless %(exclusions)s", conditions=said, exclusions=unless)


class Rule(Written):
    """Points for a criterion: who the lead is, or what it did."""

    points: Points = Field(description="how many points; negative ones take away; at most two decimals")
    when: AnyCriterion = Field(description="the criterion that earns them")
    name: str = Field("", description="what people call the rule; the criterion's sentence when left out")
    counts: Counts | None = Field(
        None,
        description="whether each occurrence earns, only one, or only the first ever (did and sequence only)",
    )
    cap: Points | None = Field(None, description="the most points (without sign) this rule may give or take")
    half_life: HalfLife | None = Field(
        None, description="the points halve in so many days; none: they never do"
    )

    @field_validator("cap")
    @classmethod
    def _cap_is_positive(cls, value: int | None) -> int | None:
        if value is not None and value <= 0:
            raise ValueError(sentence("write a cap above 0; it limits the points' size, whatever their sign"))
        return value

    @model_validator(mode="after")
    def _ages_only_behaviour(self) -> Rule:
        if self.is_behaviour:
            return self
        for word in ("counts", "half_life"):
            if getattr(self, word) not in (None, "once", "none"):
                said = sentence(
                    "%(word)s needs events of its own; use it where `when` is one did or one sequence, not %(found)s",
                    word=word, found=self.when.KEYWORD,
                )  # fmt: skip
                raise wrong(word, said)
        return self

    @property
    def is_behaviour(self) -> bool:
        """Whether the rule's points come from single events, each with an age."""
        return isinstance(self.when, Did | Sequence)

    @property
    def label(self) -> str:
        """What people call the rule; it is known by that, so the sentence of one without a name is English."""
        if self.name:
            return self.name
        with in_english():
            return self.when.sentence()


class Bounds(Written):
    """The least and the most that a score may be."""

    at_least: Points | None = Field(None, description="no lower than this")
    at_most: Points | None = Field(None, description="no higher than this")

    @model_validator(mode="after")
    def _in_order(self) -> Bounds:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            least, most = written(self.at_least), written(self.at_most)
            said = sentence("at_least %(least)s is above at_most %(most)s", least=least, most=most)
            raise wrong("at_least", said)
        return self


class Score(Written):
    """One score: its kind, its bounds and its rules."""

    kind: str = Field(
        "", description="fit, engagement, product, or a word of your own; its name when left out"
    )
    description: str = Field("", description="one sentence for readers")
    half_life: HalfLife | None = Field(
        None, description="for every rule on behaviour that has none of its own"
    )
    bounds: Bounds = Field(Bounds(), description="the least and the most it may be")
    rules: list[Rule] = Field(min_length=1, description="what earns or costs points")

    def half_life_of(self, rule: Rule) -> int | None:
        """In how many days the rule's points halve; None when they never do."""
        if not rule.is_behaviour:
            return None
        chosen = self.half_life if rule.half_life is None else rule.half_life
        return chosen if isinstance(chosen, int) else None


class Total(Bounds):
    """The sum of scores that is the headline number."""

    of: list[Text] | None = Field(
        None, min_length=1, description="the scores that are added up; all when left out"
    )


class Cuts(Written):
    """From how many points a score deserves each letter or number."""

    score: Text = Field(description="which score")

    def steps(self) -> list[tuple[str, int]]:
        """Each mark with the least points for it, best first; the last mark needs none."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _fall(self) -> Self:
        steps = self.steps()
        for (better, more), (worse, fewer) in pairwise(steps):
            if more <= fewer:
                said = sentence(
                    "%(worse)s from %(fewer)s is not below %(better)s from %(more)s; "
                    "the points must fall from the best mark to the worst",
                    worse=str(worse), fewer=written(fewer), better=str(better), more=written(more),
                )  # fmt: skip
                raise wrong(worse, said)
        return self


class LetterCuts(Cuts):
    """The letter: usually of the fit score."""

    A: Points = Field(description="A from so many points")
    B: Points = Field(description="B from so many points")
    C: Points = Field(description="C from so many points; D below")

    def steps(self) -> list[tuple[str, int]]:
        """A, B and C with their least points."""
        return [("A", self.A), ("B", self.B), ("C", self.C)]


class NumberCuts(Cuts):
    """The number: usually of the engagement score."""

    one: Points = Field(alias="1", description="1 from so many points")
    two: Points = Field(alias="2", description="2 from so many points")
    three: Points = Field(alias="3", description="3 from so many points; 4 below")

    def steps(self) -> list[tuple[str, int]]:
        """1, 2 and 3 with their least points."""
        return [("1", self.one), ("2", self.two), ("3", self.three)]


class Grades(Written):
    """The letter of one score and the number of another, together A1 … D4."""

    letters: LetterCuts = Field(description="the letter, and which score it is of")
    numbers: NumberCuts = Field(description="the number, and which score it is of")


class Stage(Written):
    """When a lead enters a stage, when it leaves, and how long it stays at least."""

    enter: AnyCriterion | None = Field(None, description="the lead climbs to this stage when this holds")
    leave: AnyCriterion | None = Field(
        None, description="and falls from it when this holds and `enter` does not"
    )
    fast_lane: AnyCriterion | None = Field(
        None, description="or climbs at once when this holds, whatever its score"
    )
    stay_at_least: Days | None = Field(None, description="it does not leave earlier than this")

    @model_validator(mode="after")
    def _can_be_entered(self) -> Stage:
        if self.enter is None and self.fast_lane is None:
            raise wrong(None, sentence("nobody can enter this stage; add enter or fast_lane"))
        return self


class Threshold(Written):
    """The short form of a stage: enter at so many points, leave below so many."""

    score: Text = Field(TOTAL, description="which score; the total when left out")
    enter: Points = Field(description="enter at this many points or more")
    leave: Points | None = Field(None, description="leave below this many; `enter` when left out")

    @model_validator(mode="after")
    def _hysteresis(self) -> Threshold:
        if self.leave is not None and self.leave > self.enter:
            said = sentence(
                "leave %(leave)s is above enter %(enter)s; a lead between them would enter and leave at once",
                leave=written(self.leave), enter=written(self.enter),
            )  # fmt: skip
            raise wrong("leave", said)
        return self


def as_threshold(value: Any) -> Any:
    """``mql: 60`` is short for ``mql: {enter: 60}``."""
    return value if isinstance(value, dict | Threshold) else {"enter": value}
