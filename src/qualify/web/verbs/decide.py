"""Decide about a lead: accept, reject, confirm, recycle, disqualify, reopen; or say that it was won or lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from django.db import transaction

from qualify.errors import QualifyError
from qualify.vocabulary import DECISIONS
from qualify.web.verbs.actor import WRITE_LEADS, Actor, audit
from qualify.web.verbs.leads import bounded, keep_fact, lead, moment_told, one_of_them

OUTCOMES: Final = ("won", "lost")

LARGEST: Final = Decimal(10) ** 15
"""Amounts stay below this, so that every database keeps them to the hundredth."""


class Amount(NamedTuple):
    """What a deal was worth, and in which currency (three letters)."""

    amount: Decimal
    currency: str


def decide(
    actor: Actor,
    lead_id: int,
    decision: str,
    now: int,
    *,
    reason: str = "",
    at: int | None = None,
    worth: Amount | None = None,
) -> int:
    """Write a decision of :data:`~qualify.vocabulary.DECISIONS` down; the line of the audit.

    ``at`` is when it was taken (now when left out). ``worth`` belongs to an outcome, won or lost.
    Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(WRITE_LEADS)
    one_of_them(decision, DECISIONS, "decision")
    at, reason = moment_told(at, now, "decided_at"), bounded(reason, 2_000, "the reason")
    if worth is not None:
        _check(decision, worth)
    with transaction.atomic():
        whose = lead(lead_id)
        if decision in OUTCOMES:
            told = {"outcome": decision, "closed_at": at, "reason": reason, **_columns(worth)}
            keep_fact("outcome", whose, told, actor.name, now)
        else:
            told = {"decision": decision, "decided_at": at, "reason": reason, "decided_by": actor.name[:255]}
            keep_fact("decision", whose, told, actor.name, now)
        detail = {"decision": decision, "at": at, "reason": reason}
        return audit(actor, "decide", lead_id, detail, now)


def _columns(worth: Amount | None) -> dict[str, object]:
    return {
        "amount": None if worth is None else worth.amount,
        "currency": "" if worth is None else worth.currency,
    }


def _check(decision: str, worth: Amount) -> None:
    if decision not in OUTCOMES:
        raise QualifyError(f"an amount belongs to won or lost, not to {decision}")
    if not (worth.amount.is_finite() and 0 <= worth.amount < LARGEST):
        raise QualifyError("an amount is a number from 0 to 10¹⁵")
    if len(worth.currency) != 3 or not (worth.currency.isascii() and worth.currency.isupper()):
        raise QualifyError(f"{worth.currency!r} is no currency; write three capital letters, as EUR")
