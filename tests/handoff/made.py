"""A world for the hand-off: moments as people write them, a playbook, its reps, and leads that were judged by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from qualify.handoff.clock import Calendars
from qualify.handoff.conditions import Conditions
from qualify.handoff.facts import Absence, Rep
from qualify.handoff.roster import Roster
from qualify.handoff.routing import Arrival, Plan
from qualify.moments import milliseconds
from qualify.playbook import Playbook, parse
from qualify.playbook.handoff import Handoff
from qualify.reading.properties import TRAIT_READINGS
from qualify.scoring.layout import Layout
from qualify.scoring.record import AnswerGiven, Event, Record
from qualify.scoring.single import Judge, Judgement

BERLIN = "Europe/Berlin"
HOUR = 3_600_000
MINUTE = 60_000
DAY = 24 * HOUR

TEXT = """\
playbook: Tools
time_zone: Europe/Berlin
scores:
  fit:
    rules:
      - {points: 30, name: large enough, when: {trait: employees, at_least: 50}}
  engagement:
    rules:
      - {points: 40, name: asked for a demo, counts: once, when: {did: demo_requested}}
      - {points: 5, cap: 20, name: looked at prices, when: {did: pricing_viewed}}
thresholds: {mql: 30}
handoff:
  at: mql
  respond_within: 4 hours
  warn_before: 1 hour
  holidays: {countries: DE}
  rules:
    - {name: account owner first, account_owner: yes}
    - {name: DACH, when: {country: dach}, team: dach, skills_from: language}
    - {name: large, when: {trait: employees, at_least: 1000}, team: field, pick: least busy, respond_within: 2 hours}
    - {name: the rest, team: inside}
  fallback: manager
"""


def at(text: str, zone: str = BERLIN, fold: int = 0) -> int:
    """A moment by the clock on the wall: ``2026-03-02 09:00``."""
    return milliseconds(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold))


def wall(moment: int | None, zone: str = BERLIN) -> str | None:
    """The same the other way round."""
    if moment is None:
        return None
    when = dt.datetime.fromtimestamp(moment / 1000, tz=ZoneInfo(zone)).replace(tzinfo=None)
    return when.isoformat(" ", "minutes" if moment % MINUTE == 0 else "milliseconds")


def handoff(**more: Any) -> Handoff:
    """A section ``handoff`` with these words beside its fallback."""
    return Handoff.model_validate({"fallback": "manager", **more})


def calendars(reps: Iterable[Rep] = (), absences: Iterable[Absence] = (), **more: Any) -> Calendars:
    """Everybody's calendars: Monday to Friday, nine to five in Berlin, unless told otherwise."""
    return Calendars(handoff(**more), BERLIN, reps, absences)


@cache
def book(text: str = TEXT) -> Playbook:
    """The playbook."""
    return parse(text)


@cache
def plan(text: str = TEXT) -> Plan:
    """The playbook's plan."""
    return Plan(book(text))


@cache
def _judge(text: str) -> Judge:
    return Judge(Layout(book(text)))


def judged(
    as_of: int,
    traits: Mapping[str, str] | None = None,
    events: Iterable[tuple[str, int]] = (),
    answers: Iterable[tuple[str, int, int | None, str]] = (),
    text: str = TEXT,
) -> Judgement:
    """A lead with these traits, events (kind, moment) and answers (question, moment, expiry, words), as judged."""
    judge, told = _judge(text), traits or {}
    fields = {*judge.layout.trait_fields, *Conditions(book(text)).trait_fields}
    record = Record(
        "lead",
        traits={each: TRAIT_READINGS[each.reading](told[each.name]) for each in fields if each.name in told},
        events=[Event(kind, moment, moment) for kind, moment in events],
        answers=[AnswerGiven(*each[:3], each[3], {}) for each in answers],
    )
    return judge(record, as_of)


def arrival(lead_id: str, when: int, traits: Mapping[str, str] | None = None, **more: Any) -> Arrival:
    """A lead that reached the stage then, in its first cycle unless told otherwise."""
    events, text = more.pop("events", [("demo_requested", when)]), more.pop("text", TEXT)
    return Arrival(lead_id, more.pop("cycle", 1), when, judged(when, traits, events, text=text), **more)


def roster(reps: Iterable[Rep], absences: Iterable[Absence] = (), text: str = TEXT) -> Roster:
    """These reps under the playbook."""
    ready = plan(text)
    return Roster(reps, absences, ready.handoff, ready.zone)


def rep(rep_id: str, *teams: str, **more: Any) -> Rep:
    """A rep of these teams, called as the id is, with a capital."""
    return Rep(rep_id, more.pop("name", rep_id.capitalize()), teams, **more)
