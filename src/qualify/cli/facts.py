"""Which facts a command reads, as of when: the arguments and options that most commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qualify.cli.output import check_writable

if TYPE_CHECKING:
    from qualify.files import Sources

NOWHERE = "-"
"""What ``--rejects`` takes when rejected rows are not to be kept."""

_TABLE = "CSV, Parquet or JSON Lines."

PlaybookOption = Annotated[
    str,
    typer.Option(
        "-p", "--playbook", metavar="FILE", help="The playbook, or the name of a starter, as b2b-saas."
    ),
]


def _table(name: str, what: str) -> Any:
    return typer.Option(f"--{name}", metavar="FILE", help=what)


@dataclass(frozen=True)
class Tables:
    """The files that hold the facts, and what their columns are called."""

    leads: Annotated[
        Path,
        typer.Argument(
            metavar="LEADS", show_default=False, help=f"The leads: {_TABLE} Or a folder with all tables."
        ),
    ]
    events: Annotated[
        Path | None, typer.Argument(metavar="EVENTS", show_default=False, help=f"What they did: {_TABLE}")
    ] = None
    accounts: Annotated[Path | None, _table("accounts", "The leads' organisations.")] = None
    traits: Annotated[Path | None, _table("traits", "What was learnt about leads, with its date.")] = None
    links: Annotated[Path | None, _table("links", "Which anonymous ids turned out to be which leads.")] = None
    answers: Annotated[Path | None, _table("answers", "Answers to questions of qualification.")] = None
    decisions: Annotated[Path | None, _table("decisions", "What sales decided.")] = None
    outcomes: Annotated[Path | None, _table("outcomes", "What came of leads: won or lost.")] = None
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="'HEADER=NAME'",
            help="A column's header, and the name that the playbook uses; again for more.",
        ),
    ] = None

    def sources(self) -> Sources:
        """The files as sources; options take the place of a folder's own tables."""
        from qualify.files import Sources

        given = {name: path for name in _OPTIONAL if (path := getattr(self, name)) is not None}
        if self.leads.is_dir():
            return replace(Sources.folder(self.leads), **given)
        return Sources(leads=self.leads, **given)

    def files(self) -> list[Path]:
        """The files that the facts are read from; those of a folder one by one."""
        if self.leads is None:  # `qualify check` looks at a playbook alone, too
            return []
        return [Path(source).expanduser() for _, source in self.sources().given()]

    def names(self) -> dict[str, str]:
        """Header → name, as given with ``--map``."""
        return dict(_pair(text) for text in self.mapping or [])


_OPTIONAL = ("events", "accounts", "traits", "links", "answers", "decisions", "outcomes")


def _pair(text: str) -> tuple[str, str]:
    header, sign, name = text.rpartition("=")
    if not sign or not header.strip() or not name.strip():
        raise typer.BadParameter(
            f"{text!r}: write 'HEADER=NAME', as --map 'Total Time Spent on Website=time_on_site'"
        )
    return header.strip(), name.strip()


@dataclass(frozen=True)
class Care:
    """How bad rows are treated, and how much of the machine may be used."""

    rejects: Annotated[
        str | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help="Where rows that cannot be used go; '-' for nowhere.  [LEADS.rejects.csv]",
        ),
    ] = None
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 when rows were rejected.")] = False
    memory_limit: Annotated[
        str | None,
        typer.Option("--memory-limit", metavar="SIZE", help="The most memory to use, as 2GB; beyond, disk."),
    ] = None
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="How many processors to use.  [all]")
    ] = None

    def __post_init__(self) -> None:
        """Refuse a file for rejects that cannot be written before the work begins."""
        if self.rejects not in (None, NOWHERE):
            check_writable(Path(str(self.rejects)), any_ending=True)


class Every(StrEnum):
    """How often stages are looked at."""

    DAY = "day"
    WEEK = "week"


AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="MOMENT",
        help="2026-03-01 (its end), 2026-03-01T09:30, or latest: the newest fact.  [now]",
    ),
]


@dataclass(frozen=True)
class Moment:
    """As of when, and how stages came to be by then."""

    as_of: AsOf = None
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Move stages step by step from that day on.")
    ] = None
    every: Annotated[Every, typer.Option("--every", help="The steps of --since.")] = Every.WEEK
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous", metavar="FILE", help="Go on from the stages of an earlier run: its -o file."
        ),
    ] = None


Step = Callable[[str], None]
"""Takes the name of each step of long work."""


def asked(tables: Tables, care: Care, moment: Moment, step: Step) -> dict[str, Any]:
    """What :func:`qualify.runs.score` takes besides the playbook and the sources."""
    return {
        "mapping": tables.names(),
        "memory_limit": care.memory_limit,
        "threads": care.threads,
        "progress": step,
        "as_of": moment.as_of,
        "since": moment.since,
        "every": moment.every.value,
        "previous": moment.previous,
    }
