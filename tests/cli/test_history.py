"""`qualify history`."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Ask, rows_of

WORDS = ("history", "leads.csv", "events.csv", "--since", "2026-02-08", "--as-of", "2026-03-01")


@pytest.mark.slow
def test_a_leads_weeks_are_shown_each_by_what_was_known_then(ask: Ask, shop: Path):
    """February's Sundays; the webinar of 29 January decays, the e-mails of 28 February come at the end."""
    said = ask(*WORDS, "--lead", "ada")
    assert said.exit_code == 0, said.output
    found = [row for row in rows_of(said.stdout) if row[0].startswith("2026-")]
    assert [row[0] for row in found] == ["2026-02-08", "2026-02-15", "2026-02-22", "2026-03-01"]
    assert [row[3] for row in found] == ["65.00", "65.00", "63.78", "65.00"]
    assert {row[1] for row in found} == {"mql"}


@pytest.mark.slow
def test_the_bar_is_as_long_as_the_total_is_high(ask: Ask, shop: Path):
    found = [row for row in rows_of(ask(*WORDS, "--lead", "ben").stdout) if row[0].startswith("2026-")]
    bars = [len(row[4]) for row in found]
    assert bars[-1] == 24
    assert bars[0] == round(24 * 20 / 24.77)


def test_weeks_before_the_lead_was_known_are_left_out(ask: Ask, shop: Path):
    found = [row for row in rows_of(ask(*WORDS, "--lead", "cleo").stdout) if row[0].startswith("2026-")]
    assert found[0][0] == "2026-02-15"


def test_in_a_narrow_terminal_columns_move_together_before_a_bar_is_broken(
    ask: Ask, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    wide = ask(*WORDS, "--lead", "ada").stdout.splitlines()
    columns = max(map(len, wide)) - 10
    monkeypatch.setenv("COLUMNS", str(columns))
    narrow = ask(*WORDS, "--lead", "ada").stdout.splitlines()
    assert max(map(len, narrow)) <= columns
    assert [line.split() for line in narrow if "─" not in line] == [
        line.split() for line in wide if "─" not in line
    ]


@pytest.mark.slow
def test_days_are_finer_than_weeks(ask: Ask, shop: Path):
    found = rows_of(ask(*WORDS, "--lead", "ben", "--every", "day").stdout)
    days = [row[0] for row in found if row[0].startswith("2026-")]
    assert days == sorted(days)
    assert len(days) == 22


@pytest.mark.slow
def test_one_leads_history_is_its_part_of_everybodys(ask: Ask, shop: Path):
    ask(*WORDS, "-o", "all.parquet")
    everybody = pq.read_table("all.parquet").to_pylist()
    lines = ask(*WORDS, "--lead", "ada", "--format", "json").stdout.splitlines()
    alone = [(row["as_of"][:10], row["total"], row["stage"]) for row in map(json.loads, lines)]
    hers = [row for row in everybody if row["lead_id"] == "ada"]
    assert alone == [(f"{row['as_of']:%Y-%m-%d}", float(row["total"]), row["stage"]) for row in hers]
    assert {row["lead_id"] for row in everybody} == {"ada", "ben", "cleo"}


def test_everybodys_history_needs_a_file(ask: Ask, shop: Path):
    said = ask(*WORDS)
    assert said.exit_code == 2
    assert "--lead" in said.stderr


def test_a_history_that_starts_after_its_end_is_refused(ask: Ask, shop: Path):
    said = ask("history", "leads.csv", "--lead", "ada", "--since", "2026-05-01", "--as-of", "2026-03-01")
    assert said.exit_code == 1
    assert "history starts at 2026-05-01" in said.stderr


def test_an_unknown_lead_is_answered_with_the_nearest_one(ask: Ask, shop: Path):
    said = ask(*WORDS, "--lead", "adda")
    assert said.exit_code == 1
    assert "did you mean 'ada'" in said.stderr
