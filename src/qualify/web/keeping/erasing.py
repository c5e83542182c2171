"""Somebody erased: every fact of theirs, what follows from it, and who they were; in one transaction.

What is left is as if they had never been: who is who, how colleagues stand and what is held to be machines' doing
is told anew for whoever is touched by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from qualify.capture.model import Identifier
from qualify.identity.graph import is_naming
from qualify.identity.resolving import resolve
from qualify.web.database import is_sqlite, parts, rows, run, those
from qualify.web.keeping.erased import remember
from qualify.web.keeping.marking import Mark, both, mark_each, marks_of, of_accounts
from qualify.web.keeping.people import PERSON_TABLES, around, regroup
from qualify.web.keeping.traces import Traces, forget

Counts = Mapping[str, int]
"""By table, how many rows went."""


class Whole(NamedTuple):
    """All that somebody goes by: the identifiers that are theirs alone, and browsers that were others' too."""

    person_id: int
    own: tuple[int, ...]
    shared: tuple[int, ...]
    identifiers: tuple[Identifier, ...]
    leads: tuple[int, ...]
    """The numbers that they had as a lead, merged-away ones too."""


def whole(person_id: int) -> Whole:
    """All that somebody goes by."""
    hood = around([person_id])
    resolution = resolve(hood.nodes, hood.links)
    theirs = {
        node.id: {span.person_id for span in resolution.spans(node.id)}
        for node in hood.nodes
        if node.id in hood.inside or node.id in hood.carried
    }
    own = sorted(node for node, owners in theirs.items() if owners == {person_id})
    shared = sorted(node for node, owners in theirs.items() if person_id in owners and len(owners) > 1)
    named = those("SELECT id, kind, value FROM identifier WHERE id IN ({})", own)
    leads = sorted(number for number, kind, _ in named if is_naming(kind))
    identifiers = tuple(Identifier(kind, value) for _, kind, value in named)
    return Whole(person_id, tuple(own), tuple(shared), identifiers, tuple(leads))


def erase(who: Whole, now: int, *, sweep: bool = True) -> Counts:
    """Erase them; by table, how many rows went. To be called in a transaction that holds the graph.

    ``sweep``: go through whole tables, too, for facts under their identifiers that are somebody else's. There are
    none but in a store that is broken, and it takes as long as there are facts: who only looks does without.
    """
    _overwrite(True)
    try:
        _held(who)
        remember([each for each in who.identifiers if is_naming(each.kind)], who.person_id, now)
        touched = both(_neighbours(who), _colleagues(who))
        counts = _facts(who, sweep) | _outbox(who)
        counts["link"] = _links(who, touched, now)
        counts |= _conclusions(who)
        _marked(touched, who, now)
        return counts | forget(Traces(who.identifiers), who.leads)
    finally:
        _overwrite(False)


def _overwrite(whether: bool) -> None:
    """Have SQLite write zeros over what is deleted, instead of leaving it in the file."""
    if is_sqlite():
        rows(f"PRAGMA secure_delete = {'ON' if whether else 'OFF'}")


def _held(who: Whole) -> None:
    """Let nobody write a fact of theirs meanwhile."""
    if not is_sqlite():
        those(
            "SELECT id FROM identifier WHERE id IN ({}) ORDER BY id FOR UPDATE",
            sorted((*who.own, *who.shared)),
        )


def _deleted(table: str, column: str, keys: Collection[int]) -> int:
    return sum(
        run(f"DELETE FROM {table} WHERE {column} IN ({', '.join(['%s'] * len(part))})", part)
        for part in parts(sorted(keys), 500)
    )


_OF_EVENTS: Final = ("sighting", "form_text")


