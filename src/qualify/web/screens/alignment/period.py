"""The period in the address: the last weeks, whole ones from Monday, or from one day to another."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from qualify.errors import QualifyError
from qualify.web.verbs.leads import one_of_them

LAST: Final = {"4w": 4, "13w": 13, "26w": 26, "52w": 52}
"""Words for the last weeks, as choices, and how many they are."""

USUAL: Final = "13w"
LONGEST: Final = 3 * 366
"""Days of a period at most."""

BY_WEEK: Final = 26 * 7
"""Days up to which a period is told by weeks; longer ones by months."""


class Period(NamedTuple):
    """A period: its first and last day, its word (empty: two days were given), its moments (epoch ms)."""

    first: dt.date
    last: dt.date
    word: str
    since: int
    until: int

    @property
    def by_week(self) -> bool:
        """Whether it is told by weeks, and not by months."""
        return (self.last - self.first).days < BY_WEEK

    @property
    def words(self) -> dict[str, str]:
        """What the address says of it."""
        if not self.word:
            return {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return {} if self.word == USUAL else {"last": self.word}

    def spans(self) -> list[tuple[dt.date, dt.date]]:
        """Its weeks or months, each from its first day to its last within the period."""
        starts, day = [], self.first
        while day <= self.last:
            starts.append(day)
            day = _next(day, by_week=self.by_week)
        ends = [each - dt.timedelta(days=1) for each in starts[1:]]
        return list(zip(starts, [*ends, self.last], strict=True))


def period_in(words: QueryDict, now: int) -> Period:
    """The period that an address asks for; raises :class:`~qualify.errors.QualifyError` for what makes no sense."""
    today = dt.datetime.fromtimestamp(now / 1000, timezone.get_current_timezone()).date()
    first, last = _day(words.get("from", "")), _day(words.get("to", ""))
    word = ""
    if first is None and last is None:
        word = one_of_them(words.get("last") or USUAL, tuple(LAST), "length of time")
        first = today - dt.timedelta(days=today.weekday(), weeks=LAST[word] - 1)
    last = last or today
    first = first or last - dt.timedelta(weeks=LAST[USUAL])
    if first > last:
        raise QualifyError(_("the period ends before it begins; turn the two days round"))
    if (last - first).days > LONGEST:
        raise QualifyError(_("a period is three years long at most"))
    return Period(first, last, word, begin(first), begin(last + dt.timedelta(days=1)))


def begin(day: dt.date) -> int:
    """The first moment of a day, by the clock of whoever reads."""
    return round(dt.datetime.combine(day, dt.time(), timezone.get_current_timezone()).timestamp() * 1000)


def _day(said: str) -> dt.date | None:
    if not said.strip():
        return None
    try:
        found = dt.datetime.strptime(said.strip()[:20], "%Y-%m-%d").date()
    except ValueError as error:
        raise QualifyError(_("%(said)s is no day; write it as 2026-03-31") % {"said": said[:20]}) from error
    if not 1970 <= found.year <= 2100:
        raise QualifyError(_("%(said)s is no day between 1970 and 2100") % {"said": said[:20]})
    return found


def _next(day: dt.date, *, by_week: bool) -> dt.date:
    """The Monday, or the first of the month, that comes next."""
    if by_week:
        return day + dt.timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
