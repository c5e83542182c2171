"""`qualify learn`, `drift` and `icp` on a stranger's files: one command, a clear answer."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from qualify.cli import app
from qualify.playbook import parse

DAY = np.timedelta64(1, "D")
START = np.datetime64("2024-01-01T09:00:00")


def write(path: Path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A stranger's three files: 900 leads with a column that leaks, a few bad rows, umlauts and duplicates."""
    folder = tmp_path_factory.mktemp("stranger")
    chance = np.random.default_rng(4)
    industry = chance.choice(["Müllabfuhr", "software", "retail"], 900)
    asked = chance.random(900) < 0.4
    won = chance.random(900) < 0.12 + 0.3 * (industry == "software") + 0.25 * asked
    created = START + np.sort(chance.integers(0, 600, 900)) * DAY
    ids = [f"L{each}" for each in range(900)]
    tags = np.where(won, "will pay", "ringing")
    leads = [*zip(ids, created, industry, tags, strict=True)]
    write(
        folder / "leads.csv",
        ["lead_id", "created_at", "Industry", "Tags"],
        [*leads, leads[0], ["L9", "2099-01-01", "x", "y"]],
    )
    demo = [
        (each, "demo asked", when - 2 * DAY)
        for each, when, did in zip(ids, created, asked, strict=True)
        if did
    ]
    views = [(each, "page", when - DAY) for each, when in zip(ids, created, strict=True)]
    write(folder / "events.csv", ["lead_id", "kind", "happened_at"], [*demo, *views])
    closed = created + chance.integers(3, 25, 900) * DAY
    write(folder / "outcomes.csv", ["lead_id", "outcome", "closed_at"], [
        (each, "won" if hit else "lost", when) for each, hit, when in zip(ids, won, closed, strict=True)
    ])  # fmt: skip
    return folder


def run(folder, command, *words, monkeypatch):
    monkeypatch.chdir(folder)
    named = [f"{name}.csv" for name in ("leads", "events", "outcomes")]
    return CliRunner().invoke(app, [command, *named, "--rejects", "-", *words], catch_exceptions=False)


@pytest.mark.slow
def test_learn_asks_about_the_leak_finds_the_signal_and_writes_a_report(files, monkeypatch):
    done = run(
        files,
        "learn",
        "--a-week",
        "5",
        "--contact-costs",
        "50",
        "--won-is-worth",
        "500",
        "--explore",
        "explore.csv",
        "--format",
        "json",
        "--card",
        "card.yaml",
        "--model",
        "model.json",
        monkeypatch=monkeypatch,
    )
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["active"] and not told["nothing_to_learn"]
    assert told["left_out"] == ["Tags"] and "`Tags` alone tells won from lost" in told["questions"][0]["said"]
    card = parse((files / "card.yaml").read_text())
    assert "demo asked" in str([rule.label for _, _, rule in card.rules()])
    assert json.loads((files / "model.json").read_text())["left_out"] == ["Tags"]
    page = (files / "learned.html").read_text()
    assert page.startswith("<!doctype html>") and page.count("<svg") >= 4
    assert "<script" not in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert told["thresholds"]["by_money"]["expected"]["threshold"] == 0.1
    assert "A contact costs 50, a won lead is worth 500 as you say" in page
    drawn = (files / "explore.csv").read_text().split()
    assert drawn[0] == "lead_id"
    assert "Sales works 5 leads a week" in page and "müllabfuhr" in page


@pytest.mark.slow
def test_an_answer_is_remembered_beside_the_playbook(files, monkeypatch):
    assert run(files, "drift", monkeypatch=monkeypatch).exit_code == 0
    done = run(files, "learn", "--leave-out", "Tags", monkeypatch=monkeypatch)
    assert done.exit_code == 0 and "alone tells won from lost" not in done.output
    assert json.loads((files / "playbook.learning.json").read_text()) == {"leave out": ["Tags"], "keep": []}
    (files / "playbook.learning.json").unlink()


@pytest.mark.slow
def test_icp_says_what_the_best_have_in_common(files, monkeypatch):
    done = run(files, "icp", "--format", "json", monkeypatch=monkeypatch)
    told = json.loads(done.stdout)
    (profile,) = [each for each in told["profiles"] if each["name"] == "best customers"]
    left = told["gaps"]["the profiles found"]
    assert left["customers"] > 0 and left["leads"] == 900
    assert left["profiles"][0]["won"] + left["customers_not_described"]["leads"] == left["customers"]
    assert {"trait": "Industry", "is": "software"} in profile["conditions"]
    assert "Tags" not in str(profile), "it says what came later"
    assert "left out, because they may say what came later: Tags" in done.stderr


def test_without_outcomes_the_command_says_what_is_missing(files, monkeypatch):
    monkeypatch.chdir(files)
    done = CliRunner().invoke(app, ["learn", "leads.csv", "events.csv"])
    assert done.exit_code != 0 and "no outcomes to learn from" in done.output
