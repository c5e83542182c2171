"""What one gathering works with and what it notes on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qualify.files import rejects
from qualify.files.sql import Database, json_column
from qualify.scoring.layout import Layout


@dataclass
class Gathering:
    """The connection, the playbook's layout and the time zone; warnings and lines rejected so far."""

    database: Database
    layout: Layout
    time_zone: str
    mapping: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, int, str, str]] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Note something that the user should know, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def reject(self, table: str, row: int, reason: str, found: str) -> None:
        """Note a line of a file that could not be read at all."""
        self.refused.append((table, row, reason, found))

    def settle(self) -> None:
        """Put the noted lines among the rejected rows."""
        if self.refused:
            tables, rows, reasons, found = zip(*self.refused, strict=True)
            columns = [json_column(tables, "VARCHAR"), json_column(rows, "BIGINT")]
            columns += [json_column(reasons, "VARCHAR"), json_column(found, "VARCHAR"), "NULL"]
            rejects.add(self.database, f"SELECT {', '.join(columns)}")
            self.refused.clear()
