"""The step of :mod:`~qualify.stages.ladder` for every lead at once, as one Ibis expression."""

from __future__ import annotations

from typing import Any

import ibis

from qualify.criteria.logic import Truth
from qualify.moments import DAY
from qualify.scoring.canonical import Columns
from qualify.scoring.expression import Scoring
from qualify.scoring.facts import Facts
from qualify.scoring.layout import Layout, StageRule
from qualify.scoring.lowering import lowered, surely
from qualify.stages.ladder import FIRST
from qualify.vocabulary import LADDER, OFF_LADDER

STATE: Columns = {
    "lead_id": "string",
    "stage": "string",
    "since": "int64",
    "cycle": "int64",
    "cycle_since": "int64",
}
"""The columns of a table of states: where each lead stood at an earlier moment."""


_STANDING = [name for name in STATE if name != "lead_id"]


def stepped(scoring: Scoring, previous: Any | None = None) -> Any:
    """Each lead's state at the moment, from its state before (none: from the bottom of the ladder).

    ``previous`` has the columns of :data:`STATE`; leads that are not in it start at the bottom.
    """
    before = _before(scoring.judged, previous)
    away = _Standing(before, scoring)
    ended = away.ended()
    judged = before.mutate(ended=ended, back=away.returned() & ended.isnull())
    return _moved(_started_again(judged, scoring), scoring)


def _started_again(table: Any, scoring: Scoring) -> Any:
    """The states, with those that come ``back`` at the bottom of a new cycle.

    Who would be ended again at once does not come back.
    """
    was = table.mutate(**{f"was_{name}": table[name] for name in _STANDING})
    now = ibis.literal(scoring.moment, "int64")
    first = {"stage": ibis.literal(FIRST), "since": now, "cycle": was.cycle + 1, "cycle_since": now}
    fresh = was.mutate(**{name: was.back.ifelse(value, was[name]) for name, value in first.items()})
    stays = fresh.back & _Standing(fresh, scoring).ending().notnull()
    return fresh.mutate(**{name: stays.ifelse(fresh[f"was_{name}"], fresh[name]) for name in _STANDING})


def _before(judged: Any, previous: Any | None) -> Any:
    """The judged leads with the state they were in."""
    if previous is None:
        return judged.mutate(
            stage=ibis.literal(FIRST), since=judged.created_at, cycle=ibis.literal(1, "int64"),
            cycle_since=ibis.literal(-1, "int64"),
        )  # fmt: skip
    joined = judged.left_join(previous, "lead_id")
    first = {"stage": ibis.literal(FIRST), "since": judged.created_at, "cycle": 1, "cycle_since": -1}
    state = [ibis.coalesce(previous[name], _typed(value)).name(name) for name, value in first.items()]
    return joined.select(*(judged[name] for name in judged.columns), *state)


def _typed(value: Any) -> Any:
    return ibis.literal(value, "int64") if isinstance(value, int) else value


def _moved(table: Any, scoring: Scoring) -> Any:
    climbing = _Climbing(_Standing(table, scoring).with_conditions(), scoring.layout)
    table = climbing.table
    off = table.stage.isin(OFF_LADDER)
    stage = ibis.coalesce(
        table.ended, off.ifelse(table.stage, ibis.coalesce(climbing.up(), climbing.down(), table.stage))
    )
    moved = table.mutate(now=stage)
    since = (moved.now == moved.stage).ifelse(moved.since, ibis.literal(scoring.moment, "int64"))
    return moved.select("lead_id", moved.now.name("stage"), since.name("since"), "cycle", "cycle_since")


