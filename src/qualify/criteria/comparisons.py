"""Tests on one value: the words that traits, event properties and answers share."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, model_validator

from qualify.criteria.base import Written
from qualify.criteria.logic import (
    Both,
    Comparison,
    Either,
    Known,
    Not,
    NumberIs,
    Reading,
    TextHas,
    TextIn,
    Truth,
)
from qualify.criteria.logic import Field as Column
from qualify.criteria.sentences import either
from qualify.criteria.values import Number, OneOrMore, Scalar, Sought, Value, Values, YesNo
from qualify.errors import one_of
from qualify.reading.text import fold
from qualify.speech import amount, marked, say, sentence

YES = frozenset({"true", "yes", "y", "1"})
"""Folded texts that mean true."""

NO = frozenset({"false", "no", "n", "0"})
"""Folded texts that mean false."""


class Test(Written):
    """What is asked of one value. Several words together must all hold.

    Text is compared without regard to case, to accents' encoding and to repeated spaces.
    """

    __test__ = False  # not a test case of pytest's

    is_: Value | None = Field(None, alias="is", description="equals this text, number or yes/no")
    is_not: Value | None = Field(None, description="is known and differs from this")
    is_one_of: Values | None = Field(None, description="equals one of these")
    is_none_of: Values | None = Field(None, description="is known and equals none of these")
    at_least: Number | None = Field(None, description="is this number or more")
    above: Number | None = Field(None, description="is more than this number")
    below: Number | None = Field(None, description="is less than this number")
    at_most: Number | None = Field(None, description="is this number or less")
    contains: OneOrMore[Sought] | None = Field(
        None, description="has this text (or one of these) somewhere in it"
    )
    starts_with: OneOrMore[Sought] | None = Field(None, description="begins with this text (or one of these)")
    is_known: YesNo | None = Field(None, description="true: there is a value; false: there is none")

    @model_validator(mode="after")
    def _asks_something(self) -> Test:
        if not self._asks():
            words = [field.alias or word for word, field in Test.model_fields.items()]
            raise ValueError(sentence("nothing is asked of the value; add %(words)s", words=one_of(words)))
        return self

    def _asks(self) -> bool:
        return any(getattr(self, word) is not None for word in Test.model_fields)

    def truth(self, name: str, *, number: Reading = "number") -> Truth:
        """The condition on the value of that name; ``number`` is how its numbers are read."""
        return _simplest([*self._equalities(name, number), *self._ranges(name, number), *self._texts(name)])

    def _equalities(self, name: str, number: Reading) -> list[Truth]:
        found: list[Truth] = []
        if self.is_ is not None:
            found.append(equals_any(name, [self.is_], number))
        if self.is_one_of is not None:
            found.append(equals_any(name, self.is_one_of, number))
        if self.is_not is not None:
            found.append(Not(equals_any(name, [self.is_not], number)))
        if self.is_none_of is not None:
            found.append(Not(equals_any(name, self.is_none_of, number)))
        return found

    def _ranges(self, name: str, number: Reading) -> list[Truth]:
        return [NumberIs(Column(name, number), sign, limit) for sign, _, limit in self._limits()]

    def _limits(self) -> list[tuple[Comparison, str, float]]:
        asked: list[tuple[Comparison, str, float | None]] = [
            (">=", marked("at least %(number)s"), self.at_least),
            (">", marked("above %(number)s"), self.above),
            ("<", marked("below %(number)s"), self.below),
            ("<=", marked("at most %(number)s"), self.at_most),
        ]
        return [(sign, word, limit) for sign, word, limit in asked if limit is not None]

    def _texts(self, name: str) -> list[Truth]:
        field = Column(name, "text")
        found: list[Truth] = []
        if self.contains is not None:
            found.append(_simplest([TextHas(field, fold(text) or "") for text in self.contains], any_of=True))
        if self.starts_with is not None:
            starts: list[Truth] = [
                TextHas(field, fold(text) or "", at_start=True) for text in self.starts_with
            ]
            found.append(_simplest(starts, any_of=True))
        if self.is_known is not None:
            found.append(Known(field) if self.is_known else Not(Known(field)))
        return found

    def words(self) -> str:
        """The test in English: it completes "the value …"."""
        return f" {say('and')} ".join([*self._equal_words(), *self._range_words(), *self._text_words()])

    def _equal_words(self) -> list[str]:
        said = [
            (marked("is %(value)s"), self.is_),
            (marked("is %(value)s"), self.is_one_of),
            (marked("is not %(value)s"), self.is_not),
            (marked("is not %(value)s"), self.is_none_of),
        ]
        return [say(verb, value=_spoken(value)) for verb, value in said if value is not None]

    def _range_words(self) -> list[str]:
        limits = [say(word, number=amount(limit)) for _, word, limit in self._limits()]
        return [say("is %(value)s", value=f" {say('and')} ".join(limits))] if limits else []

    def _text_words(self) -> list[str]:
        said = [
            (marked("contains %(value)s"), self.contains),
            (marked("starts with %(value)s"), self.starts_with),
        ]
        known = [] if self.is_known is None else [say("is known") if self.is_known else say("is not known")]
        return [say(verb, value=_spoken(value)) for verb, value in said if value is not None] + known


def equals_any(name: str, values: Iterable[Scalar], number: Reading) -> Truth:
    """The value is one of these: numbers compare as numbers, the rest as folded text."""
    values = list(values)
    texts: set[str] = set()
    for value in values:
        if isinstance(value, bool):
            texts |= YES if value else NO
        elif isinstance(value, str):
            texts.add(fold(value) or "")
    numbers = [
        float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    terms: list[Truth] = [TextIn(Column(name, "text"), frozenset(texts))] if texts else []
    return _simplest([*terms, *(NumberIs(Column(name, number), "==", each) for each in numbers)], any_of=True)


def _simplest(terms: list[Truth], *, any_of: bool = False) -> Truth:
    if len(terms) == 1:
        return terms[0]
    return Either(tuple(terms)) if any_of else Both(tuple(terms))


def _spoken(value: Scalar | tuple[Scalar, ...]) -> str:
    if isinstance(value, tuple):
        return either([_spoken(each) for each in value], limit=6)
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
