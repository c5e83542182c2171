"""The ledger: the lines that add up to the scores, as one expression.

Every table is read once: the sorts of lines that a lead's row can give are a small table, each lead meets each
sort, and what does not hold falls out. With a branch for each sort the leads would be read as often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
from ibis.expr.operations import DummyTable

from qualify.playbook.sections import Bounds
from qualify.scoring.canonical import score_column
from qualify.scoring.choosing import chosen
from qualify.scoring.earning import earned
from qualify.scoring.expression import Scoring
from qualify.scoring.layout import Layout
from qualify.vocabulary import TOTAL


def lines(scoring: Scoring) -> Any:
    """Every line: ``lead_id, rule, line, n, first_at, last_at, raw, decayed, capped, points``.

    ``rule`` is the rule's number, or for a bound the number of the score (the total: one more than the
    last score); ``line`` says which: rule, cap, score bound, total bound.
    """
    found = _of_leads(list(_sorts(scoring.layout)), scoring.judged)
    if scoring.sees_events and scoring.layout.behaviour_of_scores:
        return ibis.union(found, _of_behaviour(scoring))
    return found


@dataclass(frozen=True)
class _Sort:
    """A sort of line that a lead's own row gives.

    Of a rule that holds or not: ``column`` says whether it does, ``points`` what the line is worth. Of a bound:
    ``column`` is the score within it, ``before`` the sum that it limits.
    """

    line: str
    rule: int
    column: str
    before: str = ""
    points: int | None = None
    given: int | None = None
    capped: int | None = None

    def holds(self, table: Any) -> Any:
        """Whether there is such a line."""
        return table[self.column] != table[self.before] if self.before else table[self.column]


def _sorts(layout: Layout) -> Iterator[_Sort]:
    for rule in layout.conditions:
        capped, column = rule.capped(rule.points), f"rule_{rule.number}"
        yield _Sort("rule", rule.number, column, points=rule.points, given=rule.points, capped=capped)
        if capped != rule.points:
            yield _Sort("cap", rule.number, column, points=capped - rule.points)
    for number, name in enumerate(layout.score_names):
        if _is_bounded(layout.book.scores[name].bounds):
            yield _Sort("score bound", number, score_column(name), f"sum__{name}")
    yield _Sort("total bound", len(layout.score_names), TOTAL, f"sum__{TOTAL}")


def _is_bounded(bounds: Bounds) -> bool:
    return bounds.at_least is not None or bounds.at_most is not None


def _of_leads(sorts: list[_Sort], judged: Any) -> Any:
    """The lines that the leads' own rows give: each lead meets each sort, and what holds stays."""
    met = judged.cross_join(_listed(sorts))
    held = met.filter(chosen(met.sort, {at: sort.holds(met) for at, sort in enumerate(sorts)}, "boolean"))
    taken = {at: held[sort.column] - held[sort.before] for at, sort in enumerate(sorts) if sort.before}
    return held.select(
        "lead_id", "rule", "line", **{name: ibis.null("int64") for name in ("n", "first_at", "last_at")},
        raw=held.given, decayed=held.given, capped=held.capped,
        points=ibis.coalesce(held.points, chosen(held.sort, taken, "int64")),
    )  # fmt: skip


def _listed(sorts: list[_Sort]) -> Any:
    """The sorts of lines as a table."""
    rows = [
        _row(
            sort=ibis.literal(at, "int32"), rule=ibis.literal(sort.rule, "int32"), line=ibis.literal(sort.line),
            points=_number(sort.points), given=_number(sort.given), capped=_number(sort.capped),
        )
        for at, sort in enumerate(sorts)
    ]  # fmt: skip
    return ibis.union(*rows) if len(rows) > 1 else rows[0]


def _row(**values: Any) -> Any:
    """A table of one row."""
    return DummyTable(values).to_expr()


def _number(value: int | None) -> Any:
    return ibis.null("int64") if value is None else ibis.literal(value, "int64")


def _of_behaviour(scoring: Scoring) -> Any:
    """The lines of rules on behaviour, and of their caps.

    Only of leads that exist as of the moment; events may be known before their lead is.
    """
    found = earned(scoring.layout, scoring.tallied, scoring.as_of).semi_join(scoring.leads, "lead_id")
    names = ("n", "first_at", "last_at", "raw", "decayed", "capped")
    if all(rule.cap is None for rule in scoring.layout.rules if rule.tally is not None):
        line = ibis.literal("rule").name("line")
        return found.select("lead_id", "rule", line, *names, points=found.decayed)
    met = found.cross_join(ibis.union(*(_row(line=ibis.literal(line)) for line in ("rule", "cap"))))
    held = met.filter((met.line == "rule") | (met.capped != met.decayed))
    ruled = held.line == "rule"
    return held.select(
        "lead_id", "rule", "line",
        **{name: ruled.ifelse(held[name], ibis.null("int64")) for name in names},
        points=ruled.ifelse(held.decayed, held.capped - held.decayed),
    )  # fmt: skip
