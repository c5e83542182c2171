"""Who is who, kept up to date: when links change, the people they touch are resolved anew and facts moved.

What is written here are conclusions (owners, ``known_at``, people), made from the graph of links alone, so
that taking a link out of force brings back exactly what was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from qualify.identity.graph import Link, Node, Span, is_account, is_naming
from qualify.identity.neighbourhood import Neighbourhood, neighbourhood
from qualify.identity.resolving import Resolution, resolve
from qualify.web.database import insert, is_sqlite, marks, run, run_many, those
from qualify.web.keeping.marking import Mark, both, lock_the_houses, mark_each, marks_of, of_accounts

PERSON_TABLES = {
    "event": "happened_at",
    "learnt": "learned_at",
    "answer": "answered_at",
    "decision": "decided_at",
    "outcome": "closed_at",
    "consent": "given_at",
    "assignment": "assigned_at",
    "contact": "happened_at",
    "enrolment": "begun_at",
    "step_done": "done_at",
    "happening": "happened_at",
    "nudge": "told_at",
    "incoming": "received_at",
}
"""The facts of people, and the column that says when each was so."""

ACCOUNT_TABLES = {"account_learnt": "learned_at", "ownership": "since"}

NOTHING: Final[Mapping[int, int | None]] = MappingProxyType({})

_NODES = "SELECT id, kind, value, first_seen FROM identifier WHERE id IN ({})"
_LINKS = "SELECT id, one_id, other_id, evidence, linked_at, known_at, severed_at IS NULL FROM link WHERE {} IN ({{}})"


def lock_the_graph(*, shared: bool = False) -> None:
    """Let nobody else change who is who until this transaction ends; SQLite has one writer anyway.

    ``shared`` is for who adds links that change nothing: any number may do that at once, while nobody changes
    anything. To be called before any row is locked, so that two writers never wait for each other.

    Who is somebody else leaves an account: so who changes that locks the houses too, before any row. Locks are taken
    in this order, by everybody: the graph, the houses, identifiers, facts, people, the line.
    """
    if not is_sqlite():
        run(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(70251)")
        if not shared:
            lock_the_houses()


class _Graph:
    """The graph as the store has it; links that are just being severed are still seen."""

    def __init__(self, gone: Collection[int]) -> None:
        self.gone = frozenset(gone)

    def around(self, ids: Collection[int]) -> tuple[Iterable[Node], Iterable[Link]]:
        """These nodes and those that their links lead to, and the links."""
        found = {row[0]: row for end in ("one_id", "other_id") for row in those(_LINKS.format(end), ids)}
        links = [Link._make((*row[:6], bool(row[6]) or row[0] in self.gone)) for row in found.values()]
        wanted = {*ids, *(end for link in links if link.active for end in (link.a, link.b))}
        return [Node(*row) for row in those(_NODES, sorted(wanted))], links


class Now(NamedTuple):
    """What is written of an identifier now: its owner, since when that is known (None: as before), and whether it
    belonged to several.
    """

    owner_id: int | None
    joined_at: int | None
    contested: bool


def regroup(
    starts: Iterable[int],
    now: int,
    changed: Mapping[int, int | None] = NOTHING,
    gone: Collection[int] = (),
    fresh: Collection[int] = (),
    news: dict[int, Mark] | None = None,
) -> dict[int, Now]:
    """Resolve anew who these identifiers belong to, after links came, were said to be older, or went (``gone``).

    ``changed`` are the links that came, with None, and those that were there, with when they were so until now.
    ``fresh`` are identifiers that were made just now and have no facts yet. Who is to be judged anew is marked,
    or put into ``news`` for who marks others besides. Told is what is written of identifiers now, by id.
    """
    hood, after, moved = _compared(starts, changed, gone)
    rim = {node.id for node in hood.nodes} - hood.inside - hood.carried
    written = _write_owners(
        moved, rim
    )  # first: it waits for whoever is just writing facts under the old owners
    given = _move_facts([each for each in moved if each.node.id not in fresh], rim)
    accounts = _since([each for each in moved if is_account(each.node.kind)], rim)
    named = _since([each for each in moved if is_naming(each.node.kind)], rim)
    # Whose browser it was when they did nothing with it is no news of anybody.
    since = named | {who: min(at, named.get(who, at)) for who, at in given.items()}
    marked = marks_of(_write_people(since, hood, after, accounts, fresh))
    marked = both(marked, of_accounts(accounts))
    if news is None:
        mark_each(marked, now)
    else:
        news |= both(news, marked)
    return written


def _compared(
    starts: Iterable[int], changed: Mapping[int, int | None], gone: Collection[int]
) -> tuple[Neighbourhood, Resolution, list[_Change]]:
    """All that has to be looked at, who is who after the change, and what belongs to others than before.

    Who loses or gets a part of a browser's time without being linked with what changed has to be known as well: whose
    time lasts for no moment, as somebody else was there at the same one, or through a browser that follows several.
    """
    graph, within = _Graph(gone), set(starts)
    while True:
        hood = neighbourhood(within, graph.around)
        before = resolve(hood.nodes, _before(hood.links, changed))
        after = resolve(hood.nodes, [link for link in hood.links if link.id not in gone])
        moved = [
            _Change(node, before.spans(node.id), after.spans(node.id))
            for node in hood.nodes
            if (node.id in hood.inside or node.id in hood.carried)
            and before.spans(node.id) != after.spans(node.id)
        ]
        known = hood.inside | hood.carried
        others = {who for each in moved for who in _touched(each) if who not in known}
        if not others:
            return hood, after, moved
        within |= others


def _touched(change: _Change) -> set[int]:
    """The people who have some of its time, or since another moment, only before or only after."""
    return {person for _, _, person, _ in _stretches(change.before) ^ _stretches(change.after)}


def _stretches(spans: Sequence[Span]) -> set[tuple[int | None, int | None, int, int]]:
    """Spans, each with where it ends."""
    ends = [span.since for span in spans[1:]]
    return {(span.since, end, *span[1:]) for span, end in zip(spans, [*ends, None], strict=True)}


def _before(links: Iterable[Link], changed: Mapping[int, int | None]) -> Iterator[Link]:
    """The links as they were."""
    for link in links:
        if link.id not in changed:
            yield link
        elif (linked_at := changed[link.id]) is not None:
            yield link._replace(linked_at=linked_at)


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


def _move_facts(changed: Sequence[_Change], rim: Collection[int]) -> dict[int, int]:
    """Give the facts of identifiers to whom they belong now; those of people on the rim stay.

    By person who lost or got one, or learnt it at another moment: from when on that makes a difference.
    """
    since: dict[int, int] = {}
    of_people = {each.node.id: each for each in changed if not is_account(each.node.kind)}
    of_accounts = {each.node.id: each for each in changed if is_account(each.node.kind)}
    for tables, changes in ((PERSON_TABLES, of_people), (ACCOUNT_TABLES, of_accounts)):
        owners = sorted({span.person_id for each in changes.values() for span in (*each.before, *each.after)})
        for table, moment in tables.items():
            columns = f"id, subject_id, owner_id, {moment}, received_at, known_at"
            moved = []
            for row in those(f"SELECT {columns} FROM {table} WHERE owner_id IN ({{}})", owners):
                wanted = _placed(changes.get(row[1]), row, rim)
                if wanted is not None:
                    moved.append((*wanted, row[0]))
                    for owner, known_at in ((row[2], row[5]), wanted) if table in PERSON_TABLES else ():
                        since[owner] = min(known_at, since.get(owner, known_at))
            moved.sort(key=lambda each: each[-1])  # as whoever locks several of them does
            run_many(f"UPDATE {table} SET owner_id = %s, known_at = %s WHERE id = %s", moved)
    return since


def _placed(change: _Change | None, row: Sequence[int], rim: Collection[int]) -> tuple[int, int] | None:
    """The owner of a fact and since when that is known, where they are others than are written."""
    if change is None:
        return None
    _, _, owner_id, at, received_at, known_at = row
    span = next(each for each in reversed(change.after) if each.since is None or each.since <= at)
    wanted = (span.person_id, max(received_at, span.joined_at))
    return None if span.person_id in rim or wanted == (owner_id, known_at) else wanted


def _write_owners(changed: Sequence[_Change], rim: Collection[int]) -> dict[int, Now]:
    """Each identifier's present owner; who is on the rim keeps the owner that is written there."""
    found = {
        change.node.id: Now(None, None, len(change.after) > 1)
        if change.after[-1].person_id in rim
        else Now(change.after[-1].person_id, change.after[-1].joined_at, len(change.after) > 1)
        for change in changed
    }
    run_many(
        "UPDATE identifier SET owner_id = %s, joined_at = %s, contested = %s WHERE id = %s",
        [(*now, node) for node, now in found.items() if now.owner_id is not None],
    )
    run_many(
        "UPDATE identifier SET contested = %s WHERE id = %s",
        [(now.contested, node) for node, now in found.items() if now.owner_id is None],
    )
    return found


