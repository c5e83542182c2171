"""Webinars: fixed dates every second week, registrations before, lists of who came uploaded after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from qualify.market.chance import Chance, Ints, happens
from qualify.market.clock import DAY, HOUR, MINUTE, day_start
from qualify.market.drafts import Drafts, draft

TITLES = (
    "Lead scoring without the arguments",
    "From MQL to revenue in one quarter",
    "Product-led and sales-led together",
    "What your CRM data is hiding",
    "Account scoring for small teams",
    "Reading intent signals",
)
ATTENDANCE = 0.45
EVERY_DAYS = 14


@dataclass(frozen=True)
class Webinars:
    """The webinars' moments (ms), ascending, and titles; the last ones lie after the market's end."""

    moments: Ints
    titles: list[str]

    def next_after(self, moment: Ints) -> Ints:
        """The number of the first webinar after each moment."""
        found = np.searchsorted(self.moments, moment, side="right")
        return np.minimum(found, len(self.moments) - 1)


def schedule(start: date, end: date) -> Webinars:
    """A webinar every second Thursday at 15:00 UTC, from before the start until well after the end."""
    first = start - timedelta(days=start.weekday() + 4)
    days = range(0, (end - first).days + 60 * EVERY_DAYS, EVERY_DAYS)
    moments = [day_start(first + timedelta(days=n)) + 15 * HOUR for n in days]
    return Webinars(np.array(moments), [TITLES[number % len(TITLES)] for number in range(len(moments))])


def attended(chance: Chance, registered: Drafts, webinars: Webinars) -> Drafts:
    """Who of the registered came, a few minutes early or late; the list is uploaded hours to days later."""
    came = registered.only(happens(chance, ATTENDANCE, len(registered)))
    size = len(came)
    begins = webinars.moments[came.detail]
    happened = begins + (chance.normal(2.0, 4.0, size) * MINUTE).astype(np.int64)
    happened = np.maximum(happened, came.happened + MINUTE)
    minutes = chance.integers(5, 60, size)
    upload = 3.0 * HOUR + chance.permuted(np.arange(len(webinars.moments)) % 4) * 0.75 * DAY
    # One upload per webinar, so everybody's row of it arrives together.
    delay = begins + HOUR + upload[came.detail] - happened
    return draft(
        "webinar_attended",
        came.actor.astype(np.int64),
        happened,
        detail=came.detail,
        number=minutes,
        delay=delay,
    )
