"""The few things every statement of ours needs: rows, many rows at once, and what two databases spell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

Row = tuple[Any, ...]
T = TypeVar("T")

MOST = 500
"""How many rows or values go into one statement; SQLite takes 32,766 parameters."""


def rows(statement: str, parameters: Sequence[object] = ()) -> list[Row]:
    """The rows that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def run(statement: str, parameters: Sequence[object] = ()) -> int:
    """Run a statement; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def run_many(statement: str, parameters: Sequence[Sequence[object]]) -> None:
    """Run a statement once for each row of parameters."""
    if parameters:
        with connection.cursor() as cursor:
            cursor.executemany(statement, parameters)


def insert(into: str, columns: str, values: Sequence[Row], then: str = "") -> list[Row]:
    """Insert rows, many in one statement; ``then`` ends it (ON CONFLICT …, RETURNING …)."""
    returns = "RETURNING" in then
    found: list[Row] = []
    for part in parts(values, MOST):
        one = f"({marks(len(part[0]))})"
        statement = f"INSERT INTO {into} ({columns}) VALUES {', '.join([one] * len(part))} {then}"
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for row in part for value in row])
            if returns:
                found += cursor.fetchall()
    return found


def those(statement: str, keys: Iterable[object], before: Sequence[object] = ()) -> list[Row]:
    """The rows of a statement with ``IN ({})``, asked for some keys at a time."""
    found: list[Row] = []
    for part in parts(keys, MOST):
        found += rows(statement.format(marks(len(part))), [*before, *part])
    return found


def marks(count: int) -> str:
    """So many parameters."""
    return ", ".join(["%s"] * count)


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, some at a time."""
    left = iter(items)
    while part := list(islice(left, size)):
        yield part


def is_sqlite() -> bool:
    """Whether the store is a file of SQLite."""
    return connection.vendor == "sqlite"


def greatest(one: str, other: str) -> str:
    """The greater of two expressions, in the words of the database."""
    return f"{'max' if is_sqlite() else 'greatest'}({one}, {other})"


def least(one: str, other: str) -> str:
    """The lesser of two expressions, in the words of the database."""
    return f"{'min' if is_sqlite() else 'least'}({one}, {other})"
