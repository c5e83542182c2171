"""``qualify backtest``: from files to what a manager reads, and what it says when it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from qualify.cli import app
from qualify.errors import InputError
from qualify.runs.backtesting import Backtest, backtest

PLAYBOOK = """\
playbook: Tools
scores:
  fit:
    rules:
      - {points: 30, name: large company, when: {trait: employees, at_least: 50}}
      - {points: 15, name: asked, when: {did: asked, within: 60 days}}
thresholds:
  mql: {enter: 40, leave: 20}
stages:
  sal: {enter: {decision: accepted}}
"""
COUNT = 24


def files(folder: Path) -> None:
    """Leads in pairs: a large and a small company; the large ask and win, but for the last three."""
    leads, events, outcomes = (
        ["lead_id,employees,created_at"],
        ["lead_id,kind,happened_at"],
        ["lead_id,outcome,closed_at"],
    )
    for number in range(COUNT):
        day, large = 1 + number // 2, number % 2 == 0
        leads.append(f"L{number:02},{200 if large else 5},2026-01-{day:02}T08:00:00Z")
        if large and number < COUNT - 6:
            events.append(f"L{number:02},asked,2026-01-{day:02}T09:00:00Z")
        if number < COUNT - 1:
            outcomes.append(f"L{number:02},{'won' if large else 'lost'},2026-03-{day:02}T09:00:00Z")
    texts = {"leads.csv": leads, "events.csv": events, "outcomes.csv": outcomes}
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "playbook.yaml").write_text(PLAYBOOK, encoding="utf-8")
    (folder / "draft.yaml").write_text(PLAYBOOK.replace("enter: 40", "enter: 25"), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("history")
    files(place)
    return place


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(folder)
    yield folder


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, ["backtest", *words], prog_name="qualify")


FACTS = ("leads.csv", "events.csv", "outcomes.csv")


@pytest.fixture(scope="module")
def found(folder: Path) -> Backtest:
    """The draft held against the playbook, once for all tests."""
    paths = [str(folder / name) for name in FACTS]
    return backtest(
        str(folder / "playbook.yaml"), *paths, against=str(folder / "draft.yaml"), since="2026-01-01",
        until="2026-02-22", capacity=4, horizon=30,
    )  # fmt: skip


@pytest.mark.slow
def test_two_playbooks_are_judged_on_the_same_leads_and_held_side_by_side(found: Backtest) -> None:
    assert (found.one.recall.hits, found.one.recall.of) == (9, 12)
    assert found.other is not None
    assert (found.other.recall.hits, found.other.recall.of) == (12, 12)
    assert [each.lead_id for each in found.one.missed] == ["L18", "L20", "L22"]
    assert found.comparison is not None
    assert found.comparison.won_only_other == 3
    recall = next(each for each in found.comparison.differences if each.name == "recall")
    assert (recall.change, recall.more_than_chance) == (0.25, False)  # three leads may well be chance


@pytest.mark.slow
def test_the_undecided_lead_is_named_as_undecided(found: Backtest) -> None:
    assert found.came.counted() == {
        "won": 12, "lost": 11, "young": 0, "open": 0, "unworked": 1, "before": 0, "quick": 0
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.slow
def test_volume_is_held_against_capacity(found: Backtest) -> None:
    assert [week.handed for week in found.one.weeks][:3] == [None, 5, 0]


@pytest.mark.slow
def test_a_manager_can_read_it(here: Path) -> None:
    told = ask(
        "playbook.yaml",
        *FACTS,
        "--from",
        "2026-01-01",
        "--to",
        "2026-02-22",
        "--horizon",
        "30",
        "-o",
        "report.html",
    )
    assert told.exit_code == 0, told.output
    assert "Of the won it would have handed over 75 % before the deal (9 of 12;" in told.stdout
    assert "Won, and missed: 3" in told.stdout
    assert "1 that nobody worked" in told.stdout
    page = (here / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    assert "<script" not in page


@pytest.mark.slow
def test_json_goes_alone_to_standard_output(here: Path) -> None:
    told = ask(
        "playbook.yaml",
        *FACTS,
        "--on",
        "2026-01-20",
        "--on",
        "2026-02-20",
        "--horizon",
        "0",
        "--format",
        "json",
    )
    said: dict[str, Any] = json.loads(told.stdout)
    assert said["looks"]["count"] == 2
    assert [each["lead_id"] for each in said["playbooks"][0]["won_missed"]] == ["L18", "L20", "L22"]


# ── what cannot be done is said ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("playbook.yaml", "leads.csv", "events.csv"), "no outcomes are given"),
        (("playbook.yaml", *FACTS, "--from", "2026-05-01", "--to", "2026-02-01"), "let it start earlier (--from)"),
        (("playbook.yaml", *FACTS, "--stage", "mqll"), "has no stage 'mqll'; did you mean 'mql'?"),
        (("playbook.yaml", *FACTS, "--every", "day", "--from", "2020-01-01"), "looks; 1 to 750 can be taken"),
        (("playbook.yaml", *FACTS, "-o", "report.pdf"), "write to a file that ends in .html or .json"),
        (("playbook.yaml", *FACTS, "-o", "nowhere/report.html"), "there is no folder nowhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_before_the_work_begins(
    here: Path, words: tuple[str, ...], said: str
) -> None:
    told = ask(*words)
    assert told.exit_code == 1
    assert said in told.stderr


def test_a_playbook_that_hands_nothing_over_is_told_what_to_add(folder: Path) -> None:
    book = folder / "without.yaml"
    book.write_text(PLAYBOOK.split("thresholds:")[0], encoding="utf-8")
    with pytest.raises(
        InputError, match=r"no stage at which leads are handed over \(mql or pql\); give it one"
    ):
        backtest(str(book), *(str(folder / name) for name in FACTS))


def test_data_without_dates_have_no_history(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("lead_id,employees\nada,3\n", encoding="utf-8")
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK, encoding="utf-8")
    with pytest.raises(InputError, match="nothing in the data has a date"):
        backtest(str(tmp_path / "playbook.yaml"), str(tmp_path / "leads.csv"))
