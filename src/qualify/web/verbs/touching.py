"""Undo that a contact was written down, a step done or left out, or sequences stopped: as if it had never been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext

from qualify.web.database import rows
from qualify.web.handing import line
from qualify.web.handing.giving import look
from qualify.web.handing.working import Hander, hold
from qualify.web.verbs.actor import MANAGE_REPS, WRITE_LEADS, Actor, Conflict, audit
from qualify.web.verbs.split import Parted

TABLES: Final = ("contact", "step_done", "happening")
"""What such a line of the audit names by number, in the order in which everybody locks it."""


def told_of(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The facts that a line of the audit is about."""
    return [(table, int(told[table])) for table in TABLES if told.get(table) is not None]


def strike(actor: Actor, told: Mapping[str, Any], now: int, *, undoes: int, who: str = "") -> Parted:
    """Let what a line of the audit (``told`` is its detail, ``who`` did it) wrote down count for nothing.

    The clock runs on as if nobody had been in touch, the step is to be done again. Raises
    :class:`~qualify.web.verbs.actor.Conflict` when it was undone before.
    """
    return _turned(actor, "strike touch", told, now, undoes, who, now)


def count(actor: Actor, told: Mapping[str, Any], now: int, *, undoes: int, who: str = "") -> Parted:
    """Let it count again. Raises :class:`~qualify.web.verbs.actor.Conflict` when it counts already."""
    return _turned(actor, "count touch", told, now, undoes, who, None)


def _turned(
    actor: Actor,
    verb: str,
    told: Mapping[str, Any],
    now: int,
    undoes: int,
    who: str,
    taken_back_at: int | None,
) -> Parted:
    actor.needs(WRITE_LEADS if who == actor.name else MANAGE_REPS)
    of = "IS NOT NULL" if taken_back_at is None else "IS NULL"
    with transaction.atomic():
        leads: set[int] = set()
        for table, number in told_of(told):
            statement = f"UPDATE {table} SET taken_back_at = %s WHERE id = %s AND taken_back_at {of} RETURNING owner_id"
            leads |= {owner for (owner,) in rows(statement, [taken_back_at, number])}
        if not leads:
            raise Conflict(
                gettext("this counts already; nothing was to be done")
                if taken_back_at is None
                else gettext("this was taken back before")
            )
        hold(leads)
        _look(sorted(leads), now)
        named = dict(told_of(told))
        return Parted(
            (), tuple(sorted(leads)), audit(actor, verb, min(leads), {**named, "undoes": undoes}, now)
        )


def _look(leads: Sequence[int], now: int) -> None:
    """The clock tells what was just done, and the worker sees to the rest."""
    desk = Hander().desk(now)
    if desk is not None:
        look(leads, desk)
    line.mark(leads, now)
