"""Files as rows of texts: CSV and its relatives, and Excel workbooks, each row with its line."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import tempfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from qualify.errors import InputError, did_you_mean, one_of
from qualify.files.separated import dialect_of, unique
from qualify.files.texts import look, rewritten
from qualify.speech import Sentence, sentence

LONGEST_CELL = 1 << 20
"""Characters of a cell beyond which its row is refused."""

LARGEST_WORKBOOK = 1 << 30
"""Bytes of a workbook when it is unpacked; a small file can hold a very large one."""

_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class Row(NamedTuple):
    """A row: its line in the file (1 is the first), its cells, and what is wrong with it (empty: nothing)."""

    line: int
    cells: list[str]
    wrong: str = ""


class Sheet(NamedTuple):
    """A file that is open: what it is called, the names of its columns, its rows, and a digest of its bytes."""

    name: str
    header: list[str]
    rows: Iterator[Row]
    digest: str


@contextlib.contextmanager
def opened(path: str | Path, sheet: str | None = None) -> Iterator[Sheet]:
    """A file, open for reading; raises :class:`~qualify.errors.InputError` for what is no table."""
    place = Path(path)
    try:
        with place.open("rb") as file:
            begin = file.read(4)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(sentence("%(file)s cannot be read: %(said)s", file=str(place), said=why)) from error
    if begin in (_WORKBOOK, _OLD_WORKBOOK):
        yield _workbook(place, sheet)
        return
    text = look(place)
    dialect = dialect_of(text)
    # Written anew as UTF-8 with one kind of line end, because people's files mix both.
    with (
        tempfile.TemporaryDirectory() as folder,
        rewritten(text, folder) as copy,
        copy.open(encoding="utf-8", newline="") as lines,
    ):
        rows = _lines(csv.reader(lines, delimiter=dialect.delimiter), dialect.skip, len(dialect.header))
        yield Sheet(place.name, list(dialect.header), rows, _digest(place))


def sheet_names(path: str | Path) -> list[str]:
    """The sheets of a workbook; of any other file none.

    Raises :class:`~qualify.errors.InputError` for a workbook that cannot be read.
    """
    place = Path(path)
    with place.open("rb") as file:
        if file.read(4) not in (_WORKBOOK, _OLD_WORKBOOK):
            return []
    import python_calamine as calamine

    _refuse_bomb(place)
    try:
        return list(calamine.CalamineWorkbook.from_path(str(place)).sheet_names)
    except (calamine.CalamineError, OSError) as error:
        raise InputError(_no_workbook(place.name, error)) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        found = sha256()
        while part := file.read(1 << 20):
            found.update(part)
    return found.hexdigest()


def _lines(reader: Any, skip: int, width: int) -> Iterator[Row]:
    """The rows after the header; a row may take several lines, the first of them counts."""
    csv.field_size_limit(LONGEST_CELL)
    headers = skip + 1
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, [], str(error))
            continue
        if headers:
            headers -= 1
        elif any(cell.strip() for cell in cells):
            yield Row(line, cells, _misfit(len(cells), width))


def _misfit(found: int, width: int) -> str:
    if found == width:
        return ""
    if found < width:
        return sentence("too few columns: %(found)s instead of %(width)s", found=found, width=width)
    return sentence("too many columns: %(found)s instead of %(width)s", found=found, width=width)


def _no_workbook(file: str, error: Exception) -> Sentence:
    return sentence("%(file)s cannot be read as an Excel workbook: %(said)s", file=file, said=str(error))


def _workbook(path: Path, wanted: str | None) -> Sheet:
    try:
        import python_calamine as calamine
    except ImportError as error:
        said = sentence("Excel files need the package python-calamine; or save the sheet as CSV")
        raise InputError(said) from error
    _refuse_bomb(path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        named = wanted or next(iter(book.sheet_names), "")
        if named not in book.sheet_names:
            raise InputError(
                sentence(
                    "%(file)s has no sheet %(sheet)s%(hint)s; it has %(sheets)s",
                    file=str(path),
                    sheet=repr(named),
                    hint=did_you_mean(named, book.sheet_names),
                    sheets=one_of(book.sheet_names) or sentence("none"),
                )
            )
        found = book.get_sheet_by_name(named)
        rows = _cells(found.to_python(skip_empty_area=False))
    except (calamine.CalamineError, OSError) as error:
        raise InputError(_no_workbook(str(path), error)) from error
    first = next((row for row in rows if any(row.cells)), None)
    if first is None:
        said = sentence(
            "%(file)s holds nothing in the sheet %(sheet)s; it should hold at least a header",
            file=str(path), sheet=repr(named),
        )  # fmt: skip
        raise InputError(said)
    header = unique(first.cells[: _width(first.cells)])
    return Sheet(path.name, header, _within(rows, len(header)), _digest(path))


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        if sum(each.file_size for each in packed.infolist()) > LARGEST_WORKBOOK:
            raise InputError(
                sentence(
                    "%(file)s is larger than %(most)s MiB unpacked; save the sheet as CSV",
                    file=str(path),
                    most=LARGEST_WORKBOOK >> 20,
                )
            )


def _cells(rows: list[list[Any]]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        yield Row(number, [_text(cell) for cell in row])


def _width(cells: list[str]) -> int:
    return max(place for place, cell in enumerate(cells, 1) if cell)


def _within(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for row in rows:
        cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
        if any(cells):
            yield Row(row.line, cells)


def _text(cell: Any) -> str:
    """A cell as people would have typed it."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
