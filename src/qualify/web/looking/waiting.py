"""A row of the inbox: who waits, why they are worth it, whose they are, how long there is, and what to do next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.vocabulary import BANT
from qualify.web.database import Row, rows, those
from qualify.web.looking import words
from qualify.web.looking.decided import NOTHING, Decided, Story, names_of, stories
from qualify.web.looking.handed import Working, working
from qualify.web.looking.inbox import BELOW, TO_ACCEPT, WORKED, Asked, Place

REASONS: Final = 2
"""How many reasons are told of a lead."""

SOON: Final = 3_600_000
"""Where nobody warns, a lead is due soon when so many milliseconds are left."""


class Next(NamedTuple):
    """What to do now: ``answer`` (accept or reject), ``call`` or ``write`` or ``ask`` about what, ``confirm``,
    ``close``.
    """

    step: str
    about: str = ""


class Promised(NamedTuple):
    """How the promise of a lead stands: by what it is told (``clock``: in the owner's working time, ``wall``), when it
    is due, the milliseconds of that time that are left (negative: of the wall's, since it was due), whether that is
    little.

    ``answered``: somebody was in touch; nothing is due any more.
    """

    by: str
    due_at: int | None
    left: int
    soon: bool
    answered: bool = False

    @property
    def late(self) -> int:
        """Milliseconds since it was due; 0 when it was not."""
        return max(0, -self.left)


class Waiting(NamedTuple):
    """A row of the inbox; points as written, moments in epoch ms.

    ``promised`` is None where nothing was. ``owner`` is what whoever has it is called. ``moving`` is what was decided
    and is not yet reckoned with; ``explored``: it was drawn at random below the line. ``seen`` goes with a decision,
    see :func:`~qualify.web.verbs.decide.decide`.
    """

    id: int
    name: str
    email: str
    company: str
    stage: str
    since: int
    promised: Promised | None
    total: float
    grade: str
    reasons: tuple[str, ...]
    owner: str
    mine: bool
    next: Next
    seen: str
    moving: Decided | None
    explored: bool = False

    @property
    def to_accept(self) -> bool:
        """Whether it is to be accepted or rejected."""
        return self.stage in TO_ACCEPT + BELOW


_COLUMNS: Final = (
    "SELECT p.id, p.name, p.email, p.company, p.traits, s.stage, s.since, s.total, s.grade, s.lines, s.as_of, "
    "s.version_id, EXISTS (SELECT 1 FROM assignment a WHERE a.owner_id = p.id AND a.source = 'exploration' "
    "AND a.cycle = s.cycle AND a.taken_back_at IS NULL), s.rep_id, h.state, h.due_at, h.warn_at, h.stopped_at "
    "FROM person p JOIN standing s ON s.person_id = p.id "
    "LEFT JOIN handoff h ON h.person_id = p.id AND h.ended_at IS NULL "
    "AND s.due_at IS NOT NULL WHERE p.id IN ({})"
)
_ANSWERS: Final = (
    "SELECT owner_id, question, satisfied, expires_at FROM answer "
    "WHERE owner_id IN ({}) ORDER BY answered_at, id"
)


def read(places: Sequence[Place], asked: Asked) -> list[Waiting]:
    """These leads as rows, in this order; so many statements, however many leads."""
    ids = [place.person_id for place in places]
    there = {row[0]: row for row in those(_COLUMNS, ids)}
    told, answers = stories(ids), _answered(ids, asked.now)
    names = names_of(
        [
            *(row[13] or "" for row in there.values()),
            *(each.taken.who for each in told.values() if each.taken),
        ]
    )
    at_work = working(asked.now) if any(row[14] for row in there.values()) else None
    return [
        _waiting(there[who], told.get(who, NOTHING), answers.get(who, frozenset()), names, asked, at_work)
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
    asked: Asked,
    at_work: Working | None,
) -> Waiting:
    (
        who,
        name,
        email,
        company,
        traits,
        stage,
        since,
        total,
        grade,
        lines,
        as_of,
        version,
        explored,
        rep,
        *clock,
    ) = row
    taken = story.taken if stage in WORKED else None
    owner = rep or (taken.who if taken else "")
    promised = _promised(stage, since, rep, clock, asked, at_work)
    moving = story.newest if story.newest and story.newest.known_at > as_of else None
    step = _next(stage, answered, version, traits, promised)
    return Waiting(
        who, name, email, company, stage, since, promised, total / 100, grade, reasons(lines, version),
        names.get(owner, "") if owner else "", owner == asked.me, step, story.seen, moving, bool(explored),
    )  # fmt: skip


def _promised(
    stage: str,
    since: int,
    rep: str | None,
    clock: Sequence[int | None],
    asked: Asked,
    at_work: Working | None,
) -> Promised | None:
    state, due_at, warn_at, stopped_at = clock
    now = asked.now
    if state is None or at_work is None:
        if stage not in TO_ACCEPT:
            return None
        left = since + asked.within - now
        return Promised("wall", since + asked.within, left, 0 <= left < SOON)
    if stopped_at is not None or due_at is None:
        return Promised("clock", None, 0, soon=False, answered=stopped_at is not None)
    # What is left is of the owner's working time; how late it is, whoever waits sees on the wall.
    left = at_work.between(rep, now, due_at) if due_at >= now else due_at - now
    return Promised("clock", due_at, left, warn_at is not None and warn_at <= now <= due_at)


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


def _next(
    stage: str, answered: frozenset[str], version_id: int, traits: str, promised: Promised | None
) -> Next:
    """The next step: what is not answered yet is asked; who was never spoken to is called or written to first."""
    if stage in TO_ACCEPT + BELOW:
        return Next("answer")
    if stage == "sql":
        return Next("close")
    missing = [each for each in questions(version_id) if each not in answered]
    if not missing:
        return Next("confirm")
    spoken_to = bool(answered) or (promised is not None and promised.answered)
    if spoken_to:
        return Next("ask", missing[0])
    return Next("call" if json.loads(traits).get("phone") else "write", missing[0])


@lru_cache(maxsize=8)
def questions(version_id: int) -> tuple[str, ...]:
    """The questions that a published playbook asks about, budget, authority, need and timeline first."""
    [(text,)] = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    asked = Layout(parse(text)).questions
    return tuple(sorted(asked, key=lambda each: (BANT.index(each) if each in BANT else len(BANT), each)))
