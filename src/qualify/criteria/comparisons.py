"""Tests on one value: the words that traits, event properties and answers share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from qualify.criteria.base import Scalar, Written
from qualify.criteria.logic import Both, Either, Known, Not, NumberIs, Reading, TextHas, TextIn, Truth
from qualify.criteria.logic import Field as Value
from qualify.errors import one_of
from qualify.reading.text import fold

_YES = frozenset({"true", "yes", "y", "1"})
_NO = frozenset({"false", "no", "n", "0"})


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _no_blanks(values: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
    if not values:
        raise ValueError("the list is empty; write at least one value")
    if any(isinstance(value, str) and fold(value) is None for value in values):
        raise ValueError("an empty text matches nothing; use is_known: false to ask for a missing value")
    return values


def _one_or_more(kinds: list[str]) -> WithJsonSchema:
    one = {"type": kinds if len(kinds) > 1 else kinds[0]}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


Texts = Annotated[
    tuple[str, ...], BeforeValidator(_as_list), AfterValidator(_no_blanks), _one_or_more(["string"])
]
Scalars = Annotated[
    tuple[Scalar, ...],
    BeforeValidator(_as_list),
    AfterValidator(_no_blanks),
    _one_or_more(["string", "number", "boolean"]),
]


class Test(Written):
    """What is asked of one value. Several words together must all hold.

    Text is compared without regard to case, to accents' encoding and to repeated spaces.
    """

    __test__ = False  # not a test case of pytest's

    is_: Scalar | None = Field(None, alias="is", description="equals this text, number or yes/no")
    is_not: Scalar | None = Field(None, description="is known and differs from this")
    is_one_of: Scalars | None = Field(None, description="equals one of these")
    is_none_of: Scalars | None = Field(None, description="is known and equals none of these")
    at_least: float | None = Field(None, description="is this number or more")
    above: float | None = Field(None, description="is more than this number")
    below: float | None = Field(None, description="is less than this number")
    at_most: float | None = Field(None, description="is this number or less")
    contains: Texts | None = Field(None, description="has this text (or one of these) somewhere in it")
    starts_with: Texts | None = Field(None, description="begins with this text (or one of these)")
    is_known: bool | None = Field(None, description="true: there is a value; false: there is none")

    @model_validator(mode="after")
    def _asks_something(self) -> Test:
        if not any(getattr(self, word) is not None for word in Test.model_fields):
            words = ["is" if word == "is_" else word for word in Test.model_fields]
            raise ValueError(f"nothing is asked of the value; add {one_of(words)}")
        return self

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
        field = Value(name, number)
        limits = ((">=", self.at_least), (">", self.above), ("<", self.below), ("<=", self.at_most))
        return [NumberIs(field, sign, limit) for sign, limit in limits if limit is not None]  # type: ignore[arg-type]

    def _texts(self, name: str) -> list[Truth]:
        field = Value(name, "text")
        found: list[Truth] = []
        if self.contains is not None:
            found.append(_simplest([TextHas(field, fold(text) or "") for text in self.contains], any_of=True))
        if self.starts_with is not None:
            starts: list[Truth] = [TextHas(field, fold(text) or "", at_start=True) for text in self.starts_with]
            found.append(_simplest(starts, any_of=True))
        if self.is_known is not None:
            found.append(Known(field) if self.is_known else Not(Known(field)))
        return found

    def words(self) -> str:
        """The test in English: it completes "the value …"."""
        said = [
            ("is", self.is_),
            ("is not", self.is_not),
            ("is", self.is_one_of),
            ("is not", self.is_none_of),
            ("is at least", self.at_least),
            ("is above", self.above),
            ("is below", self.below),
            ("is at most", self.at_most),
            ("contains", self.contains),
            ("starts with", self.starts_with),
        ]
        phrases = [f"{verb} {_spoken(value)}" for verb, value in said if value is not None]
        if self.is_known is not None:
            phrases.append("is known" if self.is_known else "is unknown")
        return " and ".join(phrases)


def equals_any(name: str, values: Iterable[Scalar], number: Reading) -> Truth:
    """The value is one of these: numbers compare as numbers, the rest as folded text."""
    values = list(values)
    texts: set[str] = set()
    for value in values:
        if isinstance(value, bool):
            texts |= _YES if value else _NO
        elif isinstance(value, str):
            texts.add(fold(value) or "")
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    terms: list[Truth] = [TextIn(Value(name, "text"), frozenset(texts))] if texts else []
    return _simplest([*terms, *(NumberIs(Value(name, number), "==", each) for each in numbers)], any_of=True)


def _simplest(terms: list[Truth], *, any_of: bool = False) -> Truth:
    if len(terms) == 1:
        return terms[0]
    return Either(tuple(terms)) if any_of else Both(tuple(terms))


def _spoken(value: Scalar | tuple[Scalar, ...]) -> str:
    if isinstance(value, tuple):
        return one_of([_spoken(each) for each in value], limit=6)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else str(value)
