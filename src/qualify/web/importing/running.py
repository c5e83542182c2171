"""An import from end to end: preview, dry run, and the real thing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from qualify.capture.model import Source
from qualify.errors import InputError
from qualify.moments import zone
from qualify.speech import sentence
from qualify.web.database import insert, rows
from qualify.web.importing.calls import Calls
from qualify.web.importing.columns import Columns, Table, lacking, recognised, table_of
from qualify.web.importing.outcomes import Outcomes
from qualify.web.importing.sheets import Row, Sheet, opened
from qualify.web.importing.taking import Progress, Reject, Running, as_json, counts_of
from qualify.web.sources import read_settings

SAMPLE = 5_000
"""Rows that are looked at to tell how moments are written."""


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


class Preview(NamedTuple):
    """What a file was recognised as, before anything is done with it."""

    name: str
    table: Table
    preset: str
    columns: Sequence[tuple[str, str, str]]
    """Of each column: its header, what it is read as, and the first value in it."""
    rows: Sequence[Sequence[str]]
    warnings: Sequence[str]
    lacking: Sequence[str] = ()
    """Why nothing of it could be imported as it is read; only of a preview that may lack something."""
    samples: Sequence[Sequence[str]] = ()
    """Of each column, some values in it."""


class Done(NamedTuple):
    """What came of an import."""

    import_id: int | None
    """Its row among the imports; None of a dry run without a source."""
    rows: int
    kept: int
    there_before: int
    refused: int
    rejects: Sequence[Reject]


def preview(path: str | Path, options: Options = PLAIN, shown: int = 5, *, whole: bool = True) -> Preview:
    """What a file is recognised as, with its first rows.

    Raises :class:`~qualify.errors.InputError` for a file that cannot be read; unless ``whole`` is False, also for
    one of which nothing could be imported.
    """
    with opened(path, options.sheet) as sheet:
        columns = _columns(sheet, options, whole=whole)
        sample = list(islice(sheet.rows, SAMPLE))
        calls = _calls(columns, sample, sheet.digest, options)
        rows = [row for row in sample if not row.wrong]
        samples = [_samples(rows, place) for place in range(len(sheet.header))]
        first = [some[0] if some else "" for some in samples]
        return Preview(
            sheet.name, columns.table, columns.preset,
            list(zip(sheet.header, columns.meanings, first, strict=True)),
            [row.cells for row in rows[:shown]], _doubts(calls), [said for said, _ in lacking(columns)], samples,
        )  # fmt: skip


def _samples(rows: Iterable[Row], place: int, many: int = 3) -> list[str]:
    """The first values in a column that differ."""
    found: dict[str, None] = {}
    for row in rows:
        if cell := row.cells[place].strip():
            found.setdefault(cell)
        if len(found) == many:
            break
    return list(found)


def _doubts(calls: Calls) -> list[str]:
    return [
        sentence("%(column)s could be day/month or month/day; it is read with the day first", column=name)
        if each.day_first
        else sentence(
            "%(column)s could be day/month or month/day; it is read with the month first", column=name
        )
        for name, each in calls.moments.items()
        if each.ambiguous
    ]


def _columns(sheet: Sheet, options: Options, *, whole: bool = True) -> Columns:
    return recognised(sheet.header, options.table or table_of(sheet.header), options.mapping, whole=whole)


def _calls(columns: Columns, sample: Sequence[Row], digest: str, options: Options) -> Calls:
    try:
        here = zone(options.time_zone)
    except ValueError as error:
        raise InputError(*error.args) from error
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
    name: str = "",
    resumed: int | None = None,
    began: Progress = lambda number: None,
    progress: Progress = lambda done: None,
) -> Done:
    """Import a file: every row that can be used, each once, however often the file is imported.

    A dry run does all of it but the keeping; it needs no source. ``resumed`` is the row of an import that was
    broken off: it goes on where that stopped; ``began`` is told the number of a new one. ``name`` is what the file
    is called, where its path does not say. Raises :class:`~qualify.errors.InputError` for a file that cannot be
    read, before anything is kept.
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
        running = _running(calls, source, now, dry=dry or source_id is None)
        if resumed is not None:
            running.number = resumed
            running.counts = counts_of(resumed)
        elif source_id is not None:
            running.number = _begin(name or sheet.name, source_id, columns, dry, author, now)
            began(running.number)
        running.all(chain(sample, sheet.rows), progress)
    counts = running.counts
    return Done(
        running.number, counts.rows, counts.kept, counts.there_before, counts.refused, tuple(counts.rejects)
    )


def _running(calls: Calls, source: Source, now: int, *, dry: bool) -> Running:
    """An import of calls; or of outcomes, which are kept otherwise."""
    if calls.columns.table != "outcomes":
        return Running(calls, source, now, dry)
    return Outcomes(calls, source, now, dry)


def _begin(name: str, source_id: int, columns: Columns, dry: bool, author: str, now: int) -> int:
    row = (name[:255], source_id, as_json(columns.mapping()), 0, 0, 0, 0, dry, "[]", author[:255], now)
    told = "name, source_id, mapping, rows, kept, there_before, refused, dry, rejects, author, created_at"
    [(number,)] = insert('"import"', told, [row], "RETURNING id")
    return int(number)
