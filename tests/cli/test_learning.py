"""`learn`, `drift`, `icp` and `backtest` say what they could not read, and show days as people there count them."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify import moments
from qualify.cli.icp import _show_leads
from qualify.cli.screen import Screen
from qualify.learning.gaps import Someone
from tests.cli.conftest import Ask

THREE = ("leads.csv", "events.csv", "outcomes.csv")
NEW_YEAR_IN_BERLIN = 1_767_222_000_000
"""2026-01-01 00:00 there, and still 2025 in UTC."""


# ── what was not read ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def spoilt(shop: Path) -> Path:
    """The shop without rules, with more leads, an outcome that is none, and one of a lead that nobody knows."""
    (shop / "playbook.yaml").unlink()
    leads = [
        f"L{number},l{number}@x.example,X,Buyer,Germany,{number},2026-01-{1 + number % 28:02}T08:00:00Z"
        for number in range(60)
    ]
    outcomes = [
        f"L{number},{'won' if number % 3 else 'lost'},2026-02-{1 + number % 28:02}T08:00:00Z"
        for number in range(60)
    ]
    with (shop / "leads.csv").open("a", encoding="utf-8") as file:
        file.write("\n".join([*leads, ""]))
    with (shop / "outcomes.csv").open("a", encoding="utf-8") as file:
        file.write("\n".join([*outcomes, "ada,perhaps,2026-03-01", "zoe,won,2026-03-01T00:00:00Z", ""]))
    return shop


@pytest.mark.slow
@pytest.mark.parametrize("command", ["learn", "drift", "icp"])
def test_rejected_rows_and_strangers_are_told_kept_and_count_for_strict(
    ask: Ask, spoilt: Path, command: str
) -> None:
    said = ask(command, *THREE, "--strict", "--rejects", "bad.csv")
    assert said.exit_code == 3, said.output
    assert "1 row was rejected (outcomes: 1 unknown outcome); it is in bad.csv with the reason" in said.stderr
    assert "about leads that are not among the leads; they count for nothing" in said.stderr
    assert "perhaps" in (spoilt / "bad.csv").read_text(encoding="utf-8")
    assert "rules on it stay unknown" not in said.stderr  # there are no rules


@pytest.mark.slow
def test_a_column_that_is_not_there_is_refused_and_not_remembered(ask: Ask, spoilt: Path) -> None:
    for option, name in (("--keep", "employes"), ("--leave-out", "employes")):
        said = ask("learn", *THREE, option, name)
        assert said.exit_code == 1
        assert (
            f"{option}: there is no column 'employes' to learn from; did you mean 'employees'?" in said.stderr
        )
    assert not (spoilt / "playbook.learning.json").exists()


@pytest.mark.parametrize("command", ["learn", "drift", "icp"])
def test_outcomes_given_in_the_place_of_events_are_recognised_as_the_slip(
    ask: Ask, shop: Path, command: str
) -> None:
    said = ask(command, "leads.csv", "outcomes.csv")
    assert said.exit_code == 1
    assert "no outcomes to learn from: outcomes.csv was taken as the events" in said.stderr
    assert "write --outcomes outcomes.csv" in said.stderr
    assert "with --outcomes FILE" in ask(command, "leads.csv").stderr


@pytest.mark.parametrize("many", ["-5", "0"])
def test_sales_works_at_least_one_lead_a_week(ask: Ask, shop: Path, many: str) -> None:
    said = ask("learn", *THREE, "--a-week", many)
    assert said.exit_code == 2
    assert "--a-week" in said.stderr


# ── days ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_day_is_that_of_the_time_zone_but_a_week_ends_in_utc() -> None:
    assert moments.day(NEW_YEAR_IN_BERLIN, "Europe/Berlin") == "2026-01-01"
    assert moments.day(NEW_YEAR_IN_BERLIN) == "2025-12-31"
    assert moments.day(None, "Europe/Berlin") == ""
    sunday = moments.moment("2026-01-04")
    assert moments.closing_day(sunday, "Europe/Berlin") == "2026-01-04"
    assert (
        moments.closing_day(moments.moment("2026-01-07", "America/New_York"), "America/New_York")
        == "2026-01-07"
    )


def test_a_lead_without_a_date_came_on_no_day(capsys: pytest.CaptureFixture[str]) -> None:
    leads = [Someone("ada", 65, NEW_YEAR_IN_BERLIN), Someone("ben", 20, 0)]
    _show_leads(Screen(), "Customers that none describes", leads, "Europe/Berlin")
    said = capsys.readouterr().out
    assert "2026-01-01" in said
    assert "1970" not in said
    assert next(line for line in said.splitlines() if line.startswith("ben")).count("–") == 3


@pytest.mark.slow
def test_a_backtest_shows_the_day_of_a_deal_as_the_playbook_counts_days(ask: Ask, shop: Path) -> None:
    book = shop / "playbook.yaml"
    book.write_text("time_zone: Europe/Berlin\n" + book.read_text(encoding="utf-8"), encoding="utf-8")
    (shop / "outcomes.csv").write_text(
        "lead_id,outcome,closed_at\nada,lost,2026-03-20\nben,won,2026-03-21\ncleo,won,2026-03-22\n",
        encoding="utf-8",
    )
    said = ask(
        "backtest", "playbook.yaml", *THREE, "--on", "2026-02-28", "--on", "2026-03-02", "--horizon", "0"
    )
    assert said.exit_code == 0, said.output
    missed = next(line for line in said.stdout.splitlines() if line.startswith("ben"))
    assert "2026-03-21" in missed
    assert "2026-03-20" not in missed
