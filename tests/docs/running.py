"""Follows a page as a reader would: writes its files, runs its commands and programs, in one folder."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from qualify.cli import app
from tests.docs.pages import Block, blocks

WIDTH = 114
"""Columns of the reader's terminal."""

_SHELL = set("|&;<>$`*(")


@dataclass
class Printed:
    """What one command or program printed, what the page says it prints, and where the page says so.

    ``first`` and ``last`` are lines of the page, from 1; ``last`` is left out.
    """

    block: Block
    command: str
    expected: str
    actual: str
    first: int
    last: int


@dataclass
class Reader:
    """Somebody who follows a page from top to bottom, in the current folder."""

    folder: Path
    code: int = 0
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})

    def follow(self, page: Path) -> Iterator[Printed]:
        """Everything that the page's blocks print, but for those that need a server."""
        every = blocks(page)
        for place, block in enumerate(every):
            if block.file:
                (self.folder / block.file).write_text(block.text, encoding="utf-8")
            elif block.language == "console":
                yield from self._type(block)
            elif block.language == "python" and not block.need:
                yield self._run(block, _shown(block, every[place + 1 : place + 2]))

    def _type(self, block: Block) -> Iterator[Printed]:
        for command, expected, first, last in commands(block):
            yield Printed(block, command, expected, self.enter(command), first, last)

    def enter(self, command: str) -> str:
        """What the command prints to standard output and standard error."""
        if command == "echo $?":
            return f"{self.code}\n"
        if command.startswith("qualify ") and not _SHELL & set(_unquoted(command)):
            done = CliRunner().invoke(app, shlex.split(command)[1:], prog_name="qualify")
            self.code = done.exit_code
            return done.output
        return self._in_shell(command)

    def _in_shell(self, command: str) -> str:
        script = f'qualify() {{ "{sys.executable}" -m qualify "$@"; }}\n{command}'
        done = subprocess.run(
            ["sh", "-c", script], cwd=self.folder, env=os.environ,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        )  # fmt: skip
        self.code = done.returncode
        return done.stdout

    def _run(self, block: Block, shown: Block | None) -> Printed:
        said = self.printed(block)
        if shown is None:
            return Printed(block, "python", said, said, block.end, block.end)
        return Printed(block, "python", shown.text, said, shown.line, shown.end)

    def printed(self, block: Block) -> str:
        """What the program prints; its names stay for the programs below it."""
        program = compile("\n" * (block.line - 1) + block.text, str(block.page), "exec")
        with contextlib.redirect_stdout(io.StringIO()) as caught:
            exec(program, self.names)
        return caught.getvalue()


def commands(block: Block) -> Iterator[tuple[str, str, int, int]]:
    """Each command of a console block with what it should print, and the lines of the page that say so."""
    lines = block.text.splitlines(keepends=True)
    starts = [place for place, line in enumerate(lines) if line.startswith("$ ")]
    assert starts[:1] == [0], f"{block}: a console block begins with `$ ` and a command"
    for start, following in zip(starts, [*starts[1:], len(lines)], strict=True):
        end = start + 1
        while lines[end - 1].rstrip("\n").endswith("\\"):
            end += 1
        command = "".join(lines[start:end])[2:].rstrip("\n").replace("\\\n", " ")
        yield command, "".join(lines[end:following]), block.line + end, block.line + following


def _unquoted(command: str) -> str:
    """The command without what stands in single quotes."""
    return re.sub(r"'[^']*'", "", command)


def _shown(block: Block, following: list[Block]) -> Block | None:
    """The ```text block that stands right below a program."""
    near = [each for each in following if each.language == "text" and each.line - block.end <= 3]
    return near[0] if near else None


def agrees(expected: str, actual: str) -> bool:
    """Whether what was printed is what the page shows, blanks at ends of lines and empty last lines apart."""
    wanted = [line.rstrip() for line in expected.rstrip().splitlines()]
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line.strip() == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + "\n"
        for line in wanted
    )
    got = "".join(line.rstrip() + "\n" for line in actual.rstrip().splitlines())
    return re.fullmatch(pattern, got) is not None
