"""The one-lead path's twin of :mod:`~qualify.scoring.lowering`: a condition → a Python function."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from qualify.criteria import logic
from qualify.criteria.logic import Truth
from qualify.moments import DAY

Judged: TypeAlias = bool | None
"""True, false, or unknown (None)."""

EventView: TypeAlias = Any
"""Anything with ``properties``: the values of fields."""

Test: TypeAlias = Callable[[Any], Judged]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
    "<": operator.lt,
    "<=": operator.le,
}


@functools.singledispatch
def compiled(truth: Truth) -> Test:
    """The condition as a function of a view: an event, or a lead's :class:`~qualify.scoring.single.View`.

    A view has ``properties`` (fields by name and reading); a lead's view also counts, answers, scores …
    """
    raise TypeError(f"no function is defined for {type(truth).__name__}")


@compiled.register
def _(truth: logic.Always) -> Test:
    return lambda view: truth.truth


@compiled.register
def _(truth: logic.Known) -> Test:
    field = truth.field
    return lambda view: view.properties.get(field) is not None


@compiled.register
def _(truth: logic.TextIn) -> Test:
    field, values = truth.field, truth.values

    def test(view: Any) -> Judged:
        value = view.properties.get(field)
        return None if value is None else value in values

    return test


@compiled.register
def _(truth: logic.TextHas) -> Test:
    field, text, at_start = truth.field, truth.text, truth.at_start

    def test(view: Any) -> Judged:
        value = view.properties.get(field)
        return None if value is None else value.startswith(text) if at_start else text in value

    return test


@compiled.register
def _(truth: logic.NumberIs) -> Test:
    field, number, compare = truth.field, truth.number, _COMPARE[truth.comparison]

    def test(view: Any) -> Judged:
        value = view.properties.get(field)
        return None if value is None else compare(value, number)

    return test


@compiled.register
def _(truth: logic.Both) -> Test:
    return _first(tuple(compiled(term) for term in truth.terms), decisive=False)


@compiled.register
def _(truth: logic.Either) -> Test:
    return _first(tuple(compiled(term) for term in truth.terms), decisive=True)


def _first(terms: tuple[Test, ...], *, decisive: bool) -> Test:
    """One decisive term decides; else one unknown makes it unknown."""

    def test(view: Any) -> Judged:
        result: Judged = not decisive
        for term in terms:
            judged = term(view)
            if judged is decisive:
                return decisive
            if judged is None:
                result = None
        return result

    return test


@compiled.register
def _(truth: logic.Not) -> Test:
    term = compiled(truth.term)

    def test(view: Any) -> Judged:
        judged = term(view)
        return None if judged is None else not judged

    return test


@compiled.register
def _(truth: logic.Surely) -> Test:
    term = compiled(truth.term)
    return lambda view: term(view) is True


@compiled.register
def _(truth: logic.Happened) -> Test:
    occurrences, least = truth.occurrences, truth.at_least

    def test(view: Any) -> Judged:
        count = view.count(occurrences)
        return None if count is None else count >= least

    return test


@compiled.register
def _(truth: logic.Quiet) -> Test:
    occurrences, silence = truth.occurrences, truth.days * DAY

    def test(view: Any) -> Judged:
        count = view.count(occurrences)
        if count is None:
            return None
        return bool(count > 0 and view.newest(occurrences) <= view.as_of - silence)

    return test


@compiled.register
def _(truth: logic.HasAnswer) -> Test:
    return lambda view: view.answer(truth) is not None


@compiled.register
def _(truth: logic.Answered) -> Test:
    test_value = compiled(truth.test)

    def test(view: Any) -> Judged:
        answer = view.answer(truth)
        return None if answer is None else test_value(answer)

    return test


@compiled.register
def _(truth: logic.ScoreIs) -> Test:
    name, points, compare = truth.score, truth.points, _COMPARE[truth.comparison]
    return lambda view: compare(view.score(name), points)


@compiled.register
def _(truth: logic.GradeIn) -> Test:
    grades = truth.grades

    def test(view: Any) -> Judged:
        return None if view.grade is None else view.grade in grades

    return test


@compiled.register
def _(truth: logic.DecidedIn) -> Test:
    decisions = truth.decisions
    return lambda view: view.decision in decisions


@compiled.register
def _(truth: logic.CameBack) -> Test:
    occurrences = truth.occurrences

    def test(view: Any) -> Judged:
        newest = view.newest(occurrences)
        return newest is not None and newest > view.entered

    return test
