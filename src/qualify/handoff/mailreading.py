"""What a mail that comes back is: a bounce, a complaint, an automatic answer, an unsubscription, or a reply.

Looked at in this order, so that nothing a machine wrote is taken for an answer: delivery reports (RFC 3464, with
the codes of RFC 3463), complaints (RFC 5965), automatic answers (RFC 3834), unsubscriptions by mail, replies. A mail
of which one cannot be sure is ``other``. Never raises, whatever the bytes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Literal, TypeAlias

from qualify.handoff import mailwords
from qualify.handoff.mailparts import fields_of, header, original, parsed, plain_text, unquoted
from qualify.handoff.returning import return_date

MailKind: TypeAlias = Literal["bounce", "delayed", "complaint", "auto reply", "unsubscribe", "reply", "other"]

_ID = re.compile(r"<[^<>\s]{1,900}>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_CODE = re.compile(r"\b([45])\d\d[ -]")
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other"})
"""Types of feedback that are a complaint; ``not-spam`` is the opposite, ``auth-failure`` is about our DNS."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a delivery report says of one recipient: action and status as written, and the server's words."""

    address: str
    action: str
    status: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class MailRead:
    """What a mail is, and what it is about.

    ``hard``: of a bounce, whether it is for good (True) or may pass. ``about`` are the Message-IDs of ours that it
    answers or reports on, as far as they can be told. ``returns_on``: of an automatic answer, the first day on which
    its writer is back. ``why`` says by which sign it was told.
    """

    kind: MailKind
    why: str
    sender: str = ""
    to: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    hard: bool | None = None
    recipients: tuple[Recipient, ...] = ()
    away: bool = False
    returns_on: dt.date | None = None
    subject: str = ""
    message_id: str = ""


def read(
    raw: bytes,
    received_on: dt.date,
    is_ours: Callable[[str], bool],
    knows: Callable[[str], bool],
    unsubscribe_prefix: str = "u+",
) -> MailRead:
    """What the mail is.

    ``is_ours`` says of a Message-ID (with its angle brackets) whether we sent it, ``knows`` of an address whether it
    is a lead's. Mail to an address that begins with ``unsubscribe_prefix`` or ``unsubscribe`` is an unsubscription.
    """
    message = parsed(raw)
    return _Reading(message, received_on, is_ours, knows, unsubscribe_prefix).read()


