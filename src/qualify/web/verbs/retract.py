"""Take decisions back, so that everything is as if they had never been; or let them count again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction

from qualify.web.database import rows
from qualify.web.keeping.marking import mark
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, audit
from qualify.web.verbs.decide import one_after_another
from qualify.web.verbs.split import Parted

TABLES: Final = ("decision", "outcome")

Facts = Mapping[str, Sequence[int]]
"""Decisions by their numbers, and of these the tables they are in."""

_RETRACT: Final = (
    "UPDATE {} SET taken_back_at = %s, taken_back_by = %s WHERE id = %s AND taken_back_at IS NULL "
    "RETURNING owner_id, known_at"
)
_RESTORE: Final = (
    "UPDATE {} SET taken_back_at = NULL, taken_back_by = NULL WHERE id = %s AND taken_back_at IS NOT NULL "
    "RETURNING owner_id, known_at"
)


def retract(actor: Actor, facts: Facts, now: int, *, undoes: int | None = None) -> Parted:
    """Take these decisions back: whoever they were about stands where they would without them.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when all of them were taken back before.
    """
    actor.needs(WRITE_LEADS)
    with transaction.atomic():
        one_after_another()
        news: dict[int, int] = {}
        for table, number in _named(facts):
            _note(news, rows(_RETRACT.format(table), [now, actor.name[:255], number]))
        return _told(actor, "retract", facts, news, now, undoes)


def restore(actor: Actor, facts: Facts, now: int, *, undoes: int | None = None) -> Parted:
    """Let decisions that were taken back count again, as if they never had been.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when all of them count already.
    """
    actor.needs(WRITE_LEADS)
    with transaction.atomic():
        one_after_another()
        news: dict[int, int] = {}
        for table, number in _named(facts):
            _note(news, rows(_RESTORE.format(table), [number]))
        return _told(actor, "restore", facts, news, now, undoes)


def _named(facts: Facts) -> list[tuple[str, int]]:
    """In an order in which everybody locks them."""
    return [(table, number) for table in TABLES for number in sorted(facts.get(table, ()))]


def _note(news: dict[int, int], changed: Sequence[tuple[int, int]]) -> None:
    for owner, known_at in changed:
        news[owner] = min(known_at, news.get(owner, known_at))


def _told(
    actor: Actor, verb: str, facts: Facts, news: Mapping[int, int], now: int, undoes: int | None
) -> Parted:
    """Have them judged anew from when the decision was known, and write down who asked for it."""
    if not news:
        raise Conflict(
            "this was taken back before"
            if verb == "retract"
            else "this counts already; nothing was to be done"
        )
    mark(news, now)
    leads = sorted(news)
    detail = {"facts": facts, "leads": leads, "undoes": undoes}
    return Parted((), tuple(leads), audit(actor, verb, leads[0] if len(leads) == 1 else "", detail, now))
