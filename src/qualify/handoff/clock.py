"""The response clock: from the stage reached to the first real contact, in the working time of whoever owns the lead.

It starts when the lead reaches the stage. While nobody owns the lead, the playbook's hours count. A new owner does
not start it anew: the promise was made to the lead and goes on; only the owner's own age starts again. It stops on a
real contact (:mod:`qualify.handoff.contacts`), by whomever of ours, and on nothing else. Where the lead is taken back
before anybody was in touch, it ends without having been answered, which is neither kept nor missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from qualify.handoff.calendar import MINUTE, Calendar, calendar_of, house_calendar
from qualify.handoff.contacts import first_real
from qualify.handoff.facts import Absence, Assignment, Contact, Rep
from qualify.playbook.handoff import Handoff

ClockState: TypeAlias = Literal["running", "warning", "late", "answered", "ended"]


class Calendars:
    """Everybody's calendar as known at a moment (None: with all absences there are); each is made once."""

    def __init__(
        self,
        handoff: Handoff,
        zone: str,
        reps: Iterable[Rep],
        absences: Iterable[Absence] = (),
        as_of: int | None = None,
    ) -> None:
        self.house = house_calendar(handoff, zone)
        away: dict[str, list[Absence]] = {}
        for each in absences:
            if as_of is None or each.known_at is None or each.known_at <= as_of:
                away.setdefault(each.rep_id, []).append(each)
        self._of = {rep.rep_id: calendar_of(rep, handoff, zone, away.get(rep.rep_id, ())) for rep in reps}

    def of(self, rep_id: str | None) -> Calendar:
        """The rep's calendar; the playbook's own for nobody, and for somebody who is not known."""
        return self.house if rep_id is None else self._of.get(rep_id, self.house)


class Promise(NamedTuple):
    """Milliseconds of working time within which the lead hears from us, and how long before its end we warn."""

    within: int
    warn_before: int

    @classmethod
    def of(cls, handoff: Handoff, rule: str = "") -> Promise:
        """The playbook's promise for leads that the rule gave away."""
        return cls(handoff.promise_of(rule) * MINUTE, handoff.warn_before * MINUTE)


