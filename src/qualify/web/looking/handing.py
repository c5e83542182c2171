"""The hand-off as pages and the API show it: whose leads are whose and why, clocks, who is to do what today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from django.utils.translation import gettext

from qualify.handoff.calendar import Calendar
from qualify.handoff.clock import Clock
from qualify.handoff.diary import diary
from qualify.handoff.facts import Absence, Assignment, Rep
from qualify.handoff.followups import Exit, Task, tasks_of_day
from qualify.handoff.roster import unknown_names
from qualify.web.database import marks, rows, those
from qualify.web.handing import facts, people
from qualify.web.handing.desk import Desk, Plans
from qualify.web.handing.giving import followed_of
from qualify.web.handing.minding import Known, known, ticks
from qualify.web.handing.post import host
from qualify.web.handing.spells import Spell
from qualify.web.handing.telling import address
from qualify.web.looking.judging import worker

MOST_OPEN: Final = 2_000
"""Leads of one rep that are looked at for their day."""


class Due(NamedTuple):
    """A touch that is to be done, and whom it is about."""

    task: Task
    lead_id: int
    name: str
    company: str


class Held(NamedTuple):
    """An open lead of somebody, with its clock as it was looked at last; moments in epoch milliseconds.

    ``total`` in hundredths of points.
    """

    lead_id: int
    name: str
    company: str
    stage: str
    rep_id: str | None
    state: str
    due_at: int | None
    reached_at: int
    given_at: int | None
    grade: str
    total: int


class Day(NamedTuple):
    """A rep's day: leads that wait for a first contact, what is due longest first; and touches by the day's end.

    ``next`` are the touches of their next day at work, which begins at ``next_at`` (None: nothing is known of it).
    """

    waiting: list[Held]
    tasks: list[Due]
    next: list[Due]
    next_at: int | None


class Loud(NamedTuple):
    """A lead that nobody works on: since when it waits, and why nobody has it."""

    lead_id: int
    name: str
    company: str
    since: int
    due_at: int | None
    state: str
    why: tuple[str, ...]
    grade: str
    total: int
    stage: str


class Whose(NamedTuple):
    """How a lead stands with us now: the clock (None: it is not handed over), who has it and why, what came before.

    ``brought_by`` are all who had it in this cycle, oldest first. ``sequences`` are those it is in, with their
    touches and why they ended.
    """

    clock: Clock | None
    owner: Assignment | None
    owner_name: str
    brought_by: list[Assignment]
    sequences: list[tuple[str, list[Task], Exit | None]]


_HELD = (
    "SELECT h.person_id, p.name, p.email, p.company, s.stage, h.rep_id, h.state, h.due_at, h.reached_at, h.given_at, "
    "s.grade, s.total FROM handoff h JOIN person p ON p.id = h.person_id JOIN standing s ON s.person_id = h.person_id "
    "WHERE h.ended_at IS NULL"
)


def desk(now: int) -> Desk | None:
    """The desk at this moment, only to look; None where there is no playbook."""
    versions = worker().versions
    return Desk(Plans(versions), now) if versions.since(now) else None


def held(rep_id: str) -> list[Held]:
    """The open leads of a rep: those that wait for a first contact first, by when that is due."""
    found = rows(
        f"{_HELD} AND h.rep_id = %s ORDER BY h.stopped_at IS NOT NULL, h.due_at, h.reached_at LIMIT {MOST_OPEN}",
        [rep_id],
    )
    return [Held(who, name or email, *told) for who, name, email, *told in found]


def day(rep_id: str, now: int) -> Day:
    """What a rep has to do by the end of their day, and on their next day at work."""
    mine = held(rep_id)
    waiting = [each for each in mine if each.state in ("running", "warning", "late")]
    at = desk(now)
    if at is None or at.plan is None or not mine:
        return Day(waiting, [], [], None)
    names = {each.lead_id: each for each in mine}
    followed = [each for _, each in followed_of(sorted(names), at)]
    calendar = at.calendars(at.version_id).of(rep_id)
    ends = end_of_day(calendar, now)
    due = tasks_of_day(followed, rep_id, calendar, now)
    next_at = calendar.opens(ends)
    after = tasks_of_day(followed, rep_id, calendar, next_at) if next_at is not None else []
    today = set(due)
    coming = [task for task in after if task not in today]
    return Day(waiting, _dues(due, names), _dues(coming, names), next_at)


def end_of_day(calendar: Calendar, now: int) -> int:
    """The first moment of somebody's next day."""
    return calendar.at_wall(calendar.local(now).date() + dt.timedelta(days=1), 0)


