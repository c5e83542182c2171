"""Criteria on what the lead answered: budget, authority, need, timeline, or any question of your own."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, model_validator

from qualify.criteria.base import Context, Criterion
from qualify.criteria.comparisons import NO, YES, Test
from qualify.criteria.logic import Answered, Both, HasAnswer, Not, TextIn, Truth
from qualify.criteria.logic import Field as Value
from qualify.criteria.sentences import days_of, spoken_name
from qualify.criteria.values import Days, Text, YesNo
from qualify.speech import say

SATISFIED = Value("satisfied", "text")
"""Whether whoever took the answer called it good enough."""


class Answer(Test, Criterion):
    """An answer: ``answer: budget`` with ``satisfied: true``, ``is_known: true`` or a test on its value."""

    KEYWORD: ClassVar[str] = "answer"

    answer: Text = Field(description="the question: budget, authority, need, timeline or your own")
    satisfied: YesNo | None = Field(None, description="whoever asked called the answer good enough (or not)")
    valid_for: Days | None = Field(None, description="an answer older than this no longer counts")

    @model_validator(mode="before")
    @classmethod
    def _known_by_default(cls, data: object) -> object:
        """``answer: budget`` alone asks whether it is known."""
        asked = isinstance(data, dict) and set(data) - {"answer", "valid_for"}
        return {**data, "is_known": True} if isinstance(data, dict) and not asked else data

    def _asks(self) -> bool:
        return self.satisfied is not None or super()._asks()

    def condition(self, context: Context) -> Truth:
        """The newest answer that has not expired passes; unknown without one."""
        known = HasAnswer(self.answer, self.valid_for)
        terms: list[Truth] = []
        if self.is_known is not None:
            terms.append(known if self.is_known else Not(known))
        test = self._test_on_value()
        if test is not None:
            terms.append(Answered(self.answer, test, self.valid_for))
        return terms[0] if len(terms) == 1 else Both(tuple(terms))

    def _test_on_value(self) -> Truth | None:
        terms: list[Truth] = []
        asked = {word: value for word, value in self._asked().items() if word != "is_known"}
        if asked:
            terms.append(Test.model_construct(None, **asked).truth("value"))
        if self.satisfied is not None:
            terms.append(TextIn(SATISFIED, YES if self.satisfied else NO))
        return None if not terms else terms[0] if len(terms) == 1 else Both(tuple(terms))

    def _asked(self) -> dict[str, Any]:
        return {word: value for word in Test.model_fields if (value := getattr(self, word)) is not None}

    def sentence(self) -> str:
        """As "budget is satisfied and is at least 10,000 (an answer counts for 180 days)"."""
        said = [] if self.satisfied is None else [satisfied(self.satisfied)]
        said += [self.words()] if self.words() else []
        test = f" {say('and')} ".join(said)
        if self.valid_for:
            test += " " + say("(an answer counts for %(days)s)", days=days_of(self.valid_for))
        return say("%(what)s %(test)s", what=spoken_name(self.answer), test=test)


def satisfied(good: bool) -> str:
    """That whoever took an answer called it good enough, or not."""
    return say("is satisfied") if good else say("is not satisfied")
