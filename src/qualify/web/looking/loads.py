"""How much everybody has who gets leads, against how much they can take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from qualify.handoff.facts import Period, Rep
from qualify.handoff.standing import period_begins
from qualify.web.database import rows
from qualify.web.handing import people
from qualify.web.handing.desk import Desk
from qualify.web.looking.handing import desk


class Loaded(NamedTuple):
    """How much a rep has: open leads, how many of them late, how many they were given this period, of how many."""

    rep: Rep
    active: bool
    open: int
    late: int
    given: int
    capacity: int | None
    per: str
    away_until: int | None


def loads(now: int) -> list[Loaded]:
    """How much everybody has who gets leads. Five statements, whatever there is."""
    at = desk(now)
    everybody = at.reps if at is not None else people.reps(now)
    counted = {
        rep: (many, late)
        for rep, many, late in rows(
            "SELECT rep_id, count(*), sum(CASE WHEN state = 'late' THEN 1 ELSE 0 END) FROM handoff "
            "WHERE ended_at IS NULL AND rep_id IS NOT NULL GROUP BY rep_id"
        )
    }
    away = {
        each.rep_id: each.ends_at for each in people.absences(now) if each.starts_at <= now < each.ends_at
    }
    begins = {rep.rep_id: _period_begins(rep, at, now) for rep in everybody}
    given = _given_since(begins)
    return [
        Loaded(
            rep, rep.is_active(now), *counted.get(rep.rep_id, (0, 0)), given.get(rep.rep_id, 0),
            None if rep.capacity is None else rep.capacity.leads, _per(rep), away.get(rep.rep_id),
        )
        for rep in everybody
    ]  # fmt: skip


def _per(rep: Rep) -> Period:
    return rep.capacity.per if rep.capacity is not None else "week"


def _period_begins(rep: Rep, at: Desk | None, now: int) -> int:
    """The first moment of the day, week or month of their capacity, in their own zone."""
    if at is None or at.plan is None:
        return now
    return period_begins(now, _per(rep), at.calendars(at.version_id).of(rep.rep_id))


def _given_since(begins: Mapping[str, int]) -> Counter[str]:
    """How many leads each was given since their moment, as their capacity is counted."""
    found = rows(
        "SELECT a.rep_id, a.assigned_at FROM assignment a LEFT JOIN decision d ON d.id = a.decision_id "
        "WHERE a.assigned_at >= %s AND a.rep_id IS NOT NULL AND a.taken_back_at IS NULL AND d.taken_back_at IS NULL",
        [min(begins.values(), default=0)],
    )
    return Counter(rep_id for rep_id, at in found if at >= begins.get(rep_id, at + 1))
