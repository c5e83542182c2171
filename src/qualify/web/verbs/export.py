"""Give somebody everything that we hold of them (GDPR art. 15 and 20); that it was done is written down."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qualify.web.looking.lead import survivor_of
from qualify.web.looking.privacy import held
from qualify.web.verbs.actor import EXPORT_LEADS, Actor, audit
from qualify.web.verbs.erase import gone


def exported(actor: Actor, lead_id: int, now: int) -> dict[str, Any]:
    """Everything that is held of a lead, and how it was judged; a line of the audit says who took it.

    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    actor.needs(EXPORT_LEADS)
    person = survivor_of(lead_id)
    if person is None:
        raise gone(lead_id)
    told = held(person, now)
    with transaction.atomic():
        audit(actor, "export", person, {"leads": told["leads"]}, now)
    return told
