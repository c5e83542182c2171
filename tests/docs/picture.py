"""Draws the README's picture: a terminal with real output, as an SVG for light and dark pages alike.

``python -m tests.docs.picture`` draws it anew.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text
from typer.testing import CliRunner

from qualify.cli import app
from tests.docs.pages import DOCS

PICTURE = DOCS / "pictures" / "scored.svg"
WIDTH = 114

MARKET = ("qualify simulate --leads 2000 --seed 7", "qualify init")
SHOWN = ("qualify score market --as-of 2026-07-31 --top 6",)

_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Rich would fetch its font from another host; the reader's own does as well."""


def drawn() -> str:
    """The picture as it would be drawn today."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    for command, said in _said():
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")), "")
        console.print(Text.from_ansi(said.rstrip()), "")
    svg = _FONT.sub("", console.export_svg(title="qualify", theme=DIMMED_MONOKAI, unique_id="qualify"))
    return (
        "\n".join(line.rstrip() for line in svg.replace("Fira Code, monospace", "monospace").splitlines())
        + "\n"
    )


def _said() -> Iterator[tuple[str, str]]:
    """Each command that is shown, and what it prints in a terminal of that width."""
    terminal = {"COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, terminal):
        os.environ.pop("NO_COLOR", None)
        os.chdir(folder)
        try:
            for command in MARKET:
                _typed(command)
            for command in SHOWN:
                yield command, _typed(command)
        finally:
            os.chdir(here)


def _typed(command: str) -> str:
    done = CliRunner().invoke(app, shlex.split(command)[1:], prog_name="qualify", color=True)
    assert done.exit_code == 0, done.output
    return done.stdout


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn(), encoding="utf-8")
