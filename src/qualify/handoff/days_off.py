"""Public holidays, by the ``holidays`` package (MIT), which is asked when a calendar is first needed."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from qualify.playbook.times import DaysOff


def is_day_off(off: DaysOff, day: dt.date) -> bool:
    """Whether the day is a public holiday of one of the countries, or one of the dates."""
    if day.isoformat() in off.dates:
        return True
    return any(day in public_holidays(code, day.year) for code in off.countries)


@lru_cache(maxsize=512)
def public_holidays(code: str, year: int) -> frozenset[dt.date]:
    """The public holidays of a country (``DE``) or a part of one (``DE-BY``) in a year."""
    import holidays

    country, _, part = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
