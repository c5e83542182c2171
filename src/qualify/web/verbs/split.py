"""Split a person: take links out of force, so that everything is as if they had never been; or put them back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.identity.graph import is_naming
from qualify.web.database import run_many, those
from qualify.web.keeping.people import lock_the_graph, regroup
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, NotThere, audit
from qualify.web.verbs.leads import bounded
from qualify.web.verbs.telling import tell

MOST_LINKS = 500


class Parted(NamedTuple):
    """What became of links: which of them changed, the leads at their ends now, and the line of the audit."""

    links: tuple[int, ...]
    leads: tuple[int, ...]
    audit_id: int


class Tie(NamedTuple):
    """A link between two identifiers, and when it was severed, if it is."""

    id: int
    one_id: int
    other_id: int
    severed_at: int | None


def split(actor: Actor, links: Collection[int], now: int, *, reason: str = "") -> Parted:
    """Take these links out of force. Who they alone held together is apart again, each with their own facts.

    Raises :class:`~qualify.web.verbs.actor.NotThere` for a link that there is not, and
    :class:`~qualify.web.verbs.actor.Conflict` when none of them is in force.
    """
    actor.needs(WRITE_LEADS)
    bounded(reason, 2_000, "the reason")
    with transaction.atomic():
        lock_the_graph()
        ties = [tie for tie in _ties(links) if tie.severed_at is None]
        if not ties:
            raise Conflict(gettext("none of these links is in force any more"))
        chosen = [tie.id for tie in ties]
        run_many("UPDATE link SET severed_at = %s WHERE id = %s", [(now, number) for number in chosen])
        regroup(_ends(ties), now, gone=set(chosen))
        return _parted(actor, "split", ties, now, reason)


def rejoin(actor: Actor, links: Collection[int], now: int, *, reason: str = "") -> Parted:
    """Put severed links back in force: everything is as if they had never been severed.

    Raises as :func:`split` does.
    """
    actor.needs(WRITE_LEADS)
    bounded(reason, 2_000, "the reason")
    with transaction.atomic():
        lock_the_graph()
        ties = [tie for tie in _ties(links) if tie.severed_at is not None]
        if not ties:
            raise Conflict(gettext("all of these links are in force"))
        chosen = [tie.id for tie in ties]
        run_many("UPDATE link SET severed_at = NULL WHERE id = %s", [(number,) for number in chosen])
        regroup(_ends(ties), now, dict.fromkeys(chosen))
        return _parted(actor, "rejoin", ties, now, reason)


def _parted(actor: Actor, verb: str, ties: Sequence[Tie], now: int, reason: str) -> Parted:
    """Say what came of it: to other systems, in the audit, and to who asked."""
    leads = _leads_at(ties)
    chosen = [tie.id for tie in ties]
    tell(
        "lead.split" if verb == "split" else "lead.rejoined", leads[0], {"leads": leads, "links": chosen}, now
    )
    number = audit(actor, verb, leads[0], {"links": chosen, "leads": leads, "reason": reason}, now)
    return Parted(tuple(chosen), tuple(leads), number)


def _ties(links: Collection[int]) -> list[Tie]:
    """The links; raises for those that there are not, and for those of accounts."""
    if not 1 <= len(links) <= MOST_LINKS:
        raise Conflict(gettext("name 1 to %(most_links)s links") % {"most_links": MOST_LINKS})
    found = those("SELECT id, one_id, other_id, severed_at FROM link WHERE id IN ({})", sorted(links))
    missing = set(links) - {row[0] for row in found}
    if missing:
        raise NotThere(gettext("there is no link %(missing)s") % {"missing": min(missing)})
    return [Tie(*row) for row in sorted(found)]


def _ends(ties: Sequence[Tie]) -> list[int]:
    return sorted({end for tie in ties for end in (tie.one_id, tie.other_id)})


def _leads_at(ties: Sequence[Tie]) -> list[int]:
    """The people at the ends of the links; where there are only visitors, these."""
    statement = "SELECT owner_id, kind FROM identifier WHERE id IN ({})"
    found = those(statement, _ends(ties))
    named = {owner for owner, kind in found if is_naming(kind)}
    return sorted(named or {owner for owner, _ in found})
