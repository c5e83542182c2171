"""Mail and leads: write to one through Qualify, take in a mail that came, send again what was given up."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from email.utils import parseaddr
from hashlib import sha256
from typing import Final

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.handoff.followups import Task
from qualify.web.database import rows
from qualify.web.handing import receiving
from qualify.web.handing.deciding import is_rep, owner_of
from qualify.web.handing.giving import followed_of
from qualify.web.handing.people import known_reps
from qualify.web.handing.post import Letter, again, post
from qualify.web.handing.unsubscribing import address_for
from qualify.web.looking.consents import consents_of
from qualify.web.verbs.actor import ADMIN, WRITE_LEADS, Actor, Conflict, audit
from qualify.web.verbs.assigning import at_desk
from qualify.web.verbs.leads import bounded, lead

MOST_TEXT: Final = 20_000


def receive_mail(actor: Actor, raw: bytes, now: int) -> receiving.Received:
    """Take in a mail as it came over the wire; the same mail again does nothing."""
    actor.needs(WRITE_LEADS)
    if len(raw) > 30_000_000:
        raise QualifyError(gettext("a mail of more than 30 MB is not taken in"))
    return receiving.received(raw, now)


def write_to_lead(
    actor: Actor,
    lead_id: int,
    subject: str,
    text: str,
    now: int,
    *,
    sequence: str = "",
    step: int | None = None,
) -> int:
    """Send a mail to a lead in the name of whoever has it; the line of the audit.

    It is a contact once a server for mail has taken it; with ``sequence`` and ``step`` that step is done then.
    Raises :class:`~qualify.web.verbs.actor.Conflict` when they do not want mail, or have no address.
    """
    actor.needs(WRITE_LEADS)
    subject = " ".join(bounded(subject, 255, "the subject").split())
    if not subject or not bounded(text, MOST_TEXT, "the text").strip():
        raise QualifyError(gettext("a mail has a subject and a text"))
    if not settings.MAIL.host:
        raise QualifyError(gettext("no server for mail is set up (QUALIFY_MAIL_URL)"))
    with transaction.atomic():
        whose = lead(lead_id)
        to = _may_be_written_to(whose.person_id, now)
        owner = owner_of(whose.person_id)
        rep = actor.name if is_rep(actor.name) or owner is None or owner.rep_id is None else owner.rep_id
        told = _step(whose.person_id, sequence, step, now) if step is not None else ""
        name = f"lead-{whose.person_id}-{secrets.token_hex(8)}"
        if told:  # of a step there is one mail, however often it is asked for
            name = f"step-{whose.person_id}-{sha256(told.encode()).hexdigest()[:16]}"
        headers = _headers(whose.person_id, rep)
        number = post(Letter(name, "lead", to, subject, text, whose.person_id, rep, "", headers, told), now)
        if number is None:
            raise Conflict(gettext("this mail is on its way already"))
        return audit(actor, "write to lead", whose.person_id, {"mail": number, "step": told}, now)


def send_again(actor: Actor, mail_ids: Sequence[int], now: int) -> int:
    """Try mails again that were given up; how many."""
    actor.needs(ADMIN)
    with transaction.atomic():
        done = again(mail_ids, now)
        audit(actor, "send mail again", "", {"mails": list(mail_ids)[:500], "sent": done}, now)
    return done


def _may_be_written_to(person_id: int, now: int) -> str:
    """The address; whoever withdrew their consent, or whose address does not exist, is not written to."""
    found = rows("SELECT email, traits FROM person WHERE id = %s", [person_id])
    if not found or not found[0][0]:
        raise Conflict(gettext("no address of theirs is known"))
    if msgspec.json.decode(found[0][1]).get("email_status") == "bounced":
        raise Conflict(gettext("mail to their address came back: it does not exist"))
    said = consents_of(person_id, now).get("email")
    if said is not None and not said.given:
        raise Conflict(gettext("they do not want mail"))
    return str(found[0][0])


def _headers(person_id: int, rep_id: str) -> tuple[tuple[str, str], ...]:
    found = known_reps([rep_id]).get(rep_id)
    sender = receiving_address()
    name = (found.called if found is not None else rep_id).replace('"', "")
    return (
        ("From", f'"{name}" <{sender}>'),
        ("Reply-To", f"{rep_id}, {sender}" if settings.MAILBOX.host else rep_id),
        ("List-Unsubscribe", f"<mailto:{address_for(person_id)}>"),
    )


def receiving_address() -> str:
    """The address that our mail comes from, and to which answers come."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _step(person_id: int, sequence: str, step: int, now: int) -> str:
    """Of a step that is to be done by mail: cycle, sequence and number, as JSON."""
    task: Task | None = next(
        (
            each
            for own, followed in followed_of([person_id], at_desk(now))
            if own.sequence == sequence and followed.exit is None
            for each in followed.tasks
            if each.step == step and each.channel == "email" and each.state in ("due", "planned")
        ),
        None,
    )
    if task is None:
        raise Conflict(gettext("there is no such mail to be sent to them now"))
    return msgspec.json.encode([task.cycle, task.sequence, task.step]).decode()
