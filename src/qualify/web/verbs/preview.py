"""What a merge or a split would do: it is done, looked at, and taken back, so that the preview is the thing itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from qualify.web.database import rows, those
from qualify.web.living.working import Taken
from qualify.web.looking.consents import consents_of
from qualify.web.looking.judging import taken_back, worker
from qualify.web.verbs.actor import WRITE_LEADS, Actor
from qualify.web.verbs.leads import lead
from qualify.web.verbs.merge import merge
from qualify.web.verbs.split import split

COUNTED = ("event", "learnt", "answer", "decision", "outcome", "consent")


class Named(NamedTuple):
    """An identifier of a person."""

    id: int
    kind: str
    value: str


class Seen(NamedTuple):
    """A person as they are before or would be after: identifiers, how many facts, score, stage, consents.

    ``total`` is in points; it and what follows are None while nobody has judged them.
    """

    lead_id: int
    name: str
    email: str
    identifiers: tuple[Named, ...]
    facts: dict[str, int]
    total: float | None
    grade: str | None
    stage: str | None
    consents: dict[str, bool]


class Preview(NamedTuple):
    """The people that it is about, as they are and as they would be."""

    before: tuple[Seen, ...]
    after: tuple[Seen, ...]


def preview_merge(actor: Actor, one: int, other: int, now: int) -> Preview:
    """What merging these two would do; nothing is changed. Raises as the merge does."""
    actor.needs(WRITE_LEADS)
    with taken_back():
        before = _looked_at([lead(one).person_id, lead(other).person_id], now)
        return Preview(before, _looked_at([merge(actor, one, other, now).survivor], now))


def preview_split(actor: Actor, links: Collection[int], now: int) -> Preview:
    """What severing these links would do; nothing is changed. Raises as the split does."""
    actor.needs(WRITE_LEADS)
    with taken_back():
        before = _looked_at(_people_at(links), now)
        return Preview(before, _looked_at(split(actor, links, now).leads, now))


def _people_at(links: Collection[int]) -> list[int]:
    found = those("SELECT one_id, other_id FROM link WHERE id IN ({})", sorted(links))
    ends = {end for row in found for end in row}
    owners = those("SELECT owner_id FROM identifier WHERE id IN ({})", sorted(ends))
    return sorted({owner for (owner,) in owners})


def _looked_at(people: Iterable[int], now: int) -> tuple[Seen, ...]:
    """The people, judged as of now."""
    ids = sorted(set(people))
    _judge(ids, now)
    return tuple(_seen(who, now) for who in ids)


def _judge(people: Sequence[int], now: int) -> None:
    """Judge those of them who are waiting for it, as the worker would."""
    judge = worker()
    waiting = "SELECT person_id, since, marks, own, tries, taken_until FROM dirty WHERE person_id IN ({})"
    taken = [Taken._make((*row[:3], bool(row[3]), *row[4:])) for row in those(waiting, people)]
    if taken and judge.versions.ordered:
        judge.judge(taken, now)


def _seen(who: int, now: int) -> Seen:
    person = rows("SELECT name, email FROM person WHERE id = %s", [who])
    standing = rows("SELECT total, grade, stage FROM standing WHERE person_id = %s", [who])
    name, email = person[0] if person else ("", "")
    total, grade, stage = standing[0] if standing else (None, None, None)
    named = rows("SELECT id, kind, value FROM identifier WHERE owner_id = %s ORDER BY id LIMIT 200", [who])
    return Seen(
        who, name, email, tuple(Named(*row) for row in named), _facts(who),
        None if total is None else total / 100, grade or None, stage,
        {purpose: each.given for purpose, each in consents_of(who, now).items()},
    )  # fmt: skip


def _facts(who: int) -> dict[str, int]:
    """How many facts of each kind there are of somebody."""
    counted = " UNION ALL ".join(
        f"SELECT '{table}', COUNT(*) FROM {table} WHERE owner_id = %s" for table in COUNTED
    )
    return dict(rows(counted, [who] * len(COUNTED)))
