"""Which contacts are real: an attempt by a person of ours to reach the lead, or a meeting both agreed to.

A status edited, an auto-reply, a mail that bounced, a number that was wrong are none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from qualify.handoff.facts import Contact

CALLED = frozenset({"connected", "voicemail", "no answer", "busy"})
"""Outcomes of a call that reached the lead's telephone; without one of them a call was not made."""

MET = frozenset({"booked", "held"})
"""Outcomes of a meeting that count, whichever side booked it."""

UNDELIVERED = frozenset({"bounced", "failed", "draft", "scheduled"})
"""Outcomes of a message that never arrived, or was not sent."""


def is_real(contact: Contact) -> bool:
    """Whether it stops the clock."""
    if contact.auto_reply:
        return False
    if contact.channel == "meeting":
        return contact.outcome in MET
    if contact.direction != "outbound":
        return False
    if contact.channel == "phone":
        return contact.outcome in CALLED
    return contact.outcome not in UNDELIVERED


def settled(contacts: Iterable[Contact], as_of: int) -> list[Contact]:
    """Each contact once, as it is known by then, in the order in which they happened.

    Of several rows with one id the one known last counts, at the moment that the first of them named.
    """
    known = sorted(
        (each for each in contacts if each.counts_from <= as_of),
        key=lambda each: (each.counts_from, each.outcome),
    )
    newest: dict[str, Contact] = {}
    for each in known:
        before = newest.get(each.contact_id)
        first_at = each.happened_at if before is None else min(before.happened_at, each.happened_at)
        newest[each.contact_id] = replace(each, happened_at=first_at)
    return sorted(newest.values(), key=lambda each: (each.happened_at, each.contact_id))


def first_real(contacts: Iterable[Contact], since: int, as_of: int) -> Contact | None:
    """The first real contact from ``since`` on, as known at ``as_of``; what was before does not count."""
    return next(
        (each for each in settled(contacts, as_of) if since <= each.happened_at and is_real(each)), None
    )
