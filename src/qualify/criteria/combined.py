"""Criteria made of criteria: all of, any of, none of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, model_validator

from qualify.criteria.base import Context, Criterion
from qualify.criteria.logic import Both, Either, Not, Truth
from qualify.criteria.sentences import listing
from qualify.speech import say

if TYPE_CHECKING:
    from qualify.criteria import AnyCriterion


class AllOf(Criterion):
    """Every one of these holds."""

    KEYWORD: ClassVar[str] = "all_of"

    all_of: list[AnyCriterion] = Field(min_length=1, description="criteria that must all hold")

    @model_validator(mode="before")
    @classmethod
    def _list_is_all(cls, data: Any) -> Any:
        """A plain list of criteria means all of them."""
        return {"all_of": data} if isinstance(data, list) else data

    def condition(self, context: Context) -> Truth:
        """All of the terms; unknown when none fails and one is unknown."""
        return Both(tuple(each.condition(context) for each in self.all_of))

    def sentence(self) -> str:
        """The sentences, joined by "and"."""
        return joined(self.all_of, say("and"))


class AnyOf(Criterion):
    """At least one of these holds."""

    KEYWORD: ClassVar[str] = "any_of"

    any_of: list[AnyCriterion] = Field(min_length=1, description="criteria of which one is enough")

    def condition(self, context: Context) -> Truth:
        """Any of the terms; unknown when none holds and one is unknown."""
        return Either(tuple(each.condition(context) for each in self.any_of))

    def sentence(self) -> str:
        """The sentences, joined by "or"."""
        return joined(self.any_of, say("or"))


class NoneOf(Criterion):
    """Not one of these holds."""

    KEYWORD: ClassVar[str] = "none_of"

    none_of: list[AnyCriterion] = Field(min_length=1, description="criteria of which none may hold")

    def condition(self, context: Context) -> Truth:
        """The opposite of any of the terms; unknown when none holds and one is unknown."""
        return Not(Either(tuple(each.condition(context) for each in self.none_of)))

    def sentence(self) -> str:
        """As "not (did demo_requested)" or "none of these (did this; did that)"."""
        said = "; ".join(each.sentence() for each in self.none_of)
        return (
            say("none of these (%(what)s)", what=said)
            if len(self.none_of) > 1
            else say("not (%(what)s)", what=said)
        )


def joined(criteria: list[AnyCriterion], word: str) -> str:
    """The sentences of several criteria as one, groups in brackets."""
    said = [
        f"({each.sentence()})" if isinstance(each, AllOf | AnyOf) and len(criteria) > 1 else each.sentence()
        for each in criteria
    ]
    return listing(said, word)
