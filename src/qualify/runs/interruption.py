"""Ctrl-C while the engine is at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@contextmanager
def interruptible(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let Ctrl-C stop the query too, and be the KeyboardInterrupt that it is.

    DuckDB raises a RuntimeError of its own and leaves the query running in the background, where the
    connection's end would wait for it.
    """
    try:
        yield
    except RuntimeError as error:
        if str(error) != "Query interrupted":
            raise
        connection.interrupt()
        raise KeyboardInterrupt from error
