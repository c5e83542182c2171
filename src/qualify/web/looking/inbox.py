"""What waits for sales: leads to be accepted, and leads that are being worked, those to be worked now first.

The order: who waits longer than was promised; then whoever has the higher score. Of two with one score the newer.
It is looked up in one index of standings, one stretch of it for each stage, and only the rows of a page are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.vocabulary import BANT
from qualify.web.database import Row, marks, rows, those
from qualify.web.looking import words
from qualify.web.looking.decided import NOTHING, Decided, Story, names_of, stories
from qualify.web.looking.leads import closed, opened

RESPOND_WITHIN: Final = 4 * 3_600_000
"""Milliseconds within which sales answers a lead that is handed over, where the playbook promises nothing."""

TO_ACCEPT: Final = ("mql", "pql")
WORKED: Final = ("sal", "sql")
SHOWS: Final = ("new", "mine", "late", "all")
"""What of the inbox is shown: what is to be accepted, what I accepted, what is late, all of it."""

REASONS: Final = 2
"""How many reasons are told of a lead."""

MOST_COUNTED: Final = 999
"""Further than to one more than this nothing is counted."""


class Wanted(NamedTuple):
    """Which part of the inbox, and of it which stages, grades and scores (hundredths); empty: all."""

    show: str = "new"
    stage: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    min_total: int | None = None


class Next(NamedTuple):
    """What to do now: ``answer`` (accept or reject), ``call`` or ``write`` or ``ask`` about what, ``confirm``,
    ``close``.
    """

    step: str
    about: str = ""


class Waiting(NamedTuple):
    """A row of the inbox; points as written, moments in epoch ms.

    ``left`` are the milliseconds until the promise is broken (negative: since it was; None: it was kept);
    ``moving`` is what was decided and is not yet reckoned with; ``seen`` goes with a decision, see
    :func:`~qualify.web.verbs.decide.decide`.
    """

    id: int
    name: str
    email: str
    company: str
    stage: str
    since: int
    left: int | None
    total: float
    grade: str
    reasons: tuple[str, ...]
    taken_by: str
    mine: bool
    next: Next
    seen: str
    moving: Decided | None

    @property
    def late(self) -> int:
        """Milliseconds since the promise was broken; 0 when it was not."""
        return max(0, -self.left) if self.left is not None else 0

    @property
    def soon(self) -> bool:
        """Whether an hour is left, or less."""
        return self.left is not None and self.left < 3_600_000


class Page(NamedTuple):
    """Some rows of the inbox, and where the next begin (None: these are the last)."""

    rows: list[Waiting]
    next_cursor: str | None


def in_force() -> int | None:
    """The version of the playbook that is in force; None when none was published yet."""
    found = rows("SELECT id FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    return int(found[0][0]) if found else None


def respond_within(version_id: int | None) -> int:
    """Milliseconds within which a lead is to be answered, as a version of the playbook promises.

    Counted by the wall clock: who works when is for the hand-off to say.
    """
    return RESPOND_WITHIN if version_id is None else _promised(version_id)


@lru_cache(maxsize=8)
def _promised(version_id: int) -> int:
    handoff = _layout(version_id).book.handoff
    return RESPOND_WITHIN if handoff is None else handoff.respond_within * 60_000


def inbox(
    wanted: Wanted,
    me: str,
    now: int,
    cursor: str | None = None,
    limit: int = 50,
    within: int = RESPOND_WITHIN,
) -> Page:
    """A page of the inbox of ``me`` (an address), in the order in which it should be worked.

    ``within`` are the milliseconds within which a lead is to be answered.
    Raises :class:`~qualify.errors.QualifyError` for a cursor that is none.
    """
    place = None if cursor is None else opened(cursor, f"inbox {wanted.show}", 4)
    before = now - within if place is None else place[0]
    found = (
        _mine(wanted, me, place, limit + 1)
        if wanted.show == "mine"
        else _all(wanted, before, place, limit + 1)
    )
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else closed(f"inbox {wanted.show}", [before, *last])
    return Page(_read([row[2] for row in found[:limit]], me, now, within), following)


def _all(wanted: Wanted, before: int, place: Sequence[int] | None, many: int) -> list[Row]:
    """Turn, total and id of the first so many: each stretch of the index in its own order, then put together."""
    parts, parameters = list[str](), list[Any]()
    for turn, stage, late in _stretches(wanted):
        if place is None or turn >= place[1]:
            said, given = _stretch(wanted, stage, late, before)
            if place is not None and turn == place[1]:
                said, given = f"{said} AND (total, person_id) < (%s, %s)", [*given, *place[2:]]
            order = "ORDER BY total DESC, person_id DESC LIMIT %s"
            stretch = f"SELECT {turn} AS turn, total, person_id FROM standing WHERE {said} {order}"
            parts.append(f"SELECT * FROM ({stretch}) AS stretch_{len(parts)}")
            parameters += [*given, many]
    if not parts:
        return []
    together = " UNION ALL ".join(parts)
    return rows(f"{together} ORDER BY 1, 2 DESC, 3 DESC LIMIT %s", [*parameters, many])


def _stretches(wanted: Wanted) -> Iterator[tuple[int, str, bool | None]]:
    """The turn in which each stretch comes, its stage, and whether it is of those who are late."""
    stages = {"new": TO_ACCEPT, "late": TO_ACCEPT}.get(wanted.show, TO_ACCEPT + WORKED)
    for stage in stages:
        if wanted.stage and stage not in wanted.stage:
            continue
        if stage in TO_ACCEPT:
            yield 0, stage, True
        if wanted.show != "late":
            yield 1, stage, False if stage in TO_ACCEPT else None


def _stretch(wanted: Wanted, stage: str, late: bool | None, before: int) -> tuple[str, list[Any]]:
    said, given = ["stage = %s"], list[Any]([stage])
    if late is not None:
        said.append(f"since {'<=' if late else '>'} %s")
        given.append(before)
    more, values = _narrower(wanted)
    return " AND ".join([*said, *more]), [*given, *values]


def _narrower(wanted: Wanted, of: str = "") -> tuple[list[str], list[Any]]:
    said, given = list[str](), list[Any]()
    if wanted.grade:
        said.append(f"{of}grade IN ({marks(len(wanted.grade))})")
        given += wanted.grade
    if wanted.min_total is not None:
        said.append(f"{of}total >= %s")
        given.append(wanted.min_total)
    return said, given


_TAKEN: Final = (
    "FROM decision d JOIN standing s ON s.person_id = d.owner_id WHERE d.decided_by = %s AND d.decision = 'accepted' "
    "AND d.taken_back_at IS NULL AND d.decided_at > s.cycle_since AND s.stage IN ({}) AND NOT EXISTS (SELECT 1 "
    "FROM decision l WHERE l.owner_id = d.owner_id AND l.decision = 'accepted' AND l.taken_back_at IS NULL "
    "AND (l.decided_at, l.id) > (d.decided_at, d.id))"
)
"""Leads that somebody accepted, nobody after them, and that are still being worked."""


def _taken(wanted: Wanted, me: str) -> tuple[str, list[Any]]:
    stages = [stage for stage in WORKED if not wanted.stage or stage in wanted.stage] or [""]
    more, values = _narrower(wanted, "s.")
    return " AND ".join([_TAKEN.format(marks(len(stages))), *more]), [me, *stages, *values]


def _mine(wanted: Wanted, me: str, place: Sequence[int] | None, many: int) -> list[Row]:
    said, given = _taken(wanted, me)
    if place is not None:
        said, given = f"{said} AND (s.total, s.person_id) < (%s, %s)", [*given, *place[2:]]
    order = "ORDER BY s.total DESC, s.person_id DESC LIMIT %s"
    return rows(f"SELECT 0, s.total, s.person_id {said} {order}", [*given, many])


def counted(wanted: Wanted, me: str, now: int, within: int = RESPOND_WITHIN) -> dict[str, int]:
    """By part of the inbox, how many there are, counted no further than to one more than :data:`MOST_COUNTED`."""
    parts, parameters = list[str](), list[Any]()
    for show in SHOWS:
        said, given = _bounded(wanted._replace(show=show), me, now - within)
        parts.append(f"SELECT '{show}', count(*) FROM ({said}) AS {show}_")
        parameters += given
    return dict(rows(" UNION ALL ".join(parts), parameters))


def _bounded(wanted: Wanted, me: str, before: int) -> tuple[str, list[Any]]:
    if wanted.show == "mine":
        said, given = _taken(wanted, me)
        return f"SELECT 1 {said} LIMIT %s", [*given, MOST_COUNTED + 1]
    stretches = [_stretch(wanted, stage, late, before) for _, stage, late in _stretches(wanted)]
    if not stretches:
        return "SELECT 1 WHERE 1 = 0", []
    each = [f"SELECT 1 FROM standing WHERE {said}" for said, _ in stretches]
    given = [value for _, values in stretches for value in values]
    return f"SELECT 1 FROM ({' UNION ALL '.join(each)}) AS every_ LIMIT %s", [*given, MOST_COUNTED + 1]


def arrived(since: int, stages: Sequence[str] = TO_ACCEPT) -> int:
    """How many leads have come to be accepted since a moment."""
    statement = f"SELECT count(*) FROM standing WHERE stage IN ({marks(len(stages))}) AND since > %s"
    return int(rows(statement, [*stages, since])[0][0])


_COLUMNS: Final = (
    "SELECT p.id, p.name, p.email, p.company, p.traits, s.stage, s.since, s.total, s.grade, s.lines, s.as_of, "
    "s.version_id FROM person p JOIN standing s ON s.person_id = p.id WHERE p.id IN ({})"
)
_ANSWERS: Final = (
    "SELECT owner_id, question, satisfied, expires_at FROM answer "
    "WHERE owner_id IN ({}) ORDER BY answered_at, id"
)


def _read(ids: Sequence[int], me: str, now: int, within: int) -> list[Waiting]:
    """These leads as rows, in this order; so many statements, however many leads."""
    there = {row[0]: row for row in those(_COLUMNS, ids)}
    told, answers = stories(ids), _answered(ids, now)
    names = names_of(story.taken.who for story in told.values() if story.taken)
    return [
        _waiting(there[who], told.get(who, NOTHING), answers.get(who, frozenset()), names, me, now, within)
        for who in ids
        if who in there
    ]


def _answered(ids: Sequence[int], now: int) -> dict[int, frozenset[str]]:
    """By lead, the questions whose newest answer satisfies and holds."""
    newest: dict[int, dict[str, bool]] = {}
    for who, question, satisfied, expires_at in those(_ANSWERS, ids):
        holds = satisfied is not None and bool(satisfied) and (expires_at is None or expires_at > now)
        newest.setdefault(who, {})[question] = holds
    return {who: frozenset(each for each, holds in said.items() if holds) for who, said in newest.items()}


def _waiting(
    row: Row,
    story: Story,
    answered: frozenset[str],
    names: Mapping[str, str],
    me: str,
    now: int,
    within: int,
) -> Waiting:
    who, name, email, company, traits, stage, since, total, grade, lines, as_of, version = row
    left = since + within - now if stage in TO_ACCEPT else None
    taken = story.taken if stage in WORKED else None
    moving = story.newest if story.newest and story.newest.known_at > as_of else None
    return Waiting(
        who, name, email, company, stage, since, left, total / 100, grade, reasons(lines, version),
        names.get(taken.who, "") if taken else "", bool(taken and taken.who == me),
        _next(stage, answered, version, traits), story.seen, moving,
    )  # fmt: skip


def reasons(lines: str, version_id: int, many: int = REASONS) -> tuple[str, ...]:
    """The rules that gave a lead the most points, as the playbook calls them; what a cap took is taken off."""
    given: dict[int, int] = {}
    for rule, line, *_, points in json.loads(lines):
        if line in ("rule", "cap"):
            given[rule] = given.get(rule, 0) + points
    names = words.wording(version_id).rules
    best = sorted(
        (rule for rule, points in given.items() if points > 0), key=lambda rule: (-given[rule], rule)
    )
    return tuple(names[rule] for rule in best[:many])


def _next(stage: str, answered: frozenset[str], version_id: int, traits: str) -> Next:
    """The next step: what is not answered yet is asked; who was never spoken to is called or written to first."""
    if stage in TO_ACCEPT:
        return Next("answer")
    if stage == "sql":
        return Next("close")
    missing = [each for each in questions(version_id) if each not in answered]
    if not missing:
        return Next("confirm")
    if answered:
        return Next("ask", missing[0])
    return Next("call" if json.loads(traits).get("phone") else "write", missing[0])


@lru_cache(maxsize=8)
def questions(version_id: int) -> tuple[str, ...]:
    """The questions that a published playbook asks about, budget, authority, need and timeline first."""
    asked = _layout(version_id).questions
    return tuple(sorted(asked, key=lambda each: (BANT.index(each) if each in BANT else len(BANT), each)))


def _layout(version_id: int) -> Layout:
    [(text,)] = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    return Layout(parse(text))
