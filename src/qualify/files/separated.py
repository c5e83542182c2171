"""CSV and its relatives: which character separates the columns, and every line that does not fit the header."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from qualify.errors import InputError
from qualify.files import rejects
from qualify.files.gathering import Gathering
from qualify.files.given import Given, Opened, cleaned, given_name
from qualify.files.sql import file, literal, named
from qualify.files.texts import Text, rewritten
from qualify.speech import sentence

LONGEST_LINE: Final = 32 << 20
"""Bytes of a line beyond which it is refused; a cell of two million characters fits in any script."""

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 100_000  # characters; the csv module refuses fields of more than 131,072
_ENCODING: Final = "INVALID ENCODING"

#: What DuckDB says is wrong with a line, and what we say.
_REASONS: Final = {
    "MISSING COLUMNS": "too few columns",
    "TOO MANY COLUMNS": "too many columns",
    "UNQUOTED VALUE": "unfinished quote",
    "LINE SIZE OVER MAXIMUM": "line too long",
    "INVALID STATE": "unfinished quote",
}


@dataclass(frozen=True)
class Dialect:
    """How a file separates its columns; the header's names, made unique; the lines before the header.

    ``again``: the names that were made for columns called as one before them.
    """

    delimiter: str
    header: tuple[str, ...]
    skip: int
    again: tuple[str, ...] = ()


def dialect_of(text: Text) -> Dialect:
    """The dialect that the start of the file shows; raises ``InputError`` when there is no header."""
    sample, skip, said = text.head[:_SAMPLE].replace("\r\n", "\n").replace("\r", "\n"), 0, None
    while sample and (line := sample.splitlines(keepends=True)[0]) and _before_the_header(line):
        said = line.strip()[4:5] or said
        sample, skip = sample[len(line) :], skip + 1
    if not sample:
        said = sentence(
            "%(file)s holds nothing but empty lines; it should hold at least a header", file=str(text.path)
        )
        raise InputError(said)
    delimiter = said or max(_DELIMITERS, key=lambda each: _fit(sample, each))
    header = next(csv.reader(io.StringIO(sample), delimiter=delimiter))
    names = tuple(unique(header))
    alone = (unique([name])[0] if name.strip() else None for name in header)
    again = [ours for ours, theirs in zip(names, alone, strict=True) if theirs not in (None, ours)]
    return Dialect(delimiter, names, skip, tuple(again))


def _before_the_header(line: str) -> bool:
    """An empty line, or the line by which Excel is told the delimiter."""
    return not line.strip() or line.lower().startswith("sep=")


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains the first lines: the share that fits the header, and its width."""
    rows = list(islice(csv.reader(io.StringIO(sample), delimiter=delimiter), 30))
    width = len(rows[0])
    lines = [row for row in rows[1:-1] if row] or rows[:1]  # the last may be cut off
    return (sum(len(row) == width for row in lines) / len(lines) if width > 1 else 0.0, width)


def unique(names: Sequence[str]) -> list[str]:
    """The names without space around them, none empty, and none twice (whatever their case)."""
    found: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        wanted = name.strip().removeprefix("\ufeff").replace("\0", "") or f"column {number}"
        spelled, count = wanted, 1
        while spelled.casefold() in found:
            count += 1
            spelled = f"{wanted} ({count})"
        found[spelled.casefold()] = spelled
    return list(found.values())


def open_separated(gathering: Gathering, table: str, text: Text) -> Opened:
    """A CSV file, opened."""
    dialect = dialect_of(text)
    columns = dict.fromkeys(dialect.header, "VARCHAR")
    if dialect.again:
        gathering.warn(
            f"{text.path}: several columns have the same name; the first is read by it, "
            f"the others as {', '.join(map(repr, dialect.again))}"
        )

    def load(names: Sequence[str], ids: Collection[str] = ()) -> Given:
        wanted = [name for name in dialect.header if name in names] or list(dialect.header[:1])
        chosen = {name: cleaned(named(name)) if name in ids else named(name) for name in wanted}
        options = {
            "columns": columns, "delim": dialect.delimiter, "skip": dialect.skip, "header": True, "quote": '"',
        }  # fmt: skip
        return read_lines(gathering, table, text, chosen, options)

    return Opened(table, str(text.path), columns, load, typed=False)


