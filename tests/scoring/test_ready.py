"""The statements that come with Qualify are those that it would compile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qualify.engines import compiling, ready
from qualify.engines.compiling import Question, statement
from qualify.playbook import load, starters
from qualify.scoring.layout import Layout
from tests.scoring.write_ready import PRESENT, STEPS, written

ASKED = Question("duckdb", PRESENT[0], staged=True)
ANEW = "run python -m tests.scoring.write_ready"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUALIFY_CACHE", str(tmp_path))
    ready._kept.cache_clear()


@pytest.mark.slow
def test_the_statements_that_come_with_us_are_those_that_we_compile():
    made = written()
    there = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in ready.FOLDER.glob("*.json")}
    assert there.keys() == made.keys(), ANEW
    assert {each: told["statements"] for each, told in there.items()} == {
        each: told["statements"] for each, told in made.items()
    }, ANEW
    assert all(told["digest"] == made[each]["digest"] for each, told in there.items()), ANEW


@pytest.mark.parametrize("starter", starters.names())
def test_a_starters_statements_are_not_compiled(starter: str, monkeypatch: pytest.MonkeyPatch):
    layout = Layout(load(starter))
    told = json.loads((ready.FOLDER / f"{layout.book.fingerprint}.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(ready, "digest", lambda files: told["digest"])
    monkeypatch.setattr(compiling, "_compiled", _refused)
    for present in PRESENT:
        for what in STEPS:
            question = Question("duckdb", present, staged=True)
            found = statement(layout, what, question)
            assert found == told["statements"][ready.name_of(what, question)]


@pytest.mark.parametrize(
    "asked",
    [
        Question("duckdb", PRESENT[0]),
        Question("postgres", PRESENT[0], staged=True),
        Question("duckdb", PRESENT[0], "int64"),
    ],
    ids=["not in steps", "another dialect", "ids are numbers"],
)
def test_what_was_not_foreseen_is_compiled(asked: Question):
    assert ready.ready(load("b2b-saas").fingerprint, "scores", asked) is None


def test_of_another_playbook_nothing_is_kept():
    assert ready.ready("000000000000", "judged", ASKED) is None


def test_what_was_made_by_other_sources_is_not_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ready, "digest", lambda files: "of another day")
    assert ready.ready(load("b2b-saas").fingerprint, "judged", ASKED) is None


def test_the_digest_changes_with_what_a_file_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(ready, "_PACKAGE", tmp_path)
    (tmp_path / "a.py").write_text("one")
    before = ready.digest(["a.py"])
    (tmp_path / "a.py").write_text("two")
    assert ready.digest(["a.py"]) != before


def _refused(*_: object) -> str:
    raise AssertionError("compiled")
