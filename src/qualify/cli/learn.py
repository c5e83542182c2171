"""``qualify learn``: what past outcomes say of the rules, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import received
from qualify.cli.facts import Care, Step, Tables
from qualify.cli.init import DEFAULT
from qualify.cli.labelling import (
    Book,
    Format,
    Labelling,
    Outcomes,
    book_and_place,
    found_profiles,
    kept_choices,
    observe,
    profile_gaps,
    sources_of,
    write,
)
from qualify.cli.output import Document, print_json
from qualify.cli.screen import Screen
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets
from qualify.errors import QualifyError, instead

if TYPE_CHECKING:
    from qualify.files import Sources
    from qualify.learning.advising import Advice
    from qualify.learning.drift import Watch
    from qualify.learning.leaks import Choices
    from qualify.learning.lesson import Lesson
    from qualify.playbook import Playbook
    from qualify.reports.learned import Told
    from qualify.runs.learning import Observed


@dataclass(frozen=True)
class Columns:
    """Which columns may be used."""

    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out", metavar="COLUMN", help="Do not learn from it; again for more. It is remembered."
        ),
    ] = None
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep", metavar="COLUMN", help="Learn from it although it was asked about. It is remembered."
        ),
    ] = None


@dataclass(frozen=True)
class Wanted:
    """What a threshold is to be found from."""

    a_week: Annotated[
        float | None,
        typer.Option(
            "--a-week", metavar="N", min=1, help="Leads that sales works a week: gives a threshold."
        ),
    ] = None
    promise: Annotated[
        float,
        typer.Option(
            "--promise", metavar="HOURS", help="Within how many working hours a lead is to be reached."
        ),
    ] = 4.0
    cost: Annotated[
        float | None,
        typer.Option(
            "--contact-costs", metavar="AMOUNT", min=0, help="What working one lead costs: gives one, too."
        ),
    ] = None
    value: Annotated[
        float | None,
        typer.Option(
            "--won-is-worth",
            metavar="AMOUNT",
            min=0.01,
            help="What a won lead is worth.  [the mean of the won]",
        ),
    ] = None


@dataclass(frozen=True)
class Exploring:
    """Who is worked although the score says no."""

    explore: Annotated[
        Path | None,
        typer.Option(
            "--explore",
            metavar="FILE",
            help="Write the last week's leads below the threshold to work at random.",
        ),
    ] = None
    share: Annotated[
        float, typer.Option("--explore-share", metavar="PERCENT", min=0, max=100, help="How many of them.")
    ] = 5.0
    seed: Annotated[int, typer.Option("--explore-seed", metavar="N", help="Another number draws others.")] = 0


@spread
def learn(
    context: typer.Context,
    tables: Tables,
    outcomes_file: Outcomes = None,
    playbook: Book = None,
    *,
    labelling: Labelling,
    columns: Columns,
    wanted: Wanted,
    exploring: Exploring,
    report: Annotated[
        Path,
        typer.Option("--report", metavar="FILE", help="Where the report goes: an HTML page with charts."),
    ] = Path("learned.html"),
    model: Annotated[
        Path | None, typer.Option("--model", metavar="FILE", help="Write the likelihood as JSON.")
    ] = None,
    card: Annotated[
        Path | None, typer.Option("--card", metavar="FILE", help="Write the point card as a playbook.")
    ] = None,
    format_: Format = Document.TABLE,
    care: Care,
) -> None:
    """Learn from won and lost leads.

    Is there anything to learn, how good is it on leads that came later, and what would it change?
    Writes a report that a manager can read. Columns that may know the outcome already are asked about and set
    aside until you answer. Nothing changes your playbook: what is learnt is a proposal.

    Examples:
      qualify learn leads.csv events.csv outcomes.csv
      qualify learn market --as-of latest -p b2b-saas --a-week 40 --contact-costs 50
      qualify learn leads.csv events.csv outcomes.csv --leave-out Tags --card card.yaml
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    targets = {"--report": report, "--model": model, "--card": card, "--explore": exploring.explore}
    check_targets(tables, care, targets, outcomes_file, playbook or DEFAULT)
    book, place = book_and_place(playbook)
    with screen.working() as step:
        # How fast chances fall is told by all looks at a lead.
        every_look = wanted.a_week is not None or wanted.cost is not None
        found = observe(tables, outcomes_file, labelling, care, book, step, every_look=every_look)
        choices = _chosen(place, columns, found.evidence.columns)
        told = _told(found, book, choices, sources_of(tables, outcomes_file), tables, wanted, step)
        step("writing")
        write(report, _page(told))
        _write_more(told, model, card)
        drawn = _explored(found, told, exploring)
    if format_ is Document.JSON:
        from qualify.reports.learned import as_data

        print_json(as_data(told))
    else:
        _show(screen, told)
    screen.note(f"wrote the report to {report}")
    if drawn is not None:
        screen.note(f"wrote {drawn:,} leads below the threshold, drawn at random, to {exploring.explore}")
    received.tell(screen, found.gathered, tables, care, judged=book is not None)
    received.insist(found.gathered, care)


