"""Moments and durations.

A moment is whole milliseconds since 1970-01-01 UTC, an ``int``: every engine compares those alike.
Date arithmetic is done here, in Python, never in SQL. A score changes only at moments that can be told
in advance, because ages are counted in whole days of 24 hours.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from qualify.errors import QualifyError, did_you_mean, shown
from qualify.speech import sentence

DAY: Final = 86_400_000
"""Milliseconds in a day of 24 hours."""

EARLIEST: Final = -62_135_596_800_000
"""The first moment that can be written as a date (year 1)."""

LATEST: Final = 253_402_300_799_999
"""The last moment that can be written as a date (year 9999)."""

_UNITS: Final = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_DURATION: Final = re.compile(r"\s*([0-9]{1,6})\s*([a-zA-Z]+)\s*")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


LONGEST: Final = 36_500
"""The longest duration in days, a hundred years; a longer one is a slip of the pen."""


def days(text: str | int) -> int:
    """A duration as whole days: ``"30 days"``, ``"4 weeks"``, ``"30d"`` or ``30``.

    Raises :class:`ValueError` for anything else; durations are whole days so that every engine agrees.
    """
    count = text if isinstance(text, int) and not isinstance(text, bool) else _days_of_text(text)
    if not 1 <= count <= LONGEST:
        raise ValueError(
            sentence(
                "a duration of %(found)s; write 1 day to %(most)s days (a hundred years)",
                found=shown(text), most=LONGEST,
            )
        )  # fmt: skip
    return count


def _days_of_text(text: Any) -> int:
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if not match or match[2].lower() not in _UNITS:
        raise ValueError(
            sentence(
                "%(found)s is not a duration; write whole days or weeks, as 30 days or 4 weeks",
                found=shown(text),
            )
        )
    return int(match[1]) * _UNITS[match[2].lower()]


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; raises :class:`ValueError` with the nearest name for any other."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        meant = did_you_mean(name, available_timezones())
        hint = meant or sentence("; write an IANA name such as 'Europe/Berlin'")
        said = sentence("%(found)s is not a time zone%(hint)s", found=shown(name), hint=hint)
        raise ValueError(said) from error


def moment(value: str | int | dt.date | dt.datetime, time_zone: str = "UTC") -> int:
    """A moment as epoch milliseconds.

    A date alone means the *end* of that day in ``time_zone`` ("as of 1 March" includes 1 March);
    a time without a zone is in ``time_zone``; an ``int`` is taken as it is.
    Raises :class:`~qualify.errors.QualifyError` for what is not a moment.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        here = zone(time_zone)
    except ValueError as error:
        raise QualifyError(*error.args) from error
    when = _read(value.strip()) if isinstance(value, str) else value
    if isinstance(when, dt.datetime):
        return milliseconds(when if when.tzinfo else when.replace(tzinfo=here))
    if isinstance(when, dt.date):
        return _end_of_day(when, here)
    raise QualifyError(
        sentence(
            "%(found)s is not a moment; write a date such as 2026-03-01 (its end is meant) "
            "or a time such as 2026-03-01T09:30+01:00",
            found=shown(value),
        )
    )


def _read(text: str) -> dt.date | dt.datetime | None:
    """The date or time that the text is in ISO 8601; None when it is neither."""
    for kind in (dt.date, dt.datetime):
        with contextlib.suppress(ValueError):
            return kind.fromisoformat(text)
    return None


def _end_of_day(day: dt.date, here: ZoneInfo) -> int:
    if day == dt.date.max:
        return LATEST
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=here)
    return milliseconds(midnight) - 1


def milliseconds(when: dt.datetime) -> int:
    """Epoch milliseconds of an aware datetime, rounded down."""
    return (when - _EPOCH) // dt.timedelta(milliseconds=1)


def written(when: int | None, time_zone: str = "UTC", *, seconds: bool = False) -> str:
    """A moment as people read it, in ``time_zone``: ``2026-03-01 09:30``; empty for None."""
    if when is None:
        return ""
    if not EARLIEST + DAY <= when <= LATEST - DAY:
        return f"{when} ms"
    local = (_EPOCH + dt.timedelta(milliseconds=when)).astimezone(zone(time_zone))
    return local.replace(tzinfo=None).isoformat(" ", "seconds" if seconds else "minutes")


def day(when: int | None, time_zone: str = "UTC") -> str:
    """The day of a moment in ``time_zone``, as 2026-03-01; empty for None."""
    return written(when, time_zone)[:10]


def closing_day(look: int, time_zone: str = "UTC") -> str:
    """The day at whose end a look is taken: the day in UTC for a look of :func:`grid`, else that in ``time_zone``."""
    return day(look, "UTC" if (look + 1) % DAY == 0 else time_zone)


def age_in_days(happened_at: int, as_of: int) -> int:
    """Whole days of 24 hours between two moments, rounded down."""
    return (as_of - happened_at) // DAY


Every = Literal["day", "week"]

_MONDAY: Final = 4 * DAY
"""1970-01-05 was a Monday."""


def grid(since: int, until: int, every: Every) -> list[int]:
    """The ends of the days or weeks (Monday to Sunday, UTC) from ``since`` on, and ``until`` itself.

    The grid is fixed, so that a fold of steps over it comes to the same for whatever moment it is asked.
    """
    step, anchor = (DAY, 0) if every == "day" else (7 * DAY, _MONDAY)
    first = anchor + ((since - anchor) // step + 1) * step - 1
    return [*range(first, until, step), until]
