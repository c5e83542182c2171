"""Working time: when a rep is at work, how much of it lies between two moments, and when so much of it has passed.

Time of day is the rep's own, and what is counted is time that passes: an hour that the clocks skip in spring is not
worked, and one that they repeat in autumn is worked twice if it is within the hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from qualify.handoff.days_off import is_day_off
from qualify.handoff.facts import Absence, Rep
from qualify.moments import milliseconds
from qualify.playbook.handoff import Handoff
from qualify.playbook.times import WEEKDAYS, DaysOff, Hours

MINUTE = 60_000
"""Milliseconds in a minute."""

Span = tuple[int, int]
"""From a moment until (not including) another."""

_FARTHEST_DAYS = 3 * 366
"""How far ahead working time is looked for; who does not work for three years does not work."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Calendar:
    """When somebody works: hours of the week in a zone, less days off and absences."""

    def __init__(
        self, zone: str, hours: Sequence[Hours], off: DaysOff | None = None, away: Iterable[Span] = ()
    ) -> None:
        self.zone = ZoneInfo(zone)
        self.off = off
        self.away = merged(away)
        self._of_weekday = [_minutes(hours, day) for day in WEEKDAYS]
        self._spans: dict[dt.date, list[Span]] = {}
        self._hours: dict[dt.date, list[Span]] = {}
        self._following: dict[dt.date, dt.date | None] = {}
        self._later: dict[tuple[dt.date, int, int | None], int | None] = {}

    def used(self, start: int, end: int) -> int:
        """Milliseconds of working time from one moment until another; 0 when the second is not later.

        It adds up: ``used(a, b) + used(b, c) == used(a, c)`` for a ≤ b ≤ c.
        """
        return sum(until - since for since, until in self.spans(start, end)) if end > start else 0

    def after(self, start: int, working: int) -> int | None:
        """The first moment by which so many milliseconds of working time have passed; None: not within three years.

        For 0 that is ``start`` itself, at work or not.
        """
        if working <= 0:
            return start
        for since, until in self._from(start):
            if until - since >= working:
                return since + working
            working -= until - since
        return None

    def opens(self, at: int) -> int | None:
        """The first moment at work, not before ``at``; None when there is none within three years."""
        return next((since for since, _ in self._from(at)), None)

    def scheduled(self, at: int) -> int | None:
        """The first moment at which the rep would be at work if there were no absences."""
        day = self.local(at).date()
        for _ in range(_FARTHEST_DAYS):
            found = next((max(since, at) for since, until in self._worked(day) if until > at), None)
            if found is not None:
                return found
            day += dt.timedelta(days=1)
        return None

    def spans(self, start: int, end: int) -> Iterator[Span]:
        """The stretches of working time between two moments, in order."""
        day, last = self.local(start).date(), self.local(end).date()
        while day <= last:
            for since, until in self.of_day(day):
                since, until = max(since, start), min(until, end)
                if since < until:
                    yield since, until
            day += dt.timedelta(days=1)

    def of_day(self, day: dt.date) -> list[Span]:
        """The stretches of working time that begin on that day in the zone, absences taken out."""
        found = self._spans.get(day)
        if found is None:
            found = self._spans[day] = list(without(self._worked(day), self.away))
        return found

    def works_on(self, day: dt.date) -> bool:
        """Whether there is any working time on that day."""
        return bool(self.of_day(day))

    def next_day(self, day: dt.date) -> dt.date | None:
        """The next day with working time; None when there is none within three years. Told once for each day."""
        if day not in self._following:
            days = (day + dt.timedelta(days=count) for count in range(1, _FARTHEST_DAYS))
            self._following[day] = next((each for each in days if self.works_on(each)), None)
        return self._following[day]

    def days_later(self, day: dt.date, many: int, wall: int | None) -> int | None:
        """The first moment at work so many (one at least) working days later, not before that time of day (minutes);
        None when there is none. Told once: many leads are waited with for the same day.
        """
        key = day, many, wall
        if key not in self._later:
            self._later[key] = self._days_later(*key)
        return self._later[key]

    def _days_later(self, day: dt.date, many: int, wall: int | None) -> int | None:
        for _ in range(many):
            found = self.next_day(day)
            if found is None:
                return None
            day = found
        opens = self.of_day(day)[0][0]
        return self.opens(opens if wall is None else max(opens, self.at_wall(day, wall)))

    def local(self, at: int) -> dt.datetime:
        """The moment as the clock on the rep's wall shows it."""
        return (_EPOCH + dt.timedelta(milliseconds=at)).astimezone(self.zone)

    def at_wall(self, day: dt.date, minutes: int) -> int:
        """The moment of a time of day; one that the clocks skip is as much later as they skip."""
        return _moment(day, minutes, self.zone)

    def _from(self, start: int) -> Iterator[Span]:
        day = self.local(start).date()
        for _ in range(_FARTHEST_DAYS):
            for since, until in self.of_day(day):
                if until > start:
                    yield max(since, start), until
            day += dt.timedelta(days=1)

    def _worked(self, day: dt.date) -> list[Span]:
        """The hours of that day as moments, days off left out; told once for each day."""
        found = self._hours.get(day)
        if found is None:
            found = self._hours[day] = self._told(day)
        return found

    def _told(self, day: dt.date) -> list[Span]:
        hours = self._of_weekday[day.weekday()]
        if not hours or (self.off is not None and is_day_off(self.off, day)):
            return []
        # Where a whole day is skipped (Samoa, 30 December 2011), its hours are nobody's.
        begin, end = _moment(day, 0, self.zone), _moment(day + dt.timedelta(days=1), 0, self.zone)
        moments = ((_moment(day, since, self.zone), _moment(day, until, self.zone)) for since, until in hours)
        return merged((max(since, begin), min(until, end)) for since, until in moments)


def calendar_of(rep: Rep, handoff: Handoff, zone: str, absences: Iterable[Absence] = ()) -> Calendar:
    """The rep's calendar: what is the rep's own, else the playbook's; ``zone`` is the playbook's time zone."""
    away = [(each.counts_from, each.ends_at) for each in absences if each.rep_id == rep.rep_id]
    return Calendar(
        rep.time_zone or handoff.time_zone or zone,
        handoff.hours if rep.hours is None else rep.hours,
        handoff.holidays if rep.holidays is None else rep.holidays,
        away,
    )


def house_calendar(handoff: Handoff, zone: str) -> Calendar:
    """The playbook's own hours: by these a lead waits that has no owner yet."""
    return Calendar(handoff.time_zone or zone, handoff.hours, handoff.holidays)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same moments as spans that do not touch, in order; empty ones left out."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if since >= until:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def without(spans: Iterable[Span], away: Sequence[Span]) -> Iterator[Span]:
    """The spans less those that are away; both in order."""
    for since, until in spans:
        for gone, back in away:
            if back <= since or gone >= until:
                continue
            if since < gone:
                yield since, gone
            since = max(since, back)
        if since < until:
            yield since, until


def _minutes(hours: Sequence[Hours], day: str) -> list[Span]:
    return merged((each.from_, each.until) for each in hours if day in each.days)


def _moment(day: dt.date, minutes: int, zone: ZoneInfo) -> int:
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
    return milliseconds(wall.replace(tzinfo=zone))
