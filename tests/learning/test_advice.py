"""Thresholds from capacity and from money, where to leave again, who is worked at random, and all that is watched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qualify.learning.advising import advice, mean_amount, moved
from qualify.learning.columns import number
from qualify.learning.drift import foretold
from qualify.learning.exploring import Waiting, drawn, to_explore
from qualify.learning.figures import wilson as of_many
from qualify.learning.likelihood import Likelihood, trained
from qualify.learning.shares import wilson
from qualify.learning.thresholds import WEEK, Desk, half_life_seen
from qualify.learning.watching import CHANCE, TOTAL, Held, learnt_before, watch
from qualify.moments import DAY
from qualify.reports.thresholds import sentences
from tests.learning.rows import told, with_column


@pytest.fixture(scope="module")
def history():
    rows, true = told(2000)
    amount = np.where(rows.won, 1_000.0, np.nan)
    return replace(rows, amount=amount), true


@pytest.fixture(scope="module")
def likelihood(history):
    rows, _ = history
    return trained(rows.columns, rows.won, rows.lead)


def test_the_interval_of_a_share_is_the_same_wherever_it_is_asked_for():
    low, high = of_many(np.array([0, 3, 10]), np.array([0, 10, 10]))
    assert list(zip(low, high, strict=True)) == [wilson(0, 0), wilson(3, 10), wilson(10, 10)]
    assert wilson(3, 10) == pytest.approx((0.1078, 0.6032), abs=1e-4)  # Newcombe 1998, method 3
    assert wilson(0, 0) == (0.0, 1.0) and wilson(10, 10)[1] == 1.0


@pytest.mark.slow
def test_money_asks_for_cost_over_value_and_says_which_of_the_two_marks_binds(likelihood, history):
    rows, _ = history
    found = advice(likelihood, rows, rows, Desk(5), cost=300)
    assert found.money is not None and found.money.of_won and found.money.value == mean_amount(rows) == 1_000
    assert found.money.expected.threshold == pytest.approx(0.3)
    assert found.capacity is not None and found.threshold == found.capacity.threshold
    said = " ".join(sentences(found, 5))
    assert (
        "A contact costs 300, a won lead is worth 1,000 on average: one pays from a chance of 30.0% on"
        in said
    )
    assert "More leads would pay than sales can work" in said
    roomy = " ".join(sentences(advice(likelihood, rows, rows, Desk(500), cost=300), 500))
    assert "Sales could work more than pays" in roomy


def test_without_an_amount_the_worth_has_to_be_said(likelihood, history):
    rows, _ = history
    bare = replace(rows, amount=None)
    with pytest.raises(ValueError, match="say what a won lead is worth"):
        advice(likelihood, bare, bare, cost=300)
    assert advice(likelihood, bare, bare, cost=300, value=600).threshold == pytest.approx(0.5)


def test_leaving_is_as_far_below_as_scores_are_seen_to_fall():
    lead, at = np.repeat(np.arange(50), 3), np.tile(np.arange(3) * 10 * DAY, 50)
    falling = 0.8 * 0.5 ** (at / (20 * DAY))
    shuffled = np.random.default_rng(0).permutation(len(lead))
    assert half_life_seen(falling[shuffled], lead[shuffled], at[shuffled]) == pytest.approx(20)
    assert half_life_seen(-falling, lead, at) is None
    assert half_life_seen(np.full(150, 0.3), lead, at) is None


def test_a_threshold_that_brings_more_than_it_promised_is_told():
    steady = np.arange(40) * WEEK // 4
    arrivals = np.concatenate([steady, np.full(60, 10 * WEEK)])
    said = moved(np.full(100, 0.5), arrivals, 0.4, Desk(5))
    assert (
        said.startswith("in the last 4 weeks 75 leads")
        and "more than the 16" in said
        and said.endswith("set it anew")
    )
    assert moved(np.full(40, 0.5), steady, 0.4, Desk(5)) == ""
    assert moved(np.full(3, 0.5), np.array([0, DAY, 2 * DAY]), 0.4, Desk(5)) == "", "too young to say"


@pytest.mark.slow
def test_exploring_gives_the_same_leads_whoever_asks_and_a_larger_share_holds_the_smaller():
    leads = [Waiting(f"L{each}", each * DAY // 10, over=each % 4 == 0) for each in range(20_000)]
    few, many = (to_explore(leads, share, 0, 2_000 * DAY) for share in (0.05, 0.2))
    assert few == to_explore(leads[::-1], 0.05, 0, 2_000 * DAY) and set(few) <= set(many)
    assert 0.04 < len(few) / 15_000 < 0.06
    by_part = [
        lead
        for week in range(20)
        for lead in to_explore(leads, 0.05, week * 100 * DAY, (week + 1) * 100 * DAY)
    ]
    assert sorted(by_part) == sorted(few), "handed out part by part, each is handed out once"
    assert few != to_explore(leads, 0.05, 0, 2_000 * DAY, seed=1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        drawn("L1", 5)


def periods(seed: int, changed: float = 0.0):
    """Leads over two years; in the last quarter ``changed`` is what their odds are less by."""
    rows, true = told(2400, seed)
    late = rows.at > rows.at.max() - 180 * DAY
    odds = np.log(true / (1 - true)) - changed * late
    won = np.random.default_rng(seed).random(len(rows)) < 1 / (1 + np.exp(-odds))
    return replace(rows, won=won)


@pytest.mark.slow
def test_fewer_won_than_foretold_is_told_and_a_quiet_period_is_quiet():
    rows = periods(1, changed=1.5)
    alarms = watch(rows, rows, days=180, horizon_days=30).alarms
    assert "foretold" in {alarm.kind for alarm in alarms}
    assert "fewer than the" in next(alarm.said for alarm in alarms if alarm.kind == "foretold")
    assert watch(periods(2), periods(2), days=180, horizon_days=30).quiet


@pytest.mark.slow
def test_scores_are_watched_beside_what_they_are_made_of():
    rows = periods(3)
    late = rows.at > rows.at.max() - 180 * DAY
    rows = replace(rows, today=np.random.default_rng(0).normal(50, 10, len(rows)) - 15 * late)
    found = watch(rows, rows, days=180, horizon_days=30)
    assert {TOTAL, CHANCE} <= set(found.psi)
    (alarm,) = found.alarms
    assert alarm.kind == "score" and alarm.said.startswith("the total of the rules is not what it was")


@pytest.mark.slow
def test_a_column_that_knows_the_outcome_is_not_learnt_from_to_watch_by():
    rows = periods(4)
    leaky = with_column(rows, number("Tag", rows.won.astype(float), asked={"trait": "Tag"}))
    held = learnt_before(leaky, 30)
    assert held is not None and isinstance(held.model, Likelihood)
    assert "Tag" not in {item.column for item in held.model.items.items}
    assert learnt_before(rows.rows(np.arange(60)), 30) is None, "too few to learn from"


def test_chances_learnt_of_few_are_forgiven_more():
    rows, true = told(300)
    shifted = np.clip(true * 0.75, 0, 1)
    assert foretold(shifted, rows.won) is not None
    assert foretold(shifted, rows.won, learnt_from=150) is None


@pytest.mark.slow
def test_a_quiet_period_raises_an_alarm_at_most_about_once_in_twenty():
    alarms = sum(
        not watch(periods(seed), periods(seed), days=180, horizon_days=30).quiet for seed in range(40)
    )
    assert alarms <= 5


@pytest.mark.slow
def test_what_was_stored_is_held_against_what_came(likelihood):
    from qualify.learning.storing import FORMAT

    kept = {"format": FORMAT, "kind": "ridge", "model": likelihood.written(), "rows": 2000,
            "figures": {"likelihood": {"auc": 0.99}}}  # fmt: skip
    rows = periods(5)
    found = watch(rows, rows, days=180, horizon_days=30, held=Held.of(kept))
    assert "ranking" in {alarm.kind for alarm in found.alarms}, "it promised more than it keeps"
