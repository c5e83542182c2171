"""A rep's follow-ups as an iCalendar (RFC 5545), for the calendar they look at anyway; written by ``icalendar``."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from qualify.handoff.followups import Task

if TYPE_CHECKING:
    from icalendar import Event

MINUTES = 15
"""How long a follow-up stands in the calendar."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def diary(
    tasks: Iterable[Task],
    as_of: int,
    host: str,
    names: Mapping[str, str] | None = None,
    addresses: Mapping[str, str] | None = None,
) -> bytes:
    """The tasks as a calendar to subscribe to or to send; done and skipped ones are left out.

    ``names`` and ``addresses`` are what the leads are called and where they are looked at, by lead. The same task has
    the same UID at ``host`` whenever it is asked for, so a moved task moves, and a cancelled one goes.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Qualify//follow-ups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for task in tasks:
        if task.state not in ("done", "skipped"):
            name = (names or {}).get(task.lead_id, task.lead_id)
            calendar.add_component(_event(task, name, (addresses or {}).get(task.lead_id, ""), as_of, host))
    made: bytes = calendar.to_ical()
    return made


def uid(task: Task, host: str) -> str:
    """What the task is called in calendars: the same whenever it is asked for."""
    said = "\0".join((task.lead_id, str(task.cycle), task.sequence, str(task.step)))
    return f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@{host}"


def _event(task: Task, name: str, address: str, as_of: int, host: str) -> Event:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", uid(task, host))
    event.add("dtstamp", _moment(as_of))
    event.add("dtstart", _moment(task.due_at))
    event.add("dtend", _moment(task.due_at + MINUTES * 60_000))
    event.add("summary", f"{task.channel}: {task.title} – {name}")
    if text := "\n\n".join(each for each in (task.text, task.moved, address) if each):
        event.add("description", text)
    if address:
        event.add("url", address)
    event.add("status", "CANCELLED" if task.state == "cancelled" else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if task.state != "cancelled":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", task.title)
        alarm.add("trigger", dt.timedelta())
        event.add_component(alarm)
    return event


def _moment(at: int) -> dt.datetime:
    return (_EPOCH + dt.timedelta(milliseconds=at)).replace(microsecond=0)
