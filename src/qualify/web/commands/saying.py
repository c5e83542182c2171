"""How commands of the application speak: results to standard output, everything said besides to standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import typer


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"


def say(text: str = "") -> None:
    """A result."""
    typer.echo(text)


def note(text: str) -> None:
    """Something said besides."""
    typer.echo(text, err=True)


def say_json(value: Any) -> None:
    """A result as one JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def say_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under their heads, each column as wide as its widest cell."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo(line.rstrip())
