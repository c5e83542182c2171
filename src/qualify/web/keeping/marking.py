"""Marking who has to be judged anew, in the transaction that wrote the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from qualify.web.database import Row, insert, is_sqlite, least, run, those


class Mark(NamedTuple):
    """News of somebody: from when on, how many marks that is (0: none, their row is only held), whether their own."""

    since: int
    many: int = 1
    own: bool = True


class InLine(NamedTuple):
    """Somebody in the line: how often they were marked, until when they are taken."""

    marks: int
    taken_until: int


def mark(since: Mapping[int, int], now: int, *, own: bool = True) -> None:
    """Mark people, each from the earliest moment of which there is something new.

    ``own`` False says that the reason is a colleague's doing, which asks no further colleague. Who is marked
    already stays in line where they are, with one mark more: whoever is judging them will see it.
    """
    put_in_line(marks_of(since, own=own), now)


def put_in_line(news: Mapping[int, Mark], now: int) -> None:
    """Mark people, each in a way of their own, where nobody asks how they stand in the line; else as below."""
    _put(news, now, "")


def mark_each(news: Mapping[int, Mark], now: int) -> dict[int, InLine]:
    """Mark people, each in a way of their own; how they stand in the line now, held until the transaction ends.

    A transaction calls this once, for all of them: rows are locked in the order of people, so that of two
    transactions one waits, and never each for the other.
    """
    found = _put(news, now, "RETURNING person_id, marks, taken_until")
    return {person: InLine(*line) for person, *line in found}


def _put(news: Mapping[int, Mark], now: int, told: str) -> list[Row]:
    since_then = least("dirty.since", "excluded.since")
    return insert(
        "dirty",
        "person_id, since, marks, marked_at, own, tries, taken_until",
        [(person, each.since, each.many, now, each.own, 0, 0) for person, each in sorted(news.items())],
        f"ON CONFLICT (person_id) DO UPDATE SET since = {since_then}, marks = dirty.marks + excluded.marks, "
        f"own = dirty.own OR excluded.own {told}",
    )


def marks_of(since: Mapping[int, int], *, own: bool = True) -> dict[int, Mark]:
    """One mark for each."""
    return {person: Mark(at, 1, own) for person, at in since.items()}


def both(*news: Mapping[int, Mark]) -> dict[int, Mark]:
    """All the news: of who has several, from the earliest on."""
    found: dict[int, Mark] = {}
    for some in news:
        for who, each in some.items():
            before = found.get(who)
            if before is None:
                found[who] = each
            elif before != each:
                found[who] = Mark(
                    min(each.since, before.since), max(each.many, before.many), each.own or before.own
                )
    return found


def lock_the_houses(*, shared: bool = False) -> None:
    """Let nobody come into an account, or leave one, until the transaction ends; ``shared`` is for who does so.

    Who marks the people of an account would miss those who are just coming in and have not seen the news.
    """
    if not is_sqlite():
        run(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(70252)")


def of_accounts(since: Mapping[int, int]) -> dict[int, Mark]:
    """The marks of the people of accounts of which something new is known."""
    if not since:
        return {}
    lock_the_houses()
    people = those("SELECT id, account_id FROM person WHERE account_id IN ({})", sorted(since))
    return {who: Mark(since[account], own=False) for who, account in people}
