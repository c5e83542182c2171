"""What happened to a lead, newest first: what they did, what was learnt, decided, answered, agreed to, told, and what
we did about it: who had it, who was in touch, what was written and came back, which touches were done, who was warned.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from qualify.speech import heard
from qualify.web.database import Row, rows
from qualify.web.looking.leads import closed, opened


class Told(NamedTuple):
    """A kind of entry: its table, the column of whose it is, when it was, what else is shown, what came to be known
    when, and which of its rows are meant (SQL; empty: all). Several kinds may be of one type.
    """

    type: str
    table: str
    owner: str
    moment: str
    known: str
    columns: tuple[str, ...]
    only: str = ""


KINDS: Final = (
    Told("event", "event", "owner_id", "happened_at", "known_at", ("kind", "source_id", "machine", "properties")),
    Told("learnt", "learnt", "owner_id", "learned_at", "known_at", ("source_id", "traits")),
    Told("move", "move", "person_id", "moved_at", "moved_at",
         ("stage_from", "stage_to", "cycle", "version_id")),
    Told("decision", "decision", "owner_id", "decided_at", "known_at",
         ("decision", "reason", "decided_by", "taken_back_at", "taken_back_by")),
    Told("outcome", "outcome", "owner_id", "closed_at", "known_at",
         ("outcome", "reason", "amount", "currency", "taken_back_at", "taken_back_by")),
    Told("answer", "answer", "owner_id", "answered_at", "known_at",
         ("question", "value", "satisfied", "expires_at", "confidence", "asked_by")),
    Told("consent", "consent", "owner_id", "given_at", "known_at", ("purpose", "given", "source", "proof")),
    # What an acceptance gives to somebody is told by the decision.
    Told("assignment", "assignment", "owner_id", "assigned_at", "known_at",
         ("rep_id", "why", "source", "rule", "cycle", "taken_back_at"), "decision_id IS NULL"),
    Told("contact", "contact", "owner_id", "happened_at", "known_at",
         ("channel", "direction", "outcome", "auto_reply", "rep_id", "note", "taken_back_at")),
    Told("mail", "mail", "person_id", "sent_at", "sent_at", ("kind", '"to"', "subject", "rep_id"), "state = 'sent'"),
    Told("incoming", "incoming", "owner_id", "received_at", "known_at", ("kind", "subject", "why")),
    Told("step", "step_done", "owner_id", "done_at", "known_at",
         ("sequence", "step", "skipped", "source", "taken_back_at")),
    Told("step", "enrolment", "owner_id", "begun_at", "known_at", ("sequence", "rep_id")),
    Told("step", "happening", "owner_id", "happened_at", "known_at", ("kind", "source", "returns_at", "taken_back_at"),
         "kind IN ('stopped', 'out of office')"),
    Told("escalation", "nudge", "owner_id", "told_at", "known_at", ("what", "rep_id")),
    Told("message", "message", "person_id", "created_at", "created_at", ("type", "payload")),
)  # fmt: skip
"""In the order in which entries of one moment are shown."""

TYPES: Final = tuple(dict.fromkeys(kind.type for kind in KINDS))

_JSON: Final = ("properties", "traits", "payload", "why")
_TRUTHS: Final = ("satisfied", "given", "auto_reply", "skipped")


class Entry(NamedTuple):
    """Something that happened: its type, when it was so, from when on it was known, and what is to be said of it.

    ``machine`` says why it is held to be a machine's doing, which counts for nothing; None when it is not.
    """

    type: str
    id: int
    at: int
    known_at: int
    machine: str | None
    details: dict[str, Any]


class Page(NamedTuple):
    """Some entries, and where older ones begin (None: these are the oldest)."""

    entries: list[Entry]
    next_cursor: str | None


def timeline(
    person_id: int, until: int, *, types: tuple[str, ...] = (), cursor: str | None = None, limit: int = 50
) -> Page:
    """What happened to a person, newest first, as known at the moment ``until`` (epoch ms).

    Raises :class:`~qualify.errors.QualifyError` for a cursor that is none.
    """
    before = None if cursor is None else opened(cursor, "timeline", 3)
    found: list[tuple[int, int, int, Entry]] = []
    for rank, kind in enumerate(KINDS):
        if not types or kind.type in types:
            found += [
                (-row[1], rank, -row[0], _entry(kind, row))
                for row in _some(kind, rank, person_id, until, before, limit)
            ]
    found.sort(key=lambda each: each[:3])
    entries = [each[3] for each in found[:limit]]
    if len(found) <= limit:
        return Page(entries, None)
    at, rank, number, _ = found[limit - 1]
    return Page(entries, closed("timeline", [-at, rank, -number]))


def _some(
    kind: Told, rank: int, person_id: int, until: int, before: list[int] | None, limit: int
) -> list[Row]:
    """The newest rows of one kind before a place: one more than are asked for."""
    said, parameters = "", []
    if before is not None:
        at, other, number = before
        # Of one moment, kinds follow one another, and within a kind the newer row comes first.
        same = (
            ""
            if rank < other
            else f" OR {kind.moment} = %s"
            if rank > other
            else f" OR ({kind.moment} = %s AND id < %s)"
        )
        said = f" AND ({kind.moment} < %s{same})"
        parameters = [at, *([] if rank < other else [at] if rank > other else [at, number])]
    only = f" AND {kind.only}" if kind.only else ""
    return rows(
        f"SELECT id, {kind.moment}, {kind.known}, {', '.join(kind.columns)} FROM {kind.table} "
        f"WHERE {kind.owner} = %s AND {kind.known} <= %s{only}{said} ORDER BY {kind.moment} DESC, id DESC LIMIT %s",
        [person_id, until, *parameters, limit + 1],
    )


def _entry(kind: Told, row: Row) -> Entry:
    number, at, known_at, *values = row
    details = dict(zip((name.strip('"') for name in kind.columns), values, strict=True))
    for name in _JSON:
        if name in details and (name != "why" or kind.table == "assignment"):
            details[name] = heard(json.loads(details[name]))
    if kind.type == "step":
        details["what"] = kind.table
    for name in _TRUTHS:
        if details.get(name) is not None:
            details[name] = bool(details[name])
    if details.get("amount") is not None:
        details["amount"] = f"{details['amount']:.2f}"
    machine = details.pop("machine", None)
    return Entry(kind.type, number, at, known_at, machine, details)
