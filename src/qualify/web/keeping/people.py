"""Who is who, kept up to date: when links change, the people they touch are resolved anew and facts moved.

What is written here are conclusions (owners, ``known_at``, people), made from the graph of links alone, so
that taking a link out of force brings back exactly what was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from qualify.identity.graph import Link, Node, Span, is_account, is_naming
from qualify.identity.neighbourhood import Neighbourhood, neighbourhood
from qualify.identity.resolving import Resolution, resolve
from qualify.web.database import greatest, insert, is_sqlite, marks, run, run_many, those
from qualify.web.keeping.marking import mark

PERSON_TABLES = {
    "event": "happened_at",
    "learnt": "learned_at",
    "answer": "answered_at",
    "decision": "decided_at",
    "outcome": "closed_at",
    "consent": "given_at",
}
"""The facts of people, and the column that says when each was so."""

ACCOUNT_TABLES = {"account_learnt": "learned_at"}

_NODES = "SELECT id, kind, value, first_seen FROM identifier WHERE id IN ({})"
_LINKS = "SELECT id, one_id, other_id, evidence, linked_at, known_at, severed_at IS NULL FROM link WHERE {} IN ({{}})"


def lock_the_graph() -> None:
    """Let nobody else change who is who until this transaction ends; SQLite has one writer anyway."""
    if not is_sqlite():
        run("SELECT pg_advisory_xact_lock(70251)")


class _Graph:
    """The graph as the store has it; links that are just being severed are still seen."""

    def __init__(self, gone: Collection[int]) -> None:
        self.gone = frozenset(gone)

    def around(self, ids: Collection[int]) -> tuple[Iterable[Node], Iterable[Link]]:
        """These nodes and those that their links lead to, and the links."""
        found = {row[0]: row for end in ("one_id", "other_id") for row in those(_LINKS.format(end), ids)}
        links = [Link(*row[:6], bool(row[6]) or row[0] in self.gone) for row in found.values()]
        wanted = {*ids, *(end for link in links if link.active for end in (link.a, link.b))}
        return [Node(*row) for row in those(_NODES, sorted(wanted))], links


def regroup(starts: Iterable[int], now: int, new: Collection[int] = (), gone: Collection[int] = ()) -> None:
    """Resolve anew who these identifiers belong to, after the links ``new`` came or those in ``gone`` went."""
    hood = neighbourhood(starts, _Graph(gone).around)
    before = resolve(hood.nodes, [link for link in hood.links if link.id not in new])
    after = resolve(hood.nodes, [link for link in hood.links if link.id not in gone])
    changed = [
        _Change(node, before.spans(node.id), after.spans(node.id))
        for node in hood.nodes
        if (node.id in hood.inside or node.id in hood.carried)
        and before.spans(node.id) != after.spans(node.id)
    ]
    rim = {node.id for node in hood.nodes} - hood.inside - hood.carried
    for change in changed:
        _move_facts(change, rim)
    _write_owners(changed, rim)
    _write_people(changed, hood, after, rim, now)


def whole(node_id: int, at: int) -> tuple[int, int]:
    """Whose a fact on this identifier is at that moment, and from when on that is known."""
    hood = neighbourhood([node_id], _Graph(()).around, at)
    return resolve(hood.nodes, hood.links).person_of(node_id, at)


def around(starts: Iterable[int]) -> Neighbourhood:
    """All that has to be looked at to know who these identifiers belong to, with the links in force."""
    return neighbourhood(starts, _Graph(()).around)


class _Change(NamedTuple):
    node: Node
    before: Sequence[Span]
    after: Sequence[Span]


def _move_facts(change: _Change, rim: Collection[int]) -> None:
    """Give the facts of an identifier to whom they belong now; those of people on the rim stay."""
    tables = ACCOUNT_TABLES if is_account(change.node.kind) else PERSON_TABLES
    owners = sorted({span.person_id for span in (*change.before, *change.after)} | {change.node.id})
    untils = [span.since for span in change.after[1:]] + [None]
    for span, until in zip(change.after, untils, strict=True):
        if span.person_id in rim:
            continue
        for table, moment in tables.items():
            where, parameters = _between(moment, span.since, until)
            known_at = greatest("received_at", "%s")
            run(
                f"UPDATE {table} SET owner_id = %s, known_at = {known_at} "
                f"WHERE owner_id IN ({marks(len(owners))}) AND subject_id = %s{where}",
                [span.person_id, span.joined_at, *owners, change.node.id, *parameters],
            )


def _between(moment: str, since: int | None, until: int | None) -> tuple[str, list[int]]:
    said, parameters = "", []
    if since is not None:
        said, parameters = f" AND {moment} >= %s", [since]
    if until is not None:
        said, parameters = f"{said} AND {moment} < %s", [*parameters, until]
    return said, parameters


def _write_owners(changed: Sequence[_Change], rim: Collection[int]) -> None:
    """Each identifier's present owner; who is on the rim keeps the owner that is written there."""
    written = [
        (last.person_id, last.joined_at, len(change.after) > 1, change.node.id)
        for change in changed
        if (last := change.after[-1]).person_id not in rim
    ]
    run_many("UPDATE identifier SET owner_id = %s, joined_at = %s, contested = %s WHERE id = %s", written)
    left = [
        (len(change.after) > 1, change.node.id) for change in changed if change.after[-1].person_id in rim
    ]
    run_many("UPDATE identifier SET contested = %s WHERE id = %s", left)


def _write_people(
    changed: Sequence[_Change], hood: Neighbourhood, after: Resolution, rim: Collection[int], now: int
) -> None:
    """People who are there now are marked to be judged anew; those who are somebody else now are gone."""
    nodes = {node.id: node for node in hood.nodes}
    since = _since(changed, rim)
    people = [who for who in since if who in nodes and is_naming(nodes[who].kind)]
    here = [who for who in people if after.person_of(who, 0).person_id == who]
    gone = sorted(set(people) - set(here))
    for table, column in (
        ("person", "id"),
        ("standing", "person_id"),
        ("move", "person_id"),
        ("dirty", "person_id"),
    ):
        if gone:
            run(f"DELETE FROM {table} WHERE {column} IN ({marks(len(gone))})", gone)
    rows = [(who, nodes[who].first_seen, "", "", "", "{}") for who in here]
    insert("person", "id, created_at, email, name, company, traits", rows, "ON CONFLICT (id) DO NOTHING")
    mark({who: since[who] for who in here}, now)


def _since(changed: Sequence[_Change], rim: Collection[int]) -> Mapping[int, int]:
    """By person or account, the earliest moment from which what is known of them is different."""
    found: dict[int, int] = {}
    for change in changed:
        if is_account(change.node.kind):
            continue
        for span in set(change.before) ^ set(change.after):
            if span.person_id not in rim:
                found[span.person_id] = min(span.joined_at, found.get(span.person_id, span.joined_at))
    return found
