"""The same output in a terminal: colours unless they are not wanted, nothing cut off however narrow it is."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.cli.conftest import EVENTS, LEADS, PLAYBOOK

pty = pytest.importorskip("pty", reason="NOT RUN: this system has no pseudo-terminals")

# One worker asks each terminal once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terminal")]

Terminal: TypeAlias = Callable[..., str]

WORDS = ("score", "leads.csv", "events.csv", "--as-of", "2026-03-01")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
MOVING = "\x1b[?25l"
"""The cursor is hidden while something moves; which steps are seen hangs on how long each takes."""
LONG = "ada-of-the-large-factory"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's files, in which Ada has a long id."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in (("playbook.yaml", PLAYBOOK), ("leads.csv", LEADS), ("events.csv", EVENTS)):
        (folder / name).write_text(text.replace("ada,", f"{LONG},"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def terminal(folder: Path) -> Terminal:
    """What a terminal of so many columns shows; each is asked once."""

    @functools.cache
    def shown(columns: int, *words: str, no_color: str | None = None) -> str:
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        settings = {**kept, "TERM": "xterm-256color", "COLUMNS": str(columns)}
        settings |= {} if no_color is None else {"NO_COLOR": no_color}
        return in_terminal([sys.executable, "-m", "qualify", *WORDS, *words], folder, settings)

    return shown


def in_terminal(command: list[str], folder: Path, settings: dict[str, str]) -> str:
    """What the command shows in a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=settings, cwd=folder
    ) as running:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # Linux says so when the other side is closed
            pass
        assert running.wait() == 0, shown
    os.close(ours)
    return shown.decode()


def test_a_terminal_gets_colours_and_progress(terminal: Terminal):
    shown = terminal(200)
    assert COLOURS.search(shown)
    assert MOVING in shown


def test_quiet_shows_no_progress(terminal: Terminal):
    assert MOVING not in terminal(80, "-q")


@pytest.mark.parametrize(("words", "no_color"), [(("--no-color",), None), ((), "1")])
def test_colours_can_be_left_out(terminal: Terminal, words: tuple[str, ...], no_color: str | None):
    shown = terminal(200, "--top", "1", *words, no_color=no_color)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown)


@pytest.mark.parametrize("columns", [40, 80])
def test_no_id_is_cut_however_narrow_the_terminal(terminal: Terminal, columns: int):
    shown = COLOURS.sub("", terminal(columns, "-q"))
    assert max(map(len, shown.splitlines())) <= columns
    assert LONG in re.sub(r"\s+", "", shown)
    assert "…" not in shown


def test_a_wide_terminal_has_one_line_for_a_lead_and_a_narrow_one_several(terminal: Terminal):
    wide, narrow = COLOURS.sub("", terminal(200)), COLOURS.sub("", terminal(80, "-q"))
    assert re.search(rf"^1 .* {LONG} .* large company; where we sell *\r?$", wide, re.M)
    assert re.search(rf"^1 .* {LONG} \(100 % known\) *\r?$", narrow, re.M)
    assert re.search(r"^ +large company; where we sell *\r?$", narrow, re.M)


def test_a_pipe_gets_whole_lines_without_colours_or_trailing_blanks(folder: Path):
    command = [sys.executable, "-m", "qualify", *WORDS]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert "\x1b" not in ended.stdout + ended.stderr
    assert not re.search(r" +$", ended.stdout, re.M)