def read_lines(
    gathering: Gathering, table: str, text: Text, wanted: Mapping[str, str], options: dict[str, object]
) -> Given:
    """Read a text file into a temporary table of ours: as it is if it can be, else written anew as UTF-8.

    ``wanted`` is column → the expression that makes it.
    """
    import duckdb

    in_utf8 = text.encoding == "utf-8"
    if in_utf8:
        # It fails on mixed ends of lines, among other things; the copy will have only one kind.
        with contextlib.suppress(duckdb.Error):
            wrong = _read(gathering, table, text.path, wanted, {**options, "zipped": text.zipped})
            in_utf8 = all(error != _ENCODING for _, error, _ in wrong)
            if in_utf8:
                return _given(gathering, table, text, wanted, wrong, options)
    if not in_utf8 and not text.is_utf16:
        gathering.warn(f"{text.path} is not all UTF-8; what is not was read as Windows-1252")
    try:
        with tempfile.TemporaryDirectory() as folder, rewritten(text, folder) as path:
            wrong = _read(gathering, table, path, wanted, {**options, "zipped": False})
    except (duckdb.Error, OSError, UnicodeError, EOFError) as error:
        raise InputError(f"{text.path} cannot be read: {str(error).splitlines()[0]}") from error
    return _given(gathering, table, text, wanted, wrong, options)


def _read(
    gathering: Gathering, table: str, path: Path, wanted: Mapping[str, str], options: dict[str, object]
) -> list[tuple[int, str, str]]:
    """Fill the temporary table with columns; the lines that do not fit, as (line, error, what it says)."""
    database, place = gathering.database, given_name(table)
    wrong, scans = f"wrong_{table}", f"wrong_scans_{table}"
    database.drop(place, wrong, scans)
    chosen = ", ".join(f"{sql} AS {named(name)}" for name, sql in wanted.items())
    database.run(f"CREATE TEMP TABLE {place} AS SELECT {chosen} FROM {_scan(path, wrong, scans, options)}")
    found = database.rows(
        f"SELECT line, arg_min(error_type, coalesce(column_idx, 0)), {_said('any_value(csv_line)')} "
        f"FROM {wrong} GROUP BY line ORDER BY line"
    )
    database.drop(wrong, scans)
    return [(line, str(error), said or "") for line, error, said in found]


def _said(line: str) -> str:
    """The beginning of a line that does not fit; if an unfinished quote has swallowed others, how many."""
    trimmed = f"trim({line}, chr(10) || chr(13))"
    lines = f"len(string_split({trimmed}, chr(10)))"
    cut = f"left({trimmed}, {rejects.LONGEST_FOUND})"
    return f"CASE WHEN {lines} > 1 THEN {cut} || ' … (' || {lines} || ' lines)' ELSE {cut} END"


def _scan(path: Path, wrong: str, scans: str, options: dict[str, object]) -> str:
    """What to read from; in pieces of the longest line, where DuckDB would take sixteen times as much memory."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in _names(options))
    quote = literal(str(options["quote"]))
    return (
        f"read_csv({file(path)}, auto_detect = false, columns = {{{columns}}}, "
        f"delim = {literal(str(options['delim']))}, quote = {quote}, escape = {quote}, skip = {options['skip']}, "
        f"header = {str(options['header']).lower()}, max_line_size = {LONGEST_LINE}, buffer_size = {LONGEST_LINE}, "
        f"compression = '{'gzip' if options['zipped'] else 'none'}', "
        f"store_rejects = true, rejects_table = '{wrong}', rejects_scan = '{scans}', rejects_limit = 0)"
    )


def _names(options: dict[str, object]) -> list[str]:
    columns = options["columns"]
    return list(columns) if isinstance(columns, dict) else []


def _given(
    gathering: Gathering,
    table: str,
    text: Text,
    wanted: Iterable[str],
    wrong: Sequence[tuple[int, str, str]],
    options: dict[str, object],
) -> Given:
    """The rows read, and the lines that could not be among the rejects."""
    first = 1 if options["header"] else 0
    rows = [line - first for line, _, _ in wrong]
    for row, (_, error, said) in zip(rows, wrong, strict=True):
        gathering.reject(table, row, _REASONS.get(error, error.lower()), said)
    gaps = [row - number for number, row in enumerate(rows, 1)]
    columns = dict.fromkeys(wanted, "VARCHAR")
    given = Given(table, str(text.path), given_name(table), columns, kept=True, spelled=True, gaps=gaps)
    if rows and not gathering.database.value(f"SELECT count(*) FROM {given.relation}"):
        raise InputError(
            f"{text.path}: none of its {len(rows):,} lines has the {len(_names(options))} columns of the header"
        )
    return given
