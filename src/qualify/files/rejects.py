"""Rows that could not be used: counted, kept, and written with where they stood and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualify.errors import InputError
from qualify.files.sql import Database, literal, named

if TYPE_CHECKING:
    import duckdb

TABLE: Final = "rejected_rows"
"""The temporary table in which they are kept."""

LONGEST_FOUND: Final = 200
"""How many characters of what was found are kept."""

_COLUMNS: Final = '"table" VARCHAR, "row" BIGINT, reason VARCHAR, found VARCHAR, id VARCHAR'


@dataclass(frozen=True)
class Rejects:
    """The rejected rows: ``counts`` by table and reason."""

    connection: duckdb.DuckDBPyConnection
    counts: Mapping[tuple[str, str], int]

    def __len__(self) -> int:
        """How many rows were rejected."""
        return sum(self.counts.values())

    def rows(self, limit: int = 20) -> list[tuple[str, int, str, str | None, str | None]]:
        """The first of them: table, row, reason, what was found, the row's id."""
        return self.connection.execute(f"SELECT * FROM {TABLE} ORDER BY ALL LIMIT {int(limit)}").fetchall()

    def write(self, path: str | Path) -> None:
        """Write them all as CSV: table, row (from 1, after the header), reason, what was found, the row's id.

        Raises ``InputError`` when the file cannot be written.
        """
        import duckdb

        query = f'SELECT * FROM {TABLE} ORDER BY "table", "row", reason'
        try:
            self.connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER)")
        except duckdb.Error as error:
            raise InputError(f"{path} cannot be written: {str(error).splitlines()[0]}") from error

    def __str__(self) -> str:
        """As ``leads: 3 duplicate id, 1 no id``."""
        tables: dict[str, list[str]] = {}
        for (table, reason), count in self.counts.items():
            tables.setdefault(table, []).append(f"{count:,} {reason}")
        return "; ".join(f"{table}: {', '.join(said)}" for table, said in tables.items())


def prepare(database: Database) -> None:
    """Make the empty table of rejected rows."""
    database.drop(TABLE)
    database.run(f"CREATE TEMP TABLE {TABLE} ({_COLUMNS})")


def add(database: Database, query: str) -> None:
    """Add the rows of a query with the columns table, row, reason, found, id."""
    database.run(f"INSERT INTO {TABLE} {query}")


def counted(database: Database) -> dict[tuple[str, str], int]:
    """How many there are of each table and reason."""
    query = f"SELECT {named('table')}, reason, count(*) FROM {TABLE} GROUP BY ALL ORDER BY 1, 3 DESC, 2"
    return {(table, reason): count for table, reason, count in database.rows(query)}
