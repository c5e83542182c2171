"""The line of hand-offs to be looked at: marked where something changed, and due where time changes something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from qualify.web.database import insert, is_sqlite, least, rows, run, run_many, those

LEASE: Final = 30_000
"""Milliseconds after which somebody else may take what a worker took and did not finish."""

LONGEST_WAIT: Final = 3_600_000
"""Milliseconds between two tries at most, of a lead whose hand-off cannot be looked at."""

HANDED: Final = ("iql", "mql", "pql", "sal", "sql")
"""Stages in which a lead may be handed over; which of them do, the playbook says."""

_STAGES: Final = ", ".join(f"'{stage}'" for stage in HANDED)
_EVER_HANDED: Final = (
    # The column put together with nothing: of few people, moves are looked up by the person and not by the stage.
    f"SELECT who FROM (SELECT person_id AS who FROM move WHERE (stage_to || '') IN ({_STAGES}) "
    # Who was handed over and, as it turned out, was not is still to be looked at.
    "UNION ALL SELECT person_id FROM handoff "
    "UNION ALL SELECT owner_id FROM assignment WHERE source = 'exploration') AS ever"
)
"""Gives, now and then twice, who ever reached a stage at which leads are handed over."""

_ADDED = "ON CONFLICT (person_id) DO UPDATE SET due_at = {}, marks = handing.marks + 1, tries = 0"


class InLine(NamedTuple):
    """A lead that was taken from the line, and how often it had been marked then."""

    person_id: int
    marks: int
    tries: int
    taken_until: int


def mark(people: Iterable[int], now: int) -> None:
    """Have the hand-offs of these people looked at; in the transaction that wrote the reason, at its end."""
    values = [(who, now, 1, 0, 0) for who in sorted(set(people))]
    soonest = _ADDED.format(least("handing.due_at", "excluded.due_at"))
    insert("handing", "person_id, due_at, marks, tries, taken_until", values, soonest)


def mark_judged(people: Iterable[int], now: int) -> None:
    """The same of those among these who ever reached a stage at which leads are handed over."""
    found = those(f"{_EVER_HANDED} WHERE who IN ({{}})", sorted(people))
    mark({who for (who,) in found}, now)


def ever_handed() -> set[int]:
    """Everybody who ever reached a stage at which leads are handed over."""
    return {who for (who,) in rows(_EVER_HANDED)}


def mark_open(now: int, rep_id: str | None = None) -> int:
    """Have every open hand-off (of one rep) looked at, as another playbook or calendar may say otherwise."""
    which, values = ("", []) if rep_id is None else (" AND rep_id = %s", [rep_id])
    found = rows(f"SELECT person_id FROM handoff WHERE NOT closed{which}", values)
    mark((who for (who,) in found), now)
    return len(found)


_FREE: Final = "due_at <= %s AND (taken_until <= %s OR taken_until > %s)"
_TAKEN: Final = "RETURNING person_id, marks, tries, taken_until"


def take(now: int, most: int) -> list[InLine]:
    """Take some of those that are due; nobody else takes them while the lease runs."""
    values = [now, now, now + LONGEST_WAIT + LEASE]
    if not rows(f"SELECT 1 FROM handing WHERE {_FREE} LIMIT 1", values):
        return []
    lock = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED"
    chosen = f"SELECT person_id FROM handing WHERE {_FREE} ORDER BY due_at, person_id LIMIT %s{lock}"
    found = rows(
        f"UPDATE handing SET taken_until = %s WHERE person_id IN ({chosen}) {_TAKEN}",
        [now + LEASE, *values, most],
    )
    return sorted(InLine(*row) for row in found)


def take_of(people: Iterable[int], now: int) -> list[InLine]:
    """Take those of these people who are due and whom nobody else has taken, as :func:`take` does."""
    lock = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED"
    chosen = f"SELECT person_id FROM handing WHERE {_FREE} AND person_id IN ({{}}) ORDER BY person_id{lock}"
    found = those(
        f"UPDATE handing SET taken_until = %s WHERE person_id IN ({chosen}) {_TAKEN}",
        sorted(set(people)),
        [now + LEASE, now, now, now + LONGEST_WAIT + LEASE],
    )
    return sorted(InLine(*row) for row in found)


def ours(taken: Iterable[InLine]) -> dict[int, InLine]:
    """Those whom nobody else has taken meanwhile; held until the transaction ends."""
    until = {each.person_id: each for each in taken}
    lock = "" if is_sqlite() else " ORDER BY person_id FOR UPDATE"
    statement = f"SELECT person_id, marks, taken_until FROM handing WHERE person_id IN ({{}}){lock}"
    found = {who: (marks, held) for who, marks, held in those(statement, sorted(until))}
    return {
        who: each
        for who, each in until.items()
        if who in found and found[who] == (each.marks, each.taken_until)
    }


def finish(taken: Iterable[InLine], due: Mapping[int, int | None]) -> None:
    """Look at them again when the time comes; those for whom there is none leave the line."""
    coming = {each.person_id: due.get(each.person_id) for each in taken}
    run_many("DELETE FROM handing WHERE person_id = %s", [(who,) for who, at in coming.items() if at is None])
    run_many(
        "UPDATE handing SET due_at = %s, tries = 0, taken_until = 0 WHERE person_id = %s",
        [(at, who) for who, at in coming.items() if at is not None],
    )


def give_back(taken: Iterable[InLine]) -> None:
    """Let others have whom we took and did not look at."""
    run_many(
        "UPDATE handing SET taken_until = 0 WHERE person_id = %s AND taken_until = %s",
        [(each.person_id, each.taken_until) for each in taken],
    )


def put_off(each: InLine, now: int) -> None:
    """Try again later what failed, each time after a longer wait."""
    wait = min(LONGEST_WAIT, 1_000 * 4 ** min(each.tries, 8))
    run(
        "UPDATE handing SET tries = tries + 1, taken_until = %s WHERE person_id = %s AND taken_until = %s",
        [now + wait, each.person_id, each.taken_until],
    )
