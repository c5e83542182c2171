"""One run: a playbook over sources as of a moment, with its results ready to be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from qualify import clock, moments
from qualify.engines.compiling import Question
from qualify.engines.duck import Runner, connect
from qualify.engines.quoting import listed, literal
from qualify.errors import InputError, QualifyError, did_you_mean
from qualify.files import Gathered, Sources, gather
from qualify.playbook import Playbook, load
from qualify.runs.explanation import Explanation, explanation
from qualify.runs.interruption import interruptible
from qualify.scoring.layout import Layout
from qualify.vocabulary import STAGES

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Moment: TypeAlias = int | str | dt.date | dt.datetime
Written: TypeAlias = Literal["scores", "ledger", "history"]
Format: TypeAlias = Literal["parquet", "csv", "json"]

MOST_STEPS = 5_000
"""How many days or weeks stages are moved through; more was not meant."""

ONE_THREADS_ROWS = 122_880
"""Rows that DuckDB gives to one thread at a time: of a table with fewer, a second has nothing to do."""

LATEST = "latest"
"""As of the newest fact in the data."""


class Run:
    """The results of one playbook over one set of facts, as of one moment.

    ``scores`` and ``ledger`` are Arrow tables (points as decimals); ``top``, ``explain`` and ``funnel``
    answer what people ask first. In a notebook the run shows its best leads.
    """

    def __init__(self, layout: Layout, runner: Runner, gathered: Gathered, as_of: int) -> None:
        self.layout, self.runner, self.gathered, self.as_of = layout, runner, gathered, as_of
        self.connection: duckdb.DuckDBPyConnection = runner.connection

    @property
    def playbook(self) -> Playbook:
        """The playbook."""
        return self.layout.book

    @property
    def scores(self) -> pa.Table:
        """One row for each lead: see :data:`qualify.tables.SCORES`."""
        return self.connection.sql(_best(None, None)).to_arrow_table()

    @property
    def ledger(self) -> pa.Table:
        """The lines behind the scores: see :data:`qualify.tables.LEDGER`."""
        return self.connection.sql(
            f"SELECT * EXCLUDE (number) FROM ledger ORDER BY {_IN_ORDER}"
        ).to_arrow_table()

    def top(self, count: int = 10, stages: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """The most qualified leads (of these stages), best first: their scores and, in ``why``, two reasons.

        The reasons are the rules that gave the lead most points.
        """
        rows = self._rows(_best(count, stages, _STAGE_MOMENTS))
        why = self._reasons([row["lead_id"] for row in rows]) if rows else {}
        return [{**row, "why": why.get(row["lead_id"], [])} for row in rows]

    def _reasons(self, leads: list[Any]) -> dict[Any, list[str]]:
        """The names of the rules that gave each lead most points."""
        lines = self._rows(
            "SELECT lead_id, rule FROM ledger WHERE line = 'rule' AND points > 0 "
            f"AND CAST(lead_id AS VARCHAR) IN {listed(map(str, leads))} ORDER BY capped DESC, number"
        )
        found: dict[Any, list[str]] = {}
        for line in lines:
            reasons = found.setdefault(line["lead_id"], [])
            if len(reasons) < 2:
                reasons.append(line["rule"])
        return found

    def explain(self, lead_id: Any) -> Explanation:
        """Why the lead has its scores, line by line; raises ``InputError`` when there is no such lead."""
        asked = _is(lead_id)
        rows = self._rows(f"SELECT * {_STAGE_MOMENTS} FROM scores WHERE {asked}")
        if not rows:
            raise InputError(self.no_such_lead(str(lead_id)))
        lines = self._rows(f"SELECT * {_LINE_MOMENTS} FROM ledger WHERE {asked} ORDER BY {_IN_ORDER}")
        return explanation(self.layout, self.as_of, rows[0], lines, self._unknown(str(lead_id)))

    def _unknown(self, lead_id: str) -> list[int]:
        """The numbers of the rules that could not be judged for the lead."""
        asked = [rule.number for rule in self.layout.rules if rule.tally is None]
        unseen = (
            []
            if "events" in self.gathered.present
            else [r.number for r in self.layout.rules if r.tally is not None]
        )
        if not asked:
            return unseen
        columns = ", ".join(f"rule_{number} IS NULL" for number in asked)
        row = self.connection.execute(f"SELECT {columns} FROM judged WHERE {_is(lead_id)}").fetchone() or ()
        return sorted([number for number, unknown in zip(asked, row, strict=False) if unknown] + unseen)

    def no_such_lead(self, lead_id: str) -> str:
        """What to say of a lead that is not in this run."""
        late = self.connection.execute(f"SELECT created_at FROM leads WHERE {_is(lead_id)}").fetchone()
        if late:
            then, created = moments.written(self.as_of), moments.written(late[0])
            return f"lead {lead_id!r} was not known yet at {then} (created {created})"
        some = [
            str(row[0]) for row in self.connection.execute("SELECT lead_id FROM leads LIMIT 20000").fetchall()
        ]
        return f"there is no lead {lead_id!r}{did_you_mean(lead_id, some)}"

    def funnel(self) -> dict[str, int]:
        """How many leads are in each stage that the playbook has, lowest first."""
        rows = self._rows("SELECT stage, count(*) AS leads FROM scores GROUP BY stage")
        counts = {row["stage"]: row["leads"] for row in rows}
        return {stage: counts.get(stage, 0) for stage in ["lead", *self.playbook.ladder]}

    def write(
        self,
        path: str | Path,
        what: Written = "scores",
        *,
        file_format: Format | None = None,
        top: int | None = None,
        stages: Sequence[str] | None = None,
    ) -> None:
        """Write the scores (best leads first), the ledger or the history to a file.

        Of the scores only the ``top`` and only leads in these ``stages``, when given. The format is what the
        file's ending says (``.parquet``, ``.csv``, ``.json``: one object a line) unless it is given.
        Raises ``InputError`` when it cannot be written.
        """
        query = _best(top, stages) if what == "scores" else _WRITTEN[what]
        write_table(self.connection, query, path, file_format)

    def _rows(self, query: str) -> list[dict[str, Any]]:
        with interruptible(self.connection):
            found = self.connection.execute(query)
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def __repr__(self) -> str:
        """As ``<Run 'B2B' as of 2026-11-01 23:59: 1,000 leads; lead 700, mql 250, sql 50>``."""
        stages = ", ".join(f"{stage} {count:,}" for stage, count in self.funnel().items() if count)
        leads = f"{sum(self.funnel().values()):,} leads"
        return f"<Run {self.playbook.playbook!r} as of {moments.written(self.as_of)} UTC: {leads}; {stages}>"

    def _repr_html_(self) -> str:
        """The best leads as a table, for notebooks."""
        from qualify.runs.showing import html

        return html(self)


#: Ids are whole numbers when all of them are; asked for, they are texts.


def _is(lead_id: Any) -> str:
    """The condition that a row is about that lead."""
    return f"CAST(lead_id AS VARCHAR) = {literal(str(lead_id))}"


#: Moments as epoch milliseconds: DuckDB would want pytz to hand out timestamps one by one.
_STAGE_MOMENTS = "REPLACE (epoch_ms(stage_since) AS stage_since, epoch_ms(cycle_since) AS cycle_since)"
_LINE_MOMENTS = "REPLACE (epoch_ms(first_at) AS first_at, epoch_ms(last_at) AS last_at)"

_IN_ORDER = (
    "lead_id, CASE line WHEN 'total bound' THEN 2 WHEN 'score bound' THEN 1 ELSE 0 END, number, line DESC"
)

_WRITTEN = {
    "ledger": "SELECT * EXCLUDE (number) FROM ledger",
    "history": "SELECT * FROM history ORDER BY lead_id, as_of",
}


def _best(count: int | None, stages: Sequence[str] | None, moments_: str = "") -> str:
    """The scores, best first: of all leads or ``count``, in any stage or in these."""
    within = ", ".join(f"'{stage}'" for stage in STAGES if stages is None or stage in stages) or "NULL"
    limit = "" if count is None else f" LIMIT {int(count)}"
    return f"SELECT * {moments_} FROM scores WHERE stage IN ({within}) ORDER BY total DESC, lead_id{limit}"


def score(
    playbook: Playbook | str | Path,
    leads: Any,
    events: Any = None,
    *,
    as_of: Moment | None = None,
    since: Moment | None = None,
    every: moments.Every = "week",
    previous: Any = None,
    mapping: Mapping[str, str] | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda step: None,
    **tables: Any,
) -> Run:
    """Score leads by a playbook as of a moment.

    ``leads``, ``events`` and the further ``tables`` (accounts, traits, links, answers, decisions, outcomes) are
    paths to CSV, Parquet or JSON Lines files, or pandas, Polars or Arrow frames; ``leads`` may also be a folder
    that holds them all, or :class:`~qualify.files.Sources`. ``as_of`` is now when left out, ``"latest"`` is the
    newest fact in the data, a date is its end. Stages are climbed from the bottom in one step; with ``since`` they
    are folded over every day or week from then on; with ``previous`` (an earlier run's scores) they go on from there.
    Raises :class:`~qualify.errors.QualifyError` for what a user can mend.
    """
    book = playbook if isinstance(playbook, Playbook) else load(playbook)
    run = prepared(
        book, sources_of(leads, events, tables), as_of=as_of, mapping=mapping,
        memory_limit=memory_limit, threads=threads, progress=progress,
    )  # fmt: skip
    if previous is not None:
        take_previous(run, previous)
    start = run.as_of if since is None else moments.moment(since, book.time_zone)
    fold(run, start, every, resumed=previous is not None)
    run.runner.publish(run.as_of)
    return run


def prepared(
    book: Playbook,
    sources: Sources,
    *,
    as_of: Moment | None = None,
    mapping: Mapping[str, str] | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Run:
    """A run whose facts are gathered and whose moment is known, before anything is judged."""
    layout = Layout(book)
    alone = threads is None and sources.small
    connection = connect(memory_limit, 1 if alone else threads)
    progress("reading the files")
    names = {**book.columns, **(mapping or {})}
    with interruptible(connection):
        gathered = gather(connection, layout, sources, mapping=names, time_zone=book.time_zone)
    if alone and any(rows > ONE_THREADS_ROWS for rows in gathered.rows.values()):
        connection.execute("RESET threads")
    question = Question("duckdb", gathered.present, gathered.key, gathered.slices)
    runner = Runner(connection, layout, question, progress)
    return Run(layout, runner, gathered, _moment(as_of, gathered, book))


def sources_of(leads: Any, events: Any, tables: Mapping[str, Any]) -> Sources:
    """The sources that a caller named: each by itself, a folder that holds them all, or :class:`Sources` as they are.

    Raises ``InputError`` when a folder holds no leads.
    """
    if isinstance(leads, Sources):
        return leads
    if isinstance(leads, str | Path) and Path(leads).is_dir() and events is None and not tables:
        return Sources.folder(leads)
    return Sources(leads=leads, events=events, **tables)


def _moment(as_of: Moment | None, gathered: Gathered, book: Playbook) -> int:
    if as_of is None:
        return clock.now()
    if as_of == LATEST:
        if gathered.newest is None:
            raise QualifyError("nothing in the data has a date, so there is no latest moment; give a date")
        return gathered.newest
    return moments.moment(as_of, book.time_zone)


def take_previous(run: Run, previous: Any) -> None:
    """Read an earlier run's scores as the states that stages go on from."""
    source = previous.scores if isinstance(previous, Run) else previous
    if isinstance(source, str | Path):
        relation = _file(source)
    else:
        run.connection.register("earlier", source)
        relation = "earlier"
    try:
        key = "BIGINT" if run.gathered.key == "int64" else "VARCHAR"
        run.connection.execute(_PREVIOUS.format(relation=relation, key=key))
    except Exception as error:
        raise InputError(
            f"{source!s:.80} does not hold the scores of an earlier run "
            "(lead_id, stage, stage_since, cycle, cycle_since)"
        ) from error


def _file(path: str | Path) -> str:
    """A file of scores as DuckDB reads it; of CSV every cell as text, so that ids keep their zeros."""
    if not Path(path).exists():
        raise InputError(f"there is no file {path}")
    quoted = "'" + str(path).replace("'", "''") + "'"
    return f"read_csv({quoted}, all_varchar = true)" if Path(path).suffix.lower() == ".csv" else quoted


_PREVIOUS = """
CREATE OR REPLACE TEMP TABLE previous AS
SELECT CAST(lead_id AS {key}) AS lead_id, CAST(stage AS VARCHAR) AS stage,
    coalesce(epoch_ms(CAST(stage_since AS TIMESTAMPTZ)), 0) AS since, CAST(cycle AS BIGINT) AS cycle,
    coalesce(epoch_ms(CAST(cycle_since AS TIMESTAMPTZ)), -1) AS cycle_since
FROM {relation}
"""


def fold(
    run: Run,
    start: int,
    every: moments.Every,
    *,
    resumed: bool = False,
    at_each: Callable[[int], None] = lambda moment: None,
) -> None:
    """Judge and move every lead at each moment of the grid from ``start`` to the run's own."""
    steps = moments.grid(start, run.as_of, every) if start < run.as_of else [run.as_of]
    if len(steps) > MOST_STEPS:
        asked = f"{len(steps):,} {every}s from {moments.written(start)} on"
        raise InputError(f"{asked} are too many to move stages through ({MOST_STEPS:,} at most); start later")
    for place, moment in enumerate(steps):
        with interruptible(run.connection):
            if place:
                run.connection.execute("CREATE OR REPLACE TEMP TABLE previous AS SELECT * FROM states")
            run.runner.judge(moment)
            run.runner.move(moment, resumed=resumed or place > 0)
            at_each(moment)


_OPTIONS: dict[str, str] = {
    # To look for repetitions among more than so many different values of a column costs more than it saves.
    "parquet": "FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 4096",
    "csv": "FORMAT csv, HEADER",
    "json": "FORMAT json",
}
_ENDINGS: dict[str, Format] = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".jsonl": "json"}


def write_table(
    connection: duckdb.DuckDBPyConnection, query: str, path: str | Path, file_format: Format | None = None
) -> None:
    """Write a query's rows to a file, in the format that is given or that its ending says."""
    import duckdb

    chosen = file_format or format_of(path)
    target = str(path).replace("'", "''")
    try:
        with interruptible(connection):
            connection.execute(f"COPY ({query}) TO '{target}' ({_OPTIONS[chosen]})")
    except duckdb.IOException as error:
        raise InputError(f"{path} cannot be written: {str(error).splitlines()[0]}") from error


def format_of(path: str | Path) -> Format:
    """The format that a file's ending says; raises ``InputError`` when it says none."""
    ending = Path(path).suffix.lower()
    if ending not in _ENDINGS:
        raise InputError(f"{path}: write to a file that ends in {', '.join(_ENDINGS)}")
    return _ENDINGS[ending]


def explain(run: Run, lead_id: Any) -> Explanation:
    """Why a lead has its scores in that run, line by line."""
    return run.explain(lead_id)
