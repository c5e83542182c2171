"""Moments as files have them, cell by cell: ISO 8601, the formats of exports, epoch numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from qualify.files.dates import END, Format, format_of
from qualify.moments import milliseconds

_NINES = str.maketrans("012345678", "999999999")
_NANOSECONDS = re.compile(r"(\.\d{6})\d+")
_HOURS_ALONE = re.compile(r"([+-]\d\d)$")
_EPOCH = re.compile(r"\d{9,19}(?:\.\d+)?")
_DIGITS = re.compile(r"\d+")
_LONGEST, _MOST_SHAPES = 60, 1_000


class Moments:
    """Reads the moments of one column; which of day and month comes first is worked out from a sample of it."""

    def __init__(self, sample: Iterable[str], time_zone: ZoneInfo) -> None:
        self.zone = time_zone
        self.ambiguous = False
        self.forms: dict[str, Format | None] = {}
        self.day_first = self._day_first(sample)

    def _day_first(self, sample: Iterable[str]) -> bool:
        votes, hyphens = 0, False
        for text in sample:
            form = self._form(text.strip())
            if form is not None and form.either:
                self.ambiguous = True
                first, second = (int(each) for each in _DIGITS.findall(text)[:2])
                votes += (first > 12) - (second > 12)
                hyphens = hyphens or "-" in form.pattern[:4]
        if votes:
            self.ambiguous = False
        # With slashes most files are American, with hyphens hardly any.
        return votes > 0 or (votes == 0 and hyphens)

    def read(self, text: str) -> int | None:
        """The moment as epoch milliseconds; None when there is none, or none between 1970 and 2100."""
        found = self._read(text.strip())
        return found if found is not None and 0 <= found < END else None

    def _read(self, text: str) -> int | None:
        if _EPOCH.fullmatch(text):
            return _of_number(text)
        form = self._form(text)
        if form is None:
            return None
        if form.either and self.day_first:
            form = form.turned()
        if "%n" in form.pattern:
            text, pattern = _NANOSECONDS.sub(r"\1", text), form.pattern.replace("%n", "%f")
        else:
            pattern = form.pattern
        if pattern.endswith("%z"):
            text = _HOURS_ALONE.sub(r"\1:00", text)
        try:
            when = dt.datetime.strptime(text, pattern)
        except ValueError:
            return None
        return milliseconds(self._zoned(when, form))

    def _form(self, text: str) -> Format | None:
        """How a text writes its moment; what has the same shape is written alike."""
        shape = text.translate(_NINES)
        if shape not in self.forms:
            if len(self.forms) > _MOST_SHAPES:
                self.forms.clear()
            self.forms[shape] = format_of(text) if len(text) < _LONGEST else None
        return self.forms[shape]

    def _zoned(self, when: dt.datetime, form: Format) -> dt.datetime:
        """A time without a zone is the file's; the words Z, UTC and GMT are one."""
        if when.tzinfo is not None:
            return when
        return when.replace(tzinfo=dt.UTC if form.zoned else self.zone)


def _of_number(text: str) -> int:
    digits = len(text.partition(".")[0])
    size = 1e3 if digits < 12 else 1 if digits < 15 else 1e-3 if digits < 18 else 1e-6
    return round(float(text) * size)