def _chosen(place: Path, columns: Columns, there: Iterable[str]) -> Choices:
    """What was decided of columns before, and now; kept beside the playbook once all of them are known to be there."""
    import json

    from qualify.learning.leaks import Choices

    kept = kept_choices(place)
    new_out, new_keep = columns.leave_out or [], columns.keep or []
    _known("--leave-out", new_out, there)
    _known("--keep", new_keep, there)
    leave_out = [*(name for name in kept.leave_out if name not in new_keep), *new_out]
    keep = [*(name for name in kept.keep if name not in new_out), *new_keep]
    choices = Choices(tuple(dict.fromkeys(leave_out)), tuple(dict.fromkeys(keep)))
    if new_out or new_keep:
        write(place, json.dumps(choices.written(), indent=2, ensure_ascii=False) + "\n")
    return choices


def _known(option: str, names: Iterable[str], there: Iterable[str]) -> None:
    """Raise ``QualifyError`` for a name that no column has: it would be remembered, and never do anything."""
    known = list(there)
    for name in names:
        if name not in known:
            raise QualifyError(f"{option}: there is no column {name!r} to learn from{instead(name, known)}")


def _told(
    found: Observed,
    book: Playbook | None,
    choices: Choices,
    sources: Sources,
    tables: Tables,
    wanted: Wanted,
    step: Step,
) -> Told:
    from qualify.learning.lesson import learnt
    from qualify.reports.learned import Told

    lesson = learnt(found.evidence, found.horizon.days, choices=choices, book=book, progress=step)
    step("looking at what the best have in common")
    icps = found_profiles(lesson.evidence)
    advice = _advice(found, lesson, wanted)
    return Told(
        lesson,
        found.counts,
        found.horizon.until,
        book,
        icps=icps,
        watch=_watch(found, lesson),
        thresholds=None if advice is None or advice.capacity is None else (advice.capacity, advice.curve),
        a_week=wanted.a_week,
        source=str(tables.leads),
        advice=advice,
        gaps=profile_gaps(icps, book, sources, found.horizon.until, tables),
    )


def _watch(found: Observed, lesson: Lesson) -> Watch:
    """What changed in the leads of the last 90 days; what was foretold is tested in the lesson itself."""
    from qualify.learning.watching import Held, watch
    from qualify.runs.learning import MONTHS_BEFORE

    held = None if lesson.likelihood is None else Held(lesson.likelihood)
    return watch(
        found.arriving,
        None,
        days=90,
        horizon_days=found.horizon.days,
        held=held,
        kinds=(*found.kinds, MONTHS_BEFORE),
    )


def _advice(found: Observed, lesson: Lesson, wanted: Wanted) -> Advice | None:
    """The thresholds that were asked for, over every lead that came, worked or not, as it was known when it came."""
    if (wanted.a_week is None and wanted.cost is None) or lesson.likelihood is None:
        return None
    from qualify.learning.advising import advice
    from qualify.learning.thresholds import Desk

    desk = None if wanted.a_week is None else Desk(wanted.a_week, wanted.promise)
    try:
        return advice(
            lesson.likelihood, found.arriving, found.evidence, desk, cost=wanted.cost, value=wanted.value
        )
    except ValueError as error:
        raise QualifyError(f"there is no threshold: {error} (--won-is-worth)") from error


def _explored(found: Observed, told: Told, exploring: Exploring) -> int | None:
    """Write the leads below the threshold that are to be worked at random; how many. None when nobody asked."""
    if exploring.explore is None:
        return None
    threshold = None if told.advice is None else told.advice.threshold
    if threshold is None or told.lesson.likelihood is None:
        raise QualifyError(
            "--explore needs a threshold: say --a-week or --contact-costs, and have enough to learn from"
        )
    from qualify.learning.exploring import Waiting, to_explore
    from qualify.moments import DAY

    rows, until = found.arriving, found.horizon.until
    chances = told.lesson.likelihood.chances(rows.columns)
    waiting = (
        Waiting(rows.lead_ids[lead], int(at), bool(chance >= threshold))
        for lead, at, chance in zip(rows.lead, rows.at, chances, strict=True)
        if rows.lead_ids[lead] not in found.worked
    )
    drawn = to_explore(waiting, exploring.share / 100, until - 7 * DAY, until, exploring.seed)
    write(exploring.explore, "\n".join(["lead_id", *map(str, drawn)]) + "\n")
    return len(drawn)


def _page(told: Told) -> str:
    from qualify.reports.learned import as_page

    return as_page(told)


def _write_more(told: Told, model: Path | None, card: Path | None) -> None:
    import json

    from qualify.learning.storing import stored

    if model is not None:
        version = told.book.fingerprint if told.book else None
        write(model, json.dumps(stored(told.lesson, playbook=version, as_of=told.as_of)))
    if card is not None:
        if not told.card_text:
            raise QualifyError(f"there is no card to write: {told.lesson.verdict.why}")
        write(card, told.card_text)


def _show(screen: Screen, told: Told) -> None:
    from qualify.reports.thresholds import sentences

    lesson = told.lesson
    screen.say(lesson.verdict.why[:1].upper() + lesson.verdict.why[1:] + ".", style="bold")
    screen.say(
        f"Learnt from {len(lesson.evidence):,} leads, {lesson.won:,} of them won within {lesson.horizon_days} days."
    )
    for leak in lesson.leaks:
        aside = " (set aside until you say --keep or --leave-out)" if leak.set_aside else ""
        screen.warn(f"{leak.said}{aside}")
    for warning in lesson.warnings:
        screen.warn(warning)
    for said in [] if told.advice is None else sentences(told.advice, told.a_week):
        screen.say(said)
    for each in lesson.proposals:
        screen.say(f"  {each.sentence}")
