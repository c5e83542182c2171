"""The documentation as data: its pages, their fenced blocks, and what each block is for.

The words after a fence's back-quotes say what becomes of a block:

    ```console            commands after `$ `, and what they print; they are run in order
    ```python             is run; a ```text block right below it is what it prints
    ```python postgres    is run where there is a PostgreSQL server (DATABASE_URL); `spark`: a Spark session
    ```yaml               a playbook, some of its sections, or a list of rules: has no problems
    ```yaml draft.yaml    is written to that file for the commands below; so is any block with a file's name
    ```yaml x.yaml mistaken    is shown for its mistakes
    ```sh                 is not run: it needs a machine, a schedule or a service that a test has not

A line `…` in what is printed stands for any lines, `…` inside a line for any characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"

NEEDS = ("postgres", "spark")
"""What a Python block may ask for besides Qualify."""


@dataclass(frozen=True)
class Block:
    """A fenced block: the words after the fence, its text, and the line at which its text begins (from 1)."""

    page: Path
    words: tuple[str, ...]
    text: str
    line: int

    @property
    def language(self) -> str:
        """The first word: console, python, yaml …"""
        return self.words[0] if self.words else ""

    @property
    def file(self) -> str | None:
        """The name of the file that the block is the text of."""
        return next((word for word in self.words[1:] if "." in word), None)

    @property
    def need(self) -> str | None:
        """What the block needs besides Qualify."""
        return next((word for word in self.words[1:] if word in NEEDS), None)

    @property
    def end(self) -> int:
        """The line of the closing fence."""
        return self.line + self.text.count("\n")

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


def pages() -> list[Path]:
    """The README and every page of the docs."""
    return [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))]


def name(page: Path) -> str:
    """The page as it is named from the repository's root."""
    return page.relative_to(REPOSITORY).as_posix() if page.is_relative_to(REPOSITORY) else str(page)


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return list(_blocks(page, page.read_text(encoding="utf-8").splitlines(keepends=True)))


def _blocks(page: Path, lines: list[str]) -> Iterator[Block]:
    fence = re.compile(r"```(.*)$")
    start: int | None = None
    words: tuple[str, ...] = ()
    for place, line in enumerate(lines):
        found = fence.match(line)
        if not found:
            continue
        if start is None:
            start, words = place + 1, tuple(found[1].split())
        else:
            yield Block(page, words, "".join(lines[start:place]), start + 1)
            start = None
    assert start is None, f"{page}: the fence in line {start} is never closed"
