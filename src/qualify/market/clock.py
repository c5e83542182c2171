"""The working calendar: when a business does business.

Time that counts (weekday, office hour, season) is stretched and time that does not is squeezed, so
that a lag drawn in *working time* lands on a believable moment and order is kept: a thing
that comes later in working time comes later on the clock. One millisecond of working time is on average one
millisecond of the calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np

from qualify.market.chance import Floats, Ints

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WEEKDAYS = (1.0, 1.08, 1.08, 1.02, 0.82, 0.12, 0.10)
HOURS = (
    *(0.06, 0.04, 0.03, 0.03, 0.04, 0.08, 0.2, 0.6, 1.6, 2.6, 2.9, 2.7),
    *(1.8, 2.2, 2.7, 2.6, 2.3, 1.6, 0.9, 0.6, 0.5, 0.45, 0.3, 0.15),
)
MONTHS = {
    "north": (0.95, 1.02, 1.08, 1.0, 1.0, 0.98, 0.88, 0.74, 1.08, 1.12, 1.08, 0.7),
    "south": (0.95, 1.02, 1.08, 1.0, 1.0, 0.98, 0.88, 0.38, 1.08, 1.12, 1.08, 0.7),
}
YEAR_END = 0.3
MARGIN_DAYS = 800


def day_start(day: date) -> int:
    """The first millisecond of a day in UTC, since the epoch."""
    return (day - date(1970, 1, 1)).days * DAY


def day_weight(day: date, rhythm: str) -> float:
    """How much business is done on a day: weekday × month, and the quiet days after 24 December."""
    quiet = (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)
    return WEEKDAYS[day.weekday()] * MONTHS[rhythm][day.month - 1] * (YEAR_END if quiet else 1.0)


class Rhythm:
    """One working calendar, in local time: knots on the clock and the working time passed at each."""

    def __init__(self, start: date, end: date, name: str) -> None:
        first = start - timedelta(days=MARGIN_DAYS)
        days = (end - start).days + 2 * MARGIN_DAYS
        weights = np.array([day_weight(first + timedelta(days=n), name) for n in range(days)])
        hourly = np.outer(weights, np.asarray(HOURS)).ravel()
        self.knots: Floats = day_start(first) + np.arange(len(hourly) + 1, dtype=np.float64) * HOUR
        self.worked: Floats = np.concatenate([[0.0], np.cumsum(hourly / hourly.mean())]) * HOUR


LookUp: TypeAlias = Callable[[Rhythm, Floats], Floats]


class Calendar:
    """Working time for people in many countries; `offsets` are their hours ahead of UTC (winter time).

    Summer time is left out: it would move a moment by an hour and teach nothing.
    """

    def __init__(self, start: date, end: date, rhythms: tuple[str, ...], offsets: tuple[float, ...]) -> None:
        self.start, self.end = day_start(start), day_start(end)
        self._rhythms = [Rhythm(start, end, name) for name in MONTHS]
        self._which = np.array([list(MONTHS).index(name) for name in rhythms])
        self._offset = np.array(offsets) * HOUR

    def later(self, moment: Ints, country: Ints, lag: Floats) -> Ints:
        """The moments (ms) that lie `lag` milliseconds of working time after (or, if negative, before)."""
        return self._convert(self._worked(moment, country) + lag, country)

    def between(self, first: Ints, last: Ints, country: Ints, share: Floats) -> Ints:
        """The moments at which `share` (0..1) of the working time from `first` to `last` has passed."""
        opening, closing = self._worked(first, country), self._worked(last, country)
        moments = self._convert(opening + share * (closing - opening), country)
        return np.clip(moments, first, last)

    def _worked(self, moment: Ints, country: Ints) -> Floats:
        local = moment + self._offset[country]
        return self._by_rhythm(local, country, lambda r, x: np.interp(x, r.knots, r.worked))

    def _convert(self, worked: Floats, country: Ints) -> Ints:
        local = self._by_rhythm(worked, country, lambda r, x: np.interp(x, r.worked, r.knots))
        return np.asarray(np.rint(local - self._offset[country]), dtype=np.int64)

    def _by_rhythm(self, values: Floats, country: Ints, look_up: LookUp) -> Floats:
        which = self._which[country]
        found = np.empty(len(values), dtype=np.float64)
        for number, rhythm in enumerate(self._rhythms):
            mine = which == number
            found[mine] = look_up(rhythm, values[mine])
        return found
