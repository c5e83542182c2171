"""``qualify backtest``: how well a playbook would have done, over history as it was known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import received
from qualify.cli.facts import Care, Every, Step, Tables
from qualify.cli.output import print_json
from qualify.cli.ranking import bar
from qualify.cli.screen import Screen, grid, points, share
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets
from qualify.errors import InputError

if TYPE_CHECKING:
    from qualify.cli.grids import Grid
    from qualify.learning.backtest.judging import Named, Outlook, Part
    from qualify.runs.backtesting import Backtest

NAMES = 5
"""Leads named as examples."""

WEEKS = 6
"""Weeks that are shown."""


class Report(StrEnum):
    """What a backtest looks like."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


@dataclass(frozen=True)
class Past(Tables):
    """The files that hold the facts; outcomes come third, since nothing is told without them."""

    outcomes: Annotated[
        Path | None,
        typer.Argument(metavar="OUTCOMES", show_default=False, help="What came of leads: won or lost."),
    ] = None


@dataclass(frozen=True)
class When:
    """At which moments history is looked at."""

    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first look.  [a year before --to]")
    ] = None
    until: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The last look.  [the newest fact]")
    ] = None
    every: Annotated[Every, typer.Option("--every", help="Look at the end of each day or week.")] = Every.WEEK
    on: Annotated[
        list[str] | None,
        typer.Option("--on", metavar="DAY", help="Look on that day, and on no other but those named so."),
    ] = None


@dataclass(frozen=True)
class Against:
    """What the playbook is held against."""

    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FILE", help="A second playbook, to hold beside the first."),
    ] = None
    capacity: Annotated[
        int | None,
        typer.Option("--capacity", metavar="N", min=1, help="How many leads sales can take up in a week."),
    ] = None
    stages: Annotated[
        list[str] | None,
        typer.Option(
            "--stage", metavar="STAGE", help="Leads are handed over there; again for more.  [handoff: at]"
        ),
    ] = None
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon",
            metavar="DAYS",
            min=0,
            help="Younger leads are in no rate.  [what 85 % of the won took]",
        ),
    ] = None


@dataclass(frozen=True)
class Told:
    """Where the backtest goes."""

    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write it to a .html or .json file."),
    ] = None
    format_: Annotated[
        Report, typer.Option("--format", help="json and html go alone to standard output.")
    ] = Report.TABLE


@spread
def backtest(
    context: typer.Context,
    playbook: Annotated[
        str,
        typer.Argument(
            metavar="PLAYBOOK", show_default=False, help="The playbook, or the name of a starter."
        ),
    ],
    past: Past,
    *,
    when: When,
    held: Against,
    told: Told,
    care: Care,
) -> None:
    """Replay a playbook over history, as it was known.

    How many leads it would have handed over in each week, how its bands and grades converted, whom of the won it
    would have missed and whom of the lost it would have handed over, and how much earlier it would have seen the
    won. With --against, two playbooks on the same leads, and whether the difference is more than chance. Leads that
    are open, too young or that nobody worked are undecided, and in no rate.

    Examples:
      qualify backtest playbook.yaml leads.csv events.csv outcomes.csv
      qualify backtest playbook.yaml market --against draft.yaml --capacity 40
      qualify backtest b2b-saas market --from 2026-01-01 --to 2026-06-30 -o backtest.html
    """
    screen: Screen = context.obj
    screen.aside = told.format_ is not Report.TABLE
    written = _ending(told.output)
    check_targets(past, care, {"-o": told.output}, playbook, held.against)
    with screen.working() as step:
        found = _replayed(playbook, past, when, held, care, step)
    if told.format_ is Report.JSON:
        print_json(found.plain())
    elif told.format_ is Report.HTML:
        typer.echo(found.page(), nl=False)
    else:
        show(screen, found)
    if told.output is not None and written is not None:
        _write(told.output, found, written)
        screen.note(f"wrote the backtest to {told.output}")
    received.tell(screen, found.gathered, past, care, now_was_meant=False)
    received.insist(found.gathered, care)


def _replayed(playbook: str, past: Past, when: When, held: Against, care: Care, step: Step) -> Backtest:
    from qualify.runs.backtesting import backtest as replayed

    return replayed(
        playbook, past.sources(), against=held.against, since=when.since, until=when.until, every=when.every.value,
        on=when.on or (), capacity=held.capacity, horizon=held.horizon, handed=held.stages or (),
        mapping=past.names(), memory_limit=care.memory_limit, threads=care.threads, progress=step,
    )  # fmt: skip


def _ending(output: Path | None) -> Report | None:
    """What the file's ending asks for; raises before long work is done."""
    if output is None:
        return None
    if output.suffix.lower() not in (".html", ".json"):
        raise InputError(f"{output}: write to a file that ends in .html or .json")
    return Report(output.suffix.lower()[1:])


