"""The step of :mod:`~qualify.stages.ladder` for every lead at once, as one Ibis expression."""

from __future__ import annotations

from typing import Any

import ibis

from qualify.criteria.logic import Truth
from qualify.moments import DAY
from qualify.scoring.canonical import Columns
from qualify.scoring.expression import Scoring
from qualify.scoring.facts import Facts
from qualify.scoring.layout import StageRule
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
    standing = _Standing(table, scoring)
    off = table.stage.isin(OFF_LADDER)
    up, down = standing.up(), standing.down()
    stage = ibis.coalesce(table.ended, off.ifelse(table.stage, ibis.coalesce(up, down, table.stage)))
    since = (stage == table.stage).ifelse(table.since, standing.as_of)
    return table.select("lead_id", stage.name("stage"), since.name("since"), "cycle", "cycle_since")


class _Standing(Facts):
    """What stage conditions may look at: the judged row, and the state."""

    def __init__(self, table: Any, scoring: Scoring) -> None:
        super().__init__(table, scoring.layout, scoring.tables, scoring.as_of)
        self.rank = ibis.cases(*((table.stage == name, place) for place, name in enumerate(LADDER)), else_=-1)

    def decision(self) -> Any:
        """The newest decision, if it was made in this cycle."""
        if "decisions" not in self.tables:
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
        back = ibis.literal(False)
        for name in OFF_LADDER:
            here = self.table.stage == name
            rule = known.get(name)
            back = back | (here & self._stayed(rule) & self._holds(rule.leave) if rule else here)
        return back

    def up(self) -> Any:
        """The highest stage above that the lead enters; null when none."""
        climbs = [
            (self.enters(rule) & (self.rank < LADDER.index(rule.name)), rule.name)
            for rule in reversed(self.layout.climbable)
        ]
        return ibis.cases(*climbs, else_=ibis.null("string")) if climbs else ibis.null("string")

    def down(self) -> Any:
        """The highest stage below that holds a lead that leaves its stage; null when it does not leave."""
        leaves = self._leaves()
        holds = [
            (leaves & self._held(rule) & (self.rank > LADDER.index(rule.name)), rule.name)
            for rule in reversed(self.layout.climbable)
        ]
        return ibis.cases(*holds, (leaves, FIRST), else_=ibis.null("string"))

    def _leaves(self) -> Any:
        """Whether the lead leaves its stage; a stage that the playbook does not know is always left."""
        known = self.layout.climbable
        unknown = ~self.table.stage.isin([FIRST, *OFF_LADDER, *(rule.name for rule in known)])
        for rule in known:
            if rule.leave is not None:
                here = self.table.stage == rule.name
                unknown = unknown | (here & self._stayed(rule) & self._holds(rule.leave) & ~self.enters(rule))
        return unknown

    def _held(self, rule: StageRule) -> Any:
        if rule.leave is None:
            return self.enters(rule)
        return self.enters(rule) | ~self._holds(rule.leave)
