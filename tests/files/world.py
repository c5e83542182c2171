"""What the tests of files share: a small playbook, and gathering what a test writes down."""

from __future__ import annotations

import csv
import functools
import io
from pathlib import Path
from typing import Any

import duckdb

from qualify.files import Gathered, Sources, gather
from qualify.playbook import parse
from qualify.scoring.canonical import columns
from qualify.scoring.layout import Layout

PLAYBOOK = """
playbook: Files
product: {events: [product_used], feature: feature}
scores:
  fit:
    rules:
      - {points: 1, when: {trait: industry, is: software}}
      - {points: 1, when: {trait: employees, at_least: 50}}
      - {points: 1, when: {country: [DE]}}
      - {points: 1, when: {email: business}}
      - {points: 1, when: {seniority: [vp]}}
      - {points: 1, when: {department: [sales]}}
  engagement:
    rules:
      - {points: 1, when: {did: page_viewed, where: {page.path: {starts_with: /pricing}}, within: 30 days}}
      - {points: 1, when: {did: page_viewed, where: {seconds: {at_least: 10}}, within: 30 days}}
      - {points: 1, when: {did: demo_requested}}
      - {points: 1, when: {answer: budget, at_least: 1000}}
      - {points: 1, when: {answer: need, satisfied: true}}
stages:
  sal: {enter: {decision: accepted}}
"""

TYPES = {"string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE"}

MARCH = 1_772_323_200_000
"""2026-03-01 00:00 UTC."""

HOUR = 3_600_000


@functools.cache
def layout(text: str = PLAYBOOK) -> Layout:
    return Layout(parse(text))


@functools.cache
def one_engine() -> duckdb.DuckDBPyConnection:
    """One DuckDB for all worlds: to start one takes longer than to gather small files."""
    return duckdb.connect()


def layout_of(*conditions: str) -> Layout:
    """A playbook whose rules have these conditions."""
    rules = "".join(f"\n      - {{points: 1, when: {condition}}}" for condition in conditions)
    return layout(f"playbook: Some\nscores:\n  fit:\n    rules:{rules}\n")


class World:
    """A connection, a folder to write sources into, and what was gathered last."""

    def __init__(self, folder: Path, playbook: Layout | None = None) -> None:
        self.folder = folder
        self.layout = playbook or layout()
        self.connection = one_engine().cursor()  # a connection of its own, with temporary tables of its own
        self.connection.execute("SET preserve_insertion_order = false")
        self.gathered: Gathered | None = None

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def parquet(self, name: str, query: str, **options: Any) -> Path:
        path = self.folder / name
        said = "".join(f", {key} {value}" for key, value in options.items())
        self.connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{said})")
        return path

    def gather(
        self,
        leads: Any = "lead_id\n1\n",
        mapping: dict[str, str] | None = None,
        zone: str = "UTC",
        **more: Any,
    ) -> Gathered:
        """Gather sources; a text with a line end in it is the content of a CSV file."""
        tables = {name: self._source(name, source) for name, source in {"leads": leads, **more}.items()}
        self.gathered = gather(
            self.connection, self.layout, Sources(**tables), mapping=mapping or {}, time_zone=zone
        )
        self._check_columns(self.gathered)
        return self.gathered

    def _source(self, name: str, source: Any) -> Any:
        return self.write(f"{name}.csv", source) if isinstance(source, str) and "\n" in source else source

    def _check_columns(self, gathered: Gathered) -> None:
        for table, wanted in columns(self.layout, gathered.key).items():
            if table in gathered.present:
                described = self.connection.execute(f"DESCRIBE {table}").fetchall()
                assert {row[0]: row[1] for row in described} == {
                    name: TYPES[kind] for name, kind in wanted.items()
                }

    def rows(self, table: str, *names: str) -> list[Any]:
        """The rows of a canonical table; of one column only its values."""
        found = self.connection.execute(
            f"SELECT {', '.join(_quoted(name) for name in names)} FROM {table} ORDER BY ALL"
        ).fetchall()
        return [row[0] for row in found] if len(names) == 1 else found

    def rejects(self) -> list[tuple[str, int, str]]:
        """Table, row and reason of every rejected row."""
        assert self.gathered is not None
        return [row[:3] for row in self.gathered.rejects.rows(1000)]


def _quoted(name: str) -> str:
    return name if name == "*" else f'"{name}"'


def as_csv(*rows: dict[str, Any]) -> str:
    """The rows as the text of a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
