"""The same output in a terminal: colours unless they are not wanted, nothing cut off however narrow it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="NOT RUN: this system has no pseudo-terminals")

WORDS = ("score", "leads.csv", "events.csv", "--as-of", "2026-03-01")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def in_terminal(*words: str, columns: int = 200, no_color: str | None = None) -> str:
    """What the command shows in a terminal of so many columns."""
    ours, theirs = pty.openpty()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")
    }
    settings = {**kept, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    settings |= {} if no_color is None else {"NO_COLOR": no_color}
    command = [sys.executable, "-m", "qualify", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=settings) as running:
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


def test_a_terminal_gets_colours_and_progress(shop: Path):
    shown = in_terminal(*WORDS)
    assert COLOURS.search(shown)
    assert "judging leads" in shown


def test_quiet_shows_no_progress(shop: Path):
    assert "judging leads" not in in_terminal("-q", *WORDS)


@pytest.mark.parametrize(("words", "no_color"), [(("--no-color",), None), ((), "1")])
def test_colours_can_be_left_out(shop: Path, words: tuple[str, ...], no_color: str | None):
    shown = in_terminal(*WORDS, "-q", *words, no_color=no_color)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_id_is_cut_however_narrow_the_terminal(shop: Path, columns: int):
    for name in ("leads.csv", "events.csv"):
        text = Path(name).read_text(encoding="utf-8").replace("ada,", "ada-of-the-large-factory,")
        Path(name).write_text(text, encoding="utf-8")
    shown = COLOURS.sub("", in_terminal("-q", *WORDS, columns=columns))
    lines = shown.splitlines()
    assert max(map(len, lines)) <= columns
    assert "ada-of-the-large-factory" in re.sub(r"\s+", "", shown)
    assert "…" not in shown


def test_a_wide_terminal_has_one_line_for_a_lead_and_a_narrow_one_several(shop: Path):
    wide, narrow = (COLOURS.sub("", in_terminal("-q", *WORDS, columns=columns)) for columns in (200, 80))
    assert re.search(r"^1 .* ada .* large company; where we sell *\r?$", wide, re.M)
    assert re.search(r"^1 .* ada \(100 % known\) *\r?$", narrow, re.M)
    assert re.search(r"^ +large company; where we sell *\r?$", narrow, re.M)


def test_a_pipe_gets_whole_lines_without_colours_or_trailing_blanks(shop: Path):
    ended = subprocess.run([sys.executable, "-m", "qualify", *WORDS], capture_output=True, text=True)
    assert "\x1b" not in ended.stdout + ended.stderr
    assert not re.search(r" +$", ended.stdout, re.M)
