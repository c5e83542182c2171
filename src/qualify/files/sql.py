"""Pieces of SQL as DuckDB writes it, and the connection that a gathering works on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qualify.engines import quoting
from qualify.engines.quoting import named

if TYPE_CHECKING:
    import duckdb

__all__ = ["Database", "file", "json_column", "listed", "literal", "named"]


def literal(text: str) -> str:
    """A text, whatever data it comes from: a zero character would end the statement."""
    parts = [quoting.literal(part) for part in text.split("\0")]
    return parts[0] if len(parts) == 1 else f"({' || chr(0) || '.join(parts)})"


def listed(texts: Iterable[str]) -> str:
    """Texts in parentheses, for ``IN``."""
    return "(" + ", ".join(literal(text) for text in texts) + ")"


def file(path: object) -> str:
    """The path of one file, as a text in which nothing stands for other characters."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def json_column(values: Sequence[object], kind: str) -> str:
    """An expression that yields the values as the rows of a column.

    They travel as JSON inside the statement: DuckDB binds long lists of parameters one value at a time, and
    imports pandas and pyarrow, where they are installed, as soon as there is any parameter.
    """
    return f"unnest(from_json({literal(json.dumps(values))}, {literal(json.dumps([kind]))}))"


class Database:
    """The connection, with what a gathering asks of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._known: dict[str, list[tuple[Any, ...]]] = {}

    def known(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query on what does not change while a gathering lasts, as files' metadata: asked once."""
        if query not in self._known:
            self._known[query] = self.rows(query)
        return self._known[query]

    def run(self, statement: str) -> None:
        """Execute a statement."""
        self.connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """The only row of a query."""
        return self.rows(query)[0]

    def value(self, query: str) -> Any:
        """The only value of a query."""
        return self.row(query)[0]

    def columns(self, query: str) -> dict[str, str]:
        """The columns that a query yields, with their types."""
        return {row[0]: row[1] for row in self.rows(f"DESCRIBE {query}")}

    def has_any(self, names: Iterable[str]) -> bool:
        """Whether there are tables or views of any of these names."""
        return bool(
            self.value(f"SELECT count(*) FROM information_schema.tables WHERE table_name IN {listed(names)}")
        )

    def drop(self, *names: str) -> None:
        """Drop temporary tables of these names, where there are any."""
        for name in names:
            self.run(f"DROP TABLE IF EXISTS temp.main.{named(name)}")

    def clear(self, *names: str) -> None:
        """Drop whatever is temporary and has one of these names, tables and views."""
        for kind in ("table", "view"):
            there = (
                f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE temporary AND {kind}_name IN {listed(names)}"
            )
            for (name,) in self.rows(there):
                self.run(f"DROP {kind} temp.main.{named(name)}")

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Rows keep the order they were given in, so that they can be numbered and the first can win."""
        kept = self.value("SELECT current_setting('preserve_insertion_order')")
        self.run("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            self.run(f"SET preserve_insertion_order = {str(kept).lower()}")
