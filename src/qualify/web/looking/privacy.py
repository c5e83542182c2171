"""Everything that is held of somebody, and how they were judged by it, in plain words.

It answers a request for access (GDPR art. 15): the data, where they came from, who received them, and what is worked
out from them automatically, with the rules that did it (art. 15(1)(h), 22).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from qualify.playbook import parse
from qualify.playbook.prose import prose
from qualify.speech import heard
from qualify.web.database import Row, rows, those
from qualify.web.keeping.erasing import whole
from qualify.web.looking import lead as looking
from qualify.web.looking.consents import consents_of

_FACTS: Final = {
    "events": ("event", "happened_at",
               ("kind", "happened_at", "received_at", "source_id", "machine", "properties", "context")),
    "learnt": ("learnt", "learned_at", ("learned_at", "received_at", "source_id", "traits")),
    "answers": ("answer", "answered_at",
                ("question", "value", "satisfied", "answered_at", "expires_at", "confidence", "asked_by")),
    "decisions": ("decision", "decided_at", ("decision", "decided_at", "reason", "decided_by", "taken_back_at")),
    "outcomes": ("outcome", "closed_at",
                 ("outcome", "closed_at", "reason", "amount", "currency", "taken_back_at")),
    "consents": ("consent", "given_at", ("purpose", "given", "given_at", "source", "proof")),
    "handed_to": ("assignment", "assigned_at", ("rep_id", "assigned_at", "why", "source")),
    "contacts": ("contact", "happened_at",
                 ("channel", "direction", "happened_at", "outcome", "rep_id", "note", "source")),
    "sequences": ("enrolment", "begun_at", ("sequence", "begun_at", "rep_id")),
    "mails": ("incoming", "received_at", ("kind", "received_at", "sender", "subject")),
}  # fmt: skip
"""What is told of each kind of fact: its table, its moment, its columns."""

_JSON: Final = ("properties", "context", "traits", "why")


def held(person_id: int, now: int) -> dict[str, Any]:
    """Everything that is held of a person, ready to be written as JSON; moments as texts, in UTC.

    Raises :class:`LookupError` when there is no such person.
    """
    who, detail = whole(person_id), looking.today(person_id, now)
    if detail is None:
        raise LookupError(person_id)
    known, tied = looking.identity(person_id)
    sources: dict[int, str] = dict(rows("SELECT id, name FROM source"))
    theirs = set(who.own) | set(who.shared)
    return {
        "made_at": _moment(now),
        "lead": person_id,
        "leads": list(who.leads),
        "identifiers": [
            {"kind": each.kind, "value": each.value, "first_seen": _moment(each.first_seen)}
            for each in known
            if each.id in theirs
        ],
        "links": [
            {
                "one": each.one_id,
                "other": each.other_id,
                "evidence": each.evidence,
                "at": _moment(each.linked_at),
            }
            for each in tied
        ],
        "traits": detail.traits,
        "consents_now": {purpose: each.given for purpose, each in consents_of(person_id, now).items()},
        **{name: _facts(person_id, sources, *told) for name, told in _FACTS.items()},
        "judgement": _judgement(detail),
        "stages": _moves(person_id),
        "recipients": _recipients(who.own),
    }


def _facts(
    person_id: int, sources: dict[int, str], table: str, moment: str, columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    statement = f"SELECT {', '.join(columns)} FROM {table} WHERE owner_id = %s ORDER BY {moment}, id"
    return [_told(columns, row, sources) for row in rows(statement, [person_id])]


def _told(columns: tuple[str, ...], row: Row, sources: dict[int, str]) -> dict[str, Any]:
    """A row with names; empty columns are left out."""
    found: dict[str, Any] = {}
    for name, value in zip(columns, row, strict=True):
        if value is None or value == "":
            continue
        if name == "source_id":
            found["source"] = sources.get(value, "by hand")
        elif name.endswith(("_at", "expires_at")):
            found[name] = _moment(value)
        elif name in _JSON:
            found[name] = heard(json.loads(value))
        elif name in ("satisfied", "given"):
            found[name] = bool(value)
        else:
            found[name] = value if isinstance(value, str | int | float) else str(value)
    return found


def _judgement(detail: looking.Detail) -> dict[str, Any] | None:
    """How the person is judged today: the score with every line behind it, and the rules in full."""
    lead = detail.lead
    if lead.playbook_version is None:
        return None
    [(text,)] = rows("SELECT text FROM playbook_version WHERE id = %s", [lead.playbook_version])
    return {
        "as_of": _moment(detail.as_of), "stage": lead.stage, "stage_since": _moment(lead.since),
        "grade": lead.grade, "total": lead.total, "scores": lead.scores, "information": lead.information,
        "lines": [
            {
                "score": each.score, "rule": each.rule, "kind": each.line, "points": each.points,
                "times": each.occurrences,
            }
            for each in detail.lines
        ],
        "could_not_be_judged": detail.unknown, "playbook_version": lead.playbook_version,
        "rules_in_words": prose(parse(text)),
    }  # fmt: skip


def _moves(person_id: int) -> list[dict[str, Any]]:
    found = rows(
        "SELECT moved_at, stage_from, stage_to, cycle, version_id FROM move WHERE person_id = %s "
        "ORDER BY moved_at, place",
        [person_id],
    )
    return [
        {"at": _moment(at), "from": one, "to": other, "cycle": cycle, "playbook_version": version}
        for at, one, other, cycle, version in found
    ]


def _recipients(leads: tuple[int, ...]) -> list[dict[str, Any]]:
    """The systems that were told of them, and how often."""
    found = those(
        "SELECT w.url, count(*), max(a.delivered_at) FROM message m JOIN attempt a ON a.message_id = m.id "
        "JOIN webhook w ON w.id = a.webhook_id WHERE a.delivered_at IS NOT NULL AND m.person_id IN ({}) "
        "GROUP BY w.url ORDER BY w.url",
        leads,
    )
    return [{"url": url, "messages": count, "last_at": _moment(last)} for url, count, last in found]


def _moment(value: int | None) -> str | None:
    return (
        None
        if value is None
        else dt.datetime.fromtimestamp(value / 1000, dt.UTC).isoformat(timespec="seconds")
    )
