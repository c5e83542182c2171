"""The store as DuckDB sees it: attached for reading, beside whatever writes to it.

Never in a process that has the same SQLite file open itself. DuckDB brings a SQLite of its own, and on POSIX the
locks of a process on a file are gone when *any* of its handles on it is closed: the two would take each
other's locks away and spoil the file (https://www.sqlite.org/howtocorrupt.html, section 2.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qualify.engines.duck import connect
from qualify.engines.quoting import literal

if TYPE_CHECKING:
    import duckdb


class Place(NamedTuple):
    """Where the store is: ``sqlite`` with the path of its file, ``postgres`` with what libpq connects by."""

    kind: str
    name: str


def place() -> Place:
    """Where Django's store is."""
    from django.db import connection

    wanted = connection.settings_dict
    if connection.vendor == "sqlite":
        return Place("sqlite", str(wanted["NAME"]))
    from psycopg.conninfo import make_conninfo

    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {ours: str(wanted[theirs]) for ours, theirs in named.items() if wanted.get(theirs)}
    return Place("postgres", make_conninfo(**given))


def attached(
    where: Place, memory_limit: str | None = None, *, writing: bool = False
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the store attached as ``store``, for reading only unless ``writing``.

    The extensions come as packages: nothing is loaded from the network.
    """
    from duckdb_extensions import import_extension

    extension = f"{where.kind}_scanner"
    import_extension(extension)
    duck = connect(memory_limit)
    duck.execute(f"LOAD {extension}")
    how = "" if writing else ", READ_ONLY"
    duck.execute(f"ATTACH {literal(where.name)} AS store (TYPE {where.kind}{how})")
    return duck
