"""Leads below the line that are to be worked all the same: who is drawn now, and may be.

Drawn is by a hash (:func:`qualify.learning.exploring.drawn`); what is written down in the end is an assignment like any
other, by :data:`BY_EXPLORING`. So nobody is drawn twice, and taking the assignment back undoes the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction

from qualify.handoff.exploring import came_between, is_time
from qualify.learning.exploring import drawn
from qualify.playbook.handoff import Handoff
from qualify.vocabulary import LADDER
from qualify.web.database import rows, those
from qualify.web.handing import line
from qualify.web.handing.desk import Desk, Plans
from qualify.web.handing.resting import excluded
from qualify.web.living.versions import Versions
from qualify.web.looking.consents import consents_of

BY_EXPLORING: Final = "exploration"
"""Who gave such a lead away: chance."""
LOOK: Final = 3_600_000
"""Milliseconds between two looks who is drawn."""

_CAME: Final = (
    "SELECT p.id, s.cycle, s.stage FROM person p JOIN standing s ON s.person_id = p.id "
    "WHERE p.created_at > %s AND p.created_at <= %s AND s.rep_id IS NULL ORDER BY p.id"
)
_WAITING: Final = (
    "SELECT p.id, s.cycle, s.stage, p.created_at, p.account_id FROM person p JOIN standing s ON s.person_id = p.id "
    "WHERE p.id IN ({}) AND (p.email <> '' OR p.traits LIKE '%%\"phone\"%%')"
)
_AT_IT: Final = tuple(
    f"SELECT owner_id FROM {table} WHERE owner_id IN ({{}}) AND taken_back_at IS NULL"
    for table in ("assignment", "decision", "outcome", "contact")
)


def below(section: Handoff) -> frozenset[str]:
    """The stages of the ladder below all those at which leads are handed over."""
    return frozenset(LADDER[: min(LADDER.index(each) for each in section.at)])


def picked(person_id: int, cycle: int, percent: float) -> bool:
    """Whether chance draws that lead in that cycle; of 1% all are among those of 2%."""
    return drawn(person_id, percent / 100, seed=cycle)


def draws(people: Iterable[int], desk: Desk) -> dict[int, tuple[int, str]]:
    """Those among them who are to be worked at random now: in which cycle and stage each is.

    Nobody whom sales has had, decided on or been in touch with, who cannot be reached, who withdrew a consent, or whose
    account was excluded.
    """
    section = None if desk.plan is None else desk.plan.handoff
    if section is None or section.explore is None or not desk.reps:
        return {}
    stages = below(section)
    found = {
        who: (cycle, stage, account)
        for who, cycle, stage, came_at, account in those(_WAITING, sorted(people))
        if stage in stages and is_time(came_at, desk.now) and picked(who, cycle, section.explore)
    }
    for statement in _AT_IT:
        for (who,) in those(statement, sorted(found)):
            found.pop(who, None)
    return {
        who: (cycle, stage)
        for who, (cycle, stage, account) in found.items()
        if (account is None or excluded(account) is None) and _may_be_asked(who, desk.now)
    }


def _may_be_asked(person_id: int, now: int) -> bool:
    """Whether they withdrew no consent; who was never asked is handed over like anybody."""
    return all(each.given for each in consents_of(person_id, now).values())


class Drawing:
    """Puts whom chance draws into the line of hand-offs, once an hour."""

    def __init__(self) -> None:
        self.plans = Plans(Versions())
        self._looked_at = 0

    def step(self, now: int) -> int:
        """Look who is drawn, where an hour has passed; how many were put into the line."""
        if 0 <= now - self._looked_at < LOOK:
            return 0
        self._looked_at = now
        self.plans.versions.refresh()
        if not self.plans.versions.since(now):
            return 0
        desk = Desk(self.plans, now)
        found = sorted(draws(self._candidates(desk), desk))
        if found:
            with transaction.atomic():
                line.mark(found, now)
        return len(found)

    def _candidates(self, desk: Desk) -> Sequence[int]:
        section = None if desk.plan is None else desk.plan.handoff
        if section is None or section.explore is None:
            return []
        percent, stages = section.explore, below(section)
        came = rows(_CAME, list(came_between(desk.now)))
        return [who for who, cycle, stage in came if stage in stages and picked(who, cycle, percent)]
