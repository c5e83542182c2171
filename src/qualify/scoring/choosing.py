"""One of several values, by a number, in as few branches as will do."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ibis


def chosen(number: Any, values: Mapping[int, Any], kind: str) -> Any:
    """The value for the number in that column (of type ``kind``); null for numbers without one.

    Numbers with equal values share a branch: engines try one branch after the other for every row.
    """
    shared: dict[Any, tuple[Any, list[int]]] = {}
    for each, value in values.items():
        typed = ibis.literal(value, kind) if isinstance(value, int | float) else value
        shared.setdefault(typed.op(), (typed, []))[1].append(each)
    branches = [(is_one_of(number, numbers), value) for value, numbers in shared.values()]
    return ibis.cases(*branches, else_=ibis.null(kind)) if branches else ibis.null(kind)


def is_one_of(number: Any, numbers: Iterable[int]) -> Any:
    """Whether the column's number is one of these, by comparisons alone: for ``IN`` DuckDB joins tables."""
    tests = [
        number == first if first == last else number.between(first, last) for first, last in _runs(numbers)
    ]
    return functools.reduce(operator.or_, tests)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of numbers that follow one another."""
    first = last = None
    for number in sorted(numbers):
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last
