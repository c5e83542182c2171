"""How fast leads hear from us: by rep, source and grade, from the hand-offs of a period.

The clocks are not run again: the worker keeps how each of them stands beside its hand-off, and looks at it again
whenever something changes. A clock that still runs counts up to when it was looked at last.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from qualify.handoff.speed import Observed, Speed, kept_in_time, speed, speed_by
from qualify.web.database import Row, rows

MOST: Final = 50_000
"""Hand-offs of a period that are looked at at most, the newest of it."""


class Speeds(NamedTuple):
    """The speed of all hand-offs of a period, and of those of each rep, source and grade."""

    since: int
    until: int
    all: Speed
    by_rep: dict[str, Speed]
    by_source: dict[str, Speed]
    by_grade: dict[str, Speed]


def speeds(now: int, since: int, until: int | None = None) -> Speeds:
    """How fast the leads that reached their stage in the period heard from us. One statement."""
    until = now if until is None else min(until, now)
    found = _found(since, until)
    leads = [_of_lead(row, now) for row in found]
    by_source = speed_by(lambda each: each.source, leads)
    by_grade = speed_by(lambda each: each.grade, leads)
    return Speeds(since, until, speed(leads), _by_rep(found), by_source, by_grade)


def speeds_of_reps(now: int, since: int) -> tuple[Speed, dict[str, Speed]]:
    """The speed of all hand-offs since then, and of each rep in the time that leads were theirs. One statement."""
    found = _found(since, now)
    return speed(_of_lead(row, now) for row in found), _by_rep(found)


_CLOCKS: Final = (
    "SELECT rep_id, source, grade, state, used, within, kept, due_at, tenures FROM handoff "
    "WHERE reached_at BETWEEN %s AND %s AND (rep_id IS NOT NULL OR due_at IS NOT NULL OR stopped_at IS NOT NULL) "
    f"ORDER BY reached_at DESC LIMIT {MOST}"
)


def _found(since: int, until: int) -> list[Row]:
    """The clocks of the period; leads to whom nobody promised anything yet have none."""
    return rows(_CLOCKS, [since, until])


def _of_lead(row: Row, now: int) -> Observed:
    """A hand-off as its lead saw it, whoever had it."""
    rep, source, grade, state, used, within, kept, due_at, _ = row
    answered = state == "answered"
    in_time = None if kept is None else bool(kept)
    if in_time is None and state in ("running", "warning") and due_at is not None and due_at < now:
        in_time = False
    # Who answers after the last minute of the promise, outside working hours, used no more time and is late.
    used = max(used, within + 1) if answered and in_time is False else used
    return Observed(used, answered, within, in_time, rep, source, grade)


_tenures: Final = msgspec.json.Decoder(list[tuple[str, int, bool]]).decode


def _by_rep(found: list[Row]) -> dict[str, Speed]:
    """The same for each owner they had, each with the working time it was theirs; nobody's time is left out."""
    observed = [
        Observed(used, answered, within, kept_in_time(used, answered, within), rep, source, grade)
        for _, source, grade, _, _, within, _, _, tenures in found
        for rep, used, answered in _tenures(tenures)
    ]
    return speed_by(lambda each: each.rep_id or "", observed)
