"""A playbook as SQL text, for whoever runs it on a database of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qualify import moments
from qualify.engines import compiling
from qualify.engines.compiling import Dialect, Question, What, statement
from qualify.errors import InputError, did_you_mean, one_of
from qualify.playbook import Playbook, load
from qualify.scoring.canonical import TABLES, Columns, columns
from qualify.scoring.layout import Layout

DIALECTS: tuple[Dialect, ...] = ("duckdb", "sqlite", "postgres", "pyspark")


@dataclass(frozen=True)
class Statements:
    """What to run, and the canonical tables that it reads.

    ``scores`` and ``ledger`` give points in hundredths and moments in epoch milliseconds; the ledger's ``rule``
    is the rule's place in the playbook. ``states`` gives each lead's stage, climbed from the bottom, and
    ``next_states`` moves on from a table ``previous`` with the same columns. ``tables`` has the columns of
    each canonical table with their types (string, int64, float64).
    """

    dialect: Dialect
    tables: dict[str, Columns]
    scores: str
    ledger: str
    states: str
    next_states: str


def statements(
    playbook: Playbook | str | Path,
    dialect: Dialect,
    as_of: int | str | dt.date | dt.datetime,
    tables: Iterable[str] = TABLES,
) -> Statements:
    """The playbook as SQL text in that dialect as of that moment, for the canonical ``tables`` that you have.

    Raises :class:`~qualify.errors.InputError` for a dialect or a table that there is not.
    """
    book = playbook if isinstance(playbook, Playbook) else load(playbook)
    present = frozenset(tables)
    _check(dialect, present)
    layout, question = Layout(book), Question(dialect, present)
    moment = moments.moment(as_of, book.time_zone)
    resumed = Question(dialect, present, resumed=True)
    wanted = columns(layout)
    return Statements(
        dialect,
        {name: wanted[name] for name in TABLES if name in present or name == "leads"},
        scores=_text(layout, "scores", question, moment),
        ledger=_text(layout, "ledger", question, moment),
        states=_text(layout, "states", question, moment),
        next_states=_text(layout, "states", resumed, moment),
    )


def _text(layout: Layout, what: What, question: Question, moment: int) -> str:
    return compiling.as_of(statement(layout, what, question), moment)


def _check(dialect: str, present: frozenset[str]) -> None:
    if dialect not in DIALECTS:
        raise InputError(
            f"{dialect!r} is not a dialect{did_you_mean(dialect, DIALECTS)} Allowed: {one_of(DIALECTS)}"
        )
    for name in sorted(present - set(TABLES)):
        raise InputError(
            f"{name!r} is no canonical table{did_you_mean(name, TABLES)} Allowed: {one_of(TABLES)}"
        )
