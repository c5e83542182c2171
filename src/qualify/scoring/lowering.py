"""From a condition to a column of true, false and null (unknown).

Only operators that were shown to mean the same on DuckDB, SQLite, PostgreSQL and Spark are used: equality,
``in``, ``contains``, a left part, comparisons of doubles and integers, null tests, and three-valued logic.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any

import ibis

from qualify.criteria import logic
from qualify.criteria.logic import Field, Occurrences, Truth
from qualify.moments import DAY

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
    "<": operator.lt,
    "<=": operator.le,
}


class Row:
    """What a condition may look at in one row of a table. Events have fields only; leads have it all."""

    def __init__(self, table: Any, as_of: Any) -> None:
        self.table = table
        self.as_of = as_of

    def field(self, field: Field) -> Any:
        """The column that holds the field."""
        return self.table[field.column]

    def count(self, occurrences: Occurrences) -> Any:
        """How many occurrences; null when it cannot be known."""
        raise NotImplementedError

    def newest(self, occurrences: Occurrences) -> Any:
        """When the newest occurrence was; null when there is none."""
        raise NotImplementedError

    def answered(self, answer: logic.Answered | logic.HasAnswer) -> tuple[Any, Row | None]:
        """Whether there is an answer that holds, and the row of its fields; None where there can be none."""
        raise NotImplementedError

    def score(self, name: str) -> Any:
        """A score in hundredths."""
        raise NotImplementedError

    def grade(self) -> Any:
        """The grade."""
        raise NotImplementedError

    def decision(self) -> Any:
        """The newest decision of this cycle; null when there is none."""
        raise NotImplementedError

    def entered(self) -> Any:
        """When the lead entered its present stage."""
        raise NotImplementedError


@functools.singledispatch
def lowered(truth: Truth, row: Row) -> Any:
    """The condition as a boolean column over that row."""
    raise TypeError(f"no column is defined for {type(truth).__name__}")


@lowered.register
def _(truth: logic.Always, row: Row) -> Any:
    return ibis.null("boolean") if truth.truth is None else ibis.literal(truth.truth)


@lowered.register
def _(truth: logic.Known, row: Row) -> Any:
    return row.field(truth.field).notnull()


@lowered.register
def _(truth: logic.TextIn, row: Row) -> Any:
    values = sorted(truth.values)
    column = row.field(truth.field)
    return column == values[0] if len(values) == 1 else column.isin(values)


@lowered.register
def _(truth: logic.TextHas, row: Row) -> Any:
    column = row.field(truth.field)
    return column.left(len(truth.text)) == truth.text if truth.at_start else column.contains(truth.text)


@lowered.register
def _(truth: logic.NumberIs, row: Row) -> Any:
    return _COMPARE[truth.comparison](row.field(truth.field), ibis.literal(truth.number, "float64"))


@lowered.register
def _(truth: logic.Both, row: Row) -> Any:
    return _all([lowered(term, row) for term in truth.terms], operator.and_, empty=True)


@lowered.register
def _(truth: logic.Either, row: Row) -> Any:
    return _all([lowered(term, row) for term in truth.terms], operator.or_, empty=False)


def _all(terms: list[Any], combine: Callable[[Any, Any], Any], *, empty: bool) -> Any:
    return functools.reduce(combine, terms) if terms else ibis.literal(empty)


@lowered.register
def _(truth: logic.Not, row: Row) -> Any:
    return ~lowered(truth.term, row)


@lowered.register
def _(truth: logic.Surely, row: Row) -> Any:
    return surely(lowered(truth.term, row))


@lowered.register
def _(truth: logic.Happened, row: Row) -> Any:
    return row.count(truth.occurrences) >= truth.at_least


@lowered.register
def _(truth: logic.Quiet, row: Row) -> Any:
    long_ago = row.newest(truth.occurrences) <= row.as_of - truth.days * DAY
    return (row.count(truth.occurrences) > 0) & long_ago


@lowered.register
def _(truth: logic.HasAnswer, row: Row) -> Any:
    return row.answered(truth)[0]


@lowered.register
def _(truth: logic.Answered, row: Row) -> Any:
    holds, values = row.answered(truth)
    if values is None:
        return ibis.null("boolean")
    return holds.ifelse(lowered(truth.test, values), ibis.null("boolean"))


@lowered.register
def _(truth: logic.ScoreIs, row: Row) -> Any:
    return _COMPARE[truth.comparison](row.score(truth.score), truth.points)


@lowered.register
def _(truth: logic.GradeIn, row: Row) -> Any:
    return row.grade().isin(sorted(truth.grades))


@lowered.register
def _(truth: logic.DecidedIn, row: Row) -> Any:
    return surely(row.decision().isin(sorted(truth.decisions)))


@lowered.register
def _(truth: logic.CameBack, row: Row) -> Any:
    return surely(row.newest(truth.occurrences) > row.entered())


def surely(condition: Any) -> Any:
    """The condition, with false for unknown."""
    return ibis.coalesce(condition, ibis.literal(False))
