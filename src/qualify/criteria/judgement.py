"""Criteria on the conclusions: scores, grades and decisions. Only stages may ask for these."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, field_validator, model_validator

from qualify.criteria.base import Context, Criterion, Points
from qualify.criteria.comparisons import Texts
from qualify.criteria.logic import Both, Comparison, DecidedIn, GradeIn, ScoreIs, Truth
from qualify.errors import did_you_mean, one_of
from qualify.points import written
from qualify.vocabulary import DECISIONS, GRADE_LETTERS, GRADE_NUMBERS

GRADES = tuple(letter + number for letter in GRADE_LETTERS for number in GRADE_NUMBERS)


class Score(Criterion):
    """A score, or the total, is in a range: ``score: fit`` with ``at_least: 40``."""

    KEYWORD: ClassVar[str] = "score"
    USED_IN = ("stage",)

    score: str = Field(min_length=1, description="a score's name, or total")
    at_least: Points | None = Field(None, description="this many points or more")
    above: Points | None = Field(None, description="more than this many points")
    below: Points | None = Field(None, description="fewer than this many points")
    at_most: Points | None = Field(None, description="this many points or fewer")

    @model_validator(mode="after")
    def _asks_something(self) -> Score:
        if not self._limits():
            raise ValueError("nothing is asked of the score; add at_least, above, below or at_most")
        return self

    def _limits(self) -> list[tuple[Comparison, str, int]]:
        asked: list[tuple[Comparison, str, int | None]] = [
            (">=", "at least", self.at_least),
            (">", "above", self.above),
            ("<", "below", self.below),
            ("<=", "at most", self.at_most),
        ]
        return [(sign, word, limit) for sign, word, limit in asked if limit is not None]

    def condition(self, context: Context) -> Truth:
        """The bounded score compares so."""
        terms = [ScoreIs(self.score, sign, limit) for sign, _, limit in self._limits()]
        return terms[0] if len(terms) == 1 else Both(tuple(terms))

    def sentence(self) -> str:
        """As "fit is at least 40 and below 80"."""
        return f"{self.score} is " + " and ".join(f"{word} {written(limit)}" for _, word, limit in self._limits())


class Grade(Criterion):
    """The grade is one of these: ``grade: [A1, A2]``, or a whole letter: ``grade: A``."""

    KEYWORD: ClassVar[str] = "grade"
    USED_IN = ("stage",)

    grade: Annotated[Texts, BeforeValidator(lambda value: [str(each) for each in value] if isinstance(value, list) else str(value))] = Field(  # fmt: skip  # noqa: E501
        description="grades (A1 … D4), or letters for all grades of that fit"
    )

    @field_validator("grade")
    @classmethod
    def _allowed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        allowed = [*GRADES, *GRADE_LETTERS]
        for each in value:
            if each.upper() not in allowed:
                raise ValueError(f"{each!r} is not a grade{did_you_mean(each, allowed)} Allowed: A1 … D4, or a letter A … D")
        return tuple(each.upper() for each in value)

    def condition(self, context: Context) -> Truth:
        """The grade is among them."""
        return GradeIn(frozenset(grade for grade in GRADES if grade in self.grade or grade[0] in self.grade))

    def sentence(self) -> str:
        """As "grade is A1 or A2"."""
        return f"grade is {one_of(self.grade)}"


class Decision(Criterion):
    """What we decided of the lead, or what came of it: ``decision: accepted``."""

    KEYWORD: ClassVar[str] = "decision"
    USED_IN = ("stage",)

    decision: Texts = Field(description=f"one or more of {one_of(DECISIONS)}")

    @field_validator("decision")
    @classmethod
    def _allowed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if each not in DECISIONS:
                raise ValueError(f"{each!r} is not a decision{did_you_mean(each, DECISIONS)} Allowed: {one_of(DECISIONS)}")
        return value

    def condition(self, context: Context) -> Truth:
        """The newest decision of this cycle is one of these."""
        return DecidedIn(frozenset(self.decision))

    def sentence(self) -> str:
        """As "sales decided: accepted"."""
        return f"was {one_of(self.decision)}"
