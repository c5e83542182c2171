"""Where a command writes: results to standard output, everything said besides to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

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

    def say(self, text: str = "", style: str = "") -> None:
        """Results in words. Said aside, they are notes, and ``--quiet`` leaves them out."""
        if not (self.aside and self.quiet):
            self.page.print(text, style=style or None)

    def table(self, table: Table) -> None:
        """A table, without blanks at the ends of its lines where they would only be in the way.

        Its columns move together before a cell is broken in two.
        """
        if self.aside and self.quiet:
            return
        if not self.fits(table):
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
            self.err.print(text, style="dim")

    def warn(self, text: str) -> None:
        """Something that may make the result wrong; said even with ``--quiet``."""
        self.err.print(f"warning: {text}", style="yellow")

    @contextmanager
    def working(self) -> Iterator[Callable[[str], None]]:
        """While long work is going on: a function that takes the name of each step, shown in terminals."""
        if self.quiet or not self.err.is_terminal:
            yield lambda step: None
            return
        with self.err.status("starting") as status:
            yield lambda step: status.update(step)

    def fits(self, table: Table) -> bool:
        """Whether the page is wide enough for the table without breaking a cell."""
        return bool(
            self.page.measure(table, options=self.page.options.update(max_width=WIDEST)).maximum
            <= self.page.width
        )


def _console(stream: IO[str], no_color: bool) -> Console:
    from rich.console import Console

    class Pipeable(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich would end the process itself, and call it a failure

    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDEST
    return Pipeable(
        file=stream, no_color=no_color or None, highlight=False, markup=False, emoji=False, width=width
    )


def grid(*columns: str, right: tuple[str, ...] = (), footer: dict[str, str] | None = None) -> Table:
    """An empty table: a line under its head, numbers to the right, nothing ever cut off."""
    from rich import box
    from rich.table import Table

    foot = footer or {}
    table = Table(box=box.SIMPLE, show_footer=bool(foot), pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(
            name, justify="right" if name in right else "left", overflow="fold", footer=foot.get(name, "")
        )
    return table


def points(value: Any, *, sign: bool = False) -> str:
    """Points as people read them: always two decimals, so that columns line up."""
    return f"{value:+,.2f}" if sign else f"{value:,.2f}"


def share(value: float | None) -> str:
    """A share as a percentage: ``0.25`` is ``25 %``."""
    if value is None:
        return "–"
    return "<1 %" if value > 0 and round(100 * value) == 0 else f"{100 * value:.0f} %"
