"""``qualify import``: a CSV or Excel file into the store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from qualify.errors import InputError, instead
from qualify.web.commands.opening import open_store, who
from qualify.web.commands.saying import Format, note, say, say_json, say_table

TABLES = ("leads", "events", "outcomes")

SHOWN = 20
"""Refused rows that are shown; the store keeps more."""


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV, TSV or Excel file.")],
    source: Annotated[str, typer.Option("--source", help="Where it comes from; made when there is none.")],
    table: Annotated[
        str | None,
        typer.Option("--table", help="What it holds: leads, events or outcomes. By default its header says."),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="HEADER=NAME", help="What a column is; NAME skip leaves it out; repeatable."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and keep nothing.")
    ] = False,
    history: Annotated[
        bool,
        typer.Option("--history", help="What it tells was known when it happened, not only from now on."),
    ] = False,
    time_zone: Annotated[str, typer.Option("--time-zone", help="Of moments that say none.")] = "UTC",
    sheet: Annotated[str | None, typer.Option("--sheet", help="Of a workbook; by default its first.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="For people, or as JSON.")] = Format.TABLE,
) -> None:
    """Bring a CSV or Excel file into the store.

    Exports of HubSpot, Salesforce, Apollo, LinkedIn Sales Navigator and Crunchbase are known by their
    headers; of other files most columns are known by their names, and the rest become traits (of events:
    properties). Rows that cannot be used are shown with line and reason, the others are kept. The same file
    may be imported again: nothing is there twice.

    Examples:
      qualify import contacts.csv --source hubspot --dry-run
      qualify import contacts.csv --source hubspot --map 'Funding Round=funding_stage'
      qualify import events.csv --source crm --history
      qualify import deals.csv --source hubspot --table outcomes
    """
    open_store()
    from qualify.clock import now
    from qualify.web.importing.running import Options, import_file, preview

    if table not in (None, *TABLES):
        raise InputError(f"--table {table}{instead(table or '', TABLES)}")
    options = Options(table, mapping(map_ or []), history, time_zone, sheet)  # type: ignore[arg-type]
    seen = preview(file, options)
    for doubt in seen.warnings:
        note(f"warning: {doubt}")
    if dry_run and format_ is Format.TABLE:
        _show(seen)
    number, at = _source(source, now(), dry=dry_run), now()
    done = import_file(file, number, at, options, dry=dry_run, author=who(), progress=_progress)
    _tell(done, seen, dry_run, format_)


def mapping(given: list[str]) -> dict[str, str]:
    """``HEADER=NAME`` as a mapping; raises :class:`~qualify.errors.InputError` for what is none."""
    found = {}
    for each in given:
        theirs, equals, ours = each.rpartition("=")
        if not (theirs.strip() and equals and ours.strip()):
            raise InputError(f"--map {each!r}: write it as 'THEIR HEADER=our_name', or 'THEIR HEADER=skip'")
        found[theirs.strip()] = ours.strip()
    return found


def _source(name: str, now: int, *, dry: bool) -> int | None:
    """The source of that name, made when there is none; a dry run makes nothing."""
    from qualify.web.database import rows
    from qualify.web.sources import create_source

    for (number,) in rows("SELECT id FROM source WHERE name = %s", [name]):
        return int(number)
    return None if dry else create_source(name, "import", now)


def _show(seen: Any) -> None:
    say(f"{seen.name}: {seen.table}" + (f", as {seen.preset} exports them" if seen.preset else ""))
    say()
    say_table(("column", "is read as", "first value"), [(a, b, c[:50]) for a, b, c in seen.columns])
    say()


def _tell(done: Any, seen: Any, dry: bool, chosen: Format) -> None:
    if chosen is Format.JSON:
        columns = [dict(zip(("header", "meaning", "first"), each, strict=True)) for each in seen.columns]
        told = {"dry": dry, "table": seen.table, "preset": seen.preset, "columns": columns}
        say_json({**done._asdict(), **told, "rejects": [each._asdict() for each in done.rejects]})
        return
    kept = "would be kept" if dry else "kept"
    before = f", {done.there_before:,} were there before" if done.there_before else ""
    say(f"{done.rows:,} rows: {done.kept:,} {kept}{before}, {done.refused:,} refused")
    for each in done.rejects[:SHOWN]:
        say(f"  line {each.line}: {each.reason}" + (f" ({each.found})" if each.found else ""))
    if done.refused > SHOWN:
        say(f"  … and {done.refused - SHOWN:,} more; the store keeps the first of them with the import")


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{done:,} rows", nl=False, err=True)
