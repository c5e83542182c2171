"""``qualify icp``: what the best customers share, who fits and is not worked, and whom no profile describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import received
from qualify.cli.facts import Care, Tables
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
    without_leaks,
    write,
)
from qualify.cli.output import Document, print_json
from qualify.cli.screen import Screen, grid, points
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets

if TYPE_CHECKING:
    from qualify.learning.gaps import Gaps, Someone
    from qualify.learning.icp import Icps

MOST = 100
"""Leads of each kind that are named for machines."""
FEW = 5
"""And for people."""


@spread
def icp(
    context: typer.Context,
    tables: Tables,
    outcomes_file: Outcomes = None,
    playbook: Book = None,
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
    shown only when it is more than chance among all that were tried, and held again on later leads. Then, for these
    profiles and for those of the playbook: the leads that fit and nobody works, the customers that none describes.

    Examples:
      qualify icp leads.csv events.csv outcomes.csv
      qualify icp market -o icp.yaml
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    check_targets(tables, care, {"-o": output}, outcomes_file, playbook or DEFAULT)
    with screen.working() as step:
        book, place = book_and_place(playbook)
        found = observe(tables, outcomes_file, labelling, care, None, step)
        rows, left_out = without_leaks(found.evidence.one_each(), kept_choices(place))
        profiles = found_profiles(rows)
        step("looking for whom they fit")
        left = profile_gaps(profiles, book, sources_of(tables, outcomes_file), found.horizon.until, tables)
    if left_out:
        screen.note(
            f"left out, because they may say what came later: {', '.join(left_out)} (`qualify learn` asks about each)"
        )
    if output is not None:
        write(output, profiles.text())
    if format_ is Document.JSON:
        told = [{**profile.written(), "leads": profile.leads} for profile in profiles.profiles]
        print_json({"profiles": told, "gaps": {name: each.written(MOST) for name, each in left.items()}})
    else:
        _show(screen, profiles, left, "UTC" if book is None else book.time_zone)
    if output is not None:
        screen.note(f"wrote the profiles to {output}")
    received.tell(screen, found.gathered, tables, care, judged=False)
    received.insist(found.gathered, care)


def _show(screen: Screen, profiles: Icps, left: Mapping[str, Gaps], time_zone: str) -> None:
    """What the best have in common, and whom that fits."""
    for profile in profiles.profiles:
        screen.say(f"{profile.name}: {profile.sentence}")
    if profiles.why:
        screen.say(f"Nothing: {profiles.why}.")
    for name, each in left.items():
        _show_gaps(screen, name, each, time_zone)


def _show_gaps(screen: Screen, name: str, found: Gaps, time_zone: str) -> None:
    """Whom the profiles fit, and whom they leave out."""
    from qualify.learning.gaps import sentences

    screen.say()
    screen.say(name[:1].upper() + name[1:] + ":", style="bold")
    for said in sentences(found):
        screen.say(said)
    _show_leads(screen, "Fit, and nobody works them", found.unworked, time_zone)
    _show_leads(screen, "Customers that none describes", found.undescribed, time_zone)


def _show_leads(screen: Screen, what: str, leads: Sequence[Someone], time_zone: str) -> None:
    from qualify.moments import day

    if not leads:
        return
    screen.say()
    screen.say(f"{what}: {len(leads):,}" + (f", of them {FEW}" if len(leads) > FEW else ""))
    table = grid("lead", "profile", "total", "came", "worth", right=("total", "worth"))
    for each in leads[:FEW]:
        worth = "–" if each.amount is None else f"{each.amount:,.0f} {each.currency}".strip()
        came = day(each.created_at or None, time_zone) or "–"  # 0: it has no date
        table.add_row(each.lead_id, each.profile or "–", points(each.total), came, worth)
    screen.table(table)
