"""The working calendar keeps order, and lands in working hours."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from qualify.market.clock import DAY, HOUR, Calendar, day_start, day_weight

BERLIN, MADRID, CALIFORNIA = 0, 1, 2
MONDAY_NOON = day_start(date(2026, 3, 2)) + 12 * HOUR


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar(date(2026, 1, 1), date(2026, 12, 31), ("north", "south", "north"), (1, 1, -8))


def moments(count: int, moment: int = MONDAY_NOON) -> np.ndarray:
    return np.full(count, moment)


def test_more_working_time_is_later(calendar):
    lags = np.sort(np.random.default_rng(1).uniform(-90 * DAY, 90 * DAY, 2_000))
    later = calendar.later(moments(2_000), np.full(2_000, BERLIN), lags)
    assert (np.diff(later) >= 0).all()


def test_no_time_is_no_time_and_there_and_back_is_home(calendar):
    country = np.arange(30) % 3
    lags = np.linspace(0, 60 * DAY, 30)
    there = calendar.later(moments(30), country, lags)
    assert there[0] == MONDAY_NOON
    assert np.abs(calendar.later(there, country, -lags) - MONDAY_NOON).max() <= 60_000


def test_a_year_of_working_time_is_about_a_year(calendar):
    [later] = calendar.later(
        moments(1, day_start(date(2026, 1, 1))), np.array([BERLIN]), np.array([365.0 * DAY])
    )
    assert (later - day_start(date(2026, 1, 1))) / DAY == pytest.approx(365, abs=6)


def test_most_moments_lie_in_office_hours_of_weekdays_where_people_are(calendar):
    shares = np.random.default_rng(2).random(4_000)
    for country, hours_ahead in ((BERLIN, 1), (CALIFORNIA, -8)):
        first, last = moments(4_000, calendar.start), moments(4_000, calendar.end)
        local = calendar.between(first, last, np.full(4_000, country), shares) + hours_ahead * HOUR
        assert ((local % DAY >= 8 * HOUR) & (local % DAY < 18 * HOUR)).mean() > 0.75
        assert ((local // DAY + 3) % 7 < 5).mean() > 0.9


def test_august_is_quieter_in_the_south(calendar):
    assert day_weight(date(2026, 8, 5), "south") < 0.6 * day_weight(date(2026, 8, 5), "north")
    august = [day_start(date(2026, 8, 1)), day_start(date(2026, 9, 1))]
    shares = np.linspace(0, 1, 4_001)
    first, last = moments(4_001, calendar.start), moments(4_001, calendar.end)
    busy = {}
    for country in (BERLIN, MADRID):
        when = calendar.between(first, last, np.full(4_001, country), shares)
        busy[country] = ((when >= august[0]) & (when < august[1])).mean()
    assert busy[MADRID] < 0.7 * busy[BERLIN]


def test_between_stays_between(calendar):
    shares = np.array([0.0, 0.5, 1.0])
    country = np.array([BERLIN, MADRID, CALIFORNIA])
    when = calendar.between(moments(3), moments(3, MONDAY_NOON + HOUR), country, shares)
    assert when[0] == MONDAY_NOON
    assert when[2] == MONDAY_NOON + HOUR
    assert MONDAY_NOON < when[1] < MONDAY_NOON + HOUR
