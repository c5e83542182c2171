"""An import from end to end: preview, dry run, and the real thing, some hundred rows in a transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from qualify.capture.known import Known, Limits
from qualify.capture.model import Draft, Source
from qualify.capture.pipeline import Facts, run
from qualify.errors import InputError
from qualify.moments import zone
from qualify.web.database import insert, parts, rows
from qualify.web.database import run as execute
from qualify.web.importing.calls import Calls, Made, Refused, into_account
from qualify.web.importing.columns import Columns, Table, recognised, table_of
from qualify.web.importing.sheets import Row, Sheet, opened
from qualify.web.keeping.keep import keep
from qualify.web.sources import read_settings

AT_ONCE = 300
"""Rows in one transaction: few enough that capture never waits long."""

SAMPLE = 5_000
"""Rows that are looked at to tell how moments are written."""

MOST_REJECTS = 1_000
"""Refused rows that are kept with line and reason; further ones are counted."""

KNOWN = Known(limits=Limits(future=0))


class Options(NamedTuple):
    """How a file is to be read."""

    table: Table | None = None
    """What it holds; None: as its header says."""
    mapping: Mapping[str, str] = {}
    """Header → what it is to be read as; ``skip`` leaves it out."""
    history: bool = False
    """Whether what it tells was known when it happened, and not only from now on."""
    time_zone: str = "UTC"
    """Of moments that say none."""
    sheet: str | None = None
    """Of a workbook; None: the first."""


PLAIN = Options()
"""A file as it comes."""


class Reject(NamedTuple):
    """A row that was refused: its line, why, and what was found."""

    line: int
    reason: str
    found: str = ""


class Preview(NamedTuple):
    """What a file was recognised as, before anything is done with it."""

    name: str
    table: Table
    preset: str
    columns: Sequence[tuple[str, str, str]]
    """Of each column: its header, what it is read as, and the first value in it."""
    rows: Sequence[Sequence[str]]
    warnings: Sequence[str]


class Done(NamedTuple):
    """What came of an import."""

    import_id: int | None
    """Its row among the imports; None of a dry run without a source."""
    rows: int
    kept: int
    there_before: int
    refused: int
    rejects: Sequence[Reject]


Progress = Callable[[int], None]
"""Told how many rows are done."""


def preview(path: str | Path, options: Options = PLAIN, shown: int = 5) -> Preview:
    """What a file is recognised as, with its first rows.

    Raises :class:`~qualify.errors.InputError` for a file that cannot be read.
    """
    with opened(path, options.sheet) as sheet:
        columns = _columns(sheet, options)
        sample = list(islice(sheet.rows, SAMPLE))
        calls = _calls(columns, sample, sheet.digest, options)
        whole = [row for row in sample if not row.wrong]
        first = [
            next((row.cells[place] for row in whole if row.cells[place].strip()), "")
            for place in range(len(sheet.header))
        ]
        told = list(zip(sheet.header, columns.meanings, first, strict=True))
        return Preview(
            sheet.name,
            columns.table,
            columns.preset,
            told,
            [row.cells for row in whole[:shown]],
            _doubts(calls),
        )


def _doubts(calls: Calls) -> list[str]:
    return [
        f"{name} could be day/month or month/day; it is read with the {'day' if each.day_first else 'month'} first"
        for name, each in calls.moments.items()
        if each.ambiguous
    ]


def _columns(sheet: Sheet, options: Options) -> Columns:
    return recognised(sheet.header, options.table or table_of(sheet.header), options.mapping)


def _calls(columns: Columns, sample: Sequence[Row], digest: str, options: Options) -> Calls:
    try:
        here = zone(options.time_zone)
    except ValueError as error:
        raise InputError(str(error)) from error
    whole = [row for row in sample if not row.wrong]
    return Calls(columns, whole, digest, history=options.history, time_zone=here)


def source_of(source_id: int) -> Source:
    """The source that imported rows come from: what it says of the past is taken for true.

    Raises :class:`~qualify.errors.InputError` for a source that there is not.
    """
    found = rows("SELECT name, kind, settings FROM source WHERE id = %s", [source_id])
    if not found:
        raise InputError(f"there is no source {source_id}")
    name, _, settings = found[0]
    # Whatever else it is, its rows are a list's: that is how their links are known.
    return read_settings(source_id, name, "import", {**json.loads(settings), "trusted": True})


def import_file(
    path: str | Path,
    source_id: int | None,
    now: int,
    options: Options = PLAIN,
    *,
    dry: bool = False,
    author: str = "",
    progress: Progress = lambda done: None,
) -> Done:
    """Import a file: every row that can be used, each once, however often the file is imported.

    A dry run does all of it but the keeping; it needs no source.
    Raises :class:`~qualify.errors.InputError` for a file that
    cannot be read, before anything is kept.
    """
    source = (
        Source(id=0, name="dry run", kind="import", trusted=True)
        if source_id is None
        else source_of(source_id)
    )
    with opened(path, options.sheet) as sheet:
        columns = _columns(sheet, options)
        sample = list(islice(sheet.rows, SAMPLE))
        calls = _calls(columns, sample, sheet.digest, options)
        number = None if source_id is None else _begin(sheet.name, source_id, columns, dry, author, now)
        running = _Running(calls, source, now, dry or source_id is None)
        for part in parts(chain(sample, sheet.rows), AT_ONCE):
            running.take(part)
            if number is not None:
                _write(number, running)
            progress(running.rows)
    return Done(
        number, running.rows, running.kept, running.there_before, running.refused, tuple(running.rejects)
    )


class _Running:
    """An import under way."""

    def __init__(self, calls: Calls, source: Source, now: int, dry: bool) -> None:
        self.calls, self.source, self.now, self.dry = calls, source, now, dry
        self.rows = self.kept = self.there_before = self.refused = 0
        self.rejects: list[Reject] = []

    def take(self, part: Iterable[Row]) -> None:
        """Some rows: into drafts, and kept."""
        made = dict(self._made(part))
        drafts = self._drafts(made)
        if self.dry:
            self.kept += len(drafts)
        elif drafts:
            done = keep(drafts, self.now)
            self.kept += done.new
            self.there_before += len(done.duplicates)

    def _made(self, part: Iterable[Row]) -> Iterator[tuple[int, Made]]:
        """By line, the calls of the rows that are in order."""
        for row in part:
            self.rows += 1
            try:
                yield row.line, self.calls.make(row)
            except Refused as refused:
                self._refuse(row.line, refused.reason, refused.found)

    def _drafts(self, made: Mapping[int, Made]) -> list[Draft]:
        lines = {id(each.call): (line, each) for line, each in made.items()}
        passed = run((each.call for each in made.values()), self.source, Facts(), self.now, KNOWN)
        for lost in passed.dropped:
            line, _ = lines[id(lost.draft.call)]
            self._refuse(line, lost.dropped.reason, lost.dropped.detail)
        for draft in passed.drafts:
            _, each = lines[id(draft.call)]
            draft.received_at = self.now if each.known_at is None else each.known_at
            if draft.call.type == "identify":
                into_account(draft, each.account_id)
        return passed.drafts

    def _refuse(self, line: int, reason: str, found: str) -> None:
        self.refused += 1
        if len(self.rejects) < MOST_REJECTS:
            self.rejects.append(Reject(line, reason, found))


def _begin(name: str, source_id: int, columns: Columns, dry: bool, author: str, now: int) -> int:
    row = (name[:255], source_id, _json(columns.mapping()), 0, 0, 0, dry, "[]", author[:255], now)
    told = "name, source_id, mapping, rows, kept, refused, dry, rejects, author, created_at"
    [(number,)] = insert('"import"', told, [row], "RETURNING id")
    return int(number)


def _write(number: int, running: _Running) -> None:
    execute(
        'UPDATE "import" SET rows = %s, kept = %s, refused = %s, rejects = %s WHERE id = %s',
        [running.rows, running.kept, running.refused, _json(running.rejects), number],
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
