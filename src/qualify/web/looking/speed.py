"""How fast leads hear from us: by rep, source and grade, from the hand-offs of a period."""

from __future__ import annotations

from typing import Final, NamedTuple

from qualify.handoff.clock import Clock
from qualify.handoff.speed import Observed, Speed, observed_by_rep, observed_of, speed, speed_by
from qualify.web.database import rows
from qualify.web.handing.minding import known, ticks
from qualify.web.looking.handing import desk

AT_ONCE: Final = 500

MOST: Final = 50_000
"""Hand-offs of a period that are looked at at most."""


class Speeds(NamedTuple):
    """The speed of all hand-offs of a period, and of those of each rep, source and grade."""

    since: int
    until: int
    all: Speed
    by_rep: dict[str, Speed]
    by_source: dict[str, Speed]
    by_grade: dict[str, Speed]


def speeds(now: int, since: int, until: int | None = None) -> Speeds:
    """How fast the leads that reached their stage in the period heard from us, as it stands now."""
    until = now if until is None else min(until, now)
    leads, reps = _observed(now, since, until)
    by_rep = speed_by(lambda each: each.rep_id or "", reps)
    by_source = speed_by(lambda each: each.source, leads)
    return Speeds(since, until, speed(leads), by_rep, by_source, speed_by(lambda each: each.grade, leads))


def _observed(now: int, since: int, until: int) -> tuple[list[Observed], list[Observed]]:
    """Each hand-off as its lead saw it, and as each of its owners did."""
    leads: list[Observed] = []
    reps: list[Observed] = []
    for clock, source, grade in _clocks(now, since, until):
        leads.append(observed_of(clock, source, grade))
        reps += observed_by_rep(clock, source, grade)
    return leads, reps


def _clocks(now: int, since: int, until: int) -> list[tuple[Clock, str, str]]:
    at = desk(now)
    found = rows(
        "SELECT person_id, reached_at, source, grade FROM handoff WHERE reached_at BETWEEN %s AND %s "
        f"ORDER BY reached_at LIMIT {MOST}",
        [since, until],
    )
    if at is None:
        return []
    named = {(who, reached_at): (source, grade) for who, reached_at, source, grade in found}
    clocks: list[tuple[Clock, str, str]] = []
    people = sorted({who for who, _ in named})
    for start in range(0, len(people), AT_ONCE):
        for who, told in known(people[start : start + AT_ONCE], at).items():
            of_period = [spell for spell in told.spells if (who, spell.handed.reached_at) in named]
            clocks += [
                (ticks(spell, told, at).clock, *named[who, spell.handed.reached_at]) for spell in of_period
            ]
    return clocks
