"""Values → as the playbook's conditions look at them: in SQL where that is the same, else in Python, each
distinct value once.

Plain ASCII is folded by DuckDB, and plain numbers are read by it. Everything else goes through the functions
of ``qualify.reading``: its distinct values are fetched, read, and put back as a small table to join with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from qualify.criteria.logic import Field, Reading
from qualify.files.given import Cell, Given, missing
from qualify.files.sql import Database, json_column, named
from qualify.reading.properties import TRAIT_READINGS
from qualify.reading.text import fold

_PLAIN_TEXT: Final = "[!-~]+( [!-~]+)*"
_FOLDED_TEXT: Final = r"[!-@\[-~]+( [!-@\[-~]+)*"
_SPACES: Final = r"[ \t\n\r\f\x0b]+"
_PLAIN_NUMBER: Final = r"-?[0-9]{1,15}(\.[0-9]{1,15})?"
_PLAIN_ADDRESS: Final = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+"
_SHORT_ADDRESS: Final = 64  # what stands before the @ may not be longer
_QUANTITY: Final = r"[+\-]?[0-9]+(\.[0-9]+)?([eE][+\-]?[0-9]+)?"

_BY_VALUE: Final[Mapping[str, Callable[[str], str | float | None]]] = {**TRAIT_READINGS, "text": fold}
"""What is done in Python with each distinct value; words for "not known" are sorted out in SQL."""


def shortest(sql: str) -> str:
    """A double as its shortest text: 5 rather than 5.0; null when it is no number."""
    whole = f"{sql} = trunc({sql}) AND abs({sql}) < 1e18"
    text = f"CASE WHEN {whole} THEN CAST(CAST({sql} AS BIGINT) AS VARCHAR) ELSE CAST({sql} AS VARCHAR) END"
    return f"CASE WHEN isnan({sql}) THEN NULL ELSE {text} END"


def trait_text(cell: Cell) -> str:
    """The text of a trait's value, before it is folded."""
    if cell.type == "JSON":
        double = shortest(f"CAST({cell.sql} AS DOUBLE)")
        return f"CASE WHEN json_type({cell.sql}) = 'DOUBLE' THEN {double} ELSE {cell.sql} ->> '$' END"
    if cell.is_number and not cell.is_integer and cell.type not in ("HUGEINT", "UHUGEINT", "UBIGINT"):
        return shortest(f"CAST({cell.sql} AS DOUBLE)")
    return property_text(cell)


def property_text(cell: Cell) -> str:
    """The text of a property's value, before it is folded: numbers and structures as JSON."""
    if cell.type == "VARCHAR":
        return cell.sql
    if cell.type == "JSON":
        return f"({cell.sql} ->> '$')"
    if cell.is_nested:
        return f"CAST(to_json({cell.sql}) AS VARCHAR)"
    if cell.is_number and not cell.is_integer:
        return f"(to_json(CAST({cell.sql} AS DOUBLE)) ->> '$')"
    return f"CAST({cell.sql} AS VARCHAR)"


def finite(sql: str) -> str:
    """A double, null when it is no finite one."""
    return f"CASE WHEN isfinite(CAST({sql} AS DOUBLE)) THEN CAST({sql} AS DOUBLE) END"


def known(sql: str) -> str:
    """A folded text, null where it is a word for "not known"."""
    return f"CASE WHEN {missing(sql)} THEN NULL ELSE {sql} END"


_AT_ONCE: Final = 50_000


@dataclass(frozen=True)
class _Join:
    """A join with what Python read: what the table is called in it, and in which rows anything is to be read."""

    alias: str
    only: str


