"""Moments and durations.

A moment is whole milliseconds since 1970-01-01 UTC, an ``int``: every engine compares those alike.
Date arithmetic is done here, in Python, never in SQL. A score changes only at moments that can be told
in advance, because ages are counted in whole days of 24 hours.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qualify.errors import QualifyError

DAY: Final = 86_400_000
"""Milliseconds in a day of 24 hours."""

EARLIEST: Final = -62_135_596_800_000
"""The first moment that can be written as a date (year 1)."""

LATEST: Final = 253_402_300_799_999
"""The last moment that can be written as a date (year 9999)."""

_UNITS: Final = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_DURATION: Final = re.compile(r"\s*(\d{1,6})\s*([a-zA-Z]+)\s*")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def days(text: str | int) -> int:
    """A duration as whole days: ``"30 days"``, ``"4 weeks"``, ``"30d"`` or ``30``.

    Raises :class:`ValueError` for anything else; durations are whole days so that every engine agrees.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        if text < 1:
            raise ValueError(f"{text} is not a duration; write at least 1 day")
        return text
    match = _DURATION.fullmatch(str(text))
    if not match or match[2].lower() not in _UNITS or int(match[1]) < 1:
        raise ValueError(f"{text!r} is not a duration; write it in whole days or weeks, as '30 days' or '4 weeks'")
    return int(match[1]) * _UNITS[match[2].lower()]


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; raises :class:`ValueError` with an example when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone; write an IANA name such as 'Europe/Berlin'") from error


def moment(value: str | int | dt.date | dt.datetime, time_zone: str = "UTC") -> int:
    """A moment as epoch milliseconds.

    A date alone means the *end* of that day in ``time_zone`` ("as of 1 March" includes 1 March);
    a time without a zone is in ``time_zone``; an ``int`` is taken as it is.
    Raises :class:`~qualify.errors.QualifyError` for what is not a moment.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, dt.datetime):
        return milliseconds(value if value.tzinfo else value.replace(tzinfo=zone(time_zone)))
    if isinstance(value, dt.date):
        return _end_of_day(value, time_zone)
    return _moment_of_text(str(value).strip(), time_zone)


def _moment_of_text(text: str, time_zone: str) -> int:
    try:
        if _DATE.fullmatch(text):
            return _end_of_day(dt.date.fromisoformat(text), time_zone)
        return moment(dt.datetime.fromisoformat(text), time_zone)
    except (ValueError, OverflowError) as error:
        raise QualifyError(
            f"{text!r} is not a moment; write a date such as 2026-03-01 (its end is meant) "
            "or a time such as 2026-03-01T09:30+01:00"
        ) from error


def _end_of_day(day: dt.date, time_zone: str) -> int:
    if day == dt.date.max:
        return LATEST
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone(time_zone))
    return milliseconds(midnight) - 1


def milliseconds(when: dt.datetime) -> int:
    """Epoch milliseconds of an aware datetime, rounded down."""
    return (when - _EPOCH) // dt.timedelta(milliseconds=1)


def written(when: int | None, time_zone: str = "UTC", *, seconds: bool = False) -> str:
    """A moment as people read it, in ``time_zone``: ``2026-03-01 09:30``; empty for None."""
    if when is None:
        return ""
    if not EARLIEST <= when <= LATEST - DAY:
        return f"{when} ms"
    local = (_EPOCH + dt.timedelta(milliseconds=when)).astimezone(zone(time_zone))
    return local.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def age_in_days(happened_at: int, as_of: int) -> int:
    """Whole days of 24 hours between two moments, rounded down."""
    return (as_of - happened_at) // DAY


Every = Literal["day", "week"]

_MONDAY: Final = 4 * DAY
"""1970-01-05 was a Monday."""


def grid(since: int, until: int, every: Every) -> list[int]:
    """The ends of the days or weeks (Monday to Sunday, UTC) after ``since``, and ``until`` itself.

    The grid is fixed, so that a fold of steps over it comes to the same for whatever moment it is asked.
    """
    step, anchor = (DAY, 0) if every == "day" else (7 * DAY, _MONDAY)
    first = anchor + ((since - anchor) // step + 1) * step - 1
    return [*range(first, until, step), until]
