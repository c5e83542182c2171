"""Hours of work as people write and read them, a stretch in a line: Mon–Fri 09:00–17:00."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.errors import QualifyError
from qualify.handoff.facts import Rep
from qualify.playbook.handoff import Handoff
from qualify.playbook.times import WEEKDAYS, Hours, wall

SHORT: Final = (
    gettext_lazy("Mon"), gettext_lazy("Tue"), gettext_lazy("Wed"), gettext_lazy("Thu"), gettext_lazy("Fri"),
    gettext_lazy("Sat"), gettext_lazy("Sun"),
)  # fmt: skip

MOST: Final = 14
"""Stretches of a week at most: two a day."""

_TO = r"\s*(?:-|–|—|to)\s*"
_STRETCH: Final = re.compile(rf"(?P<days>[^\d]+?)\s*(?P<from>\d{{1,2}}:\d\d){_TO}(?P<until>\d{{1,2}}:\d\d)")


def hours_of(text: str) -> list[dict[str, Any]] | None:
    """The hours that a text says, as a rep's settings keep them; None of an empty one.

    Raises :class:`~qualify.errors.QualifyError` with the line that means nothing.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise QualifyError(_("a week has at most %(most)s stretches of work") % {"most": MOST})
    return [_stretch(line) for line in lines] or None


def _stretch(line: str) -> dict[str, Any]:
    found = _STRETCH.fullmatch(line)
    if found is None:
        raise QualifyError(
            _("“%(line)s” is no stretch of work; write days and times, as Mon–Fri 09:00–17:00")
            % {"line": line[:60]}
        )
    return {"days": _days(found["days"], line), "from": found["from"], "until": found["until"]}


def _days(text: str, line: str) -> list[str]:
    days: list[str] = []
    for part in re.split(r"[,;]|\band\b|\s+(?=[^\s–—-])(?<![–—-]\s)", text):
        ends = [each for each in re.split(_TO, part.strip()) if each]
        if not ends:
            continue
        first, last = _day(ends[0], line), _day(ends[-1], line)
        places = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
        days += [WEEKDAYS[place] for place in places]
    return list(dict.fromkeys(days))


def _day(word: str, line: str) -> int:
    said = word.strip().casefold()
    for place, (name, short) in enumerate(zip(WEEKDAYS, SHORT, strict=True)):
        if len(said) >= 2 and (name.startswith(said) or str(short).casefold() == said):
            return place
    raise QualifyError(
        _("“%(day)s” in “%(line)s” is no day of the week") % {"day": said[:30], "line": line[:60]}
    )


def written_hours(hours: Sequence[Hours]) -> list[str]:
    """Hours as lines that :func:`hours_of` reads."""
    return [f"{_spoken(each.days)} {wall(each.from_)}–{wall(each.until)}" for each in hours]


def _spoken(days: Sequence[str]) -> str:
    places = sorted({WEEKDAYS.index(day) for day in days})
    if len(places) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"{SHORT[places[0]]}–{SHORT[places[-1]]}"
    return ", ".join(str(SHORT[place]) for place in places)


def at_work(rep: Rep, section: Handoff | None) -> list[str]:
    """When a rep works: their own hours, or else those of the playbook."""
    hours = rep.hours if rep.hours is not None else section.hours if section is not None else ()
    return written_hours(hours)


def listed(text: str) -> list[str]:
    """Words that are separated by commas."""
    return list(dict.fromkeys(word for each in text.split(",") if (word := " ".join(each.split()))))
