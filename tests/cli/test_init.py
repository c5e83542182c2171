"""`qualify init` and `qualify schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qualify.playbook import load, starters
from tests.cli.conftest import Ask


def test_a_playbook_is_written_that_can_be_used_at_once(ask: Ask, empty: Path):
    said = ask("init")
    assert said.exit_code == 0
    assert load("playbook.yaml").playbook == "B2B software"
    assert ask("check").exit_code == 0


@pytest.mark.parametrize("name", starters.names())
def test_every_starter_can_be_written(ask: Ask, empty: Path, name: str):
    assert ask("init", "mine.yaml", "--like", name).exit_code == 0
    assert Path("mine.yaml").read_text(encoding="utf-8") == starters.text(name)


def test_the_next_steps_name_the_file_and_are_a_note(ask: Ask, empty: Path):
    said = ask("init", "mine.yaml")
    assert "qualify check mine.yaml leads.csv events.csv" in said.stderr
    assert "-p mine.yaml" in said.stderr
    assert ask("-q", "init", "other.yaml").stderr == ""


def test_nothing_is_overwritten_unless_forced(ask: Ask, empty: Path):
    Path("playbook.yaml").write_text("mine", encoding="utf-8")
    refused = ask("init")
    assert refused.exit_code == 1
    assert "playbook.yaml exists already" in refused.stderr
    assert Path("playbook.yaml").read_text(encoding="utf-8") == "mine"
    assert ask("init", "--force").exit_code == 0
    assert Path("playbook.yaml").read_text(encoding="utf-8") == starters.text("b2b-saas")


def test_a_starter_that_does_not_exist_is_answered_with_the_nearest(ask: Ask, empty: Path):
    said = ask("init", "--like", "servces")
    assert said.exit_code == 1
    assert "did you mean 'services'?" in said.stderr
    assert not list(empty.iterdir())


def test_a_folder_that_is_not_there_is_named(ask: Ask, empty: Path):
    said = ask("init", "nowhere/playbook.yaml")
    assert said.exit_code == 1
    assert said.stderr.startswith("error: nowhere/playbook.yaml: No such file")


def test_the_editor_is_told_of_a_schema_only_when_one_lies_beside(ask: Ask, empty: Path):
    ask("init", "plain.yaml")
    ask("init", "mine.yaml", "--schema")
    assert "yaml-language-server" not in Path("plain.yaml").read_text(encoding="utf-8")
    first = Path("mine.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=mine.schema.json"
    assert json.loads(Path("mine.schema.json").read_text(encoding="utf-8"))["title"] == "Qualify playbook"
    assert ask("check", "mine.yaml").exit_code == 0


def test_the_schema_goes_to_standard_output_or_to_a_file(ask: Ask, empty: Path):
    shown = ask("schema")
    assert json.loads(shown.stdout)["$schema"].startswith("https://json-schema.org/")
    assert ask("schema", "-o", "s.json").stdout == ""
    assert Path("s.json").read_text(encoding="utf-8") == shown.stdout