def _write_people(
    since: Mapping[int, int],
    hood: Neighbourhood,
    after: Resolution,
    accounts: dict[int, int],
    fresh: Collection[int],
) -> dict[int, int]:
    """Of those of whom something is different: people who are there now are to be judged anew, since when; those who
    are somebody else now are gone. Who is ``fresh`` has left no trace yet but themselves.

    In the line they stay: who takes them finds nobody. What they did is not their colleagues' doing any more, so
    their accounts are put into ``accounts``.
    """
    nodes = {node.id: node for node in hood.nodes}
    people = [who for who in since if who in nodes and is_naming(nodes[who].kind)]
    here = [who for who in people if after.person_of(who, 0).person_id == who]
    gone = sorted(set(people) - set(here) - set(fresh))
    _delete("person", "id", sorted((set(people) - set(here)) & set(fresh)))
    lock = "" if is_sqlite() else " ORDER BY id FOR UPDATE"
    for who, account in those(f"SELECT id, account_id FROM person WHERE id IN ({{}}){lock}", gone):
        if account is not None:
            accounts[account] = min(since[who], accounts.get(account, since[who]))
    for table, column in (
        ("person", "id"),
        ("standing", "person_id"),
        ("move", "person_id"),
        ("handoff", "person_id"),
        ("handing", "person_id"),
    ):
        _delete(table, column, gone)
    rows = [(who, nodes[who].first_seen, "", "", "", "{}") for who in here]
    insert("person", "id, created_at, email, name, company, traits", rows, "ON CONFLICT (id) DO NOTHING")
    return {who: since[who] for who in here}


def _delete(table: str, column: str, people: Sequence[int]) -> None:
    if people:
        run(f"DELETE FROM {table} WHERE {column} IN ({marks(len(people))})", people)


def _since(changed: Sequence[_Change], rim: Collection[int]) -> dict[int, int]:
    """By person or account, the earliest moment from which what is known of them is different."""
    found: dict[int, int] = {}
    for change in changed:
        for span in set(change.before) ^ set(change.after):
            if span.person_id not in rim:
                found[span.person_id] = min(span.joined_at, found.get(span.person_id, span.joined_at))
    return found
