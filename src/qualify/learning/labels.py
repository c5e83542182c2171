"""What came of each lead, told with respect for time: won within the horizon, not won within it, or undecided.

A lead that is still open, that nobody worked, or whose horizon has not passed is *undecided*: it is no lost lead,
and no training row. Only what was known at the decision time counts as known, whatever came later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import ibis
import numpy as np

from qualify.learning.columns import Floats
from qualify.moments import DAY

WEEK: Final = 7 * DAY
SNAPSHOTS: Final = 26
"""For how many weeks after its creation an open lead is looked at."""
ENDED: Final = ("won", "lost", "disqualified", "rejected", "recycled")
"""What ends sales' work on a lead: from then on it is decided, for this time round."""
_STEPS: Final = ("accepted", "confirmed")


@dataclass(frozen=True)
class Horizon:
    """What is foretold: won within ``days`` of the decision time, by what was known by the moment ``until``.

    ``silence_is_lost`` counts leads without any outcome as lost once their horizon has passed: only for data that
    hold the won alone, where whoever is not among them was lost. ``weekly``: open leads are looked at each week,
    not only when they came and when sales took a step.
    """

    days: int
    until: int
    silence_is_lost: bool = False
    weekly: bool = True

    @property
    def milliseconds(self) -> int:
        """Its length."""
        return self.days * DAY


def usual_horizon(days_to_won: Floats, share: float = 0.85) -> int:
    """A horizon that this share of the won are won within, in whole weeks: at least 14 days, at most 365."""
    if not len(days_to_won):
        return 90
    days = float(np.quantile(days_to_won, share))
    return int(min(max(np.ceil(days / 7) * 7, 14), 365))


def endings(tables: Mapping[str, Any]) -> Any:
    """One row for each lead with a decision: when it was first won, first ended, and first worked."""
    decisions = tables["decisions"]
    won = decisions.decision == "won"
    ended = decisions.decision.isin(ENDED)
    never = ibis.null("int64")
    return decisions.group_by("lead_id").agg(
        won_at=won.ifelse(decisions.decided_at, never).min(),
        ended_at=ended.ifelse(decisions.decided_at, never).min(),
        worked_at=decisions.decided_at.min(),
    )


def decision_times(tables: Mapping[str, Any], horizon: Horizon) -> Any:
    """Every (lead, decision time) that has a label: ``row, lead_id, at, won, ended_at``.

    Decision times are the lead's beginning, the steps that sales took, and the ends of weeks while it was open.
    """
    leads = _begun(tables)
    moments = [leads.select("lead_id", at=leads.begun_at), _steps(tables)]
    if horizon.weekly:
        moments.append(_weeks(leads, horizon))
    every = ibis.union(*moments, distinct=True)
    joined = every.join(leads, "lead_id")
    labelled = _labelled(joined, horizon)
    return labelled.mutate(
        row=ibis.row_number().over(order_by=[labelled.lead_id, labelled.at]).cast("int64")
    ).select("row", "lead_id", "at", "won", "ended_at")


def beginnings(tables: Mapping[str, Any]) -> Any:
    """Every lead at its beginning, decided or not: ``lead_id, at``."""
    leads = _begun(tables)
    return leads.select("lead_id", at=leads.begun_at)


def numbered(decided: Any, begun: Any) -> Any:
    """Labelled rows, and after them the leads' beginnings without a label (``won`` null), numbered anew from 0."""
    nothing = {"won": ibis.null("boolean"), "ended_at": ibis.null("int64")}
    rows = ibis.union(decided.drop("row"), begun.mutate(**nothing).select("lead_id", "at", "won", "ended_at"))
    order = [rows.won.isnull(), rows.lead_id, rows.at]
    return rows.mutate(row=ibis.row_number().over(order_by=order).cast("int64"))


def _begun(tables: Mapping[str, Any]) -> Any:
    """The leads with their endings, and when each began: was created, else did something, else was closed."""
    leads, ends = tables["leads"], endings(tables)
    joined = leads.left_join(ends, "lead_id").select(
        leads.lead_id, leads.created_at, ends.won_at, ends.ended_at, ends.worked_at
    )
    first = ibis.null("int64")
    if "events" in tables:
        events = tables["events"]
        seen = events.group_by("lead_id").agg(first_at=events.happened_at.min())
        joined = joined.left_join(seen, "lead_id").select(
            *(joined[name] for name in joined.columns), seen.first_at
        )
        first = joined.first_at
    created = (joined.created_at > 0).ifelse(joined.created_at, ibis.null("int64"))
    begun = ibis.coalesce(created, first, joined.ended_at - 1)
    return joined.mutate(begun_at=begun).filter(begun.notnull())


def _steps(tables: Mapping[str, Any]) -> Any:
    decisions = tables["decisions"]
    steps = decisions.filter(decisions.decision.isin(_STEPS))
    return steps.select("lead_id", at=steps.decided_at)


def _weeks(leads: Any, horizon: Horizon) -> Any:
    """The weeks of each lead while it was open, a whole number of weeks after it began."""
    last = ibis.least(
        ibis.coalesce(leads.ended_at, ibis.literal(horizon.until, "int64")),
        leads.begun_at + SNAPSHOTS * WEEK,
    )
    weeks = ibis.range(leads.begun_at + WEEK, last, ibis.literal(WEEK, "int64"))
    return leads.select("lead_id", at=weeks.unnest().cast("int64"))


def _labelled(rows: Any, horizon: Horizon) -> Any:
    """The decided among the rows, with whether they were won within the horizon."""
    by = rows.at + horizon.milliseconds
    open_then = rows.ended_at.isnull() | (rows.ended_at > rows.at)
    decided = rows.ended_at.notnull()
    if horizon.silence_is_lost:
        decided = decided | rows.ended_at.isnull()
    old_enough = by <= horizon.until
    won = ibis.coalesce(rows.won_at <= by, ibis.literal(False)) & rows.won_at.notnull()
    return rows.mutate(won=won).filter((rows.at >= rows.begun_at) & open_then & decided & old_enough)


def undecided(tables: Mapping[str, Any], horizon: Horizon) -> Any:
    """One row: how many leads there are, won, ended otherwise, worked but open, never worked, and too young."""
    leads = _begun(tables)
    young = leads.begun_at + horizon.milliseconds > horizon.until
    closed = leads.ended_at.notnull()
    return leads.agg(
        leads=leads.count(),
        won=leads.won_at.notnull().sum(),
        lost=(closed & leads.won_at.isnull()).sum(),
        open=(~closed & leads.worked_at.notnull()).sum(),
        never_worked=(~closed & leads.worked_at.isnull()).sum(),
        too_young=(closed & young).sum(),
    )
