"""The facts of the hand-off read from the store, as the core wants them; a lead is its person's number as text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from qualify.handoff.facts import Assignment, Closing, Contact, Ownership, Rejection
from qualify.handoff.followups import Enrolment, Happening, StepDone
from qualify.handoff.reasons import parted
from qualify.handoff.standing import Fact
from qualify.speech import heard, kept
from qualify.web.database import Row, insert, rows, those
from qualify.web.verbs.leads import Lead

_decode = msgspec.json.decode

_ASSIGNMENT = (
    "SELECT a.owner_id, a.cycle, a.rep_id, a.assigned_at, a.why, a.source, a.rule, i.owner_id, a.queue, a.pool, "
    "a.in_turn FROM assignment a LEFT JOIN identifier i ON i.id = a.account_id "
    "LEFT JOIN decision d ON d.id = a.decision_id WHERE a.taken_back_at IS NULL AND d.taken_back_at IS NULL AND {} "
    "ORDER BY a.assigned_at, a.id"
)
_REJECTION = (
    "SELECT owner_id, decided_at, reason, decided_by, detail FROM decision "
    "WHERE decision = 'rejected' AND taken_back_at IS NULL AND {} ORDER BY decided_at, id"
)
ENDED = "stage_to IN ('customer', 'disqualified', 'recycled')"
"""Moves by which a lead is open for nobody any more; written as the index of them is."""

_CLOSING = f"SELECT person_id, cycle, moved_at, stage_to FROM move WHERE {ENDED} AND {{}}"
_CONTACT = (
    "SELECT contact_id, owner_id, rep_id, channel, direction, happened_at, outcome, auto_reply, known_at "
    "FROM contact WHERE owner_id IN ({}) AND taken_back_at IS NULL ORDER BY happened_at, id"
)
_MET = (
    "SELECT id, owner_id, happened_at, known_at FROM event WHERE owner_id IN ({}) AND machine IS NULL "
    "AND kind = 'meeting_booked'"
)
THOSE = "{} IN ({{}})"


class After(NamedTuple):
    """The newest row of each table that says what everybody holds; 0: none."""

    assignment: int = 0
    decision: int = 0
    move: int = 0
    ownership: int = 0


NOTHING = After()


def everything(after: After = NOTHING) -> list[Fact]:
    """Every fact that says what everybody holds, kept since; why somebody was given a lead is left out."""
    given = _ASSIGNMENT.replace("a.why", "'[]'").format("a.id > %s")
    return [
        *(_assignment(row) for row in rows(given, [after.assignment])),
        *(_rejection(row) for row in rows(_REJECTION.format("id > %s"), [after.decision])),
        *(_closing(row) for row in rows(_CLOSING.format("id > %s"), [after.move])),
        *ownerships(after.ownership),
    ]


def assignments(people: Iterable[int]) -> list[Assignment]:
    """Whom these people were given to, oldest first."""
    found = those(_ASSIGNMENT.format(THOSE.format("a.owner_id")), sorted(people))
    return [_assignment(row) for row in found]


def rejections(people: Iterable[int]) -> list[Rejection]:
    """Who refused them, and why."""
    return [_rejection(row) for row in those(_REJECTION.format(THOSE.format("owner_id")), sorted(people))]


def contacts(people: Iterable[int]) -> list[Contact]:
    """Who was in touch with them: what was logged, and meetings that they booked themselves."""
    ids = sorted(people)
    logged = [_contact(row) for row in those(_CONTACT, ids)]
    return logged + [
        Contact(f"event {number}", str(who), None, "meeting", "inbound", at, "booked", known_at=known_at)
        for number, who, at, known_at in those(_MET, ids)
    ]


def ownerships(after: int = 0) -> list[Ownership]:
    """Whose accounts were made whose."""
    return [
        Ownership(str(account), rep, since, by)
        for account, rep, since, by in rows(
            "SELECT owner_id, rep_id, since, set_by FROM ownership WHERE id > %s ORDER BY since, id", [after]
        )
    ]


def enrolments(people: Iterable[int]) -> list[Enrolment]:
    """Which sequences they were put into, oldest first."""
    statement = (
        "SELECT owner_id, cycle, sequence, begun_at, rep_id, account_id FROM enrolment WHERE owner_id IN ({}) "
        "ORDER BY begun_at, id"
    )
    return [
        Enrolment(str(who), cycle, sequence, begun_at, rep, _text(account))
        for who, cycle, sequence, begun_at, rep, account in those(statement, sorted(people))
    ]


def steps_done(people: Iterable[int]) -> list[StepDone]:
    """Which steps were done, or left out."""
    statement = (
        "SELECT owner_id, cycle, sequence, step, done_at, skipped FROM step_done "
        "WHERE owner_id IN ({}) AND taken_back_at IS NULL"
    )
    return [
        StepDone(str(who), cycle, sequence, step, at, bool(skipped))
        for who, cycle, sequence, step, at, skipped in those(statement, sorted(people))
    ]


def happenings(people: Iterable[int]) -> list[Happening]:
    """What sequences go by: what was written down as such, real meetings, and moves between stages."""
    ids = sorted(people)
    accounts: dict[int, int | None] = dict(those("SELECT id, account_id FROM person WHERE id IN ({})", ids))
    statement = (
        "SELECT owner_id, kind, happened_at, returns_at FROM happening "
        "WHERE owner_id IN ({}) AND taken_back_at IS NULL"
    )
    told = those(statement, ids)
    found = [
        Happening(kind, str(who), at, _text(accounts.get(who)), returns_at=returns_at)
        for who, kind, at, returns_at in told
    ]
    found += [
        Happening("meeting", each.lead_id, each.happened_at)
        for each in contacts(ids)
        if each.channel == "meeting" and each.outcome in ("booked", "held")
    ]
    moves = those("SELECT person_id, moved_at, stage_to FROM move WHERE person_id IN ({})", ids)
    return found + [Happening("stage", str(who), at, stage=stage) for who, at, stage in moves]


def _assignment(row: Row) -> Assignment:
    who, cycle, rep, at, why, by, rule, account, queue, pool, in_turn = row
    told: tuple[str, ...] = () if why == "[]" else tuple(heard(_decode(why)))
    return Assignment(
        str(who), cycle, rep, at, told, by, rule, _text(account), queue, _pool(pool), in_turn=bool(in_turn)
    )


@lru_cache(maxsize=4_096)
def _pool(text: str) -> tuple[tuple[str, int], ...]:
    """Whose turn it could have been; the same few, again and again."""
    return tuple((name, weight) for name, weight in _decode(text))


def _rejection(row: Row) -> Rejection:
    who, at, reason, by, detail = row
    told: dict[str, Any] = _decode(detail)
    word, words = typed(reason)
    return Rejection(
        str(who), told.get("cycle", 1), told.get("rep") or by, at, word,  # type: ignore[arg-type]
        words, frozenset(told.get("held", ())), told.get("on"), _text(told.get("duplicate_of")),
    )  # fmt: skip


def typed(reason: str) -> tuple[str, str]:
    """A kept reason as its word and what was added; one that is no word of ours is something else, in words."""
    return parted(reason or "no reason was given")


def _closing(row: Row) -> Closing:
    who, cycle, at, stage = row
    return Closing(str(who), cycle, at, stage)


def _contact(row: Row) -> Contact:
    number, who, rep, channel, direction, at, outcome, auto_reply, known_at = row
    return Contact(number, str(who), rep, channel, direction, at, outcome, bool(auto_reply), known_at)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def keep(
    table: str, whose: Lead, columns: dict[str, object], source: str, now: int, then: str = ""
) -> int | None:
    """Keep a fact of a lead that no score depends on; its number, None when it was there (``then`` says so)."""
    row = (whose.subject_id, whose.person_id, now, max(now, whose.joined_at), source[:255], *columns.values())
    names = ", ".join(["subject_id, owner_id, received_at, known_at, source", *columns])
    found = insert(table, names, [row], f"{then} RETURNING id")
    return int(found[0][0]) if found else None


def keep_assignment(
    whose: Lead, given: Assignment, source: str, now: int, decision_id: int | None = None
) -> int:
    """Keep that the lead was given to somebody."""
    account = None if given.account_id is None else int(given.account_id)
    told: dict[str, object] = {
        "cycle": given.cycle, "rep_id": given.rep_id, "assigned_at": given.assigned_at,
        "why": msgspec.json.encode(kept(given.why)).decode(), "rule": given.rule[:255], "account_id": account,
        "queue": given.queue[:255], "pool": msgspec.json.encode(given.pool).decode(), "in_turn": given.in_turn,
        "decision_id": decision_id,
    }  # fmt: skip
    number = keep("assignment", whose, told, source, now)
    assert number is not None
    return number
