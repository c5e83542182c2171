"""Every conclusion made anew from the facts: who is who, whose each fact is, labels, standings and moves.

It works beside a running application: what is right already is left alone, so that nothing is told twice,
and what differs is mended and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import transaction

from qualify.identity.graph import Link, Node, is_account, is_naming
from qualify.identity.resolving import Resolution, resolve
from qualify.web.database import insert, parts, rows, run, run_many, those, untangled
from qualify.web.keeping.marking import mark
from qualify.web.keeping.people import ACCOUNT_TABLES, PERSON_TABLES, lock_the_graph
from qualify.web.keeping.sightings import mend_sightings
from qualify.web.living.working import Worker

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it, of how much."""

AT_ONCE = 2_000


class Recomputed(NamedTuple):
    """How much there was, and how much of it was not as the facts say."""

    identifiers: int
    identifiers_mended: int
    facts_mended: int
    people: int
    people_mended: int
    standings_mended: int


def recompute(now: int, progress: Progress = lambda what, done, of: None) -> Recomputed:
    """Make every conclusion anew as of now; what was wrong is mended. Takes up from where it was interrupted."""
    progress("who is who", 0, 1)
    found, people = untangled(lambda: _who_is_who(progress))
    return found._replace(standings_mended=_judge_everybody(people, now, progress))


def _who_is_who(progress: Progress) -> tuple[Recomputed, list[int]]:
    with transaction.atomic():
        lock_the_graph()
        nodes, known = _nodes()
        resolution = resolve(nodes, _links())
        mended = _mend_identifiers(nodes, known, resolution)
        facts = _mend_facts(nodes, resolution, progress)
        people, people_mended = _mend_people(nodes, resolution)
        mend_sightings()
    return Recomputed(len(nodes), mended, facts, len(people), people_mended, 0), people


Written = tuple[int, int, bool]
"""Of an identifier: owner, since when that is known, whether it is contested."""


def _nodes() -> tuple[list[Node], dict[int, Written]]:
    found = rows("SELECT id, kind, value, first_seen, owner_id, joined_at, contested FROM identifier")
    return [Node(*row[:4]) for row in found], {row[0]: (row[4], row[5], bool(row[6])) for row in found}


def _links() -> Iterator[Link]:
    for row in rows(
        "SELECT id, one_id, other_id, evidence, linked_at, known_at FROM link WHERE severed_at IS NULL"
    ):
        yield Link(*row)


def _mend_identifiers(nodes: Sequence[Node], known: dict[int, Written], resolution: Resolution) -> int:
    wrong = []
    for node in nodes:
        spans = resolution.spans(node.id)
        wanted = (spans[-1].person_id, spans[-1].joined_at, len(spans) > 1)
        if wanted != known[node.id]:
            wrong.append((*wanted, node.id))
    run_many("UPDATE identifier SET owner_id = %s, joined_at = %s, contested = %s WHERE id = %s", wrong)
    return len(wrong)


def _mend_facts(nodes: Sequence[Node], resolution: Resolution, progress: Progress) -> int:
    """Facts on an identifier with one owner are compared in the database, the others row by row."""
    account = {node.id: is_account(node.kind) for node in nodes}
    mended = 0
    for number, (table, moment) in enumerate([*PERSON_TABLES.items(), *ACCOUNT_TABLES.items()]):
        progress("whose each fact is", number, len(PERSON_TABLES) + len(ACCOUNT_TABLES))
        subjects = [row[0] for row in rows(f"SELECT DISTINCT subject_id FROM {table}")]
        of_accounts = table in ACCOUNT_TABLES
        # Whoever was first seen after we looked has their facts where they belong already.
        for part in parts((each for each in subjects if account.get(each) is of_accounts), AT_ONCE):
            mended += _mend_rows(table, moment, part, resolution)
    return mended


def _mend_rows(table: str, moment: str, subjects: Sequence[int], resolution: Resolution) -> int:
    columns = f"id, subject_id, owner_id, {moment}, received_at, known_at"
    statement = f"SELECT {columns} FROM {table} WHERE subject_id IN ({{}})"
    wrong = []
    for number, subject, owner, at, received_at, known_at in those(statement, subjects):
        person, joined_at = resolution.person_of(subject, at)
        wanted = (person, max(received_at, joined_at))
        if wanted != (owner, known_at):
            wrong.append((*wanted, number))
    run_many(f"UPDATE {table} SET owner_id = %s, known_at = %s WHERE id = %s", wrong)
    return len(wrong)


def _mend_people(nodes: Sequence[Node], resolution: Resolution) -> tuple[list[int], int]:
    wanted = {
        node.id: node.first_seen
        for node in nodes
        if is_naming(node.kind) and resolution.person_of(node.id, 0).person_id == node.id
    }
    there: dict[int, int] = dict(rows("SELECT id, created_at FROM person"))
    gone = sorted(there.keys() - wanted.keys())
    for table, column in (
        ("person", "id"),
        ("standing", "person_id"),
        ("move", "person_id"),
        ("dirty", "person_id"),
        ("handoff", "person_id"),
        ("handing", "person_id"),
    ):
        run_many(f"DELETE FROM {table} WHERE {column} = %s", [(who,) for who in gone])
    missing = [(who, at, "", "", "", "{}") for who, at in wanted.items() if there.get(who) != at]
    insert(
        "person", "id, created_at, email, name, company, traits", missing,
        "ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at",
    )  # fmt: skip
    return sorted(wanted), len(gone) + len(missing)


def _judge_everybody(people: Sequence[int], now: int, progress: Progress) -> int:
    """Judge everybody from their beginning; how many standings came out other than they were."""
    worker, mended, done = Worker(), 0, 0
    for part in parts(people, AT_ONCE):
        before = _standings(part)
        with transaction.atomic():
            mark(dict.fromkeys(part, 0), now)
        worker.work_off(now)
        after = _standings(part)
        mended += sum(before.get(who) != row for who, row in after.items())
        done += len(part)
        progress("judging", done, len(people))
    return mended


_STANDING = (
    "SELECT person_id, version_id, total, grade, information, scores, lines, stage, since, cycle FROM standing "
    "WHERE person_id IN ({})"
)


def _standings(people: Iterable[int]) -> dict[int, tuple[object, ...]]:
    return {row[0]: row for row in those(_STANDING, people)}


EVERYTHING = ("standing", "move", "person", "dirty", "sighting", "form_text", "handoff", "handing")
"""Tables that hold conclusions and nothing else."""


def forget(everything: Sequence[str] = EVERYTHING) -> None:
    """Throw every conclusion away, as after a loss; :func:`recompute` makes them anew."""
    with transaction.atomic():
        for table in everything:
            run(f"DELETE FROM {table}")
        run("UPDATE identifier SET owner_id = id, joined_at = 0, contested = %s", [False])
        for table in (*PERSON_TABLES, *ACCOUNT_TABLES):
            run(f"UPDATE {table} SET owner_id = subject_id, known_at = received_at")
        run("UPDATE event SET machine = NULL")
