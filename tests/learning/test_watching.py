"""Thresholds that sales can work, ICPs that hold, and drift that is told only when there is any."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.learning.columns import Columns, level, number
from qualify.learning.drift import foretold, no_drift_limit, psi, ranking_fell, stopped, watched
from qualify.learning.icp import best, found
from qualify.learning.thresholds import (
    Desk,
    by_capacity,
    by_money,
    decayed_over,
    expected,
    hysteresis,
    within_promise,
)
from qualify.moments import DAY
from qualify.playbook import parse
from tests.learning.rows import told

HOUR = 3_600_000
MONDAY = 4 * DAY


def test_the_clock_of_working_time_stands_still_at_night_and_on_weekends():
    desk = Desk(40, opens=9, closes=17)
    moments = MONDAY + np.array([0, 9, 13, 20, 24 * 5 + 12, 24 * 7 + 10]) * HOUR
    assert (desk.worked_time(moments) / HOUR).tolist() == [0, 0, 4, 8, 40, 41]


def test_leads_that_come_at_once_wait_for_each_other():
    desk = Desk(a_week=40, promise_hours=4, opens=9, closes=17)  # one each hour
    together = np.full(10, MONDAY + 9 * HOUR)
    assert within_promise(together, desk) == 0.5
    assert within_promise(together[:5], desk) == 1.0


def test_a_lead_of_friday_night_is_due_on_monday():
    desk = Desk(a_week=40, promise_hours=4)
    assert within_promise(np.array([MONDAY + 4 * DAY + 20 * HOUR]), desk) == 1.0


def test_the_threshold_fits_what_sales_can_work():
    rows, true = told(3000)
    chosen, curve = by_capacity(true, rows.at, true, Desk(10))
    assert chosen.a_week <= 10 < max(each.a_week for each in curve)
    assert chosen.low < chosen.a_week < chosen.high
    assert chosen.won_a_week == pytest.approx(chosen.a_week * chosen.rate)


def test_the_interval_of_volume_holds_the_weeks_that_follow():
    rows, true = told(4000)
    early = rows.at < 500 * DAY
    told_ = expected(true[early], rows.at[early], true[early], 0.5, Desk(10))
    weeks = (rows.at[~early] - 500 * DAY) // (7 * DAY)
    counts = np.bincount(weeks[true[~early] >= 0.5])[:-1]
    assert ((told_.low <= counts) & (counts <= told_.high)).mean() > 0.75


def test_a_contact_is_worth_its_cost_from_cost_over_value_on():
    assert by_money(50, 1000) == 0.05
    with pytest.raises(ValueError, match="more than 0"):
        by_money(50, 0)


def test_leaving_is_as_far_below_entering_as_two_quiet_weeks_cost():
    assert hysteresis(40, 14) == 20
    assert hysteresis(40, None) == 40
    scores = np.array([40.0, 20.0, 0.0])
    assert decayed_over([scores, scores / 2], [14.0]) == pytest.approx(14)


def market(seed, leads=6000):
    chance = np.random.default_rng(seed)
    industry = chance.choice(["software", "retail", "mining", "farming"], leads)
    title = chance.choice(["vp", "clerk", "intern"], leads)
    junk = [
        level(f"field {each}", chance.choice(list("abcdef"), leads), asked={"trait": f"field {each}"})
        for each in range(20)
    ]
    won = chance.random(leads) < 0.05 + 0.15 * (industry == "software") + 0.1 * (title == "vp")
    columns = Columns(
        [
            level("industry", industry, asked={"trait": "industry"}),
            level("seniority", title, asked={"seniority": None}),
            *junk,
        ]
    )
    return columns, won


def profiles(columns, counted):
    early = np.arange(columns.rows) < columns.rows * 2 // 3
    return found(columns.at(early), counted[early], (columns.at(~early), counted[~early]))


def test_what_the_best_share_is_found_and_nothing_else():
    columns, won = market(1)
    icps = profiles(columns, best(won))
    said = {profile.persona: [trait.said for trait in profile.traits] for profile in icps.profiles}
    assert said == {False: ["industry is software"], True: ["seniority is vp"]}


def test_profiles_are_written_in_the_playbooks_language():
    columns, won = market(1)
    text = profiles(columns, best(won)).text()
    book = parse(
        f"playbook: x\n{text}scores: {{fit: {{rules: [{{points: 1, when: {{icp: best customers}}}}, {{points: 1, when: {{persona: who buys}}}}]}}}}\n"
    )
    assert [profile.name for profile in book.icp] == ["best customers"]


def test_without_a_pattern_there_is_no_profile():
    columns, _ = market(2)
    icps = profiles(columns, best(np.random.default_rng(0).random(columns.rows) < 0.1))
    assert not icps.profiles and "beyond chance" in icps.why


def test_large_customers_weigh_more():
    won, amount = np.array([True, True, False]), np.array([100.0, 300.0, np.nan])
    assert best(won, amount).tolist() == [0.5, 1.5, 0.0]


def period(seed, leads, shift=0.0, levels=("a", "b", "c")):
    chance = np.random.default_rng(seed)
    return Columns(
        [number("visits", chance.normal(shift, 1, leads)), level("channel", chance.choice(levels, leads))]
    )


def test_psi_without_drift_is_about_what_chance_makes_of_it():
    chance = np.random.default_rng(0)
    shares = np.full(10, 0.1)
    values = [psi(chance.multinomial(2000, shares), chance.multinomial(500, shares)) for _ in range(300)]
    assert np.mean(values) == pytest.approx(9 * (1 / 2000 + 1 / 500), rel=0.15)
    assert no_drift_limit(chance.multinomial(2000, shares), 500) > np.mean(values)


def test_quiet_is_quiet_and_a_shift_is_told_in_a_sentence():
    assert watched(period(1, 3000), period(2, 500)).quiet
    alarms = watched(period(1, 3000), period(2, 500, shift=0.8)).alarms
    assert [alarm.about for alarm in alarms] == ["visits"] and alarms[0].said.startswith(
        "visits is not what it was"
    )


def test_few_leads_raise_no_alarm():
    assert watched(period(1, 3000), period(2, 100, shift=2.0)).quiet


def test_new_and_vanished_levels_are_named():
    alarms = watched(period(1, 3000), period(2, 500, levels=("a", "b", "d"))).alarms
    kinds = {alarm.kind: alarm.said for alarm in alarms}
    assert kinds["new level"].startswith("channel 'd' is new")
    assert kinds["vanished level"].startswith("channel 'c' has vanished")


def test_a_broken_tracking_script_is_told():
    (alarm,) = stopped({"page_viewed": 5000, "demo": 10}, {"demo": 1}, 1000, 300)
    assert (
        alarm.said
        == "hardly any page_viewed arrives any more: 0 where 1,500 were to be expected. Is its tracking broken?"
    )


def test_what_came_is_held_against_what_was_foretold():
    rows, true = told(2000)
    assert foretold(true, rows.won) is None
    alarm = foretold(true * 0.6, rows.won)
    assert alarm is not None and "more than the" in alarm.said
    assert ranking_fell(true, rows.won, promised=0.5) is None
    assert ranking_fell(-true, rows.won, promised=0.7) is not None


@pytest.mark.slow
def test_false_alarms_are_as_rare_as_promised_and_planted_drift_is_found():
    false = sum(not watched(period(seed, 3000), period(1000 + seed, 400)).quiet for seed in range(100))
    hits = sum(
        not watched(period(seed, 3000), period(1000 + seed, 400, shift=0.6)).quiet for seed in range(100)
    )
    assert false <= 10 and hits >= 95
