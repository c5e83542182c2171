"""``qualify check``: is the playbook right, and does it fit the data?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import received
from qualify.cli.facts import Care, Tables
from qualify.cli.failures import MENDABLE
from qualify.cli.init import DEFAULT
from qualify.cli.screen import Screen
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets

if TYPE_CHECKING:
    from qualify.errors import Problem
    from qualify.playbook import Playbook


@dataclass(frozen=True)
class SomeTables(Tables):
    """The files that hold the facts, when there are any."""

    leads: Annotated[
        Path | None,
        typer.Argument(
            metavar="LEADS",
            show_default=False,
            help="Leads to hold the playbook against, or a folder of tables.",
        ),
    ] = None  # type: ignore[assignment]


@spread
def check(
    context: typer.Context,
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="The playbook.")] = str(DEFAULT),
    *,
    tables: SomeTables,
    prose: Annotated[
        bool, typer.Option("--prose", help="Print the playbook as prose (Markdown) that sales reads.")
    ] = False,
    care: Care,
) -> None:
    """Check a playbook, and whether it fits the data.

    Every mistake is shown at once, each as FILE:LINE:COLUMN with what is allowed. With LEADS (and EVENTS),
    also which traits and kinds of events the playbook asks for that the data does not hold. Exit code 0 when
    it can be used, 1 when not.

    Examples:
      qualify check playbook.yaml
      qualify check playbook.yaml leads.csv events.csv
      qualify check playbook.yaml --prose > playbook.md
    """
    screen: Screen = context.obj
    screen.aside = prose
    check_targets(tables, care, {}, playbook)
    book = _examined(screen, playbook)
    if prose:
        from qualify.playbook.prose import prose as said

        typer.echo(said(book), nl=False)
    screen.say(summary(book))
    if tables.leads is not None:
        _held_against(screen, book, tables, care)


def _examined(screen: Screen, path: str) -> Playbook:
    """The playbook, after its problems are printed; ends the command when it cannot be used."""
    from qualify.playbook import examine, text_of

    text, source = text_of(path)
    book, problems = examine(text)
    for problem in problems:
        typer.echo(f"{source}:{problem}", err=screen.aside)
    if problems:
        screen.say(f"{source}: {_counted(problems)}")
    if book is None:
        raise typer.Exit(MENDABLE)
    return book


def _counted(problems: list[Problem]) -> str:
    counts = Counter(each.severity for each in problems)
    return ", ".join(
        f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in sorted(counts.items())
    )


def summary(book: Playbook) -> str:
    """What the playbook holds."""
    counts = Counter(score for score, _, _ in book.rules())
    rules = f"{sum(counts.values())} rule{'' if sum(counts.values()) == 1 else 's'}"
    lines = [
        f"{book.playbook}, fingerprint {book.fingerprint}",
        f"  {rules}: {', '.join(f'{name} {count}' for name, count in counts.items())}",
        f"  stages: {', '.join(book.ladder) or 'none'}",
    ]
    return "\n".join(lines)


def _held_against(screen: Screen, book: Playbook, tables: Tables, care: Care) -> None:
    from qualify.runs.run import prepared

    with screen.working() as step:
        run = prepared(
            book, tables.sources(), as_of=0, mapping=tables.names(),
            memory_limit=care.memory_limit, threads=care.threads, progress=step,
        )  # fmt: skip
    received.tell(screen, run.gathered, tables, care, now_was_meant=False)
    received.insist(run.gathered, care)
