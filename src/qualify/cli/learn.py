"""``qualify learn``, ``qualify drift`` and ``qualify icp``: what past outcomes say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qualify.cli import received
from qualify.cli.facts import AsOf, Care, Step, Tables
from qualify.cli.init import DEFAULT
from qualify.cli.output import Document, print_json
from qualify.cli.screen import Screen
from qualify.cli.spreading import spread
from qualify.errors import QualifyError

if TYPE_CHECKING:
    from qualify.learning.lesson import Lesson
    from qualify.playbook import Playbook
    from qualify.reports.learned import Told
    from qualify.runs.learning import Observed

CHOICES = ".learning.json"
"""What the file beside the playbook ends in that keeps which columns may be used."""

Outcomes = Annotated[
    Path | None,
    typer.Argument(metavar="OUTCOMES", show_default=False, help="What came of them: won or lost, and when."),
]
Book = Annotated[
    str | None,
    typer.Option(
        "-p",
        "--playbook",
        metavar="FILE",
        help="The rules in force, to be compared and proposed on.  [playbook.yaml]",
    ),
]
Format = Annotated[Document, typer.Option("--format", help="table is for people; json for machines.")]


@dataclass(frozen=True)
class Labelling:
    """What is foretold, and of whom."""

    horizon: Annotated[
        int | None,
        typer.Option("--horizon", metavar="DAYS", min=1, help="Won within so many days.  [most were won in]"),
    ] = None
    as_of: AsOf = "latest"
    silence_is_lost: Annotated[
        bool,
        typer.Option(
            "--silence-is-lost", help="Leads without an outcome are lost: for data that name the won only."
        ),
    ] = False


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


@spread
def learn(
    context: typer.Context,
    tables: Tables,
    outcomes_file: Outcomes = None,
    playbook: Book = None,
    *,
    labelling: Labelling,
    columns: Columns,
    a_week: Annotated[
        float | None,
        typer.Option("--a-week", metavar="N", help="Leads that sales works a week: gives a threshold."),
    ] = None,
    promise: Annotated[
        float,
        typer.Option(
            "--promise", metavar="HOURS", help="Within how many working hours a lead is to be reached."
        ),
    ] = 4.0,
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
      qualify learn market --as-of latest -p b2b-saas --a-week 40
      qualify learn leads.csv events.csv outcomes.csv --leave-out Tags --card card.yaml
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    book, place = _book(playbook)
    choices = _chosen(place, columns)
    with screen.working() as step:
        found = _observed(tables, outcomes_file, labelling, care, book, step)
        told = _told(found, book, choices, tables, a_week, promise, step)
        step("writing")
        _write(report, _page(told))
        _write_more(told, model, card)
    if format_ is Document.JSON:
        from qualify.reports.learned import as_data

        print_json(as_data(told))
    else:
        _show(screen, told.lesson)
    screen.note(f"wrote the report to {report}")
    received.insist(found.gathered, care)


@spread
def drift(
    context: typer.Context,
    tables: Tables,
    outcomes_file: Outcomes = None,
    *,
    labelling: Labelling,
    days: Annotated[
        int, typer.Option("--days", metavar="DAYS", min=1, help="The last so many days against those before.")
    ] = 90,
    format_: Format = Document.TABLE,
    care: Care,
) -> None:
    """Say what changed lately.

    One sentence each, and nothing when nothing did. Compares what was known of the leads of the last days with
    those before, and which kinds of event arrive.

    Examples:
      qualify drift leads.csv events.csv outcomes.csv
      qualify drift market --days 60 --format json
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    with screen.working() as step:
        found = _observed(tables, outcomes_file, labelling, care, None, step)
        watch = _watch(found, days)
    if format_ is Document.JSON:
        alarms = [vars(alarm) for alarm in watch.alarms]
        print_json({"before": watch.before, "after": watch.after, "alarms": alarms, "psi": dict(watch.psi)})
        return
    screen.say(
        f"The last {watch.after:,} leads ({days} days) against the {watch.before:,} before:", style="bold"
    )
    for alarm in watch.alarms:
        screen.say(f"  {alarm.said}")
    if watch.quiet:
        screen.say("  Nothing changed that is more than chance." if watch.psi else "  Too few leads to tell.")