def _write(output: Path, found: Backtest, form: Report) -> None:
    import json

    text = (
        found.page()
        if form is Report.HTML
        else json.dumps(found.plain(), indent=2, ensure_ascii=False) + "\n"
    )
    output.write_text(text, encoding="utf-8")


# ── for people ──────────────────────────────────────────────────────────────────────────────────────


def show(screen: Screen, found: Backtest) -> None:
    """The backtest in sentences and tables."""
    from qualify.learning.backtest.page import titles
    from qualify.learning.backtest.sentences import about_leads, about_looks, sentences, verdict

    names = titles(found.outlooks)
    screen.say(" against ".join(names), style="bold")
    screen.say(about_looks(found.leads, found.time_zone))
    for name, outlook in zip(names, found.outlooks, strict=True):
        screen.say()
        if len(names) > 1:
            screen.say(name, style="bold")
        for text in sentences(outlook):
            screen.say(text)
        _show_weeks(screen, outlook, found.time_zone)
        _show_parts(screen, "total", outlook.bands)
        _show_parts(screen, "grade", [part for part in outlook.grades if part.rate.of])
        _show_people(screen, outlook, found.time_zone)
    if found.comparison is not None:
        screen.say()
        _show_comparison(screen, found)
        for text in verdict(found.comparison, names):
            screen.say(text)
    screen.say()
    for text in about_leads(found.came, found.horizon):
        screen.say(text, style="dim")


def _show_weeks(screen: Screen, found: Outlook, time_zone: str) -> None:
    """The last weeks: how many were handed over, how many waited, and where leads stood."""
    from qualify import moments
    from qualify.vocabulary import STAGES

    stages = [stage for stage in STAGES if any(week.stages.get(stage) for week in found.weeks)]
    queue = [] if found.capacity is None else ["waiting"]
    table = grid("week to", "handed over", *queue, *stages, right=("handed over", *queue, *stages))
    for week in found.weeks[-WEEKS:]:
        handed = "–" if week.handed is None else f"{week.handed:,}"
        waits = [f"{week.waiting or 0:,}" for _ in queue]
        standing = [f"{week.stages.get(stage, 0):,}" for stage in stages]
        table.add_row(moments.closing_day(week.ends, time_zone), handed, *waits, *standing)
    screen.say()
    screen.table(table)
    if len(found.weeks) > WEEKS:
        screen.say(f"The last {WEEKS} of {len(found.weeks):,} weeks; -o FILE writes all.", style="dim")


def _show_parts(screen: Screen, what: str, parts: Sequence[Part]) -> None:
    if not parts:
        return
    table = grid(
        what,
        "leads",
        "decided",
        "won",
        "rate",
        "95 % interval",
        "",
        right=("leads", "decided", "won", "rate"),
    )
    for part in parts:
        low, high = part.rate.interval
        counts = [f"{count:,}" for count in (part.leads, part.rate.of, part.rate.hits)]
        sure = f"{share(low)} to {share(high)}"
        table.add_row(part.name, *counts, share(part.rate.share), sure, bar(part.rate.share or 0.0))
    screen.say()
    screen.table(table)


def _show_people(screen: Screen, found: Outlook, time_zone: str) -> None:
    for what, leads, ended in (
        ("Won, and missed", found.missed, "won"),
        ("Handed over, and lost", found.mistaken, "ended"),
    ):
        if leads:
            screen.say()
            screen.say(f"{what}: {len(leads):,}" + (f", of them {NAMES}" if len(leads) > NAMES else ""))
            screen.table(_people(leads[:NAMES], ended, time_zone))


def _people(leads: Sequence[Named], ended: str, time_zone: str) -> Grid:
    from qualify import moments

    table = grid("lead", "total", "stage", "flagged", ended, right=("total",))
    for lead in leads:
        when = [moments.day(moment, time_zone) or "–" for moment in (lead.flagged_at, lead.closed_at)]
        table.add_row(lead.lead_id, points(lead.total / 100), lead.stage, *when)
    return table


def _show_comparison(screen: Screen, found: Backtest) -> None:
    from qualify.learning.backtest.sentences import difference_name, figure

    table = grid(
        "", "first", "other", "difference", "95 % interval", "more than chance?",
        right=("first", "other", "difference", "95 % interval"),
    )  # fmt: skip
    for each in found.comparison.differences if found.comparison else ():
        sure = f"{figure(each.name, each.low, True)} to {figure(each.name, each.high, True)}"
        chance = "yes" if each.more_than_chance else "no"
        table.add_row(
            difference_name(each.name),
            figure(each.name, each.one),
            figure(each.name, each.other),
            figure(each.name, each.change, True),
            sure,
            chance,
        )
    screen.table(table)
