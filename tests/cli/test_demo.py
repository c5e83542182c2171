"""`qualify demo`: what `make run` shows."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import PLAYBOOK, Ask, rows_of

# One worker runs the demo once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demo of 300 leads, once for all tests of this file."""
    from typer.testing import CliRunner

    from qualify.cli import app

    folder = tmp_path_factory.mktemp("demo")
    said = CliRunner().invoke(
        app, ["demo", "--leads", "300", "-o", str(folder / "demo")], env={"COLUMNS": ""}
    )
    assert said.exit_code == 0, said.output
    return said.stdout


def test_it_shows_the_best_leads_with_grade_stage_and_two_reasons(shown: str):
    ranked = [row for row in rows_of(part(shown, "The most qualified leads")) if row[0].isdigit()]
    assert len(ranked) == 10
    for row in ranked:
        assert re.fullmatch(r"[A-D][1-4]", row[1])
        assert row[-1].count(";") == 1
    totals = [Decimal(row[3]) for row in ranked]
    assert totals == sorted(totals, reverse=True)


def test_it_explains_the_first_of_them_with_a_sum_that_matches(shown: str):
    best = next(row for row in rows_of(part(shown, "The most qualified leads")) if row[0] == "1")
    why = part(shown, "Why ")
    assert f"Lead {best[-2]} as of" in why
    lines = [Decimal(row[-1]) for row in rows_of(why) if re.fullmatch(r"[+-][\d.]+", row[-1])]
    assert f"{sum(lines):.2f}" == best[3]
    assert f"add up to {best[3]}, the total is {best[3]}." in why


def test_it_shows_the_funnel_with_every_lead_in_it(shown: str):
    counts = [int(row[1]) for row in rows_of(part(shown, "The funnel")) if len(row) > 1 and row[1].isdigit()]
    assert sum(counts) == 300


def test_it_tests_the_score_only_against_what_came_later(shown: str):
    tested = part(shown, "Was the score any good?")
    assert "foretold what came after it" in tested
    assert "2026-08-03" in tested
    assert "hindsight" not in tested


def test_it_ends_with_what_to_try_next(shown: str):
    assert "qualify check" in part(shown, "Try next")


def test_a_playbook_that_is_there_is_kept_and_used(ask: Ask, empty: Path):
    Path("demo").mkdir()
    Path("demo/playbook.yaml").write_text(PLAYBOOK, encoding="utf-8")
    said = ask("demo", "--leads", "50")
    assert said.exit_code == 0, said.output
    assert "Tools (" in said.stdout
    assert Path("demo/playbook.yaml").read_text(encoding="utf-8") == PLAYBOOK


def part(shown: str, title: str) -> str:
    """What stands below the underlined title that begins so."""
    found = re.search(rf"(?ms)^{re.escape(title)}[^\n]*\n=+\n(.*?)(?=^[^\n]+\n=+$|\Z)", shown)
    assert found, title
    return found[1]