@dataclass
class Readings:
    """The values to be read in one relation ``g``, and the tables that hold what Python read of them.

    ``settled`` asks for the expressions twice: first to learn what has to be read, then, when that is done, to
    use them over ``joined``. What turns out to need no table is not joined with one.
    """

    database: Database
    given: Given
    _texts: dict[str, str] = field(default_factory=dict)
    _wanted: dict[tuple[str, str], _Join] = field(default_factory=dict)
    _folded: dict[str, bool] = field(default_factory=dict)
    _empty: set[str] = field(default_factory=set)

    def folded(self, text: str, only: str = "TRUE") -> str:
        """The folded text. ``only`` rows of which that holds can be other than ASCII: the others are not searched."""
        if self._is_folded(text):
            return text
        text = self._once(text)
        spaces = f"regexp_replace(lower({text}), '{_SPACES}', ' ', 'g')"
        plain = f"CASE WHEN regexp_full_match({text}, '{_PLAIN_TEXT}') THEN lower({text})"
        if only == "FALSE":
            return f"{plain} ELSE nullif(trim({spaces}), '') END"
        other = self._joined("text", f"CASE WHEN strlen({text}) <> length({text}) THEN {text} END", only)
        return (
            f"{plain} WHEN strlen({text}) = length({text}) THEN nullif(trim({spaces}), '') ELSE {other} END"
        )

    def _is_folded(self, text: str) -> bool:
        """Whether a column that is not ours, and so read anew each time, holds nothing but folded text."""
        if self.given.kept or not _is_column(text):
            return False
        if text not in self._folded:
            other = f"count(*) FILTER (NOT regexp_full_match({text}, '{_FOLDED_TEXT}'))"
            self._folded[text] = not self.database.value(f"SELECT {other} FROM {self.source}")
        return self._folded[text]

    def read(self, cell: Cell, reading: Reading) -> str:
        """A trait's value, read so."""
        if reading == "text":
            return self.folded(trait_text(cell))
        text = self._once(trait_text(cell))
        if reading == "number":
            return finite(cell.sql) if cell.is_number else self._number(text)
        if reading == "quantity":
            return self.quantity(cell)
        if reading in ("email_domain", "email_kind"):
            # What stands before the @ of a plain address changes neither.
            short = f"'x' || substr({text}, strpos({text}, '@'))"
            plain = f"regexp_full_match({text}, '{_PLAIN_ADDRESS}') AND strlen({text}) <= {_SHORT_ADDRESS}"
            text = f"CASE WHEN {plain} THEN {short} ELSE {text} END"
        return self._joined(reading, text)

    def quantity(self, cell: Cell) -> str:
        """A property's value as a number; null when it is none."""
        if cell.is_number:
            return finite(cell.sql)
        text = self._once(property_text(cell))
        return f"CASE WHEN regexp_full_match({text}, '{_QUANTITY}') THEN {finite(text)} END"

    def _number(self, text: str) -> str:
        plain = f"regexp_full_match({text}, '{_PLAIN_NUMBER}')"
        other = self._joined("number", f"CASE WHEN NOT {plain} THEN {text} END")
        return f"CASE WHEN {plain} THEN CAST({text} AS DOUBLE) ELSE {other} END"

    def _once(self, text: str) -> str:
        """A name for an expression that takes time, so that it is worked out once for each row."""
        if _is_column(text):
            return text
        return f"g.{named(self._texts.setdefault(text, f'text {len(self._texts)}'))}"

    def _joined(self, reading: str, key: str, only: str = "TRUE") -> str:
        join = self._wanted.setdefault((reading, key), _Join(f"read_{len(self._wanted)}", only))
        return f"CAST(NULL AS {_type(reading)})" if reading in self._empty else f"{join.alias}.told"

    def settled(self, build: Callable[[], list[str]], where: str) -> list[str]:
        """The expressions that ``build`` asks for, with all that the rows in question need read beforehand."""
        build()
        self._prepare(where)
        return build()

    def _prepare(self, where: str) -> None:
        for reading in dict.fromkeys(reading for reading, _ in self._wanted):
            keys = [(key, join.only) for (wanted, key), join in self._wanted.items() if wanted == reading]
            parts = [
                f"SELECT DISTINCT {key} AS v FROM {self.source} WHERE ({where}) AND {only}"
                for key, only in keys
            ]
            values = self.database.rows(
                f"SELECT DISTINCT v FROM ({' UNION ALL '.join(parts)}) WHERE v IS NOT NULL"
            )
            read = [(value, told) for (value,) in values if (told := _BY_VALUE[reading](value)) is not None]
            if read:
                self._fill(reading, read)
            else:
                self._empty.add(reading)

    def _fill(self, reading: str, read: Sequence[tuple[str, str | float]]) -> None:
        table, kind = self._table(reading), _type(reading)
        self.database.drop(table)
        self.database.run(f"CREATE TEMP TABLE {table} (given VARCHAR, told {kind})")
        for start in range(0, len(read), _AT_ONCE):
            given, told = zip(*read[start : start + _AT_ONCE], strict=True)
            self.database.run(
                f"INSERT INTO {table} SELECT {json_column(given, 'VARCHAR')}, {json_column(told, kind)}"
            )

    def _table(self, reading: str) -> str:
        return f"readings_{self.given.table}_{reading}"

    @property
    def tables(self) -> list[str]:
        """The tables that are needed as long as the expressions are."""
        readings = dict.fromkeys(reading for reading, _ in self._wanted)
        return [self._table(reading) for reading in readings if reading not in self._empty]

    @property
    def source(self) -> str:
        """The relation, called ``g``, with the texts that take time."""
        texts = "".join(f", {text} AS {named(name)}" for text, name in self._texts.items())
        given = self.given
        return (
            f"(SELECT g.*{given.with_place}{texts} FROM {given.relation} g) g"
            if texts
            else f"{given.relation} g"
        )

    @property
    def joined(self) -> str:
        """The same, joined with what Python read."""
        joins = (
            f" LEFT JOIN {self._table(reading)} {join.alias} ON {join.alias}.given = {key}"
            for (reading, key), join in self._wanted.items()
            if reading not in self._empty
        )
        return self.source + "".join(joins)


def _is_column(sql: str) -> bool:
    return sql.startswith('g."') and sql.count('"') == 2


def _type(reading: str) -> str:
    return "DOUBLE" if reading == "number" else "VARCHAR"


def as_canonical(column: Field, cell: Cell | None, readings: Readings) -> str:
    """A trait as its canonical column has it; null where the data does not have it."""
    if cell is None:
        return f"CAST(NULL AS {'DOUBLE' if column.is_number else 'VARCHAR'})"
    return readings.read(cell, column.reading)
