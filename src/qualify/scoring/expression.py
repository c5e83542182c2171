"""Playbook + canonical tables + a moment → one Ibis expression for the scores, one for the ledger.

tallied   one row for each lead and tally        (tallying)
known     one row for each lead: what was known  (knowing)
judged    known + tallies + scores + grade       one wide row for each lead
lines     one row for each line of the ledger
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis

from qualify.moments import DAY
from qualify.playbook.sections import Cuts
from qualify.scoring.canonical import Type, columns, score_column
from qualify.scoring.knowing import existing, known
from qualify.scoring.layout import Layout, Scored
from qualify.scoring.leads import Facts
from qualify.scoring.lowering import lowered, surely
from qualify.scoring.tallying import age_in_days, tallied, worth_at
from qualify.vocabulary import TOTAL

AS_OF = 4_242_424_242_424_242
"""Stands for the moment in compiled SQL, where it is replaced by any moment without compiling again."""


def unbound(layout: Layout, present: frozenset[str], key: Type = "string") -> dict[str, Any]:
    """The canonical tables as Ibis tables without data, to build expressions on."""
    return {
        name: ibis.table(schema, name=name)
        for name, schema in columns(layout, key).items()
        if name in present or name == "leads"
    }


@dataclass
class Scoring:
    """The expressions of one playbook over canonical tables, as of a moment (epoch milliseconds)."""

    layout: Layout
    tables: Mapping[str, Any]
    moment: int = AS_OF
    slices: bool = False
    tallied_as: Any = None
    judged_as: Any = None

    @cached_property
    def as_of(self) -> Any:
        """The moment as a literal."""
        return ibis.literal(self.moment, "int64")

    @property
    def sees_events(self) -> bool:
        """Whether there are events to look at; without, behaviour cannot be judged."""
        return "events" in self.tables

    @cached_property
    def tallied(self) -> Any:
        """One row for each lead and tally with occurrences."""
        if self.tallied_as is not None:
            return self.tallied_as
        leads = existing(self.tables["leads"], self.as_of)
        return tallied(self.layout.tallies, self.tables["events"], leads, self.as_of, slices=self.slices)

    @cached_property
    def earned(self) -> Any:
        """What each rule on behaviour gives: ``lead_id, rule, n, first_at, last_at, raw, decayed, capped``."""
        scored = [rule for rule in self.layout.rules if rule.tally is not None]
        by_tally: dict[int, list[Scored]] = {}
        for rule in scored:
            by_tally.setdefault(rule.tally or 0, []).append(rule)
        rounds = max(map(len, by_tally.values()))
        parts = [
            self._earned([rules[turn] for rules in by_tally.values() if turn < len(rules)])
            for turn in range(rounds)
        ]
        return parts[0] if len(parts) == 1 else ibis.union(*parts)

    def _earned(self, rules: list[Scored]) -> Any:
        """The points of rules that use different tallies."""
        table = self.tallied
        chosen = table.filter(table.tally.isin([rule.tally for rule in rules]))
        rule = _by(
            chosen.tally, [(each.tally, ibis.literal(each.number, "int32")) for each in rules], "int32"
        )
        raw = _by(chosen.tally, [(each.tally, self._raw(each, chosen)) for each in rules], "int64")
        decayed = _by(chosen.tally, [(each.tally, self._decayed(each, chosen)) for each in rules], "int64")
        found = chosen.select("lead_id", "n", "first_at", "last_at", rule=rule, raw=raw, decayed=decayed)
        found = found.filter(found.decayed.notnull())
        capped = [(each.number, _capped(found.decayed, each)) for each in rules if each.cap is not None]
        return found.mutate(capped=_by(found.rule, capped, "int64", otherwise=found.decayed))

    def _raw(self, rule: Scored, table: Any) -> Any:
        return table.n * rule.points if rule.counts == "every time" else ibis.literal(rule.points, "int64")

    def _decayed(self, rule: Scored, table: Any) -> Any:
        """What the rule gives today before its cap; null when it does not apply."""
        size = self._size(rule, table)
        signed = -size if rule.points < 0 else size
        applies = table.n >= rule.at_least if rule.at_least > 1 else None
        if rule.counts == "first time" and rule.window is not None:
            recent = table.first_at > self.as_of - rule.window * DAY
            applies = recent if applies is None else applies & recent
        return signed if applies is None else applies.ifelse(signed, ibis.null("int64"))

    def _size(self, rule: Scored, table: Any) -> Any:
        points = abs(rule.points)
        if rule.counts == "every time":
            return table.worth.cast("int64") if rule.half_life else table.n * points
        if rule.half_life is None:
            return ibis.literal(points, "int64")
        moment = table.first_at if rule.counts == "first time" else table.last_at
        return worth_at(age_in_days(moment, self.as_of), points, rule.half_life)

    @cached_property
    def behaved(self) -> Any:
        """One row for each lead with events: its points by score, and the counts that conditions ask for."""
        measured = [self._asked_counts()] if self.layout.conditional_tallies else []
        if any(rule.tally is not None for rule in self.layout.rules):
            measured.append(self._points_by_score())
        if len(measured) == 1:
            return measured[0]
        counts, points = measured
        joined = counts.outer_join(points, "lead_id")
        others = [table[name] for table in measured for name in table.columns if name != "lead_id"]
        return joined.select(ibis.coalesce(counts.lead_id, points.lead_id).name("lead_id"), *others)

    def _points_by_score(self) -> Any:
        earned = self.earned
        measures = {}
        for name in self.layout.score_names:
            mine = [
                rule.number for rule in self.layout.rules if rule.score == name and rule.tally is not None
            ]
            if mine:
                zero = ibis.literal(0.0, "float64")
                points = earned.rule.isin(mine).ifelse(earned.capped.cast("float64"), zero)
                measures[f"earned__{name}"] = points.sum().cast("int64")
        return earned.group_by("lead_id").agg(**measures)

    def _asked_counts(self) -> Any:
        table = self.tallied.filter(self.tallied.tally.isin(self.layout.conditional_tallies))
        measures = {}
        for number in self.layout.conditional_tallies:
            here = table.tally == number
            measures[f"tally_{number}_n"] = here.ifelse(table.n, ibis.null("int64")).max()
            measures[f"tally_{number}_last"] = here.ifelse(table.last_at, ibis.null("int64")).max()
        return table.group_by("lead_id").agg(**measures)

    @cached_property
    def facts(self) -> Any:
        """What was known of each lead, and what it did."""
        facts = known(self.layout, self.tables, self.as_of)
        if not self.sees_events or not self.layout.tallies:
            return facts
        behaved = self.behaved
        added = [name for name in behaved.columns if name != "lead_id"]
        joined = facts.left_join(behaved, "lead_id")
        return joined.select(*(facts[name] for name in facts.columns), *(behaved[name] for name in added))

    @cached_property
    def judged(self) -> Any:
        """One row for each lead: facts, which rules match (``rule_0`` …), scores, total, grade, information."""
        if self.judged_as is not None:
            return self.judged_as
        row = Facts(self.facts, self)
        rules = [rule for rule in self.layout.rules if rule.tally is None]
        matched = self.facts.mutate(**{f"rule_{rule.number}": lowered(rule.truth, row) for rule in rules})
        judged = matched.mutate(
            **{f"sum__{name}": self._sum(name, matched) for name in self.layout.score_names}
        )
        judged = judged.mutate(
            **{score_column(name): self._bounded(name, judged) for name in self.layout.score_names},
            information=self._information(judged),
        )
        judged = judged.mutate(
            sum__total=_added([judged[score_column(name)] for name in self.layout.book.total_of])
        )
        bounds = self.layout.book.total
        judged = judged.mutate(total=_within(judged.sum__total, bounds.at_least, bounds.at_most))
        return judged.mutate(grade=self._grade(judged))

    def _sum(self, name: str, table: Any) -> Any:
        mine = [rule for rule in self.layout.rules if rule.score == name]
        zero = ibis.literal(0, "int64")
        terms = [
            surely(table[f"rule_{rule.number}"]).ifelse(_one_off(rule), zero)
            for rule in mine
            if rule.tally is None
        ]
        if self.sees_events and any(rule.tally is not None for rule in mine):
            terms.append(ibis.coalesce(table[f"earned__{name}"], zero))
        return _added(terms or [zero])

    def _bounded(self, name: str, table: Any) -> Any:
        bounds = self.layout.book.scores[name].bounds
        return _within(table[f"sum__{name}"], bounds.at_least, bounds.at_most)

    def _information(self, table: Any) -> Any:
        """The share of rules that could be judged: behaviour always can when there are events."""
        zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
        judged = [
            table[f"rule_{rule.number}"].isnull().ifelse(zero, one)
            if rule.tally is None
            else (one if self.sees_events else zero)
            for rule in self.layout.rules
        ]
        return _added(judged).cast("float64") / ibis.literal(float(len(judged)), "float64")

    def _grade(self, table: Any) -> Any:
        grades = self.layout.book.grades
        if grades is None:
            return ibis.null("string")
        return _mark(grades.letters, table, "D").concat(_mark(grades.numbers, table, "4"))

    def selected(self) -> Any:
        """The scores alone: ``lead_id, account_id``, each score, ``total, grade, information``."""
        scores = [score_column(name) for name in self.layout.score_names]
        return self.judged.select("lead_id", "account_id", *scores, "total", "grade", "information")

    @cached_property
    def lines(self) -> Any:
        """The ledger: ``lead_id, rule, line, n, first_at, last_at, raw, decayed, capped, points``.

        ``rule`` is the rule's number, or for a bound the number of the score (the total: one more than the
        last score); ``line`` says which: rule, cap, score bound, total bound.
        """
        found = [self._condition_line(rule) for rule in self.layout.rules if rule.tally is None]
        if self.sees_events and any(rule.tally is not None for rule in self.layout.rules):
            found += [self._behaviour_lines(), self._cap_lines()]
        found += [
            self._condition_cap(rule)
            for rule in self.layout.rules
            if rule.tally is None and _one_off(rule) != rule.points
        ]
        for number, name in enumerate([*self.layout.score_names, TOTAL]):
            found.append(self._bound_line(number, name))
        return ibis.union(*found)

    def _condition_line(self, rule: Scored) -> Any:
        matched = self.judged.filter(surely(self.judged[f"rule_{rule.number}"]))
        numbers = {
            "raw": rule.points,
            "decayed": rule.points,
            "capped": _one_off(rule),
            "points": rule.points,
        }
        return _line(matched, "rule", rule.number, **numbers)

    def _condition_cap(self, rule: Scored) -> Any:
        matched = self.judged.filter(surely(self.judged[f"rule_{rule.number}"]))
        return _line(matched, "cap", rule.number, points=_one_off(rule) - rule.points)

    @cached_property
    def _earned_by_leads(self) -> Any:
        """What was earned by leads that exist as of the moment; events may be known before their lead is."""
        return self.earned.semi_join(self.judged, "lead_id")

    def _behaviour_lines(self) -> Any:
        earned = self._earned_by_leads
        return earned.select(
            "lead_id", "rule", ibis.literal("rule").name("line"), "n", "first_at", "last_at",
            "raw", "decayed", "capped", earned.decayed.name("points"),
        )  # fmt: skip

    def _cap_lines(self) -> Any:
        earned = self._earned_by_leads
        earned = earned.filter(earned.capped != earned.decayed)
        return _line(earned, "cap", earned.rule, points=earned.capped - earned.decayed)

    def _bound_line(self, number: int, name: str) -> Any:
        taken = self.judged[score_column(name)] - self.judged[f"sum__{name}"]
        bounded = self.judged.filter(taken != 0)
        points = bounded[score_column(name)] - bounded[f"sum__{name}"]
        return _line(bounded, "total bound" if name == TOTAL else "score bound", number, points=points)


def _by(key: Any, branches: list[tuple[Any, Any]], kind: str, *, otherwise: Any = None) -> Any:
    """One value by the number in ``key``."""
    fallback = ibis.null(kind) if otherwise is None else otherwise
    return (
        ibis.cases(*((key == number, value) for number, value in branches), else_=fallback)
        if branches
        else fallback
    )


def _capped(points: Any, rule: Scored) -> Any:
    limit = rule.cap or 0
    if rule.points < 0:
        return (points < -limit).ifelse(ibis.literal(-limit, "int64"), points)
    return (points > limit).ifelse(ibis.literal(limit, "int64"), points)


def _one_off(rule: Scored) -> int:
    """What a rule that holds or not gives when it holds."""
    return rule.capped(rule.points)


def _added(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _within(points: Any, least: int | None, most: int | None) -> Any:
    if least is not None:
        points = (points < least).ifelse(ibis.literal(least, "int64"), points)
    return points if most is None else (points > most).ifelse(ibis.literal(most, "int64"), points)


def _mark(cuts: Cuts, table: Any, worst: str) -> Any:
    score = table[score_column(cuts.score)]
    return ibis.cases(*((score >= least, mark) for mark, least in cuts.steps()), else_=worst)


def _line(table: Any, line: str, rule: Any, **numbers: Any) -> Any:
    """Rows of the ledger, with nulls for what the line does not have."""

    def column(name: str) -> Any:
        value = numbers.get(name)
        return (
            ibis.literal(value, "int64")
            if isinstance(value, int)
            else ibis.null("int64")
            if value is None
            else value
        ).name(name)

    number = ibis.literal(rule, "int32") if isinstance(rule, int) else rule
    names = ("n", "first_at", "last_at", "raw", "decayed", "capped", "points")
    return table.select(
        table.lead_id, number.name("rule"), ibis.literal(line).name("line"), *map(column, names)
    )