def _facts(who: Whole, sweep: bool) -> dict[str, int]:
    """Their facts, those too that were kept under a browser that others used."""
    for table in _OF_EVENTS:
        run(
            f"DELETE FROM {table} WHERE event_id IN (SELECT id FROM event WHERE owner_id = %s)",
            [who.person_id],
        )
    counts = {
        table: run(f"DELETE FROM {table} WHERE owner_id = %s", [who.person_id]) for table in PERSON_TABLES
    }
    for table in PERSON_TABLES if sweep else ():
        counts[table] += _deleted(table, "subject_id", who.own)
    return counts


def _outbox(who: Whole) -> dict[str, int]:
    """What was told of them, or is still to be told."""
    told = [number for (number,) in those("SELECT id FROM message WHERE person_id IN ({})", who.own)]
    _deleted("attempt", "message_id", told)
    return {"message": _deleted("message", "id", told)}


def _links(who: Whole, touched: dict[int, Mark], now: int) -> int:
    """Their links; whoever used the same browser keeps it, and what they did on it."""
    found: dict[int, tuple[int, int, bool]] = {}
    for end in ("one_id", "other_id"):
        statement = f"SELECT id, one_id, other_id, severed_at IS NULL FROM link WHERE {end} IN ({{}})"
        found |= {row[0]: (row[1], row[2], bool(row[3])) for row in those(statement, who.own)}
    active = [number for number, (*_, in_force) in found.items() if in_force]
    ends = {end for one, other, _ in found.values() for end in (one, other)}
    if active:
        regroup(sorted(ends), now, gone=active, news=touched)
    return _deleted("link", "id", list(found))


def _conclusions(who: Whole) -> dict[str, int]:
    """Who they were, and how they stood."""
    moves = _deleted("move", "person_id", who.own)
    of_person = tuple((table, "person_id") for table in ("standing", "dirty", "handoff", "handing", "mail"))
    for table, column in (*of_person, ("person", "id")):
        _deleted(table, column, who.own)
    suggested = _deleted("suggestion", "one_id", who.own) + _deleted("suggestion", "other_id", who.own)
    return {"move": moves, "suggestion": suggested, "identifier": _deleted("identifier", "id", who.own)}


_NEAR: Final = (
    "SELECT e.owner_id, min(e.known_at) FROM sighting mine JOIN sighting other ON other.network = mine.network "
    "AND other.minute BETWEEN mine.minute - 2 AND mine.minute + 2 JOIN event e ON e.id = other.event_id "
    "WHERE mine.event_id IN (SELECT id FROM event WHERE owner_id = %s) AND e.owner_id <> %s GROUP BY e.owner_id"
)
_ALIKE: Final = (
    "SELECT e.owner_id, min(e.known_at) FROM form_text mine JOIN form_text other ON other.digest = mine.digest "
    "JOIN event e ON e.id = other.event_id "
    "WHERE mine.event_id IN (SELECT id FROM event WHERE owner_id = %s) AND e.owner_id <> %s GROUP BY e.owner_id"
)


def _neighbours(who: Whole) -> dict[int, Mark]:
    """Whose events were held against theirs to tell machines from people: without them it may look different."""
    found: dict[int, Mark] = {}
    for statement in (_NEAR, _ALIKE):
        found = both(found, marks_of(dict(rows(statement, [who.person_id, who.person_id])), own=False))
    return found


def _colleagues(who: Whole) -> dict[int, Mark]:
    """What they did counted for their colleagues too."""
    found = those("SELECT account_id, created_at FROM person WHERE id IN ({})", [who.person_id])
    return of_accounts({account: created_at for account, created_at in found if account is not None})


def _marked(touched: Mapping[int, Mark], who: Whole, now: int) -> None:
    """Whoever is touched is judged anew, if they are somebody."""
    there = {number for (number,) in those("SELECT id FROM person WHERE id IN ({})", _but(touched, who.own))}
    mark_each({number: mark for number, mark in touched.items() if number in there}, now)


def _but(some: Collection[int], others: Collection[int]) -> Sequence[int]:
    return sorted(set(some) - set(others))
