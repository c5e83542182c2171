"""Every command ends with a text and an exit code, never with a traceback for a user's mistake."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Ask

WORDS = ("score", "leads.csv", "events.csv", "--as-of", "2026-03-01")
QUALIFY = [sys.executable, "-m", "qualify"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("score", "no-leads.csv"), "no-leads.csv"),
        (("score", "leads.csv", "no-events.csv"), "no-events.csv"),
        (("score", "leads.csv", "--as-of", "yesterday"), "'yesterday' is not a moment"),
        (("score", "leads.csv", "-p", "no-playbook.yaml"), "no-playbook.yaml: there is no such playbook"),
        (("score", "leads.csv", "--memory-limit", "much"), "memory_limit 'much' is not understood"),
        (("score", "empty.csv"), "empty.csv"),
        (("history", "leads.csv", "--lead", "ada", "--since", "once"), "'once' is not a moment"),
    ],
)
def test_a_mistake_that_the_user_can_mend_is_told_in_words(
    ask: Ask, shop: Path, words: tuple[str, ...], said: str
):
    Path("empty.csv").touch()
    ended = ask(*words)
    assert ended.exit_code == 1
    assert said in ended.stderr
    assert ended.stderr.startswith("error: ")
    assert ended.stdout == ""


def test_mistakes_in_the_playbook_are_shown_all_at_once(ask: Ask, shop: Path):
    Path("playbook.yaml").write_text("playbok: X\nscores: {fit: {ruls: []}}\n", encoding="utf-8")
    ended = ask(*WORDS)
    assert ended.exit_code == 1
    assert "playbook.yaml:1:1: error: playbok: " in ended.stderr
    assert "playbook.yaml:2:16: error: scores.fit.ruls: " in ended.stderr


@pytest.mark.parametrize(
    "words", [("score",), ("score", "leads.csv", "--format", "xml"), ("explain", "leads.csv")]
)
def test_a_command_written_wrongly_ends_with_2(ask: Ask, shop: Path, words: tuple[str, ...]):
    ended = ask(*words)
    assert ended.exit_code == 2
    assert "Usage: qualify" in ended.stderr


def test_a_bug_is_admitted_in_one_line_and_shown_on_demand(
    ask: Ask, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("qualify.runs.score", lambda *_, **__: 1 / 0)
    ended = ask(*WORDS)
    assert ended.exit_code == 70
    assert ended.stderr.count("\n") == 1
    assert "this is a bug in qualify" in ended.stderr
    assert "ZeroDivisionError: division by zero" in ended.stderr
    monkeypatch.setenv("QUALIFY_DEBUG", "1")
    assert isinstance(ask(*WORDS).exception, ZeroDivisionError)


def test_control_c_ends_with_130_and_nothing_to_read(ask: Ask, shop: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qualify.runs.score", interrupted)
    ended = ask(*WORDS)
    assert (ended.exit_code, ended.output) == (130, "")


GATHERING = "run.gather = lambda connection, *facts, **options: connection.execute(interrupted_soon())\n"
SHOWING = "run._best = lambda *choice: interrupted_soon()\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="NOT RUN: Windows has no SIGINT to send")
@pytest.mark.parametrize("where", [GATHERING, SHOWING], ids=["gathering", "showing the best"])
def test_a_running_query_can_be_interrupted(shop: Path, where: str):
    code = (
        "import os, signal, threading, qualify.runs.run as run\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # pytest-xdist leaves it ignored\n"
        "from qualify.cli import main\n"
        "def interrupted_soon():\n"
        "    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    return 'SELECT sum(sin(a.range + b.range)) FROM range(10000000) a, range(1000) b'\n"
        f"{where}"
        f"import sys; sys.argv = ['qualify', *{WORDS!r}]\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 130, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Query interrupted" not in ended.stderr
    assert where != GATHERING or not ended.stdout + ended.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="NOT RUN: Windows closes pipes differently")
@pytest.mark.parametrize("words", [(*WORDS, "--format", "csv"), WORDS, ("schema",), ("--help",)])
def test_a_reader_who_leaves_early_is_no_error(shop: Path, words: tuple[str, ...]):
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([*QUALIFY, "-q", *words], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.slow
def test_a_terminal_that_cannot_write_the_signs_gets_others(shop: Path):
    ended = subprocess.run(
        [*QUALIFY, *WORDS],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert ended.returncode == 0, ended.stderr
    assert b"ada" in ended.stdout
