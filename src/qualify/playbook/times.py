"""Times of day, stretches of working time and days off, as a playbook writes them."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from qualify import moments
from qualify.criteria import Written
from qualify.criteria.values import Among, OneOrMore, Short, Text, wrong
from qualify.errors import did_you_mean, shown
from qualify.speech import marked, say, say_many, sentence, sentence_many

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_WALL = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_WORKING = re.compile(r"\s*([0-9]{1,5})\s*(h|hours?|m|min|minutes?)\s*", re.IGNORECASE)
_WHOLE_DAYS = re.compile(r"\s*[0-9]+\s*(d|days?|w|weeks?)\s*", re.IGNORECASE)
_LONGEST_MINUTES = 60_000
_MIDNIGHT = 24 * 60


def _wall(value: Any) -> int:
    match = _WALL.fullmatch(value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if not 0 <= minutes <= _MIDNIGHT:
        raise ValueError(
            sentence(
                "%(found)s is not a time of day; write one such as 09:00 (24:00 ends the day)",
                found=shown(value),
            )
        )
    return minutes


WallTime: TypeAlias = Annotated[
    int,
    BeforeValidator(_wall),
    WithJsonSchema({"type": "string", "pattern": r"^(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)$"}),
]
"""A time of day, held as minutes since midnight; written as ``09:00``."""


def working_minutes(value: Any) -> int:
    """Minutes of working time: ``"4 hours"``, ``"30 minutes"``; raises ``ValueError`` for anything else."""
    match = _WORKING.fullmatch(value) if isinstance(value, str) else None
    if match is None and isinstance(value, str) and _WHOLE_DAYS.fullmatch(value):
        raise ValueError(
            sentence(
                "%(found)s: working time is counted in hours, as a working day is as long as yours is; "
                "write 8 hours for a day of 8 hours",
                found=shown(value),
            )
        )
    if match is None:
        raise ValueError(
            sentence(
                "%(found)s is no stretch of time; write hours or minutes, as 4 hours", found=shown(value)
            )
        )
    minutes = int(match[1]) * (60 if match[2].lower().startswith("h") else 1)
    if not 1 <= minutes <= _LONGEST_MINUTES:
        raise ValueError(
            sentence("%(found)s is no stretch of time; write 1 minute to 1000 hours", found=shown(value))
        )
    return minutes


WorkingTime: TypeAlias = Annotated[
    int,
    BeforeValidator(working_minutes),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^ *[0-9]{1,5} *([hH]([oO][uU][rR][sS]?)?|[mM]([iI][nN]([uU][tT][eE][sS]?)?)?) *$",
        }
    ),
]
"""A stretch of hours and minutes, held as minutes; written as ``4 hours``."""


def _zone(name: str) -> str:
    moments.zone(name)
    return name


ZoneName: TypeAlias = Annotated[Text, AfterValidator(_zone)]
"""An IANA time zone."""

Weekday: TypeAlias = Annotated[Text, Among(WEEKDAYS, marked("day of the week"))]


def _date(text: Any) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except (TypeError, ValueError) as error:
        raise ValueError(
            sentence("%(found)s is not a date; write one as 2026-12-24", found=shown(text))
        ) from error


Date: TypeAlias = Annotated[
    str, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date", "minLength": 10})
]
"""A date, as ``2026-12-24``."""


@lru_cache(maxsize=256)
def calendar_code(code: str) -> str:
    """A calendar of public holidays: ``DE``, or ``DE-BY`` for a part of a country.

    Raises :class:`ValueError` with the nearest one for a code that the ``holidays`` package does not know.
    """
    import holidays

    country, _, part = code.strip().upper().partition("-")
    try:
        found = holidays.country_holidays(country)
    except (NotImplementedError, AttributeError):
        # To name the nearest one takes loading all of them, which is left for when it is needed.
        known = holidays.list_supported_countries(include_aliases=True)
        hint = did_you_mean(country, known) or sentence(
            "; write a code of two letters such as DE, or DE-BY for a part"
        )
        said = sentence("no public holidays are known for %(found)s%(hint)s", found=shown(code), hint=hint)
        raise ValueError(said) from None
    parts = {each.upper(): each for each in found.subdivisions}
    if part and part not in parts:
        some = ", ".join(found.subdivisions[:16])
        hint = sentence("; its parts are %(parts)s", parts=some) if parts else sentence("; it has no parts")
        raise ValueError(
            sentence(
                "%(found)s is no part of %(country)s%(hint)s", found=shown(code), country=country, hint=hint
            )
        )
    return f"{country}-{parts[part]}" if part else country


CalendarCode: TypeAlias = Annotated[Text, AfterValidator(calendar_code)]
"""Whose public holidays: a country's, or a part's of one."""


class Hours(Written):
    """A stretch of the days on which people work: which days, from when until when."""

    days: OneOrMore[Weekday] = Field(
        WEEKDAYS[:5], description="on which days; Monday to Friday when left out"
    )
    from_: WallTime = Field(9 * 60, alias="from", description="from when; 09:00 when left out")
    until: WallTime = Field(17 * 60, description="until when; 17:00 when left out")

    def model_post_init(self, context: Any, /) -> None:
        """Refuse hours that end before they begin."""
        if self.until <= self.from_:
            said = sentence(
                "until %(until)s is not after from %(begin)s; "
                "write a night shift as two entries, one to 24:00 and one from 00:00",
                until=wall(self.until), begin=wall(self.from_),
            )  # fmt: skip
            raise wrong("until", said)

    def sentence(self) -> str:
        """As "Monday to Friday 09:00 to 17:00"."""
        days, begin, end = _days(self.days), wall(self.from_), wall(self.until)
        return say("%(days)s %(begin)s to %(end)s", days=days, begin=begin, end=end)


def wall(minutes: int) -> str:
    """Minutes since midnight as ``09:00``."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def spoken(minutes: int) -> str:
    """Minutes as people say them: "4 hours", "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    some = sentence_many("%(count)s hour", "%(count)s hours", hours)
    few = sentence_many("%(count)s minute", "%(count)s minutes", rest)
    if hours and rest:
        return sentence("%(hours)s %(minutes)s", hours=some, minutes=few)
    return some if hours else few


_NAMED = (
    marked("Monday"), marked("Tuesday"), marked("Wednesday"), marked("Thursday"), marked("Friday"),
    marked("Saturday"), marked("Sunday"),
)  # fmt: skip


def _days(days: tuple[str, ...]) -> str:
    places = sorted(WEEKDAYS.index(day) for day in set(days))
    named = [say(_NAMED[place]) for place in places]
    if len(places) > 2 and places == list(range(places[0], places[-1] + 1)):
        return say("%(first)s to %(last)s", first=named[0], last=named[-1])
    return ", ".join(named)


class DaysOff(Written):
    """Days on which nobody works: public holidays of countries, and dates of your own."""

    countries: Annotated[tuple[CalendarCode, ...], BeforeValidator(lambda value: _listed(value)), Short()] = (
        Field((), description="whose public holidays: DE, or DE-BY for a part of a country")
    )
    dates: Annotated[tuple[Date, ...], BeforeValidator(lambda value: _listed(value)), Short()] = Field(
        (), description="further dates, as 2026-12-24"
    )

    def sentence(self) -> str:
        """As "not on public holidays of DE-BY, nor on 2 days more"."""
        said, many = [], len(self.dates)
        if self.countries:
            countries = f" {say('and')} ".join(self.countries)
            said.append(say("not on public holidays of %(countries)s", countries=countries))
        if many and said:
            said.append(say_many("%(count)s more day off", "%(count)s more days off", many))
        elif many:
            said.append(say_many("%(count)s day off", "%(count)s days off", many))
        return ", ".join(said)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)
