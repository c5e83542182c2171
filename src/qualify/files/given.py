"""A source, opened: its columns, and how its rows get to where they can be asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from qualify.files.sql import Database, literal, named
from qualify.reading.text import MISSING

_MISSING_WORDS: Final = f"(?:{'|'.join(re.escape(word) for word in sorted(MISSING) if word)})?"

_SPACES: Final = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"


@dataclass(frozen=True)
class Given:
    """Rows of a source as a relation of the connection.

    ``relation`` can stand after FROM. ``kept``: it is a temporary table of ours, cheap to read again, whose
    ``rowid`` counts its rows. ``spelled``: every column is text (or JSON), as in files that have no types, and
    ids are clean. ``gaps`` has one number for each line that could not be read: how many before it could be.
    """

    table: str
    label: str
    relation: str
    columns: Mapping[str, str]
    kept: bool = False
    spelled: bool = False
    gaps: Sequence[int] = ()

    @property
    def with_place(self) -> str:
        """What to select besides ``g.*`` for ``g.rowid`` to be there afterwards, too."""
        return ", g.rowid" if self.kept and not self.relation.startswith("(") else ""

    def with_columns(self, worked: Mapping[str, str]) -> Given:
        """The same rows with further columns (name → expression), each worked out once for whoever reads them."""
        more = "".join(f", {sql} AS {named(name)}" for name, sql in worked.items())
        return replace(self, relation=f"(SELECT g.*{self.with_place}{more} FROM {self.relation} g)")

    @property
    def position(self) -> str:
        """The row's place among those that could be read, from 1."""
        return "g.rowid + 1" if self.kept else "row_number() OVER ()"

    def row_number(self, position: str) -> str:
        """The row's number in the file, from 1 after the header: lines that could not be read count."""
        if not self.gaps:
            return position
        return f"{position} + len(list_filter({list(self.gaps)}, lambda gap: gap < {position}))"

    def column(self, name: str) -> Cell:
        """A column as a cell."""
        return Cell(f"g.{named(name)}", self.columns[name])


@dataclass(frozen=True)
class Cell:
    """A value in every row: an expression over the relation, which is called ``g``, and its type."""

    sql: str
    type: str

    @property
    def is_integer(self) -> bool:
        """Whether it holds whole numbers of at most 64 bits with sign."""
        return self.type in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        wide = ("HUGEINT", "UHUGEINT", "UBIGINT", "FLOAT", "DOUBLE")
        return self.is_integer or self.type in wide or self.type.startswith("DECIMAL")

    @property
    def is_nested(self) -> bool:
        """Whether it holds structures or lists rather than single values."""
        return self.type.startswith(("STRUCT", "MAP", "UNION")) or self.type.endswith("]")


class Loading(Protocol):
    """Reads the columns of these names, or more; those of ``ids`` are made clean where they are text."""

    def __call__(self, names: Sequence[str], ids: Collection[str] = ()) -> Given:
        """The rows."""


def cleaned(text: str) -> str:
    """An id without space around it; null when it is empty or a word for "not known"."""
    # No word for "not known" is made of these characters with a digit among them, and most ids are.
    usual = f"regexp_full_match({text}, '[A-Za-z_.@-]*[0-9][A-Za-z0-9_.@-]*')"
    found = tidied(text)
    return f"CASE WHEN {usual} THEN {text} WHEN {missing(found)} THEN NULL ELSE {found} END"


def tidied(text: str) -> str:
    """A text without space around it; null when it is empty."""
    # Trimming takes long, and hardly any text needs it.
    plain = f"regexp_full_match({text}, '[!-~]+( [!-~]+)*')"
    return f"CASE WHEN {plain} THEN {text} ELSE nullif(trim({text}, {_SPACES}), '') END"


def missing(text: str) -> str:
    """Whether a text is a word for "not known", whatever its case.

    No ``IN``: DuckDB turns a long one into a join, and then works out what stands on its left for every row,
    also for those that never come to it.
    """
    return f"regexp_full_match({text}, {literal('(?i)' + _MISSING_WORDS)})"


@dataclass(frozen=True)
class Opened:
    """A source whose columns are known and whose rows are not read yet.

    ``typed`` says that its types can be relied on; ``files`` are the paths of Parquet files.
    """

    table: str
    label: str
    columns: Mapping[str, str]
    load: Loading
    typed: bool
    files: Sequence[str] = field(default=())


def kept(database: Database, given: Given, names: Sequence[str]) -> Given:
    """The rows with those columns in a temporary table of ours."""
    place = given_name(given.table)
    wanted = [name for name in given.columns if name in names] or list(given.columns)[:1]
    database.drop(place)
    chosen = ", ".join(f"g.{named(name)}" for name in wanted)
    database.run(f"CREATE TEMP TABLE {place} AS SELECT {chosen} FROM {given.relation} g")
    columns = {name: given.columns[name] for name in wanted}
    return Given(given.table, given.label, place, columns, kept=True, spelled=given.spelled, gaps=given.gaps)


def given_name(table: str) -> str:
    """What the temporary table of a source's rows is called."""
    return f"given_{table}"
