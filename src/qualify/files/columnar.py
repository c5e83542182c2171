"""Parquet: read where it lies, and what its metadata tells without reading it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from qualify.errors import InputError
from qualify.files.given import Given, Opened
from qualify.files.sql import Database, file, literal


def open_parquet(database: Database, table: str, label: str, files: Sequence[Path]) -> Opened:
    """Parquet files, opened; they must have the same columns."""
    import duckdb

    relation = f"read_parquet([{', '.join(file(path) for path in files)}], union_by_name = {len(files) > 1})"
    try:
        columns = database.columns(f"SELECT * FROM {relation}")
    except duckdb.Error as error:
        raise InputError(f"{label} cannot be read as Parquet: {str(error).splitlines()[0]}") from error

    def load(names: Sequence[str], ids: Collection[str] = ()) -> Given:
        return Given(table, label, relation, columns)

    return Opened(table, label, columns, load, typed=True, files=[str(path) for path in files])


@dataclass(frozen=True)
class Spread:
    """What the metadata says of a column: how many values are missing, and each row group's least and most.

    ``groups`` is None when any of them does not say; values are what ``measure`` made of the column.
    """

    missing: int | None
    groups: list[tuple[int, int]] | None

    @property
    def least(self) -> int | None:
        """The least value of all."""
        return min((low for low, _ in self.groups), default=None) if self.groups else None

    @property
    def most(self) -> int | None:
        """The greatest value of all."""
        return max((high for _, high in self.groups), default=None) if self.groups else None

    @property
    def in_order(self) -> bool:
        """Whether the row groups are so ordered that a part of the range can be read without the rest."""
        if not self.groups or len(self.groups) < 4 or self.least is None or self.most is None:
            return False
        whole = max(self.most - self.least, 1)
        return sum(high - low for low, high in self.groups) / len(self.groups) <= 0.25 * whole


def rows_of(database: Database, opened: Opened) -> int:
    """How many rows the files hold, from their metadata."""
    files = ", ".join(file(path) for path in opened.files)
    ((rows,),) = database.known(f"SELECT sum(num_rows) FROM parquet_file_metadata([{files}])")
    return int(rows or 0)


def spread(database: Database, opened: Opened, name: str, measure: str | None = None) -> Spread:
    """The spread of a column; ``measure`` is an expression over ``v``, the column's value, that gives an integer."""
    files = ", ".join(file(path) for path in opened.files)
    kind = opened.columns[name]
    ends = [
        f"{measure.replace('{v}', f'TRY_CAST({end} AS {kind})')}" if measure else "NULL"
        for end in ("stats_min_value", "stats_max_value")
    ]
    rows = database.known(
        f"SELECT stats_null_count, num_values, {ends[0]}, {ends[1]} FROM parquet_metadata([{files}]) "
        f"WHERE path_in_schema = {literal(name)}"
    )
    told = [(low, high) for missing, values, low, high in rows if missing is None or missing < values]
    everywhere = sum(values for _, values, _, _ in rows) == rows_of(database, opened)
    complete = everywhere and measure is not None and all(None not in group for group in told)
    known = everywhere and all(missing is not None for missing, _, _, _ in rows)
    return Spread(sum(row[0] for row in rows) if known else None, told if complete else None)


def smallest_text(database: Database, opened: Opened, name: str) -> str | None:
    """A text that is not greater than any in the column, if the metadata tells one for every row group."""
    files = ", ".join(file(path) for path in opened.files)
    query = f"SELECT min(stats_min_value), count(*) - count(stats_min_value) FROM parquet_metadata([{files}])"
    ((least, untold),) = database.known(f"{query} WHERE path_in_schema = {literal(name)}")
    return None if untold else least
