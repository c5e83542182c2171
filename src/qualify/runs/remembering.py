"""How scores and stages came to be: one row for each lead and moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualify import moments
from qualify.engines.quoting import literal
from qualify.errors import InputError
from qualify.playbook import Playbook, load
from qualify.runs.run import Moment, Run, fold, prepared, sources_of

if TYPE_CHECKING:
    import pyarrow as pa


def history(
    playbook: Playbook | str | Path,
    leads: Any,
    events: Any = None,
    *,
    since: Moment,
    as_of: Moment | None = None,
    every: moments.Every = "week",
    lead: str | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda step: None,
    **tables: Any,
) -> pa.Table:
    """Scores, grade and stage of every lead (or of ``lead`` alone) at the end of each day or week.

    Each moment uses only what was known by then; stages are folded from one moment to the next. Returns an
    Arrow table with ``lead_id, as_of`` and the columns of :data:`qualify.tables.SCORES`.
    """
    book = playbook if isinstance(playbook, Playbook) else load(playbook)
    run = prepared(book, sources_of(leads, events, tables), as_of=as_of, mapping=mapping, progress=progress)
    remember(run, moments.moment(since, book.time_zone), every, lead)
    return remembered(run)


def remember(run: Run, start: int, every: moments.Every, lead: str | None = None) -> None:
    """Fill the run's table ``history`` from ``start`` to the run's moment; for ``lead`` alone when given."""
    if start > run.as_of:
        raise InputError(
            f"history starts at {moments.written(start)}, after {moments.written(run.as_of)}, where it ends"
        )
    if lead is not None:
        _narrowed(run, lead)
    wanted = "" if lead is None else f" WHERE CAST(lead_id AS VARCHAR) = {literal(lead)}"
    begun = False

    def keep(moment: int) -> None:
        nonlocal begun
        run.runner.publish(moment)
        columns = f"lead_id, to_timestamp({moment} / 1000.0) AS as_of, * EXCLUDE (lead_id, cycle_since)"
        into = "INSERT INTO history" if begun else "CREATE OR REPLACE TEMP TABLE history AS"
        run.connection.execute(f"{into} SELECT {columns} FROM scores{wanted}")
        begun = True

    fold(run, start, every, at_each=keep)


def remembered(run: Run) -> pa.Table:
    """The rows of the run's history, by lead and moment."""
    return run.connection.sql("SELECT * FROM history ORDER BY lead_id, as_of").to_arrow_table()


def _narrowed(run: Run, lead: str) -> None:
    """Leave only the facts that can touch that lead: its own, and its account's."""
    chosen = f"CAST(lead_id AS VARCHAR) = {literal(lead)}"
    if not run.connection.execute(f"SELECT 1 FROM leads WHERE {chosen}").fetchone():
        raise InputError(run.no_such_lead(lead))
    run.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT lead_id FROM leads WHERE {chosen} "
        f"OR account_id = (SELECT any_value(account_id) FROM leads WHERE {chosen})"
    )
    for name in run.gathered.present - {"accounts"} | {"leads"}:
        run.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name}_touched AS SELECT * FROM {name} SEMI JOIN touched USING (lead_id)"
        )
        for kind in ("VIEW", "TABLE"):
            found = run.connection.execute(
                f"SELECT count(*) FROM duckdb_{kind.lower()}s() WHERE {kind.lower()}_name = {literal(name)}"
            ).fetchone()
            if found and found[0]:
                run.connection.execute(f"DROP {kind} IF EXISTS {name}")
        run.connection.execute(f"ALTER TABLE {name}_touched RENAME TO {name}")
