"""`qualify plan`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ask, rows_of

WORDS = ("plan", "playbook.yaml", "draft.yaml", "leads.csv", "events.csv", "--as-of", "2026-03-01")


@pytest.fixture
def draft(shop: Path) -> Path:
    """A draft in which country counts for less: Ada would be no MQL any more."""
    text = Path("playbook.yaml").read_text(encoding="utf-8")
    Path("draft.yaml").write_text(
        text.replace("points: 20, name: where we sell", "points: 5, name: where we sell")
    )
    return shop


@pytest.mark.slow
def test_who_would_move_is_shown_with_the_rule_that_did_it(ask: Ask, draft: Path):
    said = ask(*WORDS)
    assert said.exit_code == 0, said.output
    assert "1 of 3 leads would change their stage, 2 their total." in said.stdout
    found = rows_of(said.stdout)
    assert ["mql", "lead", "1", "fit: where we sell (-15.00 for 1)"] in found
    assert ["fit: where we sell", "2", "-15.00"] in found
    assert ["ada", "mql", "lead", "65.00", "50.00", "fit: where we sell"] in found


@pytest.mark.slow
def test_a_playbook_against_itself_moves_nobody(ask: Ask, shop: Path):
    said = ask("plan", "playbook.yaml", "playbook.yaml", "leads.csv", "events.csv", "--as-of", "2026-03-01")
    assert "0 of 3 leads would change their stage, 0 their total." in said.stdout
    assert "ada" not in said.stdout


@pytest.mark.slow
def test_a_threshold_that_moves_is_no_rules_doing(ask: Ask, shop: Path):
    text = (
        Path("playbook.yaml")
        .read_text(encoding="utf-8")
        .replace("enter: 60, leave: 50", "enter: 66, leave: 50")
    )
    Path("draft.yaml").write_text(text, encoding="utf-8")
    found = rows_of(ask(*WORDS).stdout)
    assert ["mql", "lead", "1", "conditions of stages, not points"] in found


@pytest.mark.slow
def test_examples_are_five_and_who_lists_everybody(ask: Ask, draft: Path):
    rows = "".join(f"copy{n},,,,Germany,200,2026-01-01T00:00:00Z\n" for n in range(7))
    events = "".join(f"copy{n},webinar_attended,2026-02-28T12:00:00Z\n" for n in range(7))
    for name, more in (("leads.csv", rows), ("events.csv", events)):
        Path(name).write_text(Path(name).read_text(encoding="utf-8") + more, encoding="utf-8")
    few, all_ = ask(*WORDS).stdout, ask(*WORDS, "--who").stdout
    assert sum(row[1:3] == ["mql", "lead"] for row in rows_of(few)) == 5
    assert "--who lists all 8" in few
    assert sum(row[1:3] == ["mql", "lead"] for row in rows_of(all_)) == 8


@pytest.mark.slow
def test_the_movers_can_be_written_to_a_file(ask: Ask, draft: Path):
    ask(*WORDS, "-o", "movers.csv")
    head, *rows = Path("movers.csv").read_text(encoding="utf-8").splitlines()
    assert head.startswith("lead_id,stage_before,stage_after,total_before,total_after,change,strongest_rule")
    assert rows == ["ada,mql,lead,65.00,50.00,-15.00,fit: where we sell,-15.00"]


@pytest.mark.slow
def test_json_holds_the_moves(ask: Ask, draft: Path):
    found = json.loads(ask(*WORDS, "--format", "json").stdout)
    assert (found["moved"], found["changed"], found["stayed"]) == (1, 2, 2)
    assert found["as_of"] == "2026-03-01T23:59:59.999Z"
    [move] = found["moves"]
    assert (move["before"], move["after"], move["leads"]) == ("mql", "lead", 1)


def test_mistakes_in_the_draft_are_shown_with_its_name(ask: Ask, draft: Path):
    Path("draft.yaml").write_text("playbook: Draft\nscorse: {}\n", encoding="utf-8")
    said = ask(*WORDS)
    assert said.exit_code == 1
    assert "draft.yaml:2:1: error: scorse: " in said.stderr
