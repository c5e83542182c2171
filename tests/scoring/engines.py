"""The engines that must all agree, each a real one: rows in, the compiled text run, rows out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from qualify.engines.compiling import Dialect, Question, What, as_of, statement
from qualify.scoring.canonical import TABLES
from qualify.scoring.layout import Layout
from tests.scoring.world import World, canonical_columns

LINE = ("rule", "line", "n", "first_at", "last_at", "raw", "decayed", "capped", "points")
STATE = {"lead_id": "string", "stage": "string", "since": "int64", "cycle": "int64", "cycle_since": "int64"}

Scores = dict[str, tuple[Any, ...]]
Lines = dict[str, list[tuple[Any, ...]]]


class Engine(Protocol):
    """A database that the canonical tables were put into."""

    dialect: Dialect

    def run(self, text: str) -> list[dict[str, Any]]:
        """The rows that the text selects."""

    def put(self, table: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
        """Make the table anew with these rows."""


class Duck:
    """DuckDB in memory."""

    dialect: Dialect = "duckdb"
    types: ClassVar = {"string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE"}
    mark = "?"

    def __init__(self) -> None:
        import duckdb

        self.connection: Any = duckdb.connect()

    def run(self, text: str) -> list[dict[str, Any]]:
        """The rows that the text selects."""
        found = self.connection.execute(text)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def put(self, table: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
        """Make the table anew with these rows."""
        listed = ", ".join(f'"{name}" {self.types[kind]}' for name, kind in columns.items())
        self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        self.connection.execute(f"CREATE TABLE {table} ({listed})")
        if rows:
            marks = ", ".join([self.mark] * len(columns))
            many = getattr(self.connection, "executemany", None) or self.connection.cursor().executemany
            many(f"INSERT INTO {table} VALUES ({marks})", [[row[name] for name in columns] for row in rows])


class Sqlite(Duck):
    """SQLite in memory, through Python's own module and nothing registered with it."""

    dialect: Dialect = "sqlite"
    types: ClassVar = {"string": "TEXT", "int64": "INTEGER", "float64": "REAL"}

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")


class Postgres(Duck):
    """A real PostgreSQL server. Text is compared by bytes there too (COLLATE "C")."""

    dialect: Dialect = "postgres"
    types: ClassVar = {"string": 'TEXT COLLATE "C"', "int64": "BIGINT", "float64": "DOUBLE PRECISION"}
    mark = "%s"

    def __init__(self, url: str) -> None:
        import psycopg

        self.connection = psycopg.connect(url, autocommit=True)


class Spark:
    """A local Spark session."""

    dialect: Dialect = "pyspark"
    types: ClassVar = {"string": "string", "int64": "bigint", "float64": "double"}

    def __init__(self, session: Any) -> None:
        self.session = session

    def run(self, text: str) -> list[dict[str, Any]]:
        """The rows that the text selects."""
        return [row.asDict() for row in self.session.sql(text).collect()]

    def put(self, table: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
        """Make the table anew with these rows."""
        schema = ", ".join(f"`{name}` {self.types[kind]}" for name, kind in columns.items())
        frame = self.session.createDataFrame([tuple(row[name] for name in columns) for row in rows], schema)
        frame.createOrReplaceTempView(table)


def filled(engine: Engine, world: World) -> Engine:
    """The engine with the world's tables in it."""
    for table, kinds in canonical_columns(world).items():
        engine.put(table, dict(kinds), world.tables[table])
    return engine


def asked(
    engine: Engine, layout: Layout, what: What, moment: int, *, resumed: bool = False
) -> list[dict[str, Any]]:
    """The rows that answer ``what`` as of the moment."""
    question = Question(engine.dialect, frozenset(TABLES), resumed=resumed)
    return engine.run(as_of(statement(layout, what, question), moment))


def scores_of(engine: Engine, layout: Layout, moment: int) -> Scores:
    """Each lead's scores, total, grade and information."""
    names = [f"score__{name}" for name in layout.score_names]
    return {
        row["lead_id"]: tuple(row[name] for name in (*names, "total", "grade", "information"))
        for row in asked(engine, layout, "scores", moment)
    }


def lines_of(engine: Engine, layout: Layout, moment: int) -> Lines:
    """Each lead's ledger, in a fixed order."""
    found: Lines = {}
    for row in asked(engine, layout, "ledger", moment):
        found.setdefault(row["lead_id"], []).append(tuple(row[name] for name in LINE))
    return {lead: sorted(lines, key=str) for lead, lines in found.items()}


def states_of(
    engine: Engine,
    layout: Layout,
    moment: int,
    previous: list[dict[str, Any]] | None,
    *,
    in_steps: bool = False,
) -> dict[str, tuple[Any, ...]]:
    """Each lead's stage, since when, and its cycle; ``in_steps`` by way of tables, as `qualify score` does it."""
    if previous is not None:
        engine.put("previous", STATE, previous)
    ask = stepped if in_steps else asked
    rows = ask(engine, layout, "states", moment, resumed=previous is not None)
    return {row["lead_id"]: tuple(row[name] for name in STATE) for row in rows}


def stepped(
    engine: Engine, layout: Layout, what: What, moment: int, *, resumed: bool = False
) -> list[dict[str, Any]]:
    """The rows that answer ``what``, from the tables of tallies and of judged leads filled before."""
    question = Question(engine.dialect, frozenset(TABLES), staged=True, resumed=resumed)
    steps: list[What] = ["tallied", "judged"] if layout.tallies else ["judged"]
    for step in steps:
        text = statement(layout, step, replace(question, resumed=False))
        engine.run(f"CREATE OR REPLACE TABLE {step} AS {as_of(text, moment)}")
    return engine.run(as_of(statement(layout, what, question), moment))


@contextmanager
def every_engine() -> Iterator[list[Engine]]:
    """The engines that need no server."""
    engines: list[Any] = [Duck(), Sqlite()]
    yield engines
    for engine in engines:
        engine.connection.close()
