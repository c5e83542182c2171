"""The small closed language that every criterion's condition is written in.

A condition is a tree of the classes below. It is true, false or unknown (three-valued logic, as in SQL
and in Kleene 1952): *unknown* is what a condition on missing data is, it never counts as a match, and
``Not`` of it is unknown too. Two places read the tree, and nothing else does: ``scoring.expression``
turns it into an Ibis expression, ``scoring.single`` into a Python function. Only operators that give the
same answer on every engine have a class here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

#: How a raw value is read before it is compared; ``qualify.reading`` has one function for each.
Reading: TypeAlias = Literal[
    "text", "number", "quantity", "seniority", "department", "email_domain", "email_kind", "country"
]

Comparison: TypeAlias = Literal["==", ">=", ">", "<", "<="]

_LONGEST_COLUMN = 50


class Field(NamedTuple):
    """One value that a condition looks at: a trait, a property of an event, or an answer, as read."""

    name: str
    reading: Reading = "text"

    @property
    def column(self) -> str:
        """The column that holds it in the canonical tables: ``job_title__seniority``."""
        name = self.name
        if len(name.encode()) > _LONGEST_COLUMN:  # PostgreSQL cuts names at 63 bytes
            name = name[:30] + "_" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
        return f"{name}__{self.reading}"

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers (doubles) rather than text."""
        return self.reading in ("number", "quantity")


@dataclass(frozen=True)
class Always:
    """A condition whose truth is known beforehand; None is unknown."""

    truth: bool | None


@dataclass(frozen=True)
class Known:
    """The field has a value. Never unknown itself."""

    field: Field


@dataclass(frozen=True)
class TextIn:
    """The field's folded text is one of these."""

    field: Field
    values: frozenset[str]


@dataclass(frozen=True)
class TextHas:
    """The field's folded text contains this text, or starts with it."""

    field: Field
    text: str
    at_start: bool = False


@dataclass(frozen=True)
class NumberIs:
    """The field's number compares so with this one."""

    field: Field
    comparison: Comparison
    number: float


@dataclass(frozen=True)
class Both:
    """All of the terms; true when there are none."""

    terms: tuple[Truth, ...]


@dataclass(frozen=True)
class Either:
    """Any of the terms; false when there are none."""

    terms: tuple[Truth, ...]


@dataclass(frozen=True)
class Not:
    """The opposite; unknown stays unknown."""

    term: Truth


@dataclass(frozen=True)
class Surely:
    """The term is true; false when it is false or unknown. Never unknown itself."""

    term: Truth


@dataclass(frozen=True)
class Occurrences:
    """Which events count: by kind, by their properties, how recent, and whose.

    ``kinds`` None is any kind. ``window`` is in whole days (None: ever). ``whole_account`` counts the
    events of everybody at the lead's account. With ``after`` only events count that follow, within
    ``apart`` days, an event of that description (a sequence). With ``distinct`` occurrences are counted
    once per distinct value: of the calendar ``day`` (UTC), of the ``person``, or of a property.
    """

    kinds: frozenset[str] | None
    where: Truth = Both(())
    window: int | None = None
    whole_account: bool = False
    after: Occurrences | None = None
    apart: int | None = None
    distinct: Literal["day", "person"] | Field | None = None


@dataclass(frozen=True)
class Happened:
    """There are at least so many occurrences."""

    occurrences: Occurrences
    at_least: int = 1


@dataclass(frozen=True)
class Quiet:
    """There was an occurrence once, and the newest is at least so many days old."""

    occurrences: Occurrences
    days: int


@dataclass(frozen=True)
class Answered:
    """The newest answer to the question still holds, and satisfies.

    ``expires_after`` days count from the answer; an expiry that came with the answer holds too.
    Unknown when there is no answer or it has expired.
    """

    question: str
    test: Truth
    expires_after: int | None = None


@dataclass(frozen=True)
class HasAnswer:
    """There is an answer to the question that has not expired. Never unknown itself."""

    question: str
    expires_after: int | None = None


@dataclass(frozen=True)
class ScoreIs:
    """A score (by name; ``total`` is the sum) compares so with this many hundredths."""

    score: str
    comparison: Comparison
    points: int


@dataclass(frozen=True)
class GradeIn:
    """The grade is one of these: ``A1`` … ``D4``."""

    grades: frozenset[str]


@dataclass(frozen=True)
class DecidedIn:
    """The newest decision of this cycle is one of these."""

    decisions: frozenset[str]


@dataclass(frozen=True)
class CameBack:
    """Something of this kind happened after the lead entered its present stage."""

    occurrences: Occurrences


Truth: TypeAlias = (
    Always
    | Known
    | TextIn
    | TextHas
    | NumberIs
    | Both
    | Either
    | Not
    | Surely
    | Happened
    | Quiet
    | Answered
    | HasAnswer
    | ScoreIs
    | GradeIn
    | DecidedIn
    | CameBack
)

#: Conditions that depend on the stage a lead is in, not on the facts alone.
STATEFUL = (DecidedIn, CameBack)


def parts(truth: Truth) -> list[Truth]:
    """The condition and everything inside it, outermost first (not inside event conditions)."""
    found: list[Truth] = [truth]
    if isinstance(truth, Both | Either):
        for term in truth.terms:
            found += parts(term)
    elif isinstance(truth, Not | Surely):
        found += parts(truth.term)
    elif isinstance(truth, Answered):
        found += parts(truth.test)
    return found


def excludes(one: Truth, other: Truth) -> bool:
    """Whether it can be seen that the two are never true together; False when it cannot be seen."""
    if isinstance(one, Both):
        return any(excludes(term, other) for term in one.terms)
    if isinstance(other, Both):
        return any(excludes(one, term) for term in other.terms)
    if isinstance(one, Either):
        return all(excludes(term, other) for term in one.terms)
    if isinstance(other, Either):
        return all(excludes(one, term) for term in other.terms)
    if (
        not isinstance(one, TextIn | TextHas)
        or not isinstance(other, TextIn | TextHas)
        or one.field != other.field
    ):
        return False
    if isinstance(one, TextIn):
        return not any(_may_be(value, other) for value in one.values)
    if isinstance(other, TextIn):
        return not any(_may_be(value, one) for value in other.values)
    start = min(len(one.text), len(other.text))
    return one.at_start and other.at_start and one.text[:start] != other.text[:start]


def _may_be(value: str, test: TextIn | TextHas) -> bool:
    if isinstance(test, TextIn):
        return value in test.values
    return value.startswith(test.text) if test.at_start else test.text in value


def fields_of(truth: Truth) -> set[Field]:
    """The fields that the condition looks at directly (answers' tests left out)."""
    found: set[Field] = set()
    if isinstance(truth, Known | TextIn | TextHas | NumberIs):
        found.add(truth.field)
    elif isinstance(truth, Both | Either):
        for term in truth.terms:
            found |= fields_of(term)
    elif isinstance(truth, Not | Surely):
        found |= fields_of(truth.term)
    return found


def event_fields(occurrences: Occurrences) -> set[Field]:
    """The properties of events that are looked at to find these occurrences."""
    found = fields_of(occurrences.where)
    if occurrences.after is not None:
        found |= event_fields(occurrences.after)
    if isinstance(occurrences.distinct, Field):
        found.add(occurrences.distinct)
    return found


def occurrences_in(truth: Truth) -> list[Occurrences]:
    """Every description of events that the condition needs counted."""
    return [part.occurrences for part in parts(truth) if isinstance(part, Happened | Quiet | CameBack)]
