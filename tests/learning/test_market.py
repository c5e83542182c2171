"""On the simulated market the truth is known: what is learnt there is held against it."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from qualify.files import Sources
from qualify.learning.drift import stopped, watched
from qualify.learning.evidence import fit_for_learning
from qualify.learning.leaks import leaks
from qualify.learning.proposing import supports
from qualify.learning.rates import by_level
from qualify.market import simulate
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.runs.learning import MONTHS_BEFORE, observed

pytestmark = pytest.mark.slow

TABLES = ("leads", "accounts", "events", "traits", "links", "decisions", "outcomes")
BOOK = parse(
    """\
playbook: What we think
scores:
  all:
    rules:
      - {points: 10, name: demo, counts: once, when: {did: demo_requested}}
      - {points: 10, name: pricing, counts: once, when: {did: page_viewed, where: {page.path: {starts_with: /pricing}}}}
      - {points: -10, name: disposable, when: {email: disposable}}
      - {points: 10, name: free address, when: {email: free}}
      - {points: 10, name: right size, when: {trait: employees, at_least: 51, below: 1001}}
      - {points: -10, name: public sector, when: {trait: industry, is_one_of: [public sector, nonprofit, education]}}
"""
)


@pytest.fixture(scope="module")
def market():
    return simulate(12_000, 400, seed=3)


def sources(market, **changed):
    return Sources(**{name: changed.get(name, getattr(market, name)) for name in TABLES})


@pytest.fixture(scope="module")
def found(market):
    return observed(sources(market), BOOK, weekly=False)


def test_rules_that_are_right_are_supported_and_the_wrong_one_is_not(found):
    rows = found.evidence.one_each()
    rules = [column for column in rows.columns.values() if column.origin == "rule"]
    told = dict(
        zip(
            [each.name for each in rules],
            supports(np.column_stack([np.nan_to_num(c.values) for c in rules]), rows.won),
            strict=True,
        )
    )
    for name in ("demo", "pricing", "right size"):
        assert told[name].points > 0
    assert told["public sector"].points < 0 and told["free address"].high < 10


def test_the_channel_that_turned_bad_is_last(found):
    rows = found.evidence.one_each()
    late = rows.rows(rows.at > np.quantile(rows.at, 0.6))
    levels = [rate.level for rate in by_level(late.columns["channel"], late.won) if rate.leads >= 50]
    assert levels[-1] == "paid_social"


def test_a_planted_leak_is_found_and_nothing_is_set_aside_without(market, found):
    rows = found.evidence.one_each()
    assert [
        leak.column for leak in leaks(fit_for_learning(rows.columns)[0], rows.won) if leak.set_aside
    ] == []
    won = pc.is_in(
        market.leads["lead_id"],
        market.outcomes.filter(pc.equal(market.outcomes["outcome"], "won"))["lead_id"],
    )
    planted = market.leads.append_column("call note", pc.if_else(won, "signed up", "rang"))
    seen = observed(sources(market, leads=planted), weekly=False).evidence.one_each()
    asked = leaks(fit_for_learning(seen.columns)[0], seen.won)
    assert asked[0].column == "call note" and asked[0].set_aside


def test_quiet_without_drift_and_told_with(market, found):
    rows = found.evidence.one_each()
    columns = rows.columns.without(name for name, each in rows.columns.items() if each.origin != "trait")
    shuffled = columns.at(np.random.default_rng(0).permutation(columns.rows))
    half = np.arange(columns.rows) < columns.rows * 2 // 3
    assert watched(shuffled.at(half), shuffled.at(~half)).quiet
    before, after = found.kinds
    assert not stopped(before, after, MONTHS_BEFORE, 1)
    happened = market.events["happened_at"].cast(pa.int64()).to_numpy()
    views = pc.equal(market.events["kind"], "page_viewed").to_numpy()
    broken = market.events.filter(pa.array(~(views & (happened > happened.max() - 40 * DAY))))
    again = observed(sources(market, events=broken), weekly=False)
    assert "page_viewed" in [
        alarm.about for alarm in stopped(again.kinds[0], again.kinds[1], MONTHS_BEFORE, 1)
    ]


def test_everything_that_is_told_can_be_written_as_json(found):
    from qualify.learning.lesson import learnt
    from qualify.reports.learned import Told, as_data, as_page

    told = Told(
        learnt(found.evidence, found.horizon.days, book=BOOK), found.counts, found.horizon.until, BOOK
    )
    assert json.loads(json.dumps(as_data(told)))["rows"] == len(told.lesson.evidence)
    assert as_page(told).count("<svg") >= 4
