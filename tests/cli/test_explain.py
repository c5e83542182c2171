"""`qualify explain`."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Ask, rows_of

WORDS = ("explain", "leads.csv", "events.csv", "--as-of", "2026-03-01")


@pytest.mark.slow
def test_every_line_is_shown_and_the_last_one_is_the_sum(ask: Ask, shop: Path):
    said = ask(*WORDS, "--lead", "ada")
    assert said.exit_code == 0, said.output
    found = rows_of(said.stdout)
    assert found[0] == ["Lead ada as of 2026-03-01 23:59 UTC: mql, grade A1"]
    assert found[1] == ["score", "line", "times", "first", "last", "age", "raw", "decayed", "points"]
    assert [row for row in found[2:] if row[-1].startswith(("+", "-"))] == [
        ["fit", "large company", "+30.00"],
        ["fit", "where we sell", "+20.00"],
        ["engagement", "read an e-mail", "2", "2026-02-28", "2026-02-28", "1 d", "10.00", "9.78", "+9.78"],
        ["engagement", "cap 8: read an e-mail", "-1.78"],
        ["engagement", "webinar", "1", "2026-01-29", "2026-01-29", "31 d", "24.00", "11.73", "+11.73"],
        ["engagement", "engagement at most 15", "-4.73"],
    ]
    assert ["total", "65.00"] in found


@pytest.mark.parametrize("lead", ["ada", "ben", "cleo"])
def test_the_printed_lines_add_up_to_the_printed_total(ask: Ask, shop: Path, lead: str):
    found = rows_of(ask(*WORDS, "--lead", lead).stdout)
    lines = [Decimal(row[-1]) for row in found if re.fullmatch(r"[+-][\d.]+", row[-1])]
    [total] = [Decimal(row[1]) for row in found if row[0] == "total"]
    assert sum(lines) == total


@pytest.mark.slow
def test_rules_that_could_not_be_judged_are_listed(ask: Ask, shop: Path):
    said = ask(*WORDS, "--lead", "cleo")
    assert "80 % of the rules could be judged. Not known enough for:\n  large company\n" in said.stdout
    assert "Every rule could be judged." in ask(*WORDS, "--lead", "ada").stdout


def test_a_narrow_terminal_shows_the_same_points_in_more_lines(
    ask: Ask, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    text = ask(*WORDS, "--lead", "ada").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "2× 2026-02-28, 1 d ago: 10.00 → 9.78" in text
    assert ["engagement", "engagement at most 15", "-4.73"] in rows_of(text)


def test_json_is_the_whole_explanation(ask: Ask, shop: Path):
    said = ask(*WORDS, "--lead", "ada", "--format", "json")
    found = json.loads(said.stdout)
    assert (found["lead_id"], found["total"], found["stage"], found["grade"]) == ("ada", 65.0, "mql", "A1")
    assert found["as_of"] == "2026-03-01T23:59:59.999Z"
    webinar = next(line for line in found["lines"] if line["what"] == "webinar")
    assert webinar["first_at"] == "2026-01-29T12:00:00.000Z"
    assert sum(Decimal(str(line["points"])) for line in found["lines"]) == 65


@pytest.mark.slow
def test_scores_that_the_total_leaves_out_add_up_by_themselves(ask: Ask, shop: Path):
    text = Path("playbook.yaml").read_text(encoding="utf-8").replace("grades:", "total: {of: [fit]}\ngrades:")
    Path("playbook.yaml").write_text(text, encoding="utf-8")
    found = rows_of(ask(*WORDS, "--lead", "ada").stdout)
    assert ["total", "50.00"] in found
    assert ["engagement is not part of the total:"] in found
    assert ["engagement", "15.00"] in found


def test_an_unknown_lead_is_answered_with_the_nearest_one(ask: Ask, shop: Path):
    said = ask(*WORDS, "--lead", "claeo")
    assert said.exit_code == 1
    assert said.stderr == "error: there is no lead 'claeo'; did you mean 'cleo'?\n"
    assert said.stdout == ""


def test_a_lead_from_later_is_said_to_be_from_later(ask: Ask, shop: Path):
    said = ask("explain", "leads.csv", "events.csv", "--as-of", "2026-02-01", "--lead", "cleo")
    assert said.exit_code == 1
    assert "lead 'cleo' was not known yet at 2026-02-01" in said.stderr


@pytest.mark.slow
def test_ids_that_are_numbers_are_asked_for_as_they_are_written(ask: Ask, shop: Path):
    for name in ("leads.csv", "events.csv"):
        text = Path(name).read_text(encoding="utf-8")
        for word, number in (("ada,", "17,"), ("ben,", "18,"), ("cleo,", "19,")):
            text = text.replace(word, number)
        Path(name).write_text(text, encoding="utf-8")
    assert "Lead 17 as of" in ask(*WORDS, "--lead", "17").stdout
    assert "there is no lead 'ada'" in ask(*WORDS, "--lead", "ada").stderr
