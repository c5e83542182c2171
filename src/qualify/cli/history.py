"""``qualify history``: how a lead's score and stage came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qualify.cli import received
from qualify.cli.facts import AsOf, Care, Every, PlaybookOption, Tables
from qualify.cli.init import DEFAULT
from qualify.cli.output import Format, FormatOption, OutputOption, file_format, for_machines, pipe
from qualify.cli.ranking import bar
from qualify.cli.screen import Screen, grid, points
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets

if TYPE_CHECKING:
    from qualify.runs import Run


@spread
def history(
    context: typer.Context,
    tables: Tables,
    since: Annotated[
        str, typer.Option("--since", metavar="DAY", help="From that day on.", show_default=False)
    ],
    lead: Annotated[
        str | None,
        typer.Option("--lead", metavar="ID", help="Which lead; without it, all of them go to -o FILE."),
    ] = None,
    playbook: PlaybookOption = str(DEFAULT),
    *,
    every: Annotated[
        Every, typer.Option("--every", help="At the end of each day or week (Sunday, UTC).")
    ] = Every.WEEK,
    as_of: AsOf = None,
    output: OutputOption = None,
    format_: FormatOption = Format.TABLE,
    care: Care,
) -> None:
    """Show a lead's score and stage over time.

    At the end of each day or week, each by what was known then.

    Examples:
      qualify history market --lead L000042 --since 2026-01-01 --as-of latest
      qualify history leads.csv events.csv --lead 17 --since 2026-03-01 --every day
      qualify history market --since 2026-01-01 -o history.parquet
    """
    screen: Screen = context.obj
    screen.aside = for_machines(format_, output)
    if lead is None and output is None and not screen.aside:
        raise typer.BadParameter(
            "name a lead with --lead, or write all of them with -o FILE", param_hint="--lead"
        )
    check_targets(tables, care, {"-o": output}, playbook)
    with screen.working() as step:
        run = _told(playbook, tables, care, as_of, since, every, lead, step)
        if output is not None:
            run.write(output, "history", file_format=file_format(format_))
        elif screen.aside:
            pipe(lambda path, form: run.write(path, "history", file_format=form), format_)
    if lead is not None and not screen.aside:
        show(screen, run, lead)
    received.tell(screen, run.gathered, tables, care, now_was_meant=as_of is None)
    if output is not None:
        screen.note(f"wrote the history to {output}")
    received.insist(run.gathered, care)


def _told(
    playbook: str,
    tables: Tables,
    care: Care,
    as_of: str | None,
    since: str,
    every: Every,
    lead: str | None,
    step: Any,
) -> Run:
    """A run with its history."""
    from qualify import moments
    from qualify.playbook import load
    from qualify.runs.remembering import remember
    from qualify.runs.run import prepared

    book = load(playbook)
    run = prepared(
        book, tables.sources(), as_of=as_of, mapping=tables.names(),
        memory_limit=care.memory_limit, threads=care.threads, progress=step,
    )  # fmt: skip
    remember(run, moments.moment(since, book.time_zone), every.value, lead)
    return run


def show(screen: Screen, run: Run, lead: str) -> None:
    """The history as a table, the total also as a bar; days before the lead was known are left out."""
    from qualify.runs.remembering import remembered

    names = run.layout.score_names
    grades = ["grade"] if run.playbook.grades else []
    table = grid("day", "stage", *grades, "total", "", *names, right=("total", *names))
    told = remembered(run).to_pylist()
    highest = max([float(row["total"]) for row in told], default=0.0)
    for row in told:
        part = max(0.0, float(row["total"])) / highest if highest > 0 else 0.0
        marks = [row["grade"] or "–" for _ in grades]
        scores = [points(row[name]) for name in names]
        table.add_row(
            f"{row['as_of']:%Y-%m-%d}", row["stage"], *marks, points(row["total"]), bar(part), *scores
        )
    screen.say(f"Lead {lead} by {run.playbook.playbook} ({run.playbook.fingerprint})", style="bold")
    screen.say()
    screen.table(table)
