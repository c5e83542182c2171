"""Erase somebody: everything that we hold of them, for good (GDPR art. 17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction

from qualify.web.database import rows, untangled
from qualify.web.keeping.erasing import erase as erased
from qualify.web.keeping.erasing import whole
from qualify.web.keeping.people import lock_the_graph
from qualify.web.looking.judging import taken_back
from qualify.web.verbs.actor import ERASE_LEADS, Actor, NotThere, audit
from qualify.web.verbs.leads import lead
from qualify.web.verbs.telling import tell


class Erased(NamedTuple):
    """What went: the lead, every number that they had, by table how many rows, and the line of the audit."""

    lead_id: int
    leads: tuple[int, ...]
    counts: Mapping[str, int]
    shared: int
    audit_id: int


def erase(actor: Actor, lead_id: int, now: int) -> Erased:
    """Erase somebody, however they are called by now, with whoever was merged into them.

    Facts and conclusions go in one transaction, and so do calls that were put aside, messages, replies, suggestions
    and the words of the audit that name them. A line of the audit with numbers only stays, and digests of what they
    went by (:mod:`qualify.web.keeping.erased`). Other systems are told ``lead.erased``.
    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    actor.needs(ERASE_LEADS)
    return untangled(lambda: _erase(actor, lead_id, now))


def _erase(actor: Actor, lead_id: int, now: int, *, sweep: bool = True) -> Erased:
    with transaction.atomic():
        lock_the_graph()
        who = whole(lead(lead_id).person_id)
        counts = erased(who, now, sweep=sweep)
        tell("lead.erased", None, {"lead_id": who.person_id, "leads": who.leads}, now)
        detail = {"leads": who.leads, "rows": sum(counts.values())}
        number = audit(actor, "erase", who.person_id, detail, now)
        return Erased(who.person_id, who.leads, counts, len(who.shared), number)


def preview_erase(actor: Actor, lead_id: int, now: int) -> Erased:
    """What would go: it is done, counted, and taken back. Raises as :func:`erase` does."""
    actor.needs(ERASE_LEADS)
    with taken_back():
        return _erase(actor, lead_id, now, sweep=False)


def when_erased(lead_id: int) -> tuple[int, str] | None:
    """When the lead of that number was erased, and by whom; None when it was not."""
    found = rows(
        "SELECT happened_at, who FROM audit WHERE verb = 'erase' AND subject = %s ORDER BY id DESC LIMIT 1",
        [str(lead_id)],
    )
    return (int(found[0][0]), str(found[0][1])) if found else None


def gone(lead_id: int) -> NotThere:
    """What to say of a lead that is not there."""
    return NotThere(
        f"lead {lead_id} was erased" if when_erased(lead_id) is not None else f"there is no lead {lead_id}"
    )