class _Standing(Facts):
    """What stage conditions may look at: the judged row, and the state."""

    def __init__(self, table: Any, scoring: Scoring) -> None:
        super().__init__(table, scoring.layout, scoring.tables, scoring.as_of)

    def decision(self) -> Any:
        """The newest decision, if it was made in this cycle."""
        if "decisions" not in self.tables or not self.layout.stages:  # without stages nobody asks for them
            return ibis.null("string")
        fresh = surely(self.table.decided_at > self.table.cycle_since)
        return fresh.ifelse(self.table.decision, ibis.null("string"))

    def entered(self) -> Any:
        """When the lead entered its stage."""
        return self.table.since

    def _holds(self, truth: Truth | None) -> Any:
        return ibis.literal(False) if truth is None else surely(lowered(truth, self))

    def enters(self, rule: StageRule) -> Any:
        """Whether the stage's `enter` or `fast_lane` holds."""
        return self._holds(rule.enter) | self._holds(rule.fast_lane)

    def _stayed(self, rule: StageRule) -> Any:
        return self.as_of - self.table.since >= rule.stay * DAY

    def ending(self) -> Any:
        """The ending whose `enter` holds now; null when none does."""
        endings = [(self.enters(rule), rule.name) for rule in reversed(self.layout.endings)]
        return ibis.cases(*endings, else_=ibis.null("string")) if endings else ibis.null("string")

    def ended(self) -> Any:
        """The ending that the lead enters now; null when none, or when it is there already."""
        return self.ending().nullif(self.table.stage)

    def returned(self) -> Any:
        """Whether the lead comes back onto the ladder."""
        known = {rule.name: rule for rule in self.layout.endings}
        back = self.table.stage.isin(OFF_LADDER) & surely(self.decision().isin(["reopened"]))
        for name in OFF_LADDER:
            here = self.table.stage == name
            rule = known.get(name)
            back = back | (here & self._stayed(rule) & self._holds(rule.leave) if rule else here)
        return back

    def with_conditions(self) -> Any:
        """The table with a column for each condition of the ladder.

        They are asked for several times each; written out every time, the statement would take an engine longer
        to plan than to run over a hundred thousand leads.
        """
        rank = ibis.cases(*((self.table.stage == name, place) for place, name in enumerate(LADDER)), else_=-1)
        asked = {"rank": rank}
        for rule in self.layout.climbable:
            asked[_enters(rule)] = self.enters(rule)
            if rule.leave is not None:
                asked[_lets_go(rule)] = self._holds(rule.leave)
                asked[_stayed(rule)] = self._stayed(rule)
        return self.table.mutate(**asked)


def _enters(rule: StageRule) -> str:
    return f"enters__{rule.name}"


def _lets_go(rule: StageRule) -> str:
    return f"lets_go__{rule.name}"


def _stayed(rule: StageRule) -> str:
    return f"stayed__{rule.name}"


class _Climbing:
    """Up and down the ladder, by the columns of its conditions; the ``table`` says who ``leaves``, too."""

    def __init__(self, table: Any, layout: Layout) -> None:
        self.rules = layout.climbable
        self.table = table.mutate(leaves=self._leaves(table))

    def _leaves(self, table: Any) -> Any:
        """Whether the lead leaves its stage; a stage that the playbook does not know is always left."""
        leaves = ~table.stage.isin([FIRST, *OFF_LADDER, *(rule.name for rule in self.rules)])
        for rule in self.rules:
            if rule.leave is not None:
                here = (table.stage == rule.name) & table[_stayed(rule)]
                leaves = leaves | (here & table[_lets_go(rule)] & ~table[_enters(rule)])
        return leaves

    def up(self) -> Any:
        """The highest stage above that the lead enters; null when none."""
        climbs = [
            (self.table[_enters(rule)] & (self.table["rank"] < LADDER.index(rule.name)), rule.name)
            for rule in reversed(self.rules)
        ]
        return ibis.cases(*climbs, else_=ibis.null("string")) if climbs else ibis.null("string")

    def down(self) -> Any:
        """The highest stage below that holds a lead that leaves its stage; null when it does not leave."""
        leaves = self.table.leaves
        holds = [
            (leaves & self._held(rule) & (self.table["rank"] > LADDER.index(rule.name)), rule.name)
            for rule in reversed(self.rules)
        ]
        return ibis.cases(*holds, (leaves, FIRST), else_=ibis.null("string"))

    def _held(self, rule: StageRule) -> Any:
        if rule.leave is None:
            return self.table[_enters(rule)]
        return self.table[_enters(rule)] | ~self.table[_lets_go(rule)]
