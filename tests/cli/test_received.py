"""What is said of what was read: recognised, odd, rejected."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Ask

WORDS = ("score", "leads.csv", "events.csv", "--as-of", "2026-03-01")


def spoil(name: str, *lines: str) -> None:
    path = Path(name)
    path.write_text(path.read_text(encoding="utf-8") + "\n".join([*lines, ""]), encoding="utf-8")


def test_what_was_read_is_counted(ask: Ask, shop: Path):
    assert "read 3 leads, 4 events" in ask(*WORDS).stderr


@pytest.mark.slow
def test_events_of_leads_that_are_not_there_are_counted(ask: Ask, shop: Path):
    spoil("events.csv", "zoe,email_read,2026-02-01")
    assert "1 event is about leads that are not among the leads" in ask(*WORDS).stderr
    assert "not among the leads" not in ask("score", "leads.csv", "--as-of", "2026-03-01").stderr


def test_rejected_rows_are_counted_and_kept_with_their_line_and_reason(ask: Ask, shop: Path):
    spoil("leads.csv", ",nobody@x.example,X,,Germany,10,2026-01-01T00:00:00Z")
    spoil("events.csv", "ada,email_read,some day")
    said = ask(*WORDS)
    assert said.exit_code == 0
    assert "2 rows were rejected" in said.stderr
    assert "leads.rejects.csv" in said.stderr
    kept = list(csv.DictReader(Path("leads.rejects.csv").read_text(encoding="utf-8").splitlines()))
    assert sorted((row["table"], row["row"]) for row in kept) == [("events", "5"), ("leads", "4")]
    assert all(row["reason"] for row in kept)


@pytest.mark.slow
def test_rejects_go_where_one_wants_them_or_nowhere(ask: Ask, shop: Path):
    spoil("events.csv", "ada,email_read,some day")
    assert "bad.csv" in ask(*WORDS, "--rejects", "bad.csv").stderr
    assert Path("bad.csv").exists()
    nowhere = ask(*WORDS, "--rejects", "-")
    assert "1 row was rejected" in nowhere.stderr
    assert not Path("leads.rejects.csv").exists()


def test_without_rejects_there_is_no_file_of_them(ask: Ask, shop: Path):
    ask(*WORDS, "--strict")
    assert not Path("leads.rejects.csv").exists()


@pytest.mark.slow
def test_strict_fails_when_rows_were_rejected_and_shows_the_result_all_the_same(ask: Ask, shop: Path):
    assert ask(*WORDS, "--strict").exit_code == 0
    spoil("events.csv", "ada,email_read,some day")
    said = ask(*WORDS, "--strict", "--format", "csv")
    assert said.exit_code == 3
    assert said.stdout.count("\n") == 4
    assert ask("check", "playbook.yaml", "leads.csv", "events.csv", "--strict").exit_code == 3


@pytest.mark.slow
def test_rejects_are_told_even_to_the_quiet(ask: Ask, shop: Path):
    spoil("events.csv", "ada,email_read,some day")
    assert "1 row was rejected" in ask("-q", *WORDS).stderr


def test_a_known_export_is_recognised_and_said(ask: Ask, shop: Path):
    Path("leads.csv").write_text(
        "Record ID,First Name,Last Name,Email,Company Name,Job Title,Lifecycle Stage,Lead Status,"
        "Country/Region,Create Date\n"
        "ada,Ada,A,ada@fabrik.example,Fabrik,Head of Production,lead,new,Germany,2026-01-01 10:00\n",
        encoding="utf-8",
    )
    said = ask(*WORDS)
    assert said.exit_code == 0, said.output
    assert "HubSpot" in said.stderr


def test_check_warns_of_kinds_and_traits_that_the_data_does_not_hold(ask: Ask, shop: Path):
    text = Path("playbook.yaml").read_text(encoding="utf-8")
    text = text.replace("trait: employees", "trait: employes").replace(
        "did: webinar_attended", "did: webinar_atended"
    )
    Path("playbook.yaml").write_text(text, encoding="utf-8")
    said = ask("check", "playbook.yaml", "leads.csv", "events.csv")
    assert said.exit_code == 0
    assert "employes" in said.stderr
    assert "employees" in said.stderr
    assert "webinar_attended" in said.stderr


def test_a_good_check_against_data_warns_of_nothing(ask: Ask, shop: Path):
    said = ask("check", "playbook.yaml", "leads.csv", "events.csv")
    assert said.exit_code == 0
    assert "warning" not in said.output
