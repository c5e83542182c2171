"""One of several values, by a number, in as few branches as will do."""

from __future__ import annotations

from collections.abc import Mapping
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
    branches = [(_is_one_of(number, numbers), value) for value, numbers in shared.values()]
    return ibis.cases(*branches, else_=ibis.null(kind)) if branches else ibis.null(kind)


def _is_one_of(number: Any, numbers: list[int]) -> Any:
    return number == numbers[0] if len(numbers) == 1 else number.isin(numbers)
