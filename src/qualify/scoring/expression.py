"""Playbook + canonical tables + a moment → one Ibis expression for the scores, one for the ledger.

tallied   one row for each lead and tally            (tallying)
known     one row for each lead: what was known      (knowing)
facts     known, and what the lead did               one wide row for each lead
judged    which rules hold, scores, total, grade     one row for each lead
lines     one row for each line of the ledger        (ledger)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis

from qualify.playbook.sections import Cuts
from qualify.scoring.canonical import Type, columns, judged_columns, score_column
from qualify.scoring.earning import points_of
from qualify.scoring.facts import Facts
from qualify.scoring.knowing import existing, known
from qualify.scoring.layout import Layout
from qualify.scoring.lowering import lowered
from qualify.scoring.tallying import tallied

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
    """The expressions of one playbook over canonical tables, as of a moment (epoch milliseconds).

    ``tallied_as`` and ``judged_as`` are tables that hold those steps already.
    """

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

    @property
    def leads(self) -> Any:
        """The leads that exist as of the moment: a table with their ``lead_id``, the smallest that there is."""
        return existing(self.tables["leads"], self.as_of) if self.judged_as is None else self.judged_as

    @cached_property
    def tallied(self) -> Any:
        """One row for each lead and tally with occurrences."""
        if self.tallied_as is not None:
            return self.tallied_as
        leads = existing(self.tables["leads"], self.as_of)
        return tallied(self.layout.tallies, self.tables["events"], leads, self.as_of, slices=self.slices)

    @cached_property
    def behaved(self) -> Any:
        """One row for each lead with events: its points by score, and the counts that conditions ask for."""
        table, measures = self.tallied, {}
        for name, rules in self.layout.behaviour_of_scores.items():
            measures[f"earned__{name}"] = points_of(rules, table, self.as_of).sum().cast("int64")
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
        """One row for each lead, with the columns of :func:`~qualify.scoring.canonical.judged_columns`."""
        if self.judged_as is not None:
            return self.judged_as
        row = Facts(self.facts, self.layout, self.tables, self.as_of)
        names = self.layout.score_names
        judged = self.facts.mutate(
            **{f"rule_{rule.number}": lowered(rule.truth, row) for rule in self.layout.conditions}
        )
        judged = judged.mutate(
            **{f"sum__{name}": self._sum(name, judged) for name in names},
            information=self._information(judged),
        )
        judged = judged.mutate(**{score_column(name): self._bounded(name, judged) for name in names})
        judged = judged.mutate(
            sum__total=_added([judged[score_column(name)] for name in self.layout.book.total_of])
        )
        bounds = self.layout.book.total
        judged = judged.mutate(total=_within(judged.sum__total, bounds.at_least, bounds.at_most))
        return judged.mutate(grade=self._grade(judged)).select(
            *judged_columns(self.layout, frozenset(self.tables))
        )

    def _sum(self, name: str, table: Any) -> Any:
        zero = ibis.literal(0, "int64")
        terms = [
            table[f"rule_{rule.number}"].ifelse(ibis.literal(rule.capped(rule.points), "int64"), zero)
            for rule in self.layout.conditions
            if rule.score == name
        ]
        if self.sees_events and name in self.layout.behaviour_of_scores:
            terms.append(ibis.coalesce(table[f"earned__{name}"], zero))
        return _added(terms or [zero])

    def _bounded(self, name: str, table: Any) -> Any:
        bounds = self.layout.book.scores[name].bounds
        return _within(table[f"sum__{name}"], bounds.at_least, bounds.at_most)

    def _information(self, table: Any) -> Any:
        """The share of rules that could be judged: behaviour always can when there are events."""
        zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
        behaviour = len(self.layout.rules) - len(self.layout.conditions) if self.sees_events else 0
        terms = [table[f"rule_{rule.number}"].isnull().ifelse(zero, one) for rule in self.layout.conditions]
        judged = _added([ibis.literal(behaviour, "int64"), *terms])
        return judged.cast("float64") / ibis.literal(float(len(self.layout.rules)), "float64")

    def _grade(self, table: Any) -> Any:
        grades = self.layout.book.grades
        if grades is None:
            return ibis.null("string")
        return _mark(grades.letters, table, "D").concat(_mark(grades.numbers, table, "4"))

    def selected(self) -> Any:
        """The scores alone: ``lead_id, account_id``, each score, ``total, grade, information``."""
        scores = [score_column(name) for name in self.layout.score_names]
        return self.judged.select("lead_id", "account_id", *scores, "total", "grade", "information")


def _added(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _within(points: Any, least: int | None, most: int | None) -> Any:
    if least is not None:
        points = ibis.greatest(points, ibis.literal(least, "int64"))
    return points if most is None else ibis.least(points, ibis.literal(most, "int64"))


def _mark(cuts: Cuts, table: Any, worst: str) -> Any:
    score = table[score_column(cuts.score)]
    return ibis.cases(*((score >= least, mark) for mark, least in cuts.steps()), else_=worst)
