"""Kinds of event that stop are missed within days; a quiet time, weekends and rare mailings raise no alarm."""

from __future__ import annotations

import numpy as np

from qualify.learning.drift import SPANS, WEEKS_BEFORE, silent

DAYS = 400
WEEKDAYS = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.1, 0.05])


def days_of(a_day: float, seed: int) -> np.ndarray:
    """How many came on each day: less at weekends, and in bunches."""
    chance = np.random.default_rng(seed)
    mean = a_day * WEEKDAYS[np.arange(DAYS) % 7] * chance.gamma(4, 1 / 4, DAYS)
    return chance.poisson(mean)


def looked(daily: np.ndarray, night: int) -> dict[int, list[int]]:
    """What the night's look counts."""
    return {
        span: [
            int(daily[night - 7 * back - span : night - 7 * back].sum()) for back in range(WEEKS_BEFORE + 1)
        ]
        for span in SPANS
    }


def test_over_a_year_of_nights_nothing_is_said_that_is_not_so():
    first = 7 * WEEKS_BEFORE + max(SPANS)
    for seed, a_day in enumerate((1, 5, 20, 60, 200, 2_000)):
        daily = days_of(a_day, seed)
        alarms = [night for night in range(first, DAYS) if silent({"page_viewed": looked(daily, night)})]
        assert len(alarms) <= 1, (a_day, alarms)


def test_what_comes_often_is_missed_after_a_day_and_what_is_rare_within_a_week():
    for a_day, within in ((2_000, 1), (200, 1), (10, 7)):
        daily = days_of(a_day, 9)
        stopped = 203  # a Monday
        daily[stopped:] = 0
        missed = next(
            night - stopped for night in range(stopped, DAYS) if silent({"x": looked(daily, night)})
        )
        assert missed <= within, (a_day, missed)


def test_a_mailing_once_a_month_is_not_missed_in_between_and_each_kind_is_named_once():
    daily = np.zeros(DAYS, dtype=np.int64)
    daily[::30] = 5_000
    assert not any(silent({"email_delivered": looked(daily, night)}) for night in range(40, DAYS))
    gone = {span: [0, *[900] * WEEKS_BEFORE] for span in SPANS}
    [one] = silent({"page_viewed": gone})
    assert one.kind == "stopped" and one.about == "page_viewed"
    assert one.said.startswith(
        "hardly any page_viewed arrives any more: 0 in the last day, where 900 or more came"
    )
