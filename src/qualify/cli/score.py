"""``qualify score``: who is qualified."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import ranking, received
from qualify.cli.facts import Care, Moment, PlaybookOption, Tables, asked
from qualify.cli.init import DEFAULT
from qualify.cli.output import Format, FormatOption, OutputOption, file_format, for_machines, pipe
from qualify.cli.screen import Screen
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets
from qualify.errors import did_you_mean, one_of
from qualify.vocabulary import STAGES

if TYPE_CHECKING:
    from qualify.runs import Run

SHOWN = 10
"""Leads in the table when nothing else is asked for."""


@spread
def score(
    context: typer.Context,
    tables: Tables,
    playbook: PlaybookOption = str(DEFAULT),
    *,
    moment: Moment,
    top: Annotated[
        int | None,
        typer.Option(
            "--top", metavar="N", min=0, help=f"Show so many, best first.  [{SHOWN} in the table, else all]"
        ),
    ] = None,
    stages: Annotated[
        list[str] | None,
        typer.Option("--stage", metavar="STAGE", help="Show leads in this stage, as mql; again for more."),
    ] = None,
    output: OutputOption = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="FILE", help="Write every line behind every score.")
    ] = None,
    format_: FormatOption = Format.TABLE,
    care: Care,
) -> None:
    """Score leads by a playbook, as of now or of any past day.

    Shows the most qualified leads with the two rules that gave each most points, how many leads are in each
    stage and, when outcomes are known, how each band of the score converted. Rows that cannot be used are
    written to a file of rejects with their line and the reason. -o and --ledger write everything; --top and
    --stage choose what is shown, or sent to standard output with --format.

    Examples:
      qualify score leads.csv events.csv
      qualify score leads.csv events.csv -p b2b-saas --as-of 2026-03-01 --top 25
      qualify score market --as-of latest -o scores.parquet --ledger ledger.parquet
      qualify score contacts.csv --map 'Lifecycle Note=note' --format json | jq .total
      qualify score market --as-of latest --since 2026-01-01 --every week
      qualify score market --previous last-week.parquet -o this-week.parquet
    """
    screen: Screen = context.obj
    screen.aside = for_machines(format_, output, ledger)
    check_targets(tables, care, {"-o": output, "--ledger": ledger}, playbook, moment.previous)
    from qualify.runs import score as scored

    chosen = [known_stage(name) for name in stages] if stages else None
    with screen.working() as step:
        run = scored(playbook, tables.sources(), **asked(tables, care, moment, step))
        step("writing")
        if output is not None:
            run.write(output, file_format=file_format(format_))
        elif screen.aside:
            pipe(lambda path, form: run.write(path, file_format=form, top=top, stages=chosen), format_)
        if ledger is not None:
            run.write(ledger, "ledger")
    if not screen.aside:
        show(screen, run, SHOWN if top is None else top, chosen)
    received.tell(screen, run.gathered, tables, care, now_was_meant=moment.as_of is None)
    for what, path in (("scores", output), ("ledger", ledger)):
        if path is not None:
            screen.note(f"wrote the {what} to {path}")
    received.insist(run.gathered, care)


def show(screen: Screen, run: Run, top: int, stages: Sequence[str] | None) -> None:
    """The best leads, the funnel, and how bands converted."""
    funnel = run.funnel()
    screen.say(ranking.headline(run, funnel), style="bold")
    if not sum(funnel.values()):
        screen.say("Nobody was known by then.")
        return
    if top:
        ranking.show_best(screen, run, top, stages, funnel)
    ranking.show_funnel(screen, funnel)
    ranking.show_conversion(screen, run)


def known_stage(name: str) -> str:
    """The name, when it is a stage's; raises ``BadParameter``."""
    if name not in STAGES:
        raise typer.BadParameter(
            f"{name!r} is no stage{did_you_mean(name, STAGES)} Write {one_of(STAGES)}.", param_hint="--stage"
        )
    return name
