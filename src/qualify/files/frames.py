"""Frames and relations that are in memory already: registered with the connection as they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from qualify.errors import InputError
from qualify.files.given import Given, Opened, kept
from qualify.files.sql import Database
from qualify.scoring.canonical import TABLES


def open_frame(database: Database, table: str, frame: Any) -> Opened:
    """A pandas or Polars frame, an Arrow table or reader, or a DuckDB relation, opened."""
    label = f"the {type(frame).__name__} given as {table}"
    relation = f"frame_{table}"
    database.clear(relation)
    try:
        again = _register(database, relation, frame)
        columns = database.columns(f"SELECT * FROM {relation}")
    except Exception as error:  # each library has its own
        raise InputError(
            f"{label} is nothing that can be read; give a path, a pandas or Polars frame, an Arrow table or reader, "
            f"or a DuckDB relation ({str(error).splitlines()[0]})"
        ) from error

    def load(names: Sequence[str], ids: Collection[str] = ()) -> Given:
        given = Given(table, label, relation, columns)
        return given if again else kept(database, given, names)

    return Opened(table, label, columns, load, typed=True)


def _register(database: Database, name: str, frame: Any) -> bool:
    """Make the frame known under that name; whether it can be read again and again, and quickly.

    A reader can be read once. The texts of pandas may be Python objects, which takes long each time.
    """
    import duckdb

    if isinstance(frame, duckdb.DuckDBPyRelation):
        return _register_relation(database, name, frame)
    database.connection.register(name, frame)
    return (
        type(frame).__module__.partition(".")[0] != "pandas" and type(frame).__name__ != "RecordBatchReader"
    )


def _register_relation(database: Database, name: str, relation: Any) -> bool:
    import duckdb

    try:
        database.connection.register(name, relation)
    except duckdb.InvalidInputException:  # it belongs to another connection
        database.connection.register(name, relation.to_arrow_reader())
        return False
    if database.has_any(TABLES):
        # The relation may be about tables that ours, which have the same names, are going to hide.
        database.run(f"CREATE OR REPLACE TEMP TABLE copy_of_{name} AS SELECT * FROM {name}")
        database.connection.unregister(name)
        database.run(f"CREATE TEMP VIEW {name} AS SELECT * FROM copy_of_{name}")
    return True
