"""Leads in lists: filtered, searched, in an order, page after page, stable while others come in between."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from qualify.errors import QualifyError
from qualify.web.database import Row, rows

Order: TypeAlias = Literal["-total", "total", "-created_at", "created_at", "-updated_at", "updated_at", "id"]

_NEVER: Final = -(2**62)

_SORTED_BY: Final = {
    "total": f"COALESCE(s.total, {_NEVER})",
    "created_at": "p.created_at",
    "updated_at": "COALESCE(s.as_of, p.created_at)",
    "id": "p.id",
}

COLUMNS: Final = (
    "p.id, p.email, p.name, p.company, p.account_id, p.created_at, s.stage, s.since, s.cycle, s.total, s.grade, "
    "s.scores, s.information, s.as_of, s.version_id"
)


class Wanted(NamedTuple):
    """Which leads: every condition that is given has to hold. Points in hundredths, moments in epoch ms."""

    stage: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    min_total: int | None = None
    max_total: int | None = None
    account_id: int | None = None
    updated_since: int | None = None
    text: str = ""
    """Stands somewhere in the e-mail address, the name or the company."""
    identifier: str = ""
    """What somebody goes by, as ``email:jane@example.com``; it may be one that they had before a merge."""


class Listed(NamedTuple):
    """A lead in a list; what follows from scoring is None while nobody has judged it. Points as written."""

    id: int
    email: str
    name: str
    company: str
    account_id: int | None
    created_at: int
    stage: str | None
    since: int | None
    cycle: int | None
    total: float | None
    grade: str | None
    scores: dict[str, float] | None
    information: float | None
    updated_at: int | None
    playbook_version: int | None


class Page(NamedTuple):
    """Some of the leads, and where the next begin (None: these are the last)."""

    leads: list[Listed]
    next_cursor: str | None


def listed(wanted: Wanted, order: Order = "-total", cursor: str | None = None, limit: int = 50) -> Page:
    """A page of leads. Raises :class:`~qualify.errors.QualifyError` for a cursor that is none of this order."""
    name, down = order.lstrip("-"), order.startswith("-")
    by = _SORTED_BY[name]
    where, parameters = _conditions(wanted)
    if cursor is not None:
        after = opened(cursor, order, 2)
        where.append(f"({by}, p.id) {'<' if down else '>'} (%s, %s)")
        parameters += after
    way = "DESC" if down else "ASC"
    statement = (
        f"SELECT {COLUMNS}, {by} FROM person p LEFT JOIN standing s ON s.person_id = p.id "
        f"WHERE {' AND '.join(where) or 'true'} ORDER BY {by} {way}, p.id {way} LIMIT %s"
    )
    found = rows(statement, [*parameters, limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else closed(order, [last[-1], last[0]])
    return Page([of_row(row[:-1]) for row in found[:limit]], following)


def every(wanted: Wanted, at_once: int = 1_000) -> Iterator[list[Listed]]:
    """All of the leads, in the order of their ids, some at a time."""
    cursor: str | None = None
    while True:
        page = listed(wanted, "id", cursor, at_once)
        yield page.leads
        cursor = page.next_cursor
        if cursor is None:
            return


def of_row(row: Row) -> Listed:
    """A row of :data:`COLUMNS` as a lead."""
    scores = None if row[11] is None else {name: points / 100 for name, points in json.loads(row[11]).items()}
    total = None if row[9] is None else row[9] / 100
    return Listed._make((*row[:9], total, row[10] or None, scores, *row[12:]))


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    parameters: list[Any] = []
    for column, among in (("s.stage", wanted.stage), ("s.grade", wanted.grade)):
        if among:
            where.append(f"{column} IN ({', '.join(['%s'] * len(among))})")
            parameters += among
    for condition, value in (
        ("s.total >= %s", wanted.min_total),
        ("s.total <= %s", wanted.max_total),
        ("p.account_id = %s", wanted.account_id),
        ("COALESCE(s.as_of, p.created_at) >= %s", wanted.updated_since),
        ("p.id = (SELECT i.owner_id FROM identifier i WHERE i.key = %s)", wanted.identifier or None),
    ):
        if value is not None:
            where.append(condition)
            parameters.append(value)
    if wanted.text:
        where.append(f"({' OR '.join(_ALIKE)})")
        parameters += [_pattern(wanted.text.lower()), _pattern(wanted.text)] * 3
    return where, parameters


# What lower() makes of letters beyond ASCII is not the same everywhere: so also as it was typed.
_ALIKE: Final = [
    f"lower({column}) LIKE %s ESCAPE '!' OR {column} LIKE %s ESCAPE '!'"
    for column in ("p.email", "p.name", "p.company")
]


def _pattern(text: str) -> str:
    said = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{said}%"


def closed(order: str, place: list[Any]) -> str:
    """A place in an order as a cursor: text that says nothing to anybody else."""
    return base64.urlsafe_b64encode(json.dumps([order, *place]).encode()).decode().rstrip("=")


def opened(cursor: str, order: str, size: int) -> list[int]:
    """The place that a cursor says, as so many whole numbers; raises :class:`~qualify.errors.QualifyError`."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        said, *place = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise QualifyError("this is no cursor; take `next_cursor` of the page before") from error
    whole = [each for each in place if type(each) is int and abs(each) < 2**63]
    if said != order or len(whole) != len(place) or len(place) != size:
        raise QualifyError("this cursor belongs to another list or order; begin without one")
    return whole
