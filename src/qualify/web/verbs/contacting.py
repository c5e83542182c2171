"""Write down that one of us and a lead were in touch, or tried to be: what stops the clock, and ends sequences."""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple, get_args

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.handoff.contacts import CALLED, MET, UNDELIVERED
from qualify.handoff.facts import Channel
from qualify.web.database import rows
from qualify.web.handing import facts, line
from qualify.web.handing.deciding import is_rep, owner_of
from qualify.web.keeping.rows import message_key
from qualify.web.verbs.actor import WRITE_LEADS, Actor, audit
from qualify.web.verbs.leads import Lead, bounded, lead, moment_told, one_of_them
from qualify.web.verbs.telling import tell

CHANNELS: Final[tuple[str, ...]] = get_args(Channel)
OUTCOMES: Final = {
    "phone": (*sorted(CALLED), "wrong number", "failed"),
    "email": ("sent", "delivered", *sorted(UNDELIVERED)),
    "meeting": (*sorted(MET), "cancelled", "no show"),
}
"""What can come of a contact, by channel; other channels take what messages take."""

BY_HAND: Final = 0


class Touch(NamedTuple):
    """A contact to be written down. ``contact_id`` names it: a second one with it corrects the first.

    ``auto_reply`` says that a machine wrote it. ``rep_id`` is who of ours it was.
    """

    channel: str
    direction: str = "outbound"
    outcome: str = ""
    happened_at: int | None = None
    rep_id: str | None = None
    contact_id: str = ""
    auto_reply: bool = False
    note: str = ""


class Logged(NamedTuple):
    """A contact as it was written down: its name, whether it is new, and the line of the audit (None: it was there)."""

    contact_id: str
    new: bool
    audit_id: int | None


def log_contact(actor: Actor, lead_id: int, touch: Touch, now: int) -> Logged:
    """Keep a contact; the same one told again is there already.

    Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(WRITE_LEADS)
    _check(touch)
    at = moment_told(touch.happened_at, now, "happened_at")
    with transaction.atomic():
        whose = lead(lead_id)
        touch = touch._replace(rep_id=touch.rep_id or _rep(actor, whose), happened_at=at)
        named = touch._replace(contact_id=touch.contact_id or secrets.token_hex(16))
        kept = keep_contact(whose, named, actor.name, now)
        if kept is None:
            return Logged(named.contact_id, False, None)
        detail = {
            "contact": kept.contact, "happening": kept.happening, "channel": touch.channel,
            "direction": touch.direction, "outcome": touch.outcome, "at": at,
        }  # fmt: skip
        return Logged(named.contact_id, True, audit(actor, "log contact", whose.person_id, detail, now))


class Kept(NamedTuple):
    """The numbers of what was written down: the contact, and what sequences go by (None: nothing of it)."""

    contact: int
    happening: int | None


def keep_contact(whose: Lead, touch: Touch, source: str, now: int) -> Kept | None:
    """Keep it in the transaction of the verb, and have the clock looked at; None when it is there already.

    One that was taken back counts again.
    """
    at = now if touch.happened_at is None else touch.happened_at
    told: dict[str, object] = {
        "key": message_key(BY_HAND, f"{touch.contact_id}\n{touch.outcome}\n{int(touch.auto_reply)}"),
        "contact_id": touch.contact_id, "rep_id": touch.rep_id, "channel": touch.channel,
        "direction": touch.direction, "happened_at": at, "outcome": touch.outcome,
        "auto_reply": touch.auto_reply, "note": touch.note,
    }  # fmt: skip
    number = facts.keep("contact", whose, told, source, now, _ONCE)
    if number is None:
        return None
    happening = None
    if touch.direction == "inbound" and touch.channel != "meeting" and not touch.auto_reply:
        happening = keep_happening(whose, "reply", at, source, now)
    payload = {
        "lead_id": whose.person_id, "happened_at": at, "channel": touch.channel, "direction": touch.direction,
        "outcome": touch.outcome, "rep": touch.rep_id,
    }  # fmt: skip
    tell("lead.contacted", whose.person_id, payload, now)
    line.mark([whose.person_id], now)
    return Kept(number, happening)


_ONCE: Final = (
    "ON CONFLICT (key) DO UPDATE SET taken_back_at = NULL, happened_at = excluded.happened_at, "
    "known_at = excluded.known_at, note = excluded.note WHERE contact.taken_back_at IS NOT NULL"
)
"""The same contact with the same outcome is there once; one that was taken back is written down anew."""


def keep_happening(
    whose: Lead, kind: str, at: int, source: str, now: int, returns_at: int | None = None
) -> int | None:
    """Something that sequences go by; its number."""
    told: dict[str, object] = {"kind": kind, "happened_at": at, "returns_at": returns_at}
    number = facts.keep("happening", whose, told, source, now)
    line.mark([whose.person_id], now)
    return number


def whose_contact(contact_id: str) -> tuple[int, str, str | None] | None:
    """The lead, the channel and the rep of a contact of that name; None when there is none."""
    found = rows(
        "SELECT owner_id, channel, rep_id FROM contact WHERE contact_id = %s ORDER BY id LIMIT 1",
        [contact_id],
    )
    return found[0] if found else None


def _rep(actor: Actor, whose: Lead) -> str | None:
    owner = owner_of(whose.person_id)
    return actor.name if is_rep(actor.name) or owner is None else owner.rep_id


def _check(touch: Touch) -> None:
    one_of_them(touch.channel, CHANNELS, "channel")
    one_of_them(touch.direction, ("outbound", "inbound"), "direction")
    if touch.outcome:
        one_of_them(touch.outcome, OUTCOMES.get(touch.channel, OUTCOMES["email"]), "outcome")
    elif touch.channel in ("phone", "meeting"):
        raise QualifyError(gettext("say what came of it; without that it is no contact"))
    bounded(touch.contact_id, 900, "the name of the contact")
    bounded(touch.note, 2_000, "the note")
