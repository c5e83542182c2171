"""Where a command writes: results to standard output, everything said besides to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from qualify.cli.grids import Grid, is_plain

if TYPE_CHECKING:
    from rich.console import Console

WIDEST = 1_000
"""Columns of a page that nobody looks at: in a pipe no line is broken."""


@dataclass
class Screen:
    """Both streams, and how much is said.

    ``aside`` is set when standard output belongs to a machine: what people read then goes to standard error.
    """

    quiet: bool = False
    no_color: bool = False
    aside: bool = False

    @cached_property
    def out(self) -> Console:
        """Standard output as Rich writes to it."""
        return _console(sys.stdout, self.no_color)

    @cached_property
    def err(self) -> Console:
        """Standard error as Rich writes to it."""
        return _console(sys.stderr, self.no_color)

    @property
    def page(self) -> Console:
        """Where people read results."""
        return self.err if self.aside else self.out

    @property
    def _stream(self) -> IO[str]:
        return sys.stderr if self.aside else sys.stdout

    def say(self, text: str = "", style: str = "") -> None:
        """Results in words. Said aside, they are notes, and ``--quiet`` leaves them out."""
        if self.aside and self.quiet:
            return
        if not (is_plain(text) and self._written(text.split("\n"), self._stream)):
            self.page.print(text, style=style or None)

    def table(self, grid: Grid) -> None:
        """A table, without blanks at the ends of its lines where they would only be in the way.

        Its columns move together before a cell is broken in two.
        """
        if self.aside and self.quiet:
            return
        lines = grid.plain()
        if lines is not None and self._written([line.rstrip() for line in lines], self._stream):
            return
        table = grid.by_rich()
        if not self.fits(grid):
            table.padding = (0, 0)
        if self.page.is_terminal:
            self.page.print(table)
            return
        with self.page.capture() as caught:
            self.page.print(table)
        for line in caught.get().splitlines():
            self.page.out(line.rstrip(), highlight=False)

    def note(self, text: str) -> None:
        """Something worth knowing; ``--quiet`` leaves it out."""
        if not self.quiet:
            self._tell(text, "dim")

    def warn(self, text: str) -> None:
        """Something that may make the result wrong; said even with ``--quiet``."""
        self._tell(f"warning: {text}", "yellow")

    def _tell(self, text: str, style: str) -> None:
        if not (is_plain(text) and self._written(text.split("\n"), sys.stderr)):
            self.err.print(text, style=style)

    @staticmethod
    def _written(lines: list[str], stream: IO[str]) -> bool:
        """Write lines to a pipe or a file as they are, if nobody wants colours and none is to be broken."""
        if not _is_bare(stream) or max(map(len, lines)) > WIDEST:
            return False
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()
        return True

    @contextmanager
    def working(self) -> Iterator[Callable[[str], None]]:
        """While long work is going on: a function that takes the name of each step, shown in terminals."""
        if self.quiet or not self.err.is_terminal:
            yield lambda step: None
            return
        with self.err.status("starting") as status:
            yield lambda step: status.update(step)

    def fits(self, grid: Grid) -> bool:
        """Whether the page is wide enough for the table without breaking a cell."""
        lines = grid.plain()
        if lines is not None and _is_bare(self._stream):
            return len(lines[0]) <= WIDEST
        options = self.page.options.update(max_width=WIDEST)
        return bool(self.page.measure(grid.by_rich(), options=options).maximum <= self.page.width)


def _is_bare(stream: IO[str]) -> bool:
    """Whether it is a pipe or a file for which nothing is asked that takes Rich: no colours, no number of columns."""
    return not stream.isatty() and not any(map(os.environ.get, ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE")))


def _console(stream: IO[str], no_color: bool) -> Console:
    from rich.console import Console

    class Pipeable(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich would end the process itself, and call it a failure

    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDEST
    return Pipeable(
        file=stream, no_color=no_color or None, highlight=False, markup=False, emoji=False, width=width
    )


def grid(*columns: str, right: tuple[str, ...] = (), footer: dict[str, str] | None = None) -> Grid:
    """An empty table with these columns; those named in ``right`` stand to the right."""
    return Grid(columns, right, footer or {})


def points(value: Any, *, sign: bool = False) -> str:
    """Points as people read them: always two decimals, so that columns line up."""
    return f"{value:+,.2f}" if sign else f"{value:,.2f}"


def share(value: float | None) -> str:
    """A share as a percentage: ``0.25`` is ``25 %``."""
    if value is None:
        return "–"
    return "<1 %" if value > 0 and round(100 * value) == 0 else f"{100 * value:.0f} %"
