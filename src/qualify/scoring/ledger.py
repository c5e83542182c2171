"""The ledger: the lines that add up to the scores, as one expression."""

from __future__ import annotations

from typing import Any

import ibis

from qualify.playbook.sections import Bounds
from qualify.scoring.canonical import score_column
from qualify.scoring.earning import earned
from qualify.scoring.expression import Scoring
from qualify.scoring.layout import Scored
from qualify.vocabulary import TOTAL


def lines(scoring: Scoring) -> Any:
    """Every line: ``lead_id, rule, line, n, first_at, last_at, raw, decayed, capped, points``.

    ``rule`` is the rule's number, or for a bound the number of the score (the total: one more than the
    last score); ``line`` says which: rule, cap, score bound, total bound.
    """
    layout, judged = scoring.layout, scoring.judged
    found = [_holding(rule, judged) for rule in layout.conditions]
    found += [_holding_cap(rule, judged) for rule in layout.conditions if _given(rule) != rule.points]
    if scoring.sees_events and layout.behaviour_of_scores:
        found += _behaviour(scoring)
    found += [
        _bound(number, name, judged)
        for number, name in enumerate(layout.score_names)
        if _is_bounded(layout.book.scores[name].bounds)
    ]
    found.append(_bound(len(layout.score_names), TOTAL, judged))
    return ibis.union(*found) if len(found) > 1 else found[0]


def _is_bounded(bounds: Bounds) -> bool:
    return bounds.at_least is not None or bounds.at_most is not None


def _given(rule: Scored) -> int:
    """What a rule that holds or not gives when it holds."""
    return rule.capped(rule.points)


def _holding(rule: Scored, judged: Any) -> Any:
    numbers = {"raw": rule.points, "decayed": rule.points, "capped": _given(rule), "points": rule.points}
    return _line(judged.filter(judged[f"rule_{rule.number}"]), "rule", rule.number, **numbers)


def _holding_cap(rule: Scored, judged: Any) -> Any:
    held = judged.filter(judged[f"rule_{rule.number}"])
    return _line(held, "cap", rule.number, points=_given(rule) - rule.points)


def _behaviour(scoring: Scoring) -> list[Any]:
    """The lines of rules on behaviour, and of their caps.

    Only of leads that exist as of the moment; events may be known before their lead is.
    """
    rules = [rule for rule in scoring.layout.rules if rule.tally is not None]
    found = earned(rules, scoring.tallied, scoring.as_of).semi_join(scoring.judged, "lead_id")
    gives = {name: found[name] for name in ("n", "first_at", "last_at", "raw", "decayed", "capped")}
    taken = found.filter(found.capped != found.decayed)
    return [
        _line(found, "rule", found.rule, **gives, points=found.decayed),
        _line(taken, "cap", taken.rule, points=taken.capped - taken.decayed),
    ]


def _bound(number: int, name: str, judged: Any) -> Any:
    taken = judged[score_column(name)] - judged[f"sum__{name}"]
    bounded = judged.filter(taken != 0)
    points = bounded[score_column(name)] - bounded[f"sum__{name}"]
    return _line(bounded, "total bound" if name == TOTAL else "score bound", number, points=points)


def _line(table: Any, line: str, rule: Any, **numbers: Any) -> Any:
    """Rows of the ledger, with nulls for what the line does not have."""
    number = ibis.literal(rule, "int32") if isinstance(rule, int) else rule
    names = ("n", "first_at", "last_at", "raw", "decayed", "capped", "points")
    values = {name: _typed(numbers.get(name)) for name in names}
    return table.select("lead_id", rule=number, line=ibis.literal(line), **values)


def _typed(value: Any) -> Any:
    if value is None:
        return ibis.null("int64")
    return ibis.literal(value, "int64") if isinstance(value, int) else value
