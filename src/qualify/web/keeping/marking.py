"""Marking who has to be judged anew, in the transaction that wrote the reason."""

from __future__ import annotations

from collections.abc import Mapping

from qualify.web.database import insert, least, those


def mark(since: Mapping[int, int], now: int, *, own: bool = True) -> None:
    """Mark people, each from the earliest moment of which there is something new.

    ``own`` False says that the reason is a colleague's doing, which asks no further colleague. Who is marked
    already stays in line where they are, with one mark more: whoever is judging them will see it.
    """
    since_then = least("dirty.since", "excluded.since")
    insert(
        "dirty",
        "person_id, since, marks, marked_at, own, tries, taken_until",
        [(person, at, 1, now, own, 0, 0) for person, at in sorted(since.items())],
        f"ON CONFLICT (person_id) DO UPDATE SET since = {since_then}, marks = dirty.marks + 1, "
        "own = dirty.own OR excluded.own",
    )


def mark_accounts(since: Mapping[int, int], now: int) -> None:
    """Mark the people of accounts of which something new is known."""
    people = those("SELECT id, account_id FROM person WHERE account_id IN ({})", sorted(since))
    mark({who: since[account] for who, account in people}, now, own=False)
