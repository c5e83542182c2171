"""Whom an ICP fits and nobody works, which customers it does not describe, and what leads were worth."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from qualify.engines.duck import connect
from qualify.files import Sources
from qualify.learning.gaps import sentences
from qualify.playbook import parse
from qualify.runs.amounts import Worth, worths
from qualify.runs.backtesting import backtest
from qualify.runs.fitting import gaps
from qualify.runs.run import score
from qualify.scoring.layout import Layout

WRITTEN = """\
playbook: Tools
icp:
  - {name: large, conditions: [{trait: employees, at_least: 50}]}
  - {name: software, conditions: [{trait: industry, is: software}]}
scores:
  fit:
    rules:
      - {points: 30, name: large company, when: {trait: employees, at_least: 50}}
thresholds:
  mql: {enter: 20, leave: 10}
"""
BOOK = parse(WRITTEN)

LEADS = """\
lead_id,employees,industry,created_at
big and idle,200,retail,2026-01-01T08:00:00Z
big and won,300,software,2026-01-01T08:00:00Z
small software,5,software,2026-01-02T08:00:00Z
small and won,5,retail,2026-01-02T08:00:00Z
smaller and won,2,retail,2026-01-02T08:00:00Z
small and lost,5,retail,2026-01-02T08:00:00Z
big and lost,90,retail,2026-01-03T08:00:00Z
not yet there,500,retail,2027-01-03T08:00:00Z
"""
OUTCOMES = """\
lead_id,outcome,closed_at,amount,currency
big and won,won,2026-03-01T08:00:00Z,1000,eur
small and won,won,2026-03-02T08:00:00Z,400,EUR
smaller and won,won,2026-03-02T08:00:00Z,900,USD
small and lost,lost,2026-03-02T08:00:00Z,,
big and lost,lost,2026-03-03T08:00:00Z,50,EUR
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    folder: Path = tmp_path_factory.mktemp("icp")
    (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
    (folder / "outcomes.csv").write_text(OUTCOMES, encoding="utf-8")
    return Sources.folder(folder)


def test_who_fits_and_is_not_worked_and_whom_no_profile_describes(sources: Sources) -> None:
    found = gaps(BOOK, sources, as_of="2026-04-01")
    assert [each.lead_id for each in found.unworked] == ["big and idle", "small software"]
    assert [each.profile for each in found.unworked] == ["large", "software"]
    assert [(each.lead_id, each.amount) for each in found.undescribed] == [
        ("smaller and won", 900.0), ("small and won", 400.0),
    ]  # fmt: skip
    assert (found.leads, found.customers) == (7, 3), "who came later is not known yet"
    assert sentences(found) == [
        "large fits 3 leads; 1 of them were won, 1 nobody works.",
        "software fits 1 leads; 0 of them were won, 1 nobody works.",
        "2 of 3 customers fit no profile.",
    ]
    assert found.written(1)["fit_and_unworked"]["leads"] == 2
    assert len(found.written(1)["fit_and_unworked"]["some"]) == 1


def test_before_the_outcomes_nobody_is_worked_and_there_are_no_customers(sources: Sources) -> None:
    found = gaps(BOOK, sources, as_of="2026-02-01")
    assert len(found.unworked) == 4 and not found.customers
    assert "There are no customers yet." in sentences(found)


@pytest.mark.slow
def test_judging_profiles_leaves_totals_as_they_are(sources: Sources) -> None:
    totals = dict(
        score(BOOK, sources, as_of="2026-02-01")
        .connection.execute("SELECT lead_id, total FROM judged")
        .fetchall()
    )
    assert {each.lead_id: each.total * 100 for each in gaps(BOOK, sources, as_of="2026-02-01").unworked} == {
        lead: totals[lead] for lead in ("big and idle", "big and won", "big and lost", "small software")
    }


def test_a_lead_is_worth_the_largest_of_its_amounts_in_its_currency() -> None:
    table = pa.table({
        "lead_id": ["a", "a", "b", "c"], "outcome": ["lost", "won", "won", "won"], "closed_at": ["2026-01-01"] * 4,
        "amount": [5.0, 70.0, float("nan"), None], "currency": ["USD", "chf", "EUR", "EUR"],
    })  # fmt: skip
    told = worths(connect(), Layout(BOOK), Sources(leads=None, outcomes=table), {})
    assert told == {"a": Worth(70.0, "CHF")}


def test_an_amount_is_read_as_people_write_it() -> None:
    given = pa.table({"lead_id": ["a", "b", "c"], "amount": ["1.234,50 €", "12,000", "much"]})
    assert worths(connect(), Layout(BOOK), Sources(leads=None, outcomes=given), {}) == {
        "a": Worth(1234.5),
        "b": Worth(12000.0),
    }


@pytest.mark.slow
def test_a_backtest_says_what_the_won_that_it_hands_over_and_misses_are_worth_by_currency(
    sources: Sources,
) -> None:
    found = backtest(BOOK, sources, since="2025-12-28", until="2026-04-01", horizon=0)
    euros, dollars = found.one.revenue
    assert (euros.currency, euros.found, euros.missed, euros.lost, euros.unknown) == (
        "EUR",
        1000.0,
        400.0,
        50.0,
        0,
    )
    assert (dollars.currency, dollars.found, dollars.missed) == ("USD", 0.0, 900.0)
    assert euros.share == pytest.approx(1000 / 1400)
    assert {each.lead_id: (each.amount, each.currency) for each in found.one.missed} == {
        "small and won": (400.0, "EUR"), "smaller and won": (900.0, "USD"),
    }  # fmt: skip
    assert (
        "What the won that it would have handed over were worth: 1,000 EUR (71 %); missed: 400 EUR."
        in found.page()
    )


@pytest.mark.slow
def test_two_playbooks_differ_by_what_the_won_are_worth_that_only_one_finds(sources: Sources) -> None:
    text = WRITTEN.replace("at_least: 50}}", "at_least: 1}}")
    found = backtest(BOOK, sources, against=parse(text), since="2025-12-28", until="2026-04-01", horizon=0)
    assert found.comparison is not None
    told = {each.name: each for each in found.comparison.differences}
    assert (told["revenue EUR"].one, told["revenue EUR"].other) == (1000.0, 1400.0)
    assert (told["revenue USD"].one, told["revenue USD"].other) == (0.0, 900.0)
    assert told["revenue EUR"].low <= 400 <= told["revenue EUR"].high
