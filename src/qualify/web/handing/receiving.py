"""A mail that came in: read, put down to the lead that it is about, and what follows from it done; each once.

What it says is not kept: only what it is, from whom, and what it answers. Of mail that is about no lead nothing is
kept but that it came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec
from django.db import transaction

from qualify.handoff.mailreading import MailRead, read
from qualify.identity.normalising import normalise
from qualify.moments import milliseconds, zone
from qualify.web.database import insert, rows, those, untangled
from qualify.web.handing.unsubscribing import lead_in
from qualify.web.keeping.rows import message_key
from qualify.web.looking.judging import worker
from qualify.web.verbs.actor import Actor, the_owner
from qualify.web.verbs.consent import consent
from qualify.web.verbs.contacting import BY_HAND, Touch, keep_contact, keep_happening
from qualify.web.verbs.leads import Lead, lead
from qualify.web.verbs.learn import learn

MOST_LEADS: Final = 20
"""Leads that one mail is put down to at most."""

OUTBOUND: Final = "sent by us"
"""What a mail is that one of us wrote to a lead, and that came to us as a copy."""


class Received(NamedTuple):
    """What a mail was, which leads it is about, by which sign it was told; ``new`` False: it came before."""

    kind: str
    leads: tuple[int, ...]
    why: str
    new: bool


def received(raw: bytes, now: int) -> Received:
    """Take a mail in. Never raises for what is in it."""
    mail, copy = _read(raw, now)
    key = message_key(BY_HAND, f"mail\n{mail.message_id or sha256(raw).hexdigest()}")
    kind = OUTBOUND if copy else mail.kind
    return untangled(lambda: _kept(key, kind, mail, now))


def _read(raw: bytes, now: int) -> tuple[MailRead, bool]:
    """What it is, and whether one of us sent it to a lead."""
    today = dt.datetime.fromtimestamp(now / 1000, _zone()).date()
    mail = read(raw, today, is_ours, lambda address: bool(_leads_at([address])))
    wrote = mail.kind in ("reply", "other") and is_one_of_us(mail.sender)
    return mail, wrote


def is_ours(message_id: str) -> bool:
    """Whether a mail of that Message-ID was sent to a lead by us, or by one of us."""
    return bool(_leads_about([message_id]))


def is_one_of_us(address: str) -> bool:
    """Whether somebody who works here, or gets leads, has that address."""
    return bool(
        address
        and rows(
            "SELECT 1 FROM member WHERE email = %s UNION SELECT 1 FROM rep_setting WHERE rep_id = %s LIMIT 1",
            [address, address],
        )
    )


def _kept(key: bytes, kind: str, mail: MailRead, now: int) -> Received:
    with transaction.atomic():
        leads = _about(kind, mail)
        whose = lead(leads[0]) if leads else None
        known = ("", "", "", "[]") if whose is None else (
            mail.sender[:512], mail.subject[:255], mail.message_id[:998],
            msgspec.json.encode(mail.about[:20]).decode(),
        )  # fmt: skip
        who = (None, None, now) if whose is None else (
            whose.subject_id, whose.person_id, max(now, whose.joined_at)
        )  # fmt: skip
        columns = (
            "key, subject_id, owner_id, known_at, received_at, kind, why, sender, subject, message_id, about"
        )
        row = (key, *who, now, kind[:16], mail.why[:255], *known)
        new = bool(insert("incoming", columns, [row], "ON CONFLICT (key) DO NOTHING RETURNING id"))
        for each in leads if new else ():
            _follow(lead(each), kind, mail, now)
    return Received(kind, tuple(leads), mail.why, new)


def _about(kind: str, mail: MailRead) -> list[int]:
    """The leads that it is about: by what it answers, by the address it was sent to, by whose address it names."""
    if kind == OUTBOUND:
        return _leads_at(mail.to)
    told = [number for address in mail.to if (number := lead_in(address)) is not None]
    told = [who for who in told if those("SELECT id FROM identifier WHERE id IN ({})", [who])]
    found = told or _leads_about(mail.about) or _leads_at(each.address for each in mail.recipients)
    if found or kind in ("bounce", "delayed", "complaint"):
        return found[:MOST_LEADS]
    return _leads_at([mail.sender])


def _leads_about(ids: Iterable[str]) -> list[int]:
    wanted = sorted({each[:998] for each in ids})
    sent = those("SELECT person_id FROM mail WHERE kind = 'lead' AND message_id IN ({})", wanted)
    logged = those("SELECT owner_id FROM contact WHERE direction = 'outbound' AND contact_id IN ({})", wanted)
    return _survivors(who for (who,) in (*sent, *logged) if who is not None)


def _leads_at(addresses: Iterable[str]) -> list[int]:
    """The leads who have these addresses."""
    wanted = [normalise("email", each) for each in addresses if each]
    found = those(
        "SELECT i.owner_id FROM identifier i JOIN person p ON p.id = i.owner_id WHERE i.key IN ({})",
        sorted({f"email:{each}" for each in wanted if each}),
    )
    return sorted({who for (who,) in found})[:MOST_LEADS]


def _survivors(people: Iterable[int]) -> list[int]:
    return sorted(
        {who for (who,) in those("SELECT owner_id FROM identifier WHERE id IN ({})", sorted(set(people)))}
    )


def _follow(whose: Lead, kind: str, mail: MailRead, now: int) -> None:
    """What follows from it for the lead."""
    us = the_owner("mail")
    if kind == OUTBOUND:
        touch = Touch("email", "outbound", "sent", now, mail.sender, mail.message_id or mail.subject[:200])
        keep_contact(whose, touch, "mail", now)
    elif kind == "reply":
        touch = Touch("email", "inbound", "", now, None, mail.message_id or f"{mail.sender} {now}")
        keep_contact(whose, touch, "mail", now)
    elif kind == "bounce":
        _bounced(us, whose, mail, now)
    elif kind in ("complaint", "unsubscribe"):
        consent(us, whose.subject_id, "email", False, now, proof=f"{kind}: {mail.why}")
        keep_happening(whose, "unsubscribe", now, "mail", now)
    elif kind == "auto reply" and mail.away:
        keep_happening(whose, "out of office", now, "mail", now, _moment(mail.returns_on))


def _bounced(us: Actor, whose: Lead, mail: MailRead, now: int) -> None:
    """What was sent never arrived; for good, the address is marked, and nobody is told to write to it."""
    for number, rep, channel in those(
        "SELECT DISTINCT contact_id, rep_id, channel FROM contact WHERE direction = 'outbound' AND contact_id IN ({})",
        sorted(set(mail.about)),
    ):
        keep_contact(whose, Touch(channel, "outbound", "bounced", now, rep, number), "mail", now)
    if mail.hard:
        keep_happening(whose, "bounce", now, "mail", now)
        learn(us, whose.subject_id, {"email_status": "bounced"}, now)


def _moment(day: dt.date | None) -> int | None:
    return None if day is None else milliseconds(dt.datetime.combine(day, dt.time(), _zone()))


def _zone() -> dt.tzinfo:
    """The zone in which a day begins: the playbook's."""
    ordered = worker().versions.ordered
    return zone(worker().versions.layouts[int(ordered[-1].version)].book.time_zone) if ordered else dt.UTC