def _dues(tasks: Iterable[Task], names: Mapping[int, Held]) -> list[Due]:
    return [
        Due(task, lead.lead_id, lead.name, lead.company)
        for task in tasks
        if (lead := names.get(int(task.lead_id))) is not None
    ]


class Reached(NamedTuple):
    """How somebody can be reached."""

    email: str
    phone: str


def reached(leads: Iterable[int]) -> dict[int, Reached]:
    """How these leads can be reached, by their numbers."""
    found = those("SELECT id, email, traits FROM person WHERE id IN ({})", sorted(set(leads)))
    return {
        who: Reached(
            email, phone if isinstance(phone := msgspec.json.decode(traits).get("phone", ""), str) else ""
        )
        for who, email, traits in found
    }


def on_their_way(leads: Iterable[int]) -> set[tuple[int, str, int]]:
    """Steps whose mail Qualify has been told to send and has not sent yet: the lead, the sequence, the step."""
    statement = (
        "SELECT person_id, step FROM mail WHERE person_id IN ({}) AND state = 'waiting' AND step <> ''"
    )
    found = [(who, msgspec.json.decode(step)) for who, step in those(statement, sorted(set(leads)))]
    return {(who, sequence, step) for who, (_, sequence, step) in found}


def ical(rep_id: str, now: int) -> bytes:
    """A rep's follow-ups as a calendar to subscribe to."""
    mine, at = {str(each.lead_id): each for each in held(rep_id)}, desk(now)
    followed = followed_of(sorted(int(each) for each in mine), at) if at is not None else []
    tasks = [task for _, each in followed for task in each.tasks if task.rep_id == rep_id]
    names = {who: each.name for who, each in mine.items()}
    return diary(tasks, now, host(), names, {who: address(int(who)) for who in mine})


def unassigned(now: int, most: int | None = None, after: int = 0) -> list[Loud]:
    """The loud list: leads that are handed over and that nobody works on, those that wait longest first.

    ``most`` of them from the one at ``after`` on; None: all.
    """
    at = desk(now)
    if at is None:
        return []
    which, values = _nobodys([rep.rep_id for rep in at.reps if rep.is_active(now)])
    limit = "" if most is None else f" LIMIT {int(most)} OFFSET {int(after)}"
    found = rows(f"{_HELD} AND {which} ORDER BY h.reached_at, h.person_id{limit}", values)
    given = {int(each.lead_id): each for each in facts.assignments([row[0] for row in found])}
    begins = {begun for begun, _ in at.plans.begins}
    return [
        Loud(
            who, name or email, company, since, due_at, state,
            _why(given.get(who), at, waited=since in begins), grade, total, stage,
        )
        for who, name, email, company, stage, _, state, due_at, since, _, grade, total in found
        # Whoever was given one a moment ago has it, although its clock was not looked at since.
        if who not in given or not at.is_active(given[who].rep_id)
    ]  # fmt: skip


def how_many_unassigned(now: int) -> int:
    """How many leads nobody works on: two narrow statements, as every page of some people says it."""
    held_by = rows("SELECT rep_id, count(*) FROM handoff WHERE ended_at IS NULL GROUP BY rep_id")
    if not held_by:
        return 0
    active = {rep.rep_id for rep in people.reps(now) if rep.is_active(now)}
    return sum(many for rep_id, many in held_by if rep_id not in active)


