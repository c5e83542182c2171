"""`qualify check`."""

from __future__ import annotations

import re
from pathlib import Path

from qualify.playbook import load
from tests.cli.conftest import Ask


def test_a_good_playbook_is_summed_up(ask: Ask, shop: Path):
    said = ask("check", "playbook.yaml")
    assert said.exit_code == 0
    assert said.stdout == (
        f"Tools, fingerprint {load('playbook.yaml').fingerprint}\n"
        "  5 rules: fit 3, engagement 2\n"
        "  stages: mql, customer\n"
    )


def test_a_playbook_with_many_mistakes_shows_all_of_them_with_their_places(ask: Ask, shop: Path):
    rules = "".join(f"      - {{pionts: {n}, when: {{did: email_read}}}}\n" for n in range(50))
    Path("bad.yaml").write_text(f"playbook: Bad\nscores:\n  fit:\n    rules:\n{rules}", encoding="utf-8")
    said = ask("check", "bad.yaml")
    assert said.exit_code == 1
    typos = re.findall(
        r"^bad\.yaml:(\d+):\d+: error: scores\.fit\.rules\[\d+\].*did you mean 'points'", said.stdout, re.M
    )
    assert typos == [str(line) for line in range(5, 55)]
    assert "Traceback" not in said.output


def test_problems_stand_where_compilers_put_them(ask: Ask, shop: Path):
    text = Path("playbook.yaml").read_text(encoding="utf-8").replace("at_least: 50", "at_leest: 50")
    Path("playbook.yaml").write_text(text, encoding="utf-8")
    said = ask("check")
    line, column = 5, text.splitlines()[4].index("at_leest") + 1
    assert said.stdout.startswith(
        f"playbook.yaml:{line}:{column}: error: scores.fit.rules[0].when.at_leest: "
    )


def test_warnings_are_shown_and_do_not_fail_the_check(ask: Ask, shop: Path):
    text = Path("playbook.yaml").read_text(encoding="utf-8").replace("enter: 60", "enter: 600")
    Path("playbook.yaml").write_text(text, encoding="utf-8")
    said = ask("check")
    assert said.exit_code == 0
    assert re.search(
        r"^playbook\.yaml:\d+:\d+: warning: thresholds\.mql\.enter: .*never comes$", said.stdout, re.M
    )
    assert "playbook.yaml: 1 warning\n" in said.stdout


def test_prose_stands_alone_on_standard_output(ask: Ask, shop: Path):
    said = ask("check", "playbook.yaml", "--prose")
    assert said.stdout.startswith("# Tools\n")
    assert "fingerprint" not in said.stdout
    assert "fingerprint" in said.stderr


def test_a_starter_can_be_checked_by_its_name(ask: Ask, empty: Path):
    assert ask("check", "services").exit_code == 0


def test_a_missing_playbook_says_how_to_get_one(ask: Ask, empty: Path):
    said = ask("check")
    assert said.exit_code == 1
    assert said.stderr.startswith("error: playbook.yaml: there is no such playbook")
    assert "qualify init" in said.stderr


def test_a_playbook_in_a_wrong_encoding_is_refused_with_its_line(ask: Ask, empty: Path):
    Path("old.yaml").write_bytes("playbook: Tools\ndescription: für alle\n".encode("latin-1"))
    said = ask("check", "old.yaml")
    assert said.exit_code == 1
    assert "old.yaml:2:15: not UTF-8" in said.stderr
