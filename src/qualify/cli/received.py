"""What was read: what was recognised, what is odd, what was rejected and where that went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from qualify.cli.facts import NOWHERE, Care, Tables
from qualify.cli.failures import REJECTED
from qualify.cli.screen import Screen

if TYPE_CHECKING:
    from qualify.files import Gathered, Recognised

STALE_DAYS = 7
"""Facts older than that, scored as of now, were probably meant to be scored as of then."""

_OF_RULES = "rules on it stay unknown"
"""What a warning says of a trait that rules ask for and no table has."""

COUNTABLE = 5_000_000
"""Rows up to which those about unknown leads are counted: with more it would take as long as scoring."""


def tell(
    screen: Screen,
    gathered: Gathered,
    tables: Tables,
    care: Care,
    *,
    now_was_meant: bool = False,
    judged: bool = True,
) -> None:
    """Say what was read, what was recognised, what is odd; write the rejected rows, and say where.

    Without ``judged`` no rules were at work, so nothing is said of traits that rules would ask for.
    """
    screen.note(_counted(gathered))
    for table, how in gathered.recognised.items():
        if said := _recognised(how):
            screen.note(f"{table}: {said}")
    for text in [*gathered.warnings, *_strangers(gathered)]:
        if judged or _OF_RULES not in text:
            screen.warn(text)
    if now_was_meant:
        _hint_at_latest(screen, gathered.newest)
    _keep_rejects(screen, gathered, tables, care)


def _counted(gathered: Gathered) -> str:
    counts = {table: f"{count:,} {_noun(table, count)}" for table, count in gathered.rows.items()}
    if gathered.anonymous:
        counts["events"] += f" ({gathered.anonymous:,} of them by nobody we know)"
    return f"read {', '.join(counts.values())}"


def _noun(table: str, count: int) -> str:
    """What rows of a table are called: one lead, two leads."""
    return table.removesuffix("s") if count == 1 else table


def _recognised(how: Recognised) -> str:
    """Which export it is, and which columns were read as something that they are not called."""
    renamed = [f"{column!r} as {name}" for column, name in how.columns.items() if column != name]
    preset = f"recognised as {how.preset}" if how.preset else ""
    return "; ".join(filter(None, [preset, f"read {', '.join(renamed)}" if renamed else ""]))


def _strangers(gathered: Gathered) -> list[str]:
    """How many rows are about leads that are not among the leads, so that they count for nothing."""
    if sum(gathered.rows.values()) > COUNTABLE:
        return []
    return [
        f"{count:,} {_noun(table, count)} {'is' if count == 1 else 'are'} about leads that are not among the leads; "
        "they count for nothing"
        for table, count in gathered.strangers.items()
        if count
    ]


def _hint_at_latest(screen: Screen, newest: int | None) -> None:
    from qualify import clock, moments

    if newest is None:
        return
    days = moments.age_in_days(newest, clock.now())
    if days > STALE_DAYS:
        day = moments.written(newest)[:10]
        screen.note(f"the newest fact is of {day}, {days:,} days ago; --as-of latest scores as of then")


def _keep_rejects(screen: Screen, gathered: Gathered, tables: Tables, care: Care) -> None:
    many = len(gathered.rejects)
    if not many:
        return
    said = f"{many:,} row{' was' if many == 1 else 's were'} rejected ({gathered.rejects})"
    path = rejects_go_to(tables, care)
    if path is None:
        screen.warn(said)
        return
    gathered.rejects.write(path)
    screen.warn(f"{said}; {'it is' if many == 1 else 'they are'} in {path} with the reason")


def rejects_go_to(tables: Tables, care: Care) -> Path | None:
    """The file that rejected rows are written to, should there be any; None when they are not to be kept."""
    if care.rejects == NOWHERE:
        return None
    return Path(care.rejects) if care.rejects else default_rejects(tables.leads)


def default_rejects(leads: Path) -> Path:
    """Where rejected rows go when nothing else is said: ``leads.rejects.csv`` in the current folder."""
    return Path(f"{leads.resolve().stem}.rejects.csv")


def insist(gathered: Gathered, care: Care) -> None:
    """End with exit code 3 when rows were rejected and ``--strict`` was given."""
    if care.strict and len(gathered.rejects):
        raise typer.Exit(REJECTED)
