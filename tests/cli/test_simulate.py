"""`qualify simulate`."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Ask

TABLES = {"leads", "accounts", "traits", "events", "links", "answers", "decisions", "outcomes", "costs"}
SMALL = ("simulate", "--leads", "30", "--days", "60")


def test_a_market_is_written_and_counted(ask: Ask, empty: Path):
    said = ask(*SMALL, "--seed", "3")
    assert said.exit_code == 0
    assert {path.stem for path in Path("market").glob("*.parquet")} == TABLES
    assert "30 leads" in said.stdout
    assert pq.read_metadata("market/leads.parquet").num_rows == 30
    assert "qualify score market -p b2b-saas --as-of latest" in said.stderr


@pytest.mark.slow
def test_the_same_seed_makes_the_same_market(ask: Ask, empty: Path):
    for folder, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        ask(*SMALL, "--seed", seed, "-o", folder, "--format", "csv")
    read = [Path(folder, "leads.csv").read_bytes() for folder in "abc"]
    assert read[0] == read[1] != read[2]


def test_a_market_that_is_there_is_kept_unless_forced(ask: Ask, empty: Path):
    ask(*SMALL)
    refused = ask(*SMALL, "--format", "csv")
    assert refused.exit_code == 1
    assert "market holds leads.parquet already" in refused.stderr
    assert ask(*SMALL, "--format", "csv", "--force").exit_code == 0
    assert not list(Path("market").rglob("*.parquet")), "both formats would be read as two tables each"


def test_other_files_in_the_folder_are_left_alone(ask: Ask, empty: Path):
    ask(*SMALL)
    Path("market/notes.txt").write_text("mine", encoding="utf-8")
    ask(*SMALL, "--force")
    assert Path("market/notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("words", [("--leads", "0"), ("--days", "0"), ("--seed", "-1"), ("--leads", "many")])
def test_an_impossible_market_is_a_wrong_command(ask: Ask, empty: Path, words: tuple[str, str]):
    assert ask("simulate", *words).exit_code == 2
    assert not Path("market").exists()
