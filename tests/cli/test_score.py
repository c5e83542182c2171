"""`qualify score`: the tables that people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import LEADS, Ask, rows_of

FACTS = ("leads.csv", "events.csv")
THEN = ("--as-of", "2026-03-01")


def test_the_best_leads_are_ranked_with_grade_stage_scores_and_reasons(ask: Ask, shop: Path):
    said = ask("score", *FACTS, *THEN)
    assert said.exit_code == 0, said.output
    found = rows_of(said.stdout)
    assert ["#", "grade", "stage", "total", "fit", "engagement", "known", "lead", "why"] in found
    ranked = [row for row in found if row[0].isdigit()]
    assert ranked == [
        ["1", "A1", "mql", "65.00", "50.00", "15.00", "100 %", "ada", "large company; where we sell"],
        ["2", "B4", "lead", "24.77", "20.00", "4.77", "100 %", "ben", "large company; read an e-mail"],
        ["3", "B4", "lead", "20.00", "20.00", "0.00", "80 %", "cleo", "where we sell"],
    ]


def test_the_headline_says_by_what_and_as_of_when(ask: Ask, shop: Path):
    first = ask("score", *FACTS, *THEN).stdout.splitlines()[0]
    assert first.startswith("Tools (")
    assert first.endswith(") as of 2026-03-01 23:59 UTC: 3 leads")


def test_top_limits_the_table_only(ask: Ask, shop: Path):
    said = ask("score", *FACTS, *THEN, "--top", "1", "-o", "all.csv")
    assert "cleo" not in said.stdout
    assert len(Path("all.csv").read_text(encoding="utf-8").splitlines()) == 4


def test_the_funnel_counts_every_lead_once(ask: Ask, shop: Path):
    found = rows_of(ask("score", *FACTS, *THEN).stdout)
    counts = {row[0]: row[1] for row in found if row[0] in ("lead", "mql", "customer")}
    assert counts == {"lead": "2", "mql": "1", "customer": "0"}


def test_a_past_day_uses_what_was_known_then(ask: Ask, shop: Path):
    said = ask("score", *FACTS, "--as-of", "2026-02-01")
    assert "2 leads" in said.stdout.splitlines()[0]
    assert "cleo" not in said.stdout


def test_a_day_before_everything_has_nobody(ask: Ask, shop: Path):
    said = ask("score", *FACTS, "--as-of", "2025-12-31")
    assert said.exit_code == 0
    assert ": 0 leads" in said.stdout
    assert said.stdout.endswith("\nNobody was known by then.\n")


def test_a_start_in_another_age_is_refused_at_once(ask: Ask, shop: Path):
    said = ask("score", *FACTS, *THEN, "--since", "1066-10-14")
    assert said.exit_code == 1
    assert "start later" in said.stderr


@pytest.mark.slow
def test_who_is_a_customer_is_counted_but_not_offered_to_sales(ask: Ask, shop: Path):
    words = ("score", *FACTS, "--outcomes", "outcomes.csv", "--as-of", "2026-03-31")
    said = ask(*words)
    assert "Not in this table: 1 customer" in said.stdout
    assert not [row for row in rows_of(said.stdout) if "ada" in row]
    asked_for = ask(*words, "--stage", "customer")
    assert [row for row in rows_of(asked_for.stdout) if "ada" in row]


def test_a_stage_that_does_not_exist_is_a_wrong_command(ask: Ask, shop: Path):
    said = ask("score", *FACTS, "--stage", "custmer")
    assert said.exit_code == 2
    assert "did you mean 'customer'" in said.stderr


@pytest.mark.slow
def test_too_few_outcomes_are_said_to_be_too_few(ask: Ask, shop: Path):
    said = ask("score", *FACTS, *THEN, "--outcomes", "outcomes.csv")
    assert "foretold what came after it: only 2 were won or lost, too few to tell." in said.stdout


@pytest.fixture
def many(shop: Path) -> Path:
    """Twenty leads at large companies, ten of them won and two lost; twenty at small ones, eight lost."""
    large = [f"big{n:02d},{100 + n},2026-01-01" for n in range(20)]
    small = [f"small{n:02d},{1 + n},2026-01-01" for n in range(20)]
    outcomes = [f"big{n:02d},won,2026-04-01" for n in range(10)]
    outcomes += [f"big{n:02d},lost,2026-04-01" for n in (10, 11)]
    outcomes += [f"small{n:02d},lost,2026-04-02" for n in range(8)]
    written("leads.csv", "lead_id,employees,created_at", large + small)
    written("outcomes.csv", "lead_id,outcome,closed_at", outcomes)
    return shop


@pytest.mark.slow
def test_bands_of_the_score_are_held_against_what_came_after_it(ask: Ask, many: Path):
    said = ask("score", *FACTS, *THEN, "--outcomes", "outcomes.csv")
    assert "How the score of 2026-03-01 23:59 UTC foretold what came after it" in said.stdout
    bands = [row[:5] for row in rows_of(said.stdout) if row[0] in ("30.00", "0.00")]
    assert bands == [["30.00", "12", "10", "83 %", "55 % to 95 %"], ["0.00", "8", "0", "0 %", "0 % to 32 %"]]
    assert "20 leads were won or lost; 20 are undecided and in no band." in said.stdout


@pytest.mark.slow
def test_a_score_that_knew_the_outcomes_says_that_it_is_hindsight(ask: Ask, many: Path):
    said = ask("score", *FACTS, "--as-of", "2026-04-30", "--outcomes", "outcomes.csv")
    assert "in hindsight" in said.stdout
    assert "foretold" not in said.stdout


def test_outcomes_before_the_score_are_left_out_of_its_test(ask: Ask, many: Path):
    early = Path("outcomes.csv").read_text(encoding="utf-8") + "small19,won,2026-02-01\n"
    Path("outcomes.csv").write_text(early, encoding="utf-8")
    said = ask("score", *FACTS, *THEN, "--outcomes", "outcomes.csv")
    assert "19 are undecided and in no band; 1 had been decided before and are left out." in said.stdout


@pytest.mark.slow
def test_stages_are_folded_over_weeks_and_go_on_from_an_earlier_run(ask: Ask, shop: Path):
    """Ada falls from 65 to below 60 but not below 50: who entered earlier is still an MQL."""
    late = ("--as-of", "2026-04-05")
    assert stage_of(ask, "ada", *late) == "lead"
    assert stage_of(ask, "ada", *late, "--since", "2026-02-01") == "mql"
    for earlier in ("earlier.parquet", "earlier.csv", "earlier.json"):
        ask("score", *FACTS, *THEN, "-o", earlier)
        assert stage_of(ask, "ada", *late, "--previous", earlier) == "mql"


def test_a_previous_that_is_no_earlier_run_is_refused(ask: Ask, shop: Path):
    said = ask("score", *FACTS, "--previous", "leads.csv")
    assert said.exit_code == 1
    assert "leads.csv does not hold the scores of an earlier run" in said.stderr


@pytest.mark.slow
def test_headers_are_mapped_to_the_playbooks_names(ask: Ask, shop: Path):
    Path("leads.csv").write_text(LEADS.replace("employees", "Head Count (total)"), encoding="utf-8")
    without = ask("score", *FACTS, *THEN, "--format", "csv").stdout
    mapped = ask("score", *FACTS, *THEN, "--format", "csv", "--map", "Head Count (total)=employees").stdout
    assert "ada,,20.00" in without
    assert "ada,,50.00" in mapped


def test_a_mapping_without_a_name_is_a_wrong_command(ask: Ask, shop: Path):
    said = ask("score", *FACTS, "--map", "Head Count")
    assert said.exit_code == 2
    assert "HEADER=NAME" in said.stderr


def test_a_folder_of_tables_is_read_as_a_whole(ask: Ask, shop: Path):
    said = ask("score", ".", "--as-of", "2026-03-31")
    assert "Not in this table: 1 customer" in said.stdout


@pytest.mark.slow
def test_stale_facts_scored_as_of_now_point_to_latest(ask: Ask, shop: Path):
    assert "--as-of latest" in ask("score", *FACTS).stderr
    assert "--as-of latest" not in ask("score", *FACTS, *THEN).stderr
    assert "as of 2026-02-28" in ask("score", *FACTS, "--as-of", "latest").stdout


def stage_of(ask: Ask, lead: str, *words: str) -> str:
    listed = ask("score", *FACTS, *words, "--format", "csv").stdout.splitlines()
    cells = next(line for line in listed if line.startswith(f"{lead},")).split(",")
    return cells[listed[0].split(",").index("stage")]


def written(name: str, head: str, rows: list[str]) -> None:
    Path(name).write_text("\n".join([head, *rows, ""]), encoding="utf-8")


def test_a_playbook_without_stages_scores_leads_that_sales_decided_on(ask: Ask, shop: Path):
    Path("small.yaml").write_text(
        "playbook: small\nscores:\n  it:\n    rules:\n      - {points: 5, name: is known, when: {trait: country, is: known}}\n",
        encoding="utf-8",
    )
    Path("decisions.csv").write_text(
        "lead_id,decision,decided_at\nada,accepted,2026-02-01\n", encoding="utf-8"
    )
    said = ask("score", *FACTS, *THEN, "--decisions", "decisions.csv", "-p", "small.yaml")
    assert said.exit_code == 0, said.output
    assert ": 3 leads" in said.stdout.splitlines()[0]