@dataclass(frozen=True, slots=True)
class Handed:
    """A lead reached a stage at which it is handed over; ``ended_at``: it was taken back without an answer."""

    lead_id: str
    cycle: int
    reached_at: int
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class Tenure:
    """A rep (None: nobody) owned the lead from ``since`` to ``until``, which came to ``used`` of their working time.

    ``answered``: it ended with the contact.
    """

    rep_id: str | None
    since: int
    until: int
    used: int
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one hand-off as of a moment; durations in milliseconds of working time.

    ``kept``: whether the contact came in time; None while that is open, or when it ended without one. ``left`` is
    negative when it is late by that much. ``told_late``: the contact was in time, but we learnt of it too late.
    ``due_at`` and ``warn_at`` are None when that will not come within three years. ``back_at``: the owner is absent
    until then. ``next_at``: when time alone changes something next.
    """

    state: ClockState
    owner: str | None
    started_at: int
    stopped_at: int | None
    promise: Promise
    used: int
    due_at: int | None
    warn_at: int | None
    kept: bool | None
    contact: Contact | None
    told_late: bool
    tenures: tuple[Tenure, ...]
    back_at: int | None
    next_at: int | None

    @property
    def left(self) -> int:
        """How much working time is left of the promise."""
        return self.promise.within - self.used

    @property
    def owner_used(self) -> int:
        """How much of their working time the present owner has had."""
        return self.tenures[-1].used


def clock(
    handed: Handed,
    assignments: Iterable[Assignment],
    contacts: Iterable[Contact],
    calendars: Calendars,
    promise: Promise,
    now: int,
) -> Clock:
    """The clock at ``now``, which is not before the stage was reached.

    ``assignments`` and ``contacts`` may be of any leads; those of this lead (and cycle) count.
    """
    contact = _answer(handed, contacts, now)
    ended_at = handed.ended_at if handed.ended_at is not None and handed.ended_at <= now else None
    stopped_at = contact.happened_at if contact is not None else ended_at
    owned = _owned(handed, assignments, now if stopped_at is None else stopped_at)
    tenures = _tenures(owned, calendars, now if stopped_at is None else stopped_at, contact is not None)
    # Who owns it afterwards does not matter to when it was due, so the last owner's calendar goes on.
    due_at = _reached(owned, calendars, promise.within)
    warn_at = _reached(owned, calendars, promise.within - promise.warn_before)
    kept = _kept(contact, due_at, now) if ended_at is None or contact is not None else None
    owner = owned[-1][0]
    back_at = None if stopped_at is not None else _back(calendars.of(owner), now)
    return Clock(
        _state(contact, stopped_at, due_at, warn_at, now),
        owner,
        handed.reached_at,
        stopped_at,
        promise,
        sum(each.used for each in tenures),
        due_at,
        warn_at,
        kept,
        contact,
        contact is not None and bool(kept) and due_at is not None and contact.counts_from > due_at,
        tenures,
        back_at,
        None if stopped_at is not None else _next(calendars.of(owner), (warn_at, due_at), now),
    )


def _answer(handed: Handed, contacts: Iterable[Contact], now: int) -> Contact | None:
    """The contact that stops the clock, if it came before the lead was taken back."""
    of_lead = (each for each in contacts if each.lead_id == handed.lead_id)
    found = first_real(of_lead, handed.reached_at, now)
    if found is None or (handed.ended_at is not None and found.happened_at > handed.ended_at):
        return None
    return found


Owned: TypeAlias = list[tuple[str | None, int]]
"""Who owned the lead from when on, oldest first."""


def _owned(handed: Handed, assignments: Iterable[Assignment], until: int) -> Owned:
    mine = [
        each
        for each in assignments
        if (each.lead_id, each.cycle) == (handed.lead_id, handed.cycle) and each.assigned_at <= until
    ]
    owned: Owned = [(None, handed.reached_at)]
    for each in sorted(mine, key=lambda each: each.assigned_at):
        since = max(each.assigned_at, handed.reached_at)
        if since == owned[-1][1]:
            owned.pop()
        if not owned or each.rep_id != owned[-1][0]:
            owned.append((each.rep_id, since))
    return owned


def _tenures(owned: Owned, calendars: Calendars, until: int, answered: bool) -> tuple[Tenure, ...]:
    ends = [*(since for _, since in owned[1:]), until]
    found = [
        Tenure(rep, since, end, calendars.of(rep).used(since, end))
        for (rep, since), end in zip(owned, ends, strict=True)
    ]
    return (*found[:-1], replace(found[-1], answered=answered))


def _reached(owned: Owned, calendars: Calendars, working: int) -> int | None:
    """When so much working time has passed; the last owner keeps the lead."""
    for (rep, since), (_, until) in pairwise(owned):
        used = calendars.of(rep).used(since, until)
        if used >= working:
            return calendars.of(rep).after(since, working)
        working -= used
    rep, since = owned[-1]
    return calendars.of(rep).after(since, working)


def _kept(contact: Contact | None, due_at: int | None, now: int) -> bool | None:
    if contact is not None:
        return due_at is None or contact.happened_at <= due_at
    return False if due_at is not None and now > due_at else None


def _state(
    contact: Contact | None, stopped_at: int | None, due_at: int | None, warn_at: int | None, now: int
) -> ClockState:
    if stopped_at is not None:
        return "answered" if contact is not None else "ended"
    if due_at is not None and now > due_at:
        return "late"
    return "warning" if warn_at is not None and now >= warn_at else "running"


def _back(calendar: Calendar, now: int) -> int | None:
    return next((back for gone, back in calendar.away if gone <= now < back), None)


def _next(calendar: Calendar, turns: Sequence[int | None], now: int) -> int | None:
    warn_at, due_at = turns
    coming = [warn_at, None if due_at is None else due_at + 1]
    coming += [moment for span in calendar.away for moment in span]
    return min((moment for moment in coming if moment is not None and moment > now), default=None)
