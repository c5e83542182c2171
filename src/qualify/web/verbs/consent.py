"""Write down that somebody agreed to something, or withdrew it."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from qualify.web.verbs.actor import WRITE_LEADS, Actor, audit
from qualify.web.verbs.leads import bounded, keep_fact, lead, moment_told, one_of_them

PURPOSES: Final = ("process", "email", "phone")
"""What consent is for: to process what we know, to write e-mails, to call."""


def consent(
    actor: Actor, lead_id: int, purpose: str, given: bool, now: int, *, at: int | None = None, proof: str = ""
) -> int:
    """Keep a consent that was given or withdrawn, with the words that were agreed to; the line of the audit.

    What holds follows from all such statements: :func:`qualify.web.looking.consents.consents_of`.
    Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(WRITE_LEADS)
    one_of_them(purpose, PURPOSES, "purpose")
    at = moment_told(at, now, "given_at")
    told = {"purpose": purpose, "given": given, "given_at": at, "proof": bounded(proof, 10_000, "the proof")}
    with transaction.atomic():
        keep_fact("consent", lead(lead_id), told, actor.name, now)
        detail = {"purpose": purpose, "given": given, "at": at}
        return audit(actor, "consent", lead_id, detail, now)
