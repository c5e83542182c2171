"""What waits for sales: leads to be accepted, and leads that are being worked, those to be worked now first.

The order: by when sales is to be in touch, so that whoever is due longest comes first, then whoever is due soonest;
then those of whom nothing is due, whoever has the higher score first. When a lead is due says the clock of its
hand-off; where none runs, the time by the wall that the playbook promises. Each stage is looked up in two indexes of
standings (one of those with a clock, one of the others), and only the rows of a page are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.web.database import marks, rows
from qualify.web.handing.giving import NOTHING_DUE
from qualify.web.looking.leads import closed, opened

RESPOND_WITHIN: Final = 4 * 3_600_000
"""Milliseconds within which sales answers a lead that is handed over, where the playbook promises nothing."""

TO_ACCEPT: Final = ("mql", "pql")
WORKED: Final = ("sal", "sql")
BELOW: Final = ("lead", "iql")
"""Stages of which the inbox shows only those for whom a clock runs: they were handed over all the same."""
SHOWS: Final = ("new", "late", "mine", "nobody", "all")
"""What of the inbox is shown: what is to be accepted, what is late, what is mine, what is nobody's, all of it."""

MOST_COUNTED: Final = 999
"""Further than to one more than this nothing is counted."""


class Wanted(NamedTuple):
    """Which part of the inbox, and of it which stages, grades and scores (hundredths); empty: all."""

    show: str = "new"
    stage: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    min_total: int | None = None


class Place(NamedTuple):
    """Where a lead stands in the order: when it is due, its total (hundredths), its number."""

    due_at: int
    total: int
    person_id: int


class Found(NamedTuple):
    """The leads of a page in their order, and where the next page begins (None: these are the last)."""

    places: list[Place]
    next_cursor: str | None


class Asked(NamedTuple):
    """Who looks at what of the inbox when, and within how many milliseconds a lead without a clock is due."""

    wanted: Wanted
    me: str
    now: int
    within: int = RESPOND_WITHIN


