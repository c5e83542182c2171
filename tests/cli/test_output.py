"""What goes where: results for machines alone on standard output, or in files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Ask

WORDS = ("score", "leads.csv", "events.csv", "--as-of", "2026-03-01")


def test_json_is_one_object_a_line_best_leads_first(ask: Ask, shop: Path):
    said = ask(*WORDS, "--format", "json")
    assert said.exit_code == 0, said.output
    found = [json.loads(line) for line in said.stdout.splitlines()]
    assert [(row["lead_id"], row["total"], row["stage"]) for row in found] == [
        ("ada", 65.0, "mql"),
        ("ben", 24.77, "lead"),
        ("cleo", 20.0, "lead"),
    ]


def test_csv_has_a_head_and_points_to_the_hundredth(ask: Ask, shop: Path):
    found = list(csv.DictReader(io.StringIO(ask(*WORDS, "--format", "csv").stdout)))
    assert [(row["lead_id"], row["fit"], row["engagement"], row["total"]) for row in found] == [
        ("ada", "50.00", "15.00", "65.00"),
        ("ben", "20.00", "4.77", "24.77"),
        ("cleo", "20.00", "0.00", "20.00"),
    ]
    assert found[0]["stage_since"].startswith("2026-03-01 23:59:59.999")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "csv"])
def test_everything_said_besides_goes_to_standard_error(ask: Ask, shop: Path, form: str):
    loud, quiet = (
        ask("score", "leads.csv", "events.csv", "--format", form),
        ask("-q", *WORDS, "--format", form),
    )
    assert "read 3 leads" in loud.stderr
    assert "read" not in loud.stdout
    assert quiet.stderr == ""


@pytest.mark.slow
def test_top_and_stage_choose_what_goes_to_standard_output(ask: Ask, shop: Path):
    assert ask(*WORDS, "--format", "csv", "--top", "1").stdout.count("\n") == 2
    assert ask(*WORDS, "--format", "csv", "--stage", "mql").stdout.count("\n") == 2
    assert ask(*WORDS, "--format", "csv", "--stage", "sql").stdout.count("\n") == 1


@pytest.mark.slow
def test_a_file_gets_what_its_ending_says_and_the_table_is_still_shown(ask: Ask, shop: Path):
    for name in ("out.csv", "out.parquet", "out.json"):
        said = ask(*WORDS, "-o", name)
        assert "Tools (" in said.stdout
        assert f"wrote the scores to {name}" in said.stderr
    assert Path("out.csv").read_text(encoding="utf-8") == ask(*WORDS, "--format", "csv").stdout
    assert Path("out.json").read_text(encoding="utf-8") == ask(*WORDS, "--format", "json").stdout
    assert pq.read_table("out.parquet").column("lead_id").to_pylist() == ["ada", "ben", "cleo"]


def test_a_format_and_a_file_leave_standard_output_empty(ask: Ask, shop: Path):
    said = ask(*WORDS, "--format", "parquet", "-o", "scores.data")
    assert said.stdout == ""
    assert pq.read_table("scores.data").num_rows == 3


def test_the_ledger_adds_up_to_the_scores(ask: Ask, shop: Path):
    ask(*WORDS, "-o", "scores.parquet", "--ledger", "ledger.parquet")
    totals = {row["lead_id"]: row["total"] for row in pq.read_table("scores.parquet").to_pylist()}
    sums = dict.fromkeys(totals, 0)
    for line in pq.read_table("ledger.parquet").to_pylist():
        sums[line["lead_id"]] += line["points"]
    assert sums == totals


def test_parquet_needs_a_file(ask: Ask, shop: Path):
    said = ask(*WORDS, "--format", "parquet")
    assert said.exit_code == 2
    assert "add -o FILE.parquet" in said.stderr


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("scores.xlsx", "write to a file that ends in .csv, .parquet, .json or .jsonl"),
        ("nowhere/scores.csv", "there is no folder nowhere"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    ask: Ask, shop: Path, file: str, reason: str
):
    said = ask("score", "no-leads.csv", "-o", file)
    assert said.exit_code == 1
    assert said.stderr == f"error: {file}: {reason}\n"


@pytest.mark.slow
def test_the_same_facts_give_the_same_bytes(ask: Ask, shop: Path):
    lines = Path("events.csv").read_text(encoding="utf-8").splitlines()
    before = ask(*WORDS, "--format", "csv").stdout
    Path("events.csv").write_text("\n".join([lines[0], *reversed(lines[1:]), ""]), encoding="utf-8")
    assert ask(*WORDS, "--format", "csv").stdout == before