class _Reading:
    """One mail being read."""

    def __init__(
        self,
        message: Message,
        received_on: dt.date,
        is_ours: Callable[[str], bool],
        knows: Callable[[str], bool],
        prefix: str,
    ) -> None:
        self.message, self.received_on, self.is_ours, self.knows = message, received_on, is_ours, knows
        self.prefix = prefix.lower()
        self.subject = header(message, "Subject")[:500]
        self.sender = next(iter(_addresses(message, ("From", "Sender"))), "")
        self.to = tuple(_addresses(message, ("To", "Delivered-To", "X-Original-To", "Cc")))[:50]

    def read(self) -> MailRead:
        """The first kind whose signs are there."""
        for look in (
            self._delivery,
            self._complaint,
            self._listed,
            self._disposed,
            self._automatic,
            self._unsubscribed,
            self._reply,
        ):
            found = look()
            if found is not None:
                return found
        return self._is("other", "no sign of an answer to us")

    def _is(self, kind: MailKind, why: str, **more: object) -> MailRead:
        about = more.pop("about", None) or self._answers()
        return MailRead(
            kind,
            why,
            self.sender,
            self.to,
            tuple(about),  # type: ignore[arg-type]
            subject=self.subject,
            message_id=_first_id(header(self.message, "Message-ID")),
            **more,  # type: ignore[arg-type]
        )

    def _answers(self) -> list[str]:
        written = " ".join(header(self.message, name) for name in ("In-Reply-To", "References"))
        return list(dict.fromkeys(_ID.findall(written)))[:100]

    def _delivery(self) -> MailRead | None:
        """A delivery report by RFC 3464 (or 6533), else one in words by a mail system."""
        blocks = fields_of(self.message, "delivery-status")
        if not blocks:
            return self._worded()
        found = tuple(each for each in map(_recipient, blocks) if each is not None)
        about = _ids_of(original(self.message))
        kind, hard = _outcome(found)
        return self._is(kind, "delivery report (RFC 3464)", about=about, recipients=found, hard=hard)

    def _worded(self) -> MailRead | None:
        """Mail systems that write no report still write from nobody, and name a code of RFC 3463 or RFC 5321."""
        from_system = mailwords.DAEMON.match(self.sender.partition("@")[0]) is not None
        if not (from_system or self._from_nobody()) or not mailwords.FAILED.search(self.subject):
            return None
        text = plain_text(self.message)
        code = _STATUS.search(text) or _CODE.search(text)
        if code is None or code[1] == "2":
            return None
        about = _ids_of(original(self.message)) or _ID.findall(text)[:20]
        failed = header(self.message, "X-Failed-Recipients")
        found = tuple(
            Recipient(each.strip().lower(), "failed", code[0].strip()) for each in failed.split(",") if each
        )
        return self._is("bounce", "failure in words", about=about, recipients=found, hard=code[1] == "5")

    def _complaint(self) -> MailRead | None:
        blocks = fields_of(self.message, "feedback-report")
        if not blocks:
            return None
        said = header(blocks[0], "Feedback-Type").strip().lower()
        about = _ids_of(original(self.message))
        who = tuple(
            Recipient(each, "complained", "") for each in _addresses(blocks[0], ("Original-Rcpt-To",))
        )
        kind: MailKind = "complaint" if said in _COMPLAINTS else "other"
        return self._is(kind, f"feedback report (RFC 5965), {said or 'no type'}", about=about, recipients=who)

    def _listed(self) -> MailRead | None:
        """Written to the address that stands in our List-Unsubscribe: nobody's automatic answer goes there."""
        if any(each.startswith((self.prefix, "unsubscribe")) for each in self.to):
            return self._is("unsubscribe", "written to the address for it")
        return None

    def _disposed(self) -> MailRead | None:
        """What became of a mail of ours (RFC 8098): displayed, which is no answer; or thrown away by a rule of its
        recipient, unread, as Sieve's ``reject`` says it (RFC 5429, 2.1.2), which is a refusal for good.
        """
        if "disposition-notification" not in str(self.message.get("Content-Type", "")).lower():
            return None
        blocks = fields_of(self.message, "disposition-notification")
        about = [each for block in blocks for each in _ID.findall(header(block, "Original-Message-ID"))]
        said = " ".join(header(block, "Disposition") for block in blocks).lower().replace(" ", "")
        if not said.startswith("automatic-action/") or said.rpartition(";")[2].partition("/")[0] != "deleted":
            return self._is("other", "a receipt that it was displayed (RFC 8098)", about=about)
        who = tuple(each for each in map(_recipient, blocks) if each is not None)
        return self._is(
            "bounce",
            "a rule of its recipient threw it away (RFC 8098)",
            about=about,
            recipients=who,
            hard=True,
        )

    def _automatic(self) -> MailRead | None:
        """By RFC 3834, else by what mail programs write instead."""
        sign = self._sign_of_automatic()
        if sign is None:
            return None
        text = unquoted(plain_text(self.message))
        away = mailwords.AWAY.match(self.subject) is not None or mailwords.AWAY_SAID.search(text) is not None
        returns_on = return_date(f"{self.subject}\n{text}", self._sent_on())
        return self._is("auto reply", sign, away=away or returns_on is not None, returns_on=returns_on)

    def _sign_of_automatic(self) -> str | None:
        submitted = header(self.message, "Auto-Submitted").split(";")[0].split("(")[0].strip().lower()
        if submitted and submitted != "no":
            return f"Auto-Submitted: {submitted[:40]} (RFC 3834)"
        for name in ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Autoresponse"):
            if header(self.message, name).strip().lower() not in ("", "no", "none"):
                return name
        precedence = header(self.message, "Precedence").strip().lower()
        if precedence in ("bulk", "junk", "auto_reply", "auto-reply"):
            return f"Precedence: {precedence}"
        if self._from_nobody():
            return "an empty return path"
        return (
            "its subject"
            if mailwords.AUTOMATIC.match(self.subject) or mailwords.AWAY.match(self.subject)
            else None
        )

    def _unsubscribed(self) -> MailRead | None:
        said = unquoted(plain_text(self.message)).strip()
        subject = re.sub(r"^(?:\s*(?:re|aw|sv|antw|rif)\s*:)+", "", self.subject, flags=re.IGNORECASE)
        if mailwords.UNSUBSCRIBE.fullmatch(subject.strip()) or (
            len(said) <= 80 and mailwords.UNSUBSCRIBE.fullmatch(said)
        ):
            return self._is("unsubscribe", "it says nothing else")
        return None

    def _reply(self) -> MailRead | None:
        ours = [each for each in self._answers() if self.is_ours(each)]
        if ours:
            return self._is("reply", "it answers a mail of ours", about=ours)
        if self.sender and self.knows(self.sender):
            return self._is("reply", "from the address of a lead")
        return None

    def _from_nobody(self) -> bool:
        path = self.message.get("Return-Path")
        return path is not None and str(path).strip() in ("<>", "")

    def _sent_on(self) -> dt.date:
        """The day it was written, unless its date is off by more than a week."""
        try:
            written = parsedate_to_datetime(header(self.message, "Date")).date()
        except (TypeError, ValueError, IndexError, OverflowError):
            return self.received_on
        return written if abs((written - self.received_on).days) <= 7 else self.received_on


def _recipient(block: Message) -> Recipient | None:
    """A recipient's fields in a delivery report; None for those of the report as a whole."""
    address = header(block, "Original-Recipient") or header(block, "Final-Recipient")
    if not address:
        return None
    said = header(block, "Diagnostic-Code")[:500]
    status = header(block, "Status").split("(")[0].strip() or (
        found[0] if (found := _STATUS.search(said)) else ""
    )
    named = address.rpartition(";")[2].strip().strip("<>").lower()
    return Recipient(named, header(block, "Action").split("(")[0].strip().lower(), status, said)


def _outcome(recipients: Iterable[Recipient]) -> tuple[MailKind, bool | None]:
    """Of several recipients the worst: failed for good, failed, delayed, or neither."""
    found = list(recipients)
    failed = [
        each
        for each in found
        if each.action == "failed" or (not each.action and each.status[:1] in ("4", "5"))
    ]
    if failed:
        return "bounce", any(not each.status.startswith("4") for each in failed)
    return ("delayed" if any(each.action == "delayed" for each in found) else "other"), None


def _addresses(message: Message, names: Iterable[str]) -> list[str]:
    written = [header(message, name) for name in names]
    return [
        address.lower() for _, address in getaddresses([each for each in written if each]) if "@" in address
    ]


def _ids_of(message: Message | None) -> list[str]:
    found = _first_id(header(message, "Message-ID")) if message is not None else ""
    return [found] if found else []


def _first_id(written: str) -> str:
    found = _ID.search(written)
    return found[0] if found else ""
