"""The one place where expressions meet Django's connection: compiled to text, run on its cursor.

So they run in Django's transactions: they see what was written and not yet committed, and vanish with it.
Ibis itself never touches the connection (its SQLite backend commits under ``atomic``); it only compiles, and for
a playbook's statements not even that when their text is in the cache.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from qualify.engines.compiling import Dialect, Question, What, as_of, statement, text_of
from qualify.scoring.canonical import TABLES, Columns
from qualify.scoring.layout import Layout

_TYPES = {
    "sqlite": {"string": "TEXT", "int64": "INTEGER", "float64": "REAL"},
    "postgres": {"string": 'TEXT COLLATE "C"', "int64": "BIGINT", "float64": "DOUBLE PRECISION"},
}


def dialect() -> Dialect:
    """What the store's database speaks."""
    return "sqlite" if connection.vendor == "sqlite" else "postgres"


def fetched(expression: Any) -> list[dict[str, Any]]:
    """The rows of an Ibis expression over tables of the store (or temporary ones), as dictionaries.

    The expression is built on tables with declared schemas (``ibis.table``). Raises Django's database errors.
    """
    return _rows(text_of(expression, dialect()))


def asked(layout: Layout, what: What, moment: int, *, resumed: bool = False) -> list[dict[str, Any]]:
    """What a playbook says as of the moment of the canonical tables that are there: scores, ledger or states."""
    question = Question(dialect(), frozenset(TABLES), resumed=resumed)
    return _rows(as_of(statement(layout, what, question), moment))


def put(table: str, columns: Columns, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make a temporary table with these rows; it is gone when the transaction is rolled back."""
    types = _TYPES[dialect()]
    listed = ", ".join(f"{connection.ops.quote_name(name)} {types[kind]}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({listed})")
        if rows:
            values = [tuple(row.get(name) for name in columns) for row in rows]
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(columns))})", values)


def _rows(text: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        # Without parameters: a percent sign in the text stands for itself.
        cursor.execute(text)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
