"""What `qualify learn`, `drift` and `icp` share: what is foretold of whom, by which files, by which columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli.facts import AsOf, Care, Step, Tables
from qualify.cli.init import DEFAULT
from qualify.cli.output import Document
from qualify.errors import InputError, QualifyError

if TYPE_CHECKING:
    from qualify.files import Sources
    from qualify.learning.evidence import Evidence
    from qualify.learning.gaps import Gaps
    from qualify.learning.icp import Icps
    from qualify.learning.leaks import Choices
    from qualify.playbook import Playbook
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


def book_and_place(playbook: str | None) -> tuple[Playbook | None, Path]:
    """The playbook, where one is named or lies here, and where choices of columns are kept."""
    from qualify.playbook import load

    named = playbook or (str(DEFAULT) if DEFAULT.exists() else None)
    place = Path(named) if named and Path(named).exists() else DEFAULT
    return (None if named is None else load(named)), place.with_suffix(CHOICES)


def kept_choices(place: Path) -> Choices:
    """What was decided of columns before; raises ``QualifyError`` when the file cannot be read."""
    import json

    from qualify.learning.leaks import Choices

    try:
        return Choices.read(json.loads(place.read_text(encoding="utf-8")) if place.exists() else None)
    except (OSError, ValueError, AttributeError) as error:
        raise QualifyError(f"{place} cannot be read as choices of columns: {error}") from error


def sources_of(tables: Tables, outcomes: Path | None) -> Sources:
    """The files, with the outcomes that were named."""
    sources = tables.sources()
    return sources if outcomes is None else replace(sources, outcomes=outcomes)


def observe(
    tables: Tables,
    outcomes: Path | None,
    labelling: Labelling,
    care: Care,
    book: Playbook | None,
    step: Step,
    *,
    every_look: bool = False,
) -> Observed:
    """Training rows of the files: one of each lead, or (``every_look``) all of them."""
    from qualify import moments
    from qualify.runs.learning import observed

    sources = sources_of(tables, outcomes)
    _insist_on_outcomes(tables, sources)
    zone = book.time_zone if book else "UTC"
    until = None if labelling.as_of in (None, "latest") else moments.moment(str(labelling.as_of), zone)
    return observed(
        sources, book, horizon_days=labelling.horizon, until=until,
        silence_is_lost=labelling.silence_is_lost,
        mapping=tables.names(), memory_limit=care.memory_limit, threads=care.threads, progress=step,
        one_each=not every_look,
    )  # fmt: skip


def _insist_on_outcomes(tables: Tables, sources: Sources) -> None:
    """Raise ``InputError`` when nothing says what came of leads: two files are easily taken for leads and outcomes."""
    if sources.outcomes is not None or sources.decisions is not None:
        return
    said = "there are no outcomes to learn from"
    if tables.events is not None:
        raise InputError(
            f"{said}: {tables.events} was taken as the events; if it says who was won and lost, "
            f"write --outcomes {tables.events}"
        )
    raise InputError(f"{said}; name the file that says which leads were won and lost with --outcomes FILE")


def without_leaks(rows: Evidence, choices: Choices) -> tuple[Evidence, tuple[str, ...]]:
    """The rows without the columns that somebody left out, and without those that seem to know what came later, until
    somebody keeps them; and which these are.
    """
    from dataclasses import replace

    from qualify.learning.evidence import fit_for_learning
    from qualify.learning.leaks import leaks, not_learnt

    columns, _ = fit_for_learning(rows.columns)
    left = not_learnt(columns, choices, leaks(columns, rows.won, choices, rows.lead))
    return replace(rows, columns=columns.without(left)), left


def found_profiles(rows: Evidence) -> Icps:
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


def profile_gaps(
    profiles: Icps, book: Playbook | None, sources: Sources, until: int, tables: Tables
) -> dict[str, Gaps]:
    """Whom the profiles that were found, and those of the playbook, fit and leave out; nothing where there are none."""
    from qualify.playbook import parse
    from qualify.runs.fitting import gaps_of

    books = {} if book is None or not book.icp else {"the profiles of the playbook": book}
    if profiles.text():
        zone = "UTC" if book is None else book.time_zone
        books["the profiles found"] = parse(_of_profiles(profiles, zone))
    return gaps_of(books, sources, as_of=until, mapping=tables.names()) if books else {}


def _of_profiles(profiles: Icps, time_zone: str) -> str:
    """A playbook of nothing but the profiles; it looks at no event, so none is read for it."""
    rule = "{points: 0, when: {trait: lead_id, is_known: true}}"
    return f"playbook: profiles\ntime_zone: {time_zone}\n{profiles.text()}scores: {{none: {{rules: [{rule}]}}}}\n"


def write(path: Path, text: str) -> None:
    """Write a text; raises ``QualifyError`` when that cannot be done."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise QualifyError(f"{path} cannot be written: {error.strerror or error}") from error
