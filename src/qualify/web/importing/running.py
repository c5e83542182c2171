"""An import from end to end: preview, dry run, and the real thing, some hundred rows in a transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from qualify.capture.known import Known, Limits
from qualify.capture.model import Draft, Source
from qualify.capture.pipeline import Facts, run
from qualify.errors import InputError
from qualify.moments import zone
from qualify.web.database import insert, parts, rows, untangled
from qualify.web.database import run as execute
from qualify.web.importing.calls import Calls, Made, Refused, into_account
from qualify.web.importing.columns import Columns, Table, lacking, recognised, table_of
from qualify.web.importing.sheets import Row, Sheet, opened
from qualify.web.keeping import erased
from qualify.web.keeping.keep import keep
from qualify.web.sources import read_settings

AT_ONCE = 300
"""Rows in one transaction: few enough that capture never waits long."""

SAMPLE = 5_000
"""Rows that are looked at to tell how moments are written."""

MOST_REJECTS = 1_000
"""Refused rows that are kept with line and reason; further ones are counted."""

ERASED = "whoever this is about was erased, and stays so"
"""Why a row is refused that names somebody who was erased; of such a row nothing else is kept."""

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


Progress = Callable[[int], None]
"""Told how many rows are done."""


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
        f"{name} could be day/month or month/day; it is read with the {'day' if each.day_first else 'month'} first"
        for name, each in calls.moments.items()
        if each.ambiguous
    ]


def _columns(sheet: Sheet, options: Options, *, whole: bool = True) -> Columns:
    return recognised(sheet.header, options.table or table_of(sheet.header), options.mapping, whole=whole)


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
            running.counts = _counts_of(resumed)
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
    from qualify.web.importing.outcomes import Outcomes  # it builds on what is here

    return Outcomes(calls, source, now, dry)


class Counts(NamedTuple):
    """How far an import is, as it is written with the rows that it counts."""

    rows: int = 0
    kept: int = 0
    there_before: int = 0
    refused: int = 0
    rejects: tuple[Reject, ...] = ()


class Part(NamedTuple):
    """Some rows, read: what can be kept, and what is refused."""

    rows: int
    drafts: list[tuple[int, Any]]
    """Each with its line."""
    rejects: list[Reject]


class Running:
    """An import under way."""

    def __init__(self, calls: Calls, source: Source, now: int, dry: bool) -> None:
        self.calls, self.source, self.now, self.dry = calls, source, now, dry
        self.number: int | None = None
        self.counts = Counts()

    def all(self, rows: Iterable[Row], progress: Progress) -> None:
        """Every row; those that were done before are only read, as what comes after depends on them."""
        done, left = self.counts.rows, iter(rows)
        for part in parts(islice(left, done), AT_ONCE):
            self.read(part)
        progress(done)
        for part in parts(left, AT_ONCE):
            read = self.read(part)
            self.counts = untangled(lambda read=read: self._take(read))  # type: ignore[misc]
            progress(self.counts.rows)

    def _take(self, read: Part) -> Counts:
        """Keep what can be kept, and write down how far it is, both or neither: so nothing is counted twice."""
        with transaction.atomic():
            new, before, gone = self.kept(read.drafts)
            was, refused = self.counts, sorted([*read.rejects, *gone], key=lambda each: each.line)
            rejects = (*was.rejects, *refused[: MOST_REJECTS - len(was.rejects)])
            counts = Counts(
                was.rows + read.rows,
                was.kept + new,
                was.there_before + before,
                was.refused + len(refused),
                rejects,
            )
            if self.number is not None:
                _write(self.number, counts, told=rejects != was.rejects)
        return counts

    def _not_erased(self, drafts: Sequence[tuple[int, Draft]]) -> tuple[list[Draft], list[Reject]]:
        """Those of whom nobody was erased, and the others, of whom nothing is kept but the line."""
        named = {each for _, draft in drafts for each in draft.identifiers}
        gone = erased.refused(named, self.now, count=not self.dry)
        left = [draft for _, draft in drafts if gone.isdisjoint(draft.identifiers)]
        return left, [
            Reject(line, ERASED) for line, draft in drafts if not gone.isdisjoint(draft.identifiers)
        ]

    def kept(self, read: Sequence[tuple[int, Any]]) -> tuple[int, int, list[Reject]]:
        """Keep what was read: how many are new, how many were there before, and who is refused only now."""
        drafts, gone = self._not_erased(read)
        if self.dry or not drafts:
            return len(drafts), 0, gone
        done = keep(drafts, self.now)
        return done.new, len(done.duplicates), gone

    def read(self, part: Sequence[Row]) -> Part:
        """Some rows as drafts."""
        rejects: list[Reject] = []
        made: dict[int, Made] = {}
        for row in part:
            try:
                made[row.line] = self.calls.make(row)
            except Refused as refused:
                rejects.append(Reject(row.line, refused.reason, refused.found))
        drafts = self._drafts(made, rejects)
        return Part(len(part), drafts, rejects)

    def _drafts(self, made: Mapping[int, Made], rejects: list[Reject]) -> list[tuple[int, Draft]]:
        lines = {id(each.call): (line, each) for line, each in made.items()}
        passed = run((each.call for each in made.values()), self.source, Facts(), self.now, KNOWN)
        for lost in passed.dropped:
            line, _ = lines[id(lost.draft.call)]
            rejects.append(Reject(line, lost.dropped.reason, lost.dropped.detail))
        for draft in passed.drafts:
            _, each = lines[id(draft.call)]
            draft.received_at = self.now if each.known_at is None else each.known_at
            if draft.call.type == "identify":
                into_account(draft, each.account_id)
        return [(lines[id(draft.call)][0], draft) for draft in passed.drafts]


def _begin(name: str, source_id: int, columns: Columns, dry: bool, author: str, now: int) -> int:
    row = (name[:255], source_id, _json(columns.mapping()), 0, 0, 0, 0, dry, "[]", author[:255], now)
    told = "name, source_id, mapping, rows, kept, there_before, refused, dry, rejects, author, created_at"
    [(number,)] = insert('"import"', told, [row], "RETURNING id")
    return int(number)


def _write(number: int, counts: Counts, *, told: bool) -> None:
    execute(
        'UPDATE "import" SET rows = %s, kept = %s, there_before = %s, refused = %s WHERE id = %s',
        [*counts[:4], number],
    )
    if told:
        execute('UPDATE "import" SET rejects = %s WHERE id = %s', [_json(counts.rejects), number])


def _counts_of(number: int) -> Counts:
    """How far an import came before it was broken off."""
    found = rows('SELECT rows, kept, there_before, refused, rejects FROM "import" WHERE id = %s', [number])
    if not found:
        raise InputError(f"there is no import {number}")
    done, kept, before, refused, rejects = found[0]
    return Counts(done, kept, before, refused, tuple(msgspec.json.decode(rejects, type=list[Reject])))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
