"""Merge two people into one: a link made by hand between them, which a split can take back at any time."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.identity.graph import BY_HAND
from qualify.web.database import insert
from qualify.web.keeping.people import lock_the_graph, regroup
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, audit
from qualify.web.verbs.leads import bounded, lead
from qualify.web.verbs.telling import tell


class Merged(NamedTuple):
    """What a merge came to: who is left, who is now them, by which link, and the line of the audit."""

    survivor: int
    gone: int
    link_id: int
    audit_id: int


def merge(actor: Actor, one: int, other: int, now: int, *, reason: str = "") -> Merged:
    """Make two leads one; the older of them stays, and every fact of both is theirs from now on.

    Nothing is deleted: the link is a fact, and who the facts belong to follows from it.
    Raises :class:`~qualify.web.verbs.actor.NotThere`, and :class:`~qualify.web.verbs.actor.Conflict` when they
    are one already.
    """
    actor.needs(WRITE_LEADS)
    bounded(reason, 2_000, "the reason")
    with transaction.atomic():
        lock_the_graph()
        first, second = sorted((lead(one).person_id, lead(other).person_id))
        if first == second:
            raise Conflict(
                gettext("%(one)s and %(other)s are one lead already (%(first)s)")
                % {"one": one, "other": other, "first": first}
            )
        link = _linked(first, second, now)
        regroup([first, second], now, {link: None})
        survivor = lead(first).person_id
        gone = second if survivor == first else first
        tell("lead.merged", survivor, {"lead_id": survivor, "merged": gone}, now)
        detail = {"links": [link], "survivor": survivor, "gone": gone, "reason": reason}
        return Merged(survivor, gone, link, audit(actor, "merge", survivor, detail, now))


def _linked(one: int, other: int, now: int) -> int:
    """The link between two surviving identifiers; one that was severed in this very millisecond is put back.

    As its hour stands the moment itself: what calls said of the two in that hour stays a link of its own.
    """
    [(number,)] = insert(
        "link",
        "one_id, other_id, evidence, linked_at, known_at, source_id, hour",
        [(one, other, BY_HAND, now, now, None, now)],
        f"ON CONFLICT (one_id, other_id, hour) DO UPDATE SET evidence = '{BY_HAND}', severed_at = NULL "
        "RETURNING id",
    )
    return int(number)
