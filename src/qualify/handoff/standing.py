"""What everybody holds: open leads, what they were given when, whose turn it is, whose account it is, who said no.

A fold of facts: the same facts give the same standing, in whatever order they are named.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from qualify.handoff.calendar import Calendar
from qualify.handoff.facts import Assignment, Closing, Ownership, Period, Rejection

Fact: TypeAlias = Assignment | Closing | Ownership | Rejection

_ORDER = (Ownership, Rejection, Closing, Assignment)
"""Of facts of one moment: what ends something goes before what begins something."""


class Standing:
    """What everybody holds, as of the last fact added."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.owners: dict[tuple[str, int], Assignment] = {}
        self.open: Counter[str] = Counter()
        self.credits: dict[str, Counter[str]] = {}
        self.rejections: dict[str, list[Rejection]] = {}
        self._given: dict[str, list[int]] = {}
        self._named: dict[str, str | None] = {}
        self._worked: dict[str, Assignment] = {}
        for fact in in_order(facts):
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Add a fact that is no earlier than those before."""
        if isinstance(fact, Assignment):
            self._assign(fact)
        elif isinstance(fact, Ownership):
            self._named[fact.account_id] = fact.rep_id
        else:
            owned = self._close(fact.lead_id, fact.cycle)
            if isinstance(fact, Rejection):
                self._reject(fact, owned)

    def account_owner(self, account_id: str | None) -> str | None:
        """Whose the account is: as one of us said, else whoever was last given a lead of it and did not refuse it."""
        if account_id is None:
            return None
        if account_id in self._named:
            return self._named[account_id]
        worked = self._worked.get(account_id)
        return worked.rep_id if worked is not None else None

    def given_in_period(self, rep_id: str, at: int, per: Period, calendar: Calendar) -> int:
        """How many leads the rep was given in the calendar period, of their own zone, that ``at`` is in."""
        moments = self._given.get(rep_id, [])
        return bisect_right(moments, at) - bisect_left(moments, period_begins(at, per, calendar))

    def last_given(self, rep_id: str) -> int:
        """When the rep was last given a lead; −1 when never."""
        return self._given.get(rep_id, [-1])[-1]

    def held_by(self, rep_id: str) -> list[Assignment]:
        """The rep's open leads, oldest first."""
        mine = [each for each in self.owners.values() if each.rep_id == rep_id]
        return sorted(mine, key=lambda each: (each.assigned_at, each.lead_id))

    def _assign(self, given: Assignment) -> None:
        self._close(given.lead_id, given.cycle)
        self.owners[given.lead_id, given.cycle] = given
        if given.rep_id is None:
            return
        self.open[given.rep_id] += 1
        insort(self._given.setdefault(given.rep_id, []), given.assigned_at)
        if given.account_id is not None:
            self._worked[given.account_id] = given
        if given.in_turn:
            self._take_turn(given.queue, given.rep_id, given.pool)

    def _take_turn(self, queue: str, rep_id: str, pool: tuple[tuple[str, int], ...]) -> None:
        """Everybody in the pool earns their weight; whose turn it was pays for all."""
        earned = self.credits.setdefault(queue, Counter())
        for each, weight in pool:
            earned[each] += weight
        earned[rep_id] -= sum(weight for _, weight in pool)

    def _close(self, lead_id: str, cycle: int) -> Assignment | None:
        owned = self.owners.pop((lead_id, cycle), None)
        if owned is not None and owned.rep_id is not None:
            self.open[owned.rep_id] -= 1
        return owned

    def _reject(self, rejection: Rejection, owned: Assignment | None) -> None:
        """Who refuses a lead has not thereby won its account."""
        self.rejections.setdefault(rejection.lead_id, []).append(rejection)
        account_id = owned.account_id if owned is not None and owned.rep_id == rejection.rep_id else None
        if account_id is not None and self._worked.get(account_id) is owned:
            del self._worked[account_id]


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The facts in the order in which they happened; of one moment, endings first, then by lead."""
    return sorted(facts, key=_key)


def moment_of(fact: Fact) -> int:
    """When it happened."""
    if isinstance(fact, Assignment):
        return fact.assigned_at
    if isinstance(fact, Ownership):
        return fact.since
    return fact.closed_at if isinstance(fact, Closing) else fact.rejected_at


def _key(fact: Fact) -> tuple[int, int, str, int]:
    place = _ORDER.index(type(fact))
    if isinstance(fact, Ownership):
        return fact.since, place, fact.account_id, 0
    return moment_of(fact), place, fact.lead_id, fact.cycle


def period_begins(at: int, per: Period, calendar: Calendar) -> int:
    """The first moment of the calendar day, week (from Monday) or month that ``at`` is in."""
    day = calendar.local(at).date()
    if per == "week":
        day -= dt.timedelta(days=day.weekday())
    elif per == "month":
        day = day.replace(day=1)
    return calendar.at_wall(day, 0)