@spread
def icp(
    context: typer.Context,
    tables: Tables,
    outcomes_file: Outcomes = None,
    *,
    labelling: Labelling,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write them as a playbook does."),
    ] = None,
    format_: Format = Document.TABLE,
    care: Care,
) -> None:
    """Say what the best customers share.

    As ICP profiles in the playbook's language. Won leads are weighed by their amount where it is known. A value is
    shown only when it is more than chance among all that were tried, and held again on later leads.

    Examples:
      qualify icp leads.csv events.csv outcomes.csv
      qualify icp market -o icp.yaml
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    with screen.working() as step:
        found = _observed(tables, outcomes_file, labelling, care, None, step)
        profiles = _icps(found, found.evidence.one_each())
    if output is not None:
        _write(output, profiles.text())
    if format_ is Document.JSON:
        print_json([{**profile.written(), "leads": profile.leads} for profile in profiles.profiles])
        return
    for profile in profiles.profiles:
        screen.say(f"{profile.name}: {profile.sentence}")
    if profiles.why:
        screen.say(f"Nothing: {profiles.why}.")


def _book(playbook: str | None) -> tuple[Playbook | None, Path]:
    """The playbook, where one is named or lies here, and where choices of columns are kept."""
    from qualify.playbook import load

    named = playbook or (str(DEFAULT) if DEFAULT.exists() else None)
    place = Path(named) if named and Path(named).exists() else DEFAULT
    return (None if named is None else load(named)), place.with_suffix(CHOICES)


def _chosen(place: Path, columns: Columns) -> Any:
    """What was decided of columns before, and now; kept beside the playbook."""
    import json

    from qualify.learning.leaks import Choices

    try:
        kept = Choices.read(json.loads(place.read_text(encoding="utf-8")) if place.exists() else None)
    except (OSError, ValueError, AttributeError) as error:
        raise QualifyError(f"{place} cannot be read as choices of columns: {error}") from error
    new_out, new_keep = columns.leave_out or [], columns.keep or []
    leave_out = [*(name for name in kept.leave_out if name not in new_keep), *new_out]
    keep = [*(name for name in kept.keep if name not in new_out), *new_keep]
    choices = Choices(tuple(dict.fromkeys(leave_out)), tuple(dict.fromkeys(keep)))
    if new_out or new_keep:
        _write(place, json.dumps(choices.written(), indent=2, ensure_ascii=False) + "\n")
    return choices


def _observed(
    tables: Tables, outcomes: Path | None, labelling: Labelling, care: Care, book: Playbook | None, step: Step
) -> Observed:
    from qualify import moments
    from qualify.runs.learning import observed

    sources = tables.sources()
    if outcomes is not None:
        sources = replace(sources, outcomes=outcomes)
    zone = book.time_zone if book else "UTC"
    until = None if labelling.as_of in (None, "latest") else moments.moment(str(labelling.as_of), zone)
    return observed(
        sources, book, horizon_days=labelling.horizon, until=until, silence_is_lost=labelling.silence_is_lost,
        mapping=tables.names(), memory_limit=care.memory_limit, threads=care.threads, progress=step,
    )  # fmt: skip


def _told(
    found: Observed,
    book: Playbook | None,
    choices: Any,
    tables: Tables,
    a_week: float | None,
    promise: float,
    step: Step,
) -> Told:
    from qualify.learning.lesson import learnt
    from qualify.reports.learned import Told

    lesson = learnt(found.evidence, found.horizon.days, choices=choices, book=book, progress=step)
    step("looking at what the best have in common")
    return Told(
        lesson,
        found.counts,
        found.horizon.until,
        book,
        icps=_icps(found, lesson.evidence),
        watch=_watch(found, 90),
        thresholds=_thresholds(found, lesson, a_week, promise),
        a_week=a_week,
        source=str(tables.leads),
    )


def _icps(found: Observed, rows: Any) -> Any:
    """The profiles of the earlier two thirds of the leads, confirmed on the later third."""
    import numpy as np

    from qualify.learning.evidence import fit_for_learning
    from qualify.learning.icp import best
    from qualify.learning.icp import found as profiles

    columns, _ = fit_for_learning(rows.columns)
    cut = np.quantile(rows.at, 2 / 3) if len(rows) else 0
    early, late = rows.at <= cut, rows.at > cut
    counted = best(rows.won, rows.amount)
    return profiles(columns.at(early), counted[early], (columns.at(late), counted[late]))


def _watch(found: Observed, days: int) -> Any:
    """What changed in the leads of the last days, and which kinds of event stopped in the last month."""
    from qualify.learning.drift import Watch, split_at, stopped, watched
    from qualify.learning.evidence import fit_for_learning
    from qualify.runs.learning import MONTHS_BEFORE

    broken = stopped(*found.kinds, MONTHS_BEFORE, 1)
    rows = found.evidence.one_each()
    if not len(rows):
        return Watch(tuple(broken), {}, 0, 0)
    columns, _ = fit_for_learning(rows.columns)
    before, after = split_at(rows.at, days)
    seen = watched(columns.at(before), columns.at(after))
    return Watch((*seen.alarms, *broken), seen.psi, seen.before, seen.after)


def _thresholds(found: Observed, lesson: Lesson, a_week: float | None, promise: float) -> Any:
    """What thresholds bring, over every lead that came, worked or not, as it was known when it came."""
    if a_week is None or lesson.likelihood is None:
        return None
    from qualify.learning.thresholds import Desk, by_capacity

    chances = lesson.likelihood.chances(found.arriving.columns)
    return by_capacity(chances, found.arriving.at, chances, Desk(a_week, promise))


def _page(told: Told) -> str:
    from qualify.reports.learned import as_page

    return as_page(told)


def _write_more(told: Told, model: Path | None, card: Path | None) -> None:
    import json

    from qualify.learning.storing import stored

    if model is not None:
        version = told.book.fingerprint if told.book else None
        _write(model, json.dumps(stored(told.lesson, playbook=version, as_of=told.as_of)))
    if card is not None:
        if not told.card_text:
            raise QualifyError(f"there is no card to write: {told.lesson.verdict.why}")
        _write(card, told.card_text)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise QualifyError(f"{path} cannot be written: {error.strerror or error}") from error


def _show(screen: Screen, lesson: Lesson) -> None:
    screen.say(lesson.verdict.why[:1].upper() + lesson.verdict.why[1:] + ".", style="bold")
    screen.say(
        f"Learnt from {len(lesson.evidence):,} leads, {lesson.won:,} of them won within {lesson.horizon_days} days."
    )
    for leak in lesson.leaks:
        aside = " (set aside until you say --keep or --leave-out)" if leak.set_aside else ""
        screen.warn(f"{leak.said}{aside}")
    for warning in lesson.warnings:
        screen.warn(warning)
    for each in lesson.proposals:
        screen.say(f"  {each.sentence}")
