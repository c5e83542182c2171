"""Which rows cannot be used: each is counted, kept with the reason, and left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qualify.files import rejects
from qualify.files.dates import Moment
from qualify.files.documents import UNREAD
from qualify.files.gathering import Gathering
from qualify.files.given import Cell, Given, kept
from qualify.files.sql import literal, named

UNREADABLE_DATE: Final = "unreadable date"
"""Why a row is refused whose moment is written in a way that nobody knows."""


@dataclass(frozen=True)
class Check:
    """A reason to refuse a row: when it holds (never null), and what was found (a text)."""

    reason: str
    amiss: str
    found: str = "NULL"


def id_of(given: Given, name: str, key: str) -> str:
    """A row's id as the canonical tables have it: null when there is none."""
    cell = given.column(name)
    if key == "int64":
        return cell.sql if cell.type == "BIGINT" else f"CAST({cell.sql} AS BIGINT)"
    return cell.sql if given.spelled else f"nullif({id_text(cell)}, '')"


def id_text(cell: Cell) -> str:
    """An id as text, as it is."""
    if cell.type == "JSON":
        return f"({cell.sql} ->> '$')"
    if cell.type in ("FLOAT", "DOUBLE"):  # whole numbers with gaps come so out of pandas
        whole = f"{cell.sql} = trunc({cell.sql}) AND abs({cell.sql}) < 9e15"
        text = (
            f"WHEN {whole} THEN CAST(CAST({cell.sql} AS BIGINT) AS VARCHAR) ELSE CAST({cell.sql} AS VARCHAR)"
        )
        return f"CASE WHEN isnan({cell.sql}) THEN NULL {text} END"
    return cell.sql if cell.type == "VARCHAR" else f"CAST({cell.sql} AS VARCHAR)"


def line_checks(given: Given) -> list[Check]:
    """What can be wrong with a whole line."""
    if UNREAD not in given.columns:
        return []
    unread = f"g.{named(UNREAD)}"
    return [Check("unreadable JSON", f"{unread} IS NOT NULL", unread)]


def moment_checks(name: str, moment: Moment, *, required: bool) -> list[Check]:
    """What can be wrong with a moment in the column of that name."""
    found = f"{literal(name + ': ')} || {moment.raw}"
    checks = [
        Check(UNREADABLE_DATE, moment.unreadable, found),
        Check("unlikely date", f"coalesce({moment.unlikely}, FALSE)", found),
    ]
    return [Check("no date", moment.absent, literal(f"{name}: nothing")), *checks] if required else checks


def screened(gathering: Gathering, given: Given, identity: str, checks: Sequence[Check]) -> str | None:
    """Put the rows that fail a check among the rejects; the condition of the others, None when all are good."""
    return without(gathering, given, identity, failed(gathering, given, checks)[0])


def failed(
    gathering: Gathering, given: Given, checks: Sequence[Check], also: Sequence[str] = ()
) -> tuple[list[Check], list[int]]:
    """The checks that some row fails, and what else is counted while every row is looked at anyway."""
    counts = [f"count(*) FILTER ({check.amiss})" for check in checks] + list(also)
    if not counts:
        return [], []
    found = gathering.database.row(f"SELECT {', '.join(counts)} FROM {given.relation} g")
    return [check for check, count in zip(checks, found, strict=False) if count], list(found[len(checks) :])


def without(gathering: Gathering, given: Given, identity: str, failing: Sequence[Check]) -> str | None:
    """Put the rows that fail one of these among the rejects; the condition of the others, None without any."""
    if not failing:
        return None
    reason = " ".join(f"WHEN {check.amiss} THEN {literal(check.reason)}" for check in failing)
    what = " ".join(f"WHEN {check.amiss} THEN {check.found}" for check in failing)
    _reject(
        gathering,
        given,
        f"SELECT {given.position} AS position, CASE {reason} END AS reason, CASE {what} END AS found, "
        f"{identity} AS id FROM {given.relation} g",
        "reason IS NOT NULL",
    )
    return f"NOT ({' OR '.join(check.amiss for check in failing)})"


def _reject(gathering: Gathering, given: Given, query: str, which: str) -> None:
    cut = rejects.LONGEST_FOUND
    rejects.add(
        gathering.database,
        f"SELECT {literal(given.table)}, {given.row_number('position')}, reason, left(found, {cut}), "
        f"left(CAST(id AS VARCHAR), {cut}) FROM ({query}) WHERE {which}",
    )


def repetitions(identity: str) -> str:
    """How many rows have an id that an earlier one has, over rows that may be in any order."""
    return f"count({identity}) - count(DISTINCT hash({identity})) FILTER ({identity} IS NOT NULL)"


def first_of_each(
    gathering: Gathering, given: Given, good: str | None, identity: str, columns: Sequence[str]
) -> tuple[Given, str | None]:
    """Put all rows but the first of each id among the rejects; the relation and the condition of the others.

    Rows without an id are left alone. A relation that is not ours has to be kept to tell its rows apart. There
    have to be :func:`repetitions` among all rows: otherwise all this has nothing to find.
    """
    database, where = gathering.database, good or "TRUE"
    if good and not database.value(f"SELECT {repetitions(identity)} FROM {given.relation} g WHERE {where}"):
        return given, good
    if not given.kept:
        given = kept(database, given, columns)
    again = f"again_{given.table}"
    database.drop(again)
    place = f"row_number() OVER (PARTITION BY {identity} ORDER BY g.rowid)"
    database.run(
        f"CREATE TEMP TABLE {again} AS SELECT row, id FROM (SELECT g.rowid AS row, {identity} AS id, {place} AS place "
        f"FROM {given.relation} g WHERE {where}) WHERE place > 1 AND id IS NOT NULL"
    )
    query = (
        f"SELECT row + 1 AS position, 'duplicate id' AS reason, CAST(id AS VARCHAR) AS found, id FROM {again}"
    )
    _reject(gathering, given, query, "TRUE")
    return given, f"({where}) AND g.rowid NOT IN (SELECT row FROM {again})"