def _nobodys(active: Sequence[str]) -> tuple[str, list[str]]:
    """The condition that none of these has a lead."""
    if not active:
        return "true", []
    return f"(h.rep_id IS NULL OR h.rep_id NOT IN ({marks(len(active))}))", list(active)


def _why(given: Assignment | None, at: Desk, *, waited: bool) -> tuple[str, ...]:
    if given is not None and given.rep_id is not None:
        return (gettext("%(rep)s, who had it, is not active") % {"rep": at.called(given.rep_id)},)
    if given is not None:
        return given.why
    if not at.reps:
        return (gettext("nobody is set up who gets leads"),)
    if waited:
        return (gettext("it was ready before leads were handed over; a few of those are given out each day"),)
    return (gettext("it has not been given to anybody yet"),)


def whose(person_id: int, now: int) -> Whose:
    """Who has a lead and why, and how its clock stands at this very moment."""
    at = desk(now)
    if at is None:
        return Whose(None, None, "", [], [])
    told: Known = known([person_id], at)[person_id]
    spell: Spell | None = told.spells[-1] if told.spells else None
    given = told.of_cycle(spell.handed.cycle) if spell is not None else []
    owner = given[-1] if given and given[-1].rep_id is not None else None
    made = None if spell is None else ticks(spell, told, at).clock
    followed = [(own.sequence, list(each.tasks), each.exit) for own, each in followed_of([person_id], at)]
    return Whose(made, owner, at.called(owner.rep_id) if owner is not None else "", given, followed)


def reps(now: int) -> list[Rep]:
    """Everybody who gets leads, or got them."""
    return people.reps(now)


class Away(NamedTuple):
    """An absence with its number, by which it is called off."""

    id: int
    absence: Absence


def absences(now: int, rep_id: str | None = None) -> list[Away]:
    """Absences that are not over yet (of one rep), the next first."""
    one, values = ("", []) if rep_id is None else (" AND rep_id = %s", [rep_id])
    found = rows(
        "SELECT id, rep_id, starts_at, ends_at, known_at, note FROM absence "
        f"WHERE taken_back_at IS NULL AND ends_at > %s{one} ORDER BY starts_at, id",
        [now, *values],
    )
    return [Away(number, Absence(*row)) for number, *row in found]


def problems(now: int) -> list[str]:
    """What is wrong with the hand-off as it is set up: names of teams and reps in the playbook that nobody has."""
    at = desk(now)
    if at is None or at.plan is None:
        return []
    if not at.reps:
        return ["nobody is set up who gets leads"]
    return unknown_names(at.plan.handoff, [rep for rep in at.reps if rep.is_active(now)])


class Letter(NamedTuple):
    """A mail of the outbox."""

    id: int
    kind: str
    to: str
    subject: str
    state: str
    tries: int
    next_at: int
    created_at: int
    sent_at: int | None
    detail: str


def letters(states: Sequence[str], most: int = 200) -> list[Letter]:
    """Mails in these states (waiting, sent, dead, off), the newest first."""
    found = those(
        'SELECT id, kind, "to", subject, state, tries, next_at, created_at, sent_at, detail FROM mail '
        f"WHERE state IN ({{}}) ORDER BY id DESC LIMIT {int(most)}",
        states,
    )
    return [Letter(*row) for row in found]


def tasks_to_mend(most: int = 200) -> list[tuple[int, str, int]]:
    """What refusals ask somebody to mend: the lead, what to do, since when; the oldest first."""
    found = rows(
        "SELECT owner_id, detail, decided_at FROM decision WHERE decision = 'rejected' AND taken_back_at IS NULL "
        "AND detail LIKE %s ORDER BY decided_at LIMIT %s",
        ['%"task"%', most],
    )
    return [(who, msgspec.json.decode(detail).get("task", ""), at) for who, detail, at in found]
