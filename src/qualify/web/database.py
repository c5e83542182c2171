"""The few things every statement of ours needs: rows, many rows at once, and what two databases spell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, repeat
from math import isfinite
from typing import Any, TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections

_encode = msgspec.json.Encoder().encode

Row = tuple[Any, ...]
T = TypeVar("T")

MOST = 512
"""How many rows or values go into one statement; SQLite takes 32,766 parameters."""

TRIES = 8
"""How often a transaction is tried again that the database ended because two waited for each other."""

_TANGLED = frozenset({"40P01", "40001"})  # deadlock, serialization failure
_LIMITS = "54"  # the class of errors that say that a value is too large


def rows(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows that a statement gives."""
    here = _here()
    if here.vendor == "sqlite":
        with here.wrap_database_errors:
            return list(_straight(here, statement, parameters).fetchall())
    with here.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def run(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; how many rows it changed."""
    here = _here()
    if here.vendor == "sqlite":
        with here.wrap_database_errors:
            return int(_straight(here, statement, parameters).rowcount)
    with here.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _here() -> Any:
    """The connection of this thread; looked up once for a statement, since each time is a search of its own."""
    return connections[DEFAULT_DB_ALIAS]


def _straight(here: Any, statement: str, parameters: Sequence[Any]) -> Any:
    """The cursor of SQLite's own after a statement, on Django's connection and in its transaction.

    Django writes SQLite's parameters anew in every statement, which for one with a thousand of them takes longer
    than SQLite does; here it is left out. No statement of ours holds a percent sign of its own.
    """
    if here.connection is None:
        here.ensure_connection()
    return here.connection.execute(_marked(statement), parameters)


@lru_cache(maxsize=1_000)
def _marked(statement: str) -> str:
    """The statement with its parameters marked as SQLite has them."""
    return statement.replace("%s", "?")


def run_many(statement: str, parameters: Sequence[Sequence[Any]]) -> None:
    """Run a statement once for each row of parameters."""
    if not parameters:
        return
    here = _here()
    if here.vendor == "sqlite":
        here.ensure_connection()
        with here.wrap_database_errors:
            here.connection.executemany(_marked(statement), parameters)
        return
    with here.cursor() as cursor:
        cursor.executemany(statement, parameters)


def insert(into: str, columns: str, values: Sequence[Row], then: str = "") -> list[Row]:
    """Insert rows, many in one statement; ``then`` ends it (ON CONFLICT …, RETURNING …)."""
    if not values:
        return []
    cut, told = (halved, _spelled_out) if is_sqlite() else (parts, _as_json)
    returns, found = "RETURNING" in then, list[Row]()
    for part in cut(values, MOST):
        source, parameters = told(into, columns, part)
        statement = f"INSERT INTO {into} ({columns}) {source} {then}"
        if returns:
            found += rows(statement, parameters)
        else:
            run(statement, parameters)
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
            # One key several times is one; so there are few statements, and SQLite knows them (see above).
            many = 1 << (len(part) - 1).bit_length()
            found += rows(_asking(statement, many), [*before, *part, *repeat(part[-1], many - len(part))])
        return found
    whole = statement.replace(" IN ({})", " = ANY({})").format("%s")  # as one parameter, as above
    for part in parts(keys, MOST):
        found += rows(whole, [*before, part])
    return found


@lru_cache(maxsize=1_000)
def _asking(statement: str, many: int) -> str:
    """The statement, asked for so many keys."""
    return statement.format(marks(many))


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


def halved(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """The items, each time as many as there can be of 1, 2, 4, 8 … up to ``most``, which is one of these.

    SQLite takes as long to read a statement of a hundred rows as to do it. What it has read it knows again, and of
    these there are few.
    """
    start = 0
    while left := len(items) - start:
        many = min(most, 1 << left.bit_length() - 1)
        yield items[start : start + many]
        start += many


def is_sqlite() -> bool:
    """Whether the store is a file of SQLite."""
    return bool(connections.settings[DEFAULT_DB_ALIAS]["ENGINE"] == "django.db.backends.sqlite3")


def greatest(one: str, other: str) -> str:
    """The greater of two expressions, in the words of the database."""
    return f"{'max' if is_sqlite() else 'greatest'}({one}, {other})"


def least(one: str, other: str) -> str:
    """The lesser of two expressions, in the words of the database."""
    return f"{'min' if is_sqlite() else 'least'}({one}, {other})"