def in_force() -> int | None:
    """The version of the playbook that is in force; None when none was published yet."""
    found = rows("SELECT id FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    return int(found[0][0]) if found else None


def respond_within(version_id: int | None) -> int:
    """Milliseconds within which a lead for which no clock runs is to be answered, as a version promises.

    Counted by the wall clock: only who has a lead has working hours.
    """
    return RESPOND_WITHIN if version_id is None else _promised(version_id)


@lru_cache(maxsize=8)
def _promised(version_id: int) -> int:
    [(text,)] = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    handoff = Layout(parse(text)).book.handoff
    return RESPOND_WITHIN if handoff is None else handoff.respond_within * 60_000


def inbox(asked: Asked, cursor: str | None = None, limit: int = 50) -> Found:
    """A page of the inbox, in the order in which it should be worked.

    Raises :class:`~qualify.errors.QualifyError` for a cursor that is none.
    """
    order = f"inbox {asked.wanted.show}"
    place = None if cursor is None else Place(*opened(cursor, order, 3))
    parts, parameters = list[str](), list[Any]()
    for number, stretch in enumerate(_stretches(asked)):
        said, given = _first(stretch, place, limit + 1)
        parts.append(f"SELECT * FROM ({said}) AS stretch_{number}")
        parameters += given
    if not parts:
        return Found([], None)
    together = f"{' UNION ALL '.join(parts)} ORDER BY 1, 2 DESC, 3 DESC LIMIT %s"
    found = [Place(*row) for row in rows(together, [*parameters, limit + 1])]
    following = closed(order, list(found[limit - 1])) if len(found) > limit else None
    return Found(found[:limit], following)


class Stretch(NamedTuple):
    """Leads of one stage that stand in an index in the order in which they are due: from where and for whom, with its
    parameters; they are due ``ahead`` milliseconds after ``column``.
    """

    column: str
    ahead: int
    said: str
    given: list[Any]


def _first(stretch: Stretch, place: Place | None, many: int) -> tuple[str, list[Any]]:
    """The first so many of a stretch, after a place in the order of all of them."""
    column, ahead, said, given = stretch
    after: list[Any] = []
    if place is not None:
        said += f" AND {column} >= %s AND ({column} > %s OR (total, person_id) < (%s, %s))"
        after = [place.due_at - ahead, place.due_at - ahead, place.total, place.person_id]
    order = f"{column}, total DESC, person_id DESC"
    select = f"SELECT {column} + {int(ahead)} AS due, total, person_id FROM {said} ORDER BY {order} LIMIT %s"
    return select, [*given, *after, many]


NEVER: Final = f"(0 + {NOTHING_DUE})"
_WITH_CLOCK: Final = "standing WHERE stage = %s AND due_at IS NOT NULL"
# That the stages are named is what lets the database use the index that holds no others.
_WITHOUT: Final = (
    "standing WHERE stage = %s AND due_at IS NULL AND stage IN ('mql', 'pql', 'sal', 'sql') "
    "AND rep_id IS NULL"
)
_MINE: Final = " AND rep_id = %s"
_TAKEN: Final = (
    "decision d JOIN standing ON person_id = d.owner_id WHERE d.decided_by = %s AND d.decision = 'accepted' "
    "AND d.taken_back_at IS NULL AND d.decided_at > cycle_since AND stage = %s AND rep_id IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM decision l WHERE l.owner_id = d.owner_id AND l.decision = 'accepted' AND l.taken_back_at IS NULL "
    "AND (l.decided_at, l.id) > (d.decided_at, d.id))"
)
"""Leads that somebody accepted, nobody after them, that are still being worked and that no rep has."""
_NOBODYS: Final = (
    " AND rep_id IS NULL AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.owner_id = person_id "
    "AND d.decision = 'accepted' AND d.taken_back_at IS NULL AND d.decided_at > cycle_since)"
)


def _stretches(asked: Asked) -> Iterator[Stretch]:
    """The stretches of which a part of the inbox is made, narrowed to what is wanted of it."""
    wanted = asked.wanted
    more, values = _narrower(wanted)
    for stage in TO_ACCEPT + BELOW if wanted.show == "new" else TO_ACCEPT + WORKED + BELOW:
        if not wanted.stage or stage in wanted.stage:
            for column, ahead, said, given in _of_stage(stage, asked):
                yield Stretch(column, ahead, said + more, [*given, *values])


def _of_stage(stage: str, asked: Asked) -> Iterator[Stretch]:
    show, within = asked.wanted.show, asked.within
    if show == "mine":
        yield Stretch("due_at", 0, _WITH_CLOCK + _MINE, [stage, asked.me])
        if stage not in BELOW:
            yield Stretch(f"coalesce(due_at, {NOTHING_DUE})", 0, _TAKEN, [asked.me, stage])
        return
    whose = _NOBODYS if show == "nobody" else ""
    if show == "late":
        yield Stretch("due_at", 0, f"{_WITH_CLOCK} AND due_at < %s", [stage, asked.now])
    else:
        yield Stretch("due_at", 0, _WITH_CLOCK + whose, [stage])
    if stage in TO_ACCEPT and show == "late":
        yield Stretch("since", within, f"{_WITHOUT} AND since < %s", [stage, asked.now - within])
    elif stage in TO_ACCEPT:
        yield Stretch("since", within, _WITHOUT + whose, [stage])
    elif show != "late" and stage in WORKED:
        yield Stretch(NEVER, 0, _WITHOUT + whose, [stage])


def _narrower(wanted: Wanted) -> tuple[str, list[Any]]:
    said, given = "", list[Any]()
    if wanted.grade:
        said += f" AND grade IN ({marks(len(wanted.grade))})"
        given += wanted.grade
    if wanted.min_total is not None:
        said += " AND total >= %s"
        given.append(wanted.min_total)
    return said, given


def counted(asked: Asked) -> dict[str, int]:
    """By part of the inbox, how many there are, counted no further than to one more than :data:`MOST_COUNTED`."""
    parts, parameters = list[str](), list[Any]()
    for show in SHOWS:
        said, given = _bounded(asked._replace(wanted=asked.wanted._replace(show=show)))
        parts.append(f"SELECT '{show}', count(*) FROM ({said}) AS {show}_")
        parameters += given
    return dict(rows(" UNION ALL ".join(parts), parameters))


def _bounded(asked: Asked) -> tuple[str, list[Any]]:
    stretches = list(_stretches(asked))
    if not stretches:
        return "SELECT 1 WHERE 1 = 0", []
    each = [f"SELECT 1 AS one FROM {stretch.said}" for stretch in stretches]
    given = [value for stretch in stretches for value in stretch.given]
    return f"SELECT 1 FROM ({' UNION ALL '.join(each)}) AS every_ LIMIT %s", [*given, MOST_COUNTED + 1]


def arrived(since: int, stages: Sequence[str] = TO_ACCEPT) -> int:
    """How many leads have come to be accepted since a moment."""
    statement = f"SELECT count(*) FROM standing WHERE stage IN ({marks(len(stages))}) AND since > %s"
    return int(rows(statement, [*stages, since])[0][0])
