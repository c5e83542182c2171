"""The few things every statement of ours needs: rows, many rows at once, and what two databases spell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from math import isfinite
from typing import Any, TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections

_encode = msgspec.json.Encoder().encode

Row = tuple[Any, ...]
T = TypeVar("T")

MOST = 500
"""How many rows or values go into one statement; SQLite takes 32,766 parameters."""

TRIES = 8
"""How often a transaction is tried again that the database ended because two waited for each other."""

_TANGLED = frozenset({"40P01", "40001"})  # deadlock, serialization failure
_LIMITS = "54"  # the class of errors that say that a value is too large


def rows(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows that a statement gives."""
    with _executed(statement, parameters) as cursor:
        return list(cursor.fetchall())


def run(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; how many rows it changed."""
    with _executed(statement, parameters) as cursor:
        return int(cursor.rowcount)


@contextmanager
def _executed(statement: str, parameters: Sequence[Any]) -> Iterator[Any]:
    """The cursor after a statement, on Django's own connection and in its transaction.

    Django writes SQLite's parameters anew in every statement, which for one with a thousand of them takes longer
    than SQLite does; here it is left out. No statement of ours holds a percent sign of its own.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: each time is a search of its own
    if here.vendor != "sqlite":
        with here.cursor() as cursor:
            cursor.execute(statement, parameters)
            yield cursor
        return
    here.ensure_connection()
    with here.wrap_database_errors:
        yield here.connection.execute(statement.replace("%s", "?"), parameters)


def run_many(statement: str, parameters: Sequence[Sequence[Any]]) -> None:
    """Run a statement once for each row of parameters."""
    if parameters:
        with connection.cursor() as cursor:
            cursor.executemany(statement, parameters)


def insert(into: str, columns: str, values: Sequence[Row], then: str = "") -> list[Row]:
    """Insert rows, many in one statement; ``then`` ends it (ON CONFLICT …, RETURNING …)."""
    returns, told = "RETURNING" in then, _spelled_out if is_sqlite() else _as_json
    found: list[Row] = []
    for part in parts(values, MOST):
        source, parameters = told(into, columns, part)
        with _executed(f"INSERT INTO {into} ({columns}) {source} {then}", parameters) as cursor:
            if returns:
                found += cursor.fetchall()
    return found


def _spelled_out(into: str, columns: str, part: Sequence[Row]) -> tuple[str, list[Any]]:
    """Rows as a parameter for each of their values."""
    one = f"({marks(len(part[0]))})"
    return f"VALUES {', '.join([one] * len(part))}", list(chain.from_iterable(part))


def _as_json(into: str, columns: str, part: Sequence[Row]) -> tuple[str, list[Any]]:
    """Rows as one parameter: what reads PostgreSQL's parameters needs longer for a thousand than the server for all."""
    names = [name.strip(' "') for name in columns.split(",")]
    try:
        table = [_column(values) for values in zip(*part, strict=True)]
        text = _encode([dict(zip(names, row, strict=True)) for row in zip(*table, strict=True)]).decode()
    except (TypeError, ValueError, OverflowError):  # something that JSON cannot say: let the driver try
        return _spelled_out(into, columns, part)
    return f"SELECT {columns} FROM json_populate_recordset(NULL::{into}, %s)", [text]


def _column(values: Sequence[Any]) -> Sequence[Any]:
    """Values of one column as JSON says them and PostgreSQL reads them. Raises ``ValueError`` for what is no number."""
    kinds = set(map(type, values))
    if float in kinds and not all(isfinite(value) for value in values if value.__class__ is float):
        raise ValueError(values)
    if bytes in kinds or memoryview in kinds:
        return [f"\\x{value.hex()}" if isinstance(value, bytes | memoryview) else value for value in values]
    return values


def those(statement: str, keys: Iterable[object], before: Sequence[object] = ()) -> list[Row]:
    """The rows of a statement with ``IN ({})``, asked for some keys at a time."""
    found: list[Row] = []
    if is_sqlite():
        for part in parts(keys, MOST):
            found += rows(statement.format(marks(len(part))), [*before, *part])
        return found
    whole = statement.replace(" IN ({})", " = ANY({})").format("%s")  # as one parameter, as above
    for part in parts(keys, MOST):
        found += rows(whole, [*before, part])
    return found


def untangled(work: Callable[[], T]) -> T:
    """Do a transaction, and again when the database ended it because others stood in each other's way.

    Raises what the work raises. Within a greater transaction there is no again: that one is over, too.
    """
    for _ in range(TRIES):
        try:
            return work()
        except OperationalError as error:
            if connection.in_atomic_block or _state(error) not in _TANGLED:
                raise
    return work()


def is_down(error: BaseException) -> bool:
    """Whether it is the database that is in trouble (gone, full, locked, tangled), and not what was written."""
    if isinstance(error, InterfaceError):
        return True
    return isinstance(error, OperationalError) and not (_state(error) or "").startswith(_LIMITS)


def _state(error: BaseException) -> str | None:
    """What PostgreSQL calls the error; None of SQLite's, and when there was no answer at all."""
    return getattr(error.__cause__, "sqlstate", None)


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
