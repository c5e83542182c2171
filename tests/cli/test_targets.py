"""No command writes onto a file that it reads, however the file is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Ask

THREE = ("leads.csv", "events.csv", "outcomes.csv")
SCORE = ("score", "leads.csv", "events.csv")


@pytest.mark.parametrize(
    ("words", "option", "file"),
    [
        ((*SCORE, "-o", "leads.csv"), "-o", "leads.csv"),
        ((*SCORE, "-o", "../{here}/events.csv"), "-o", "events.csv"),
        ((*SCORE, "--ledger", "events.csv"), "--ledger", "events.csv"),
        ((*SCORE, "--rejects", "events.csv"), "--rejects", "events.csv"),
        (("score", ".", "--rejects", "outcomes.csv"), "--rejects", "outcomes.csv"),
        ((*SCORE, "--format", "csv", "-o", "playbook.yaml"), "-o", "playbook.yaml"),
        (("history", "leads.csv", "--since", "2026-01-01", "-o", "leads.csv"), "-o", "leads.csv"),
        (("plan", "playbook.yaml", "playbook.yaml", "leads.csv", "-o", "leads.csv"), "-o", "leads.csv"),
        (("explain", "leads.csv", "--lead", "ada", "--rejects", "leads.csv"), "--rejects", "leads.csv"),
        (("check", "playbook.yaml", "leads.csv", "--rejects", "playbook.yaml"), "--rejects", "playbook.yaml"),
        (("backtest", "playbook.yaml", *THREE, "--rejects", "outcomes.csv"), "--rejects", "outcomes.csv"),
        (("learn", *THREE, "--report", "outcomes.csv"), "--report", "outcomes.csv"),
        (("learn", *THREE, "--model", "leads.csv"), "--model", "leads.csv"),
        (("learn", *THREE, "--card", "playbook.yaml"), "--card", "playbook.yaml"),
        (("learn", *THREE, "--explore", "leads.csv"), "--explore", "leads.csv"),
        (("drift", *THREE, "--rejects", "events.csv"), "--rejects", "events.csv"),
        (("icp", *THREE, "-o", "leads.csv"), "-o", "leads.csv"),
    ],
)
def test_a_file_that_is_read_is_never_overwritten(
    ask: Ask, shop: Path, words: tuple[str, ...], option: str, file: str
) -> None:
    before = (shop / file).read_bytes()
    said = ask(*(word.format(here=shop.name) for word in words))
    assert said.exit_code == 1
    assert f"{file} is read here, and {option} would overwrite it; name another file" in said.stderr
    assert (shop / file).read_bytes() == before


def test_a_second_name_of_the_file_and_a_backtest_of_json_are_seen_through(ask: Ask, shop: Path) -> None:
    (shop / "link.csv").symlink_to("leads.csv")
    assert "link.csv is read here" in ask(*SCORE, "-o", "link.csv").stderr
    (shop / "leads.json").write_text("{}", encoding="utf-8")
    said = ask("backtest", "playbook.yaml", "leads.json", "events.csv", "outcomes.csv", "-o", "leads.json")
    assert "leads.json is read here, and -o would overwrite it" in said.stderr


def test_two_results_do_not_go_into_one_file(ask: Ask, shop: Path) -> None:
    said = ask(*SCORE, "-o", "out.csv", "--ledger", "out.csv")
    assert said.exit_code == 1
    assert "-o and --ledger would both write out.csv" in said.stderr
    assert "-o and --rejects would both" in ask(*SCORE, "-o", "leads.rejects.csv").stderr
    assert not (shop / "out.csv").exists()


def test_learn_says_before_the_work_that_a_folder_is_missing(ask: Ask, shop: Path) -> None:
    assert "there is no folder nowhere" in ask("learn", *THREE, "--model", "nowhere/model.json").stderr
