"""Where a trait or property stands: in a column, inside a structure, or in the JSON of ``properties``."""

from __future__ import annotations

from dataclasses import dataclass

from qualify.files.documents import json_path
from qualify.files.given import Cell, Given
from qualify.files.headers import Headers
from qualify.files.sql import Database, literal
from qualify.reading.properties import steps


@dataclass(frozen=True)
class Finder:
    """Finds the cells of a relation by the names that a playbook uses, nested ones with dots."""

    database: Database
    given: Given
    headers: Headers
    bag: str | None = None
    """The column that holds further properties, as JSON or as a structure."""
    sound: bool = False
    """Whether all JSON in the bag that will be asked can be read: to read it takes half as long as to try."""

    def cell(self, name: str) -> Cell | None:
        """The cell that holds it; None when nothing can hold it."""
        column = self.headers.trait(name)
        if column is not None and column in self.given.columns and column != self.bag:
            return self.given.column(column)
        inside, bag = self._inside_a_column(name), self._in_the_bag(name)
        if inside is None or bag is None:
            return inside or bag
        # Some rows may have it here and some there, as clients of several kinds send it.
        return Cell(f"coalesce({_as_text(inside)}, {_as_text(bag)})", "VARCHAR")

    def columns(self, name: str) -> list[str]:
        """The columns that are needed to look for it."""
        column = self.headers.trait(name) or self._folder(name)
        return [each for each in (column, self.bag) if each is not None]

    def _folder(self, name: str) -> str | None:
        path = steps(name)
        return self.headers.spelled(path[0]) if path else None

    def _inside_a_column(self, name: str) -> Cell | None:
        column = self._folder(name)
        if column is None or column not in self.given.columns or column == self.bag:
            return None
        return self._at(self.given.column(column), steps(name)[1:])

    def _in_the_bag(self, name: str) -> Cell | None:
        if self.bag is None:
            return None
        bag, path = self.given.column(self.bag), steps(name)
        if bag.is_nested and not bag.type.startswith("MAP"):
            return self._at(bag, [name]) or (self._at(bag, path) if path else None)
        values = [self._extracted(bag, each, sound=self.sound) for each in ([name], path) if each]
        return Cell(values[0] if len(values) == 1 else f"coalesce({', '.join(values)})", "VARCHAR")

    def _at(self, cell: Cell, path: list[str]) -> Cell | None:
        """The cell at that path inside this one."""
        import duckdb

        if not cell.type.startswith("STRUCT"):
            may_be_json = cell.type in ("JSON", "VARCHAR") or cell.type.startswith("MAP")
            return Cell(self._extracted(cell, path), "VARCHAR") if may_be_json else None
        sql = cell.sql
        for name in path:
            sql = f"struct_extract({sql}, {literal(name)})"
        try:
            kind = self.database.columns(f"SELECT {sql} AS v FROM {self.given.relation} g")["v"]
        except duckdb.Error:
            return None
        return Cell(sql, kind)

    def _extracted(self, cell: Cell, path: list[str], *, sound: bool = False) -> str:
        """The text at that path; JSON that cannot be read holds nothing."""
        json = f"to_json({cell.sql})" if cell.is_nested else cell.sql
        value = f"json_extract_string({json}, {literal(json_path(path))})"
        return value if sound or cell.type == "JSON" or cell.is_nested else f"TRY({value})"


def _as_text(cell: Cell) -> str:
    if cell.type == "VARCHAR":
        return cell.sql
    return f"json_extract_string(to_json({cell.sql}), '$')"
