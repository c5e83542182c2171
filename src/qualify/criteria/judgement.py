"""Criteria on the conclusions: scores, grades and decisions. Only stages may ask for these."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field, model_validator

from qualify.criteria.base import Context, Criterion
from qualify.criteria.logic import Both, Comparison, DecidedIn, GradeIn, ScoreIs, Truth
from qualify.criteria.sentences import either, pointed, spoken_name
from qualify.criteria.values import Among, OneOrMore, Points, Text
from qualify.errors import one_of
from qualify.speech import marked, say, sentence
from qualify.vocabulary import DECISIONS, GRADE_LETTERS, GRADE_NUMBERS

GRADES = tuple(letter + number for letter in GRADE_LETTERS for number in GRADE_NUMBERS)
"""Every grade, best first: ``A1`` … ``D4``."""


GradeWord: TypeAlias = Annotated[Text, Among((*GRADES, *GRADE_LETTERS), "grade")]
DecisionWord: TypeAlias = Annotated[Text, Among(DECISIONS, "decision")]


class Score(Criterion):
    """A score, or the total, is in a range: ``score: fit`` with ``at_least: 40``."""

    KEYWORD: ClassVar[str] = "score"
    USED_IN = ("stage",)

    score: Text = Field(description="a score's name, or total")
    at_least: Points | None = Field(None, description="this many points or more")
    above: Points | None = Field(None, description="more than this many points")
    below: Points | None = Field(None, description="fewer than this many points")
    at_most: Points | None = Field(None, description="this many points or fewer")

    @model_validator(mode="after")
    def _asks_something(self) -> Score:
        if not self._limits():
            raise ValueError(sentence("nothing is asked of the score; add at_least, above, below or at_most"))
        return self

    def _limits(self) -> list[tuple[Comparison, str, int]]:
        asked: list[tuple[Comparison, str, int | None]] = [
            (">=", marked("at least %(number)s"), self.at_least),
            (">", marked("above %(number)s"), self.above),
            ("<", marked("below %(number)s"), self.below),
            ("<=", marked("at most %(number)s"), self.at_most),
        ]
        return [(sign, word, limit) for sign, word, limit in asked if limit is not None]

    def condition(self, context: Context) -> Truth:
        """The bounded score compares so."""
        terms = [ScoreIs(self.score, sign, limit) for sign, _, limit in self._limits()]
        return terms[0] if len(terms) == 1 else Both(tuple(terms))

    def sentence(self) -> str:
        """As "fit is at least 40 and below 80"."""
        limits = (say(word, number=pointed(limit)) for _, word, limit in self._limits())
        test = say("is %(value)s", value=f" {say('and')} ".join(limits))
        return say("%(what)s %(test)s", what=self.score, test=test)


class Grade(Criterion):
    """The grade is one of these: ``grade: [A1, A2]``, or a whole letter: ``grade: A``."""

    KEYWORD: ClassVar[str] = "grade"
    USED_IN = ("stage",)

    grade: OneOrMore[GradeWord] = Field(description="grades (A1 … D4), or letters for all grades of that fit")

    def condition(self, context: Context) -> Truth:
        """The grade is among them."""
        return GradeIn(frozenset(grade for grade in GRADES if grade in self.grade or grade[0] in self.grade))

    def sentence(self) -> str:
        """As "grade is A1 or A2"."""
        return say("grade is %(grades)s", grades=either(self.grade))


class Decision(Criterion):
    """What we decided of the lead, or what came of it: ``decision: accepted``."""

    KEYWORD: ClassVar[str] = "decision"
    USED_IN = ("stage",)

    decision: OneOrMore[DecisionWord] = Field(description=f"one or more of {one_of(DECISIONS)}")

    def condition(self, context: Context) -> Truth:
        """The newest decision of this cycle is one of these."""
        return DecidedIn(frozenset(self.decision))

    def sentence(self) -> str:
        """As "was accepted or confirmed"."""
        return say("was %(decisions)s", decisions=either(map(spoken_name, self.decision)))
