"""The store as DuckDB sees it: attached for reading, beside whatever writes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection as django

from qualify.engines.duck import connect
from qualify.engines.quoting import literal

if TYPE_CHECKING:
    import duckdb


def attached(memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the store attached as ``store``, for reading only.

    The extensions come as packages: nothing is loaded from the network.
    """
    from duckdb_extensions import import_extension

    kind = "sqlite_scanner" if django.vendor == "sqlite" else "postgres_scanner"
    import_extension(kind)
    duck = connect(memory_limit)
    duck.execute(f"LOAD {kind}")
    if django.vendor == "sqlite":
        place = str(django.settings_dict["NAME"])
        duck.execute(f"ATTACH {literal(place)} AS store (TYPE sqlite, READ_ONLY)")
    else:
        duck.execute(f"ATTACH {literal(_conninfo())} AS store (TYPE postgres, READ_ONLY)")
    return duck


def _conninfo() -> str:
    """What libpq needs to connect as Django does."""
    from psycopg.conninfo import make_conninfo

    wanted = django.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(
        **{ours: str(wanted[theirs]) for ours, theirs in named.items() if wanted.get(theirs)}
    )
