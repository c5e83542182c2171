"""What came of imports, and where lists are from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from qualify.web.database import Row, rows, those
from qualify.web.importing.taking import Reject


class Imported(NamedTuple):
    """An import: how many rows it has read, kept, found there already and refused, and the first that it refused."""

    id: int
    rows: int
    kept: int
    there_before: int
    refused: int
    rejects: list[Reject]


_COLUMNS = 'SELECT id, rows, kept, there_before, refused, rejects FROM "import" WHERE id IN ({})'


def import_of(number: int | None) -> Imported | None:
    """An import; None when there is none."""
    return imports_of([number]).get(number) if number is not None else None


def imports_of(numbers: Iterable[int | None]) -> dict[int, Imported]:
    """Imports by their numbers."""
    return {row[0]: _read(row) for row in those(_COLUMNS, sorted({each for each in numbers if each}))}


def _read(row: Row) -> Imported:
    return Imported._make((*row[:5], msgspec.json.decode(row[5], type=list[Reject])))


def source_names() -> list[str]:
    """The sources that lists came from, by name."""
    return [
        name
        for (name,) in rows(
            "SELECT name FROM source WHERE kind = 'import' AND closed_at IS NULL ORDER BY name"
        )
    ]
