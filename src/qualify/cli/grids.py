"""Tables as people read them: laid out by Rich where there are colours or little room, else by ourselves.

Into a pipe or a file a table is plain text. To import Rich for that, and to let it lay the table out, takes longer
than to read a small file of leads; both write the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.table import Table

_BETWEEN: Final = "   "
"""What stands between two columns."""

_NARROW: Final = frozenset("–—…×→≤≥■█▏’“”€")
"""Signs beyond Latin letters that surely take one column."""

_LAST_LATIN: Final = "\u024f"


@dataclass
class Grid:
    """A table: a line under its head, numbers to the right, nothing ever cut off."""

    columns: Sequence[str]
    right: Sequence[str] = ()
    footer: Mapping[str, str] = field(default_factory=dict)
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add_row(self, *cells: str) -> None:
        """Add a row, one cell for each column; cells may have several lines."""
        self.rows.append(cells)

    def plain(self) -> list[str] | None:
        """The lines, each as wide as the table; None when it holds what only Rich can lay out."""
        foot = [tuple(self.footer.get(name, "") for name in self.columns)] if self.footer else []
        every = [tuple(self.columns), *self.rows, *foot]
        if not all(is_plain(cell) for row in every for cell in row):
            return None
        widths = [
            max(len(line) for cell in column for line in cell.split("\n"))
            for column in zip(*every, strict=True)
        ]
        if not any(widths):
            return None
        head, *body = [self._laid_out(row, widths) for row in every]
        under = ["─" * (sum(widths) + len(_BETWEEN) * (len(widths) - 1))]
        last = [under, body.pop()] if foot else []
        return [line for lines in (head, under, *body, *last) for line in lines]

    def _laid_out(self, row: Sequence[str], widths: Sequence[int]) -> list[str]:
        """The lines of one row."""
        cells = [cell.split("\n") for cell in row]
        lines = []
        for place in range(max(map(len, cells))):
            parts = [cell[place] if place < len(cell) else "" for cell in cells]
            padded = [
                part.rstrip(" ").rjust(width) if name in self.right else part.ljust(width)
                for part, name, width in zip(parts, self.columns, widths, strict=True)
            ]
            lines.append(_BETWEEN.join(padded))
        return lines

    def by_rich(self) -> Table:
        """The same for Rich to lay out."""
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE, show_footer=bool(self.footer), pad_edge=False, show_edge=False)
        for name in self.columns:
            foot = self.footer.get(name, "")
            table.add_column(
                name, justify="right" if name in self.right else "left", overflow="fold", footer=foot
            )
        for row in self.rows:
            table.add_row(*row)
        return table


def is_plain(text: str) -> bool:
    """Whether every character surely takes one column, and none means anything to a terminal."""
    if text.isascii():
        return text.isprintable() or text.replace("\n", "").isprintable()
    return (
        all(sign <= _LAST_LATIN or sign in _NARROW for sign in text) and text.replace("\n", "").isprintable()
    )
