"""Mails that come back, made as the programs that write them do: each by the headers and parts that it is known for."""

from __future__ import annotations

OURS = "<lead-7.1@mail.acme.test>"

_ORIGINAL = f"""\
Return-Path: <bounce+l7@acme.test>
From: Ada <ada@acme.test>
To: kim@customer.test
Subject: Your question
Message-ID: {OURS}
"""


def report(
    fields: str, original: str = _ORIGINAL, kind: str = "delivery-status", part: str = "text/rfc822-headers"
) -> bytes:
    """A multipart/report by RFC 6522 around a machine's fields."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.customer.test (Mail Delivery System)
To: bounce+l7@acme.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: Mon, 02 Mar 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/{kind}

{fields}
--b
Content-Type: {part}

{original}
--b--
""".replace("\n", "\r\n").encode()


def status(action: str, code: str, said: str = "", recipient: str = "kim@customer.test") -> str:
    """The fields of a delivery report: of the report, then of a recipient."""
    return f"""\
Reporting-MTA: dns; mx.customer.test
Arrival-Date: Mon, 02 Mar 2026 09:59:58 +0100

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {code}
Diagnostic-Code: smtp; {said}
"""


def mail(
    body: str = "",
    subject: str = "Re: Your question",
    sender: str = "Kim <kim@customer.test>",
    kind: str = "text/plain; charset=utf-8",
    **headers: str,
) -> bytes:
    """A mail with these headers; ``In_Reply_To`` is In-Reply-To."""
    lines = {
        "From": sender,
        "To": "ada@acme.test",
        "Subject": subject,
        "Date": "Fri, 06 Mar 2026 10:00:00 +0100",
        "MIME-Version": "1.0",
        "Content-Type": kind,
    }
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return ("\r\n".join(f"{name}: {value}" for name, value in lines.items()) + "\r\n\r\n" + body).encode()


ANSWER = {"In_Reply_To": OURS}
AWAY = {"Auto_Submitted": "auto-replied", **ANSWER}

POSTFIX = report(
    status("failed", "5.1.1", "550 5.1.1 <kim@customer.test>: Recipient address rejected: User unknown")
)
TWO = report(
    status("failed", "4.4.7")
    + "\nFinal-Recipient: rfc822; other@customer.test\nAction: failed\nStatus: 5.1.1\n"
)
EXIM = b"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.customer.test>
To: bounce+l7@acme.test
X-Failed-Recipients: kim@customer.test
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.
The following address(es) failed:

  kim@customer.test
    550 No such user here

------ This is a copy of the message, including all the headers. ------

Message-ID: <lead-7.1@mail.acme.test>
Subject: Your question
"""
QMAIL = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.customer.test
To: bounce+l7@acme.test
Subject: failure notice

Hi. This is the qmail-send program at mx.customer.test.
<kim@customer.test>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <lead-7.1@mail.acme.test>
"""
GERMAN_QUOTE = "Gern, am Dienstag.\n\nAm 05.03.2026 um 10:00 schrieb Ada <ada@acme.test>:\n> unsubscribe\n> out of office\n"
FEEDBACK = "Feedback-Type: {}\nUser-Agent: Yahoo!-Mail-Feedback/2.0\nVersion: 1\nOriginal-Rcpt-To: kim@customer.test\n"
OUTLOOK_HTML = "<html><style>p {color: red}</style><body><p>Ich bin bis zum 20.03.2026 im Urlaub.</p><blockquote>old</blockquote></body></html>"

#: What it is called, the mail, the kind, whether a bounce is for good, when somebody is back.
CORPUS: dict[str, tuple[bytes, str, bool | None, str | None]] = {
    "postfix, no such user": (POSTFIX, "bounce", True, None),
    "mailbox full, for now": (report(status("failed", "4.2.2", "452 4.2.2 mailbox full")), "bounce", False, None),
    "delayed": (report(status("delayed", "4.4.1", "connect to mx: timed out")), "delayed", None, None),
    "delivered, as was asked": (report(status("delivered", "2.0.0")), "other", None, None),
    "relayed to a system without reports": (report(status("relayed", "2.0.0")), "other", None, None),
    "two recipients, one gone for good": (TWO, "bounce", True, None),
    "status in the words only": (report(status("failed", "", "smtp; 554 5.7.1 rejected")), "bounce", True, None),
    "status with a comment": (report(status("failed", "5.0.0 (permanent failure)")), "bounce", True, None),
    "with the whole mail": (report(status("failed", "5.1.1"), part="message/rfc822", original=_ORIGINAL + "\nHello"), "bounce", True, None),
    "international (RFC 6533)": (report(status("failed", "5.1.1"), kind="global-delivery-status"), "bounce", True, None),
    "exim, in words": (EXIM, "bounce", True, None),
    "qmail, in words": (QMAIL, "bounce", True, None),
    "complaint": (report(FEEDBACK.format("abuse"), kind="feedback-report", part="message/rfc822"), "complaint", None, None),
    "no complaint: not spam": (report(FEEDBACK.format("not-spam"), kind="feedback-report"), "other", None, None),
    "no complaint: about our DNS": (report(FEEDBACK.format("auth-failure"), kind="feedback-report"), "other", None, None),
    "displayed (RFC 8098)": (report("Reporting-UA: x\nDisposition: manual-action; displayed\n", kind="disposition-notification"), "other", None, None),
    "thrown away by a rule (RFC 5429)": (report(f"Reporting-UA: mx.customer.test; Dovecot Mail Delivery Agent\nFinal-Recipient: rfc822; kim@customer.test\nOriginal-Message-ID: {OURS}\nDisposition: automatic-action/MDN-sent-automatically; deleted\n", kind="disposition-notification"), "bounce", True, None),
    "deleted unread by hand (RFC 8098)": (report("Reporting-UA: x\nDisposition: manual-action/MDN-sent-manually; deleted\n", kind="disposition-notification"), "other", None, None),
    "vacation of Dovecot": (mail("I am out of the office until 12 March.", "Out of office", **AWAY), "auto reply", None, "2026-03-13"),
    "exchange in German": (mail("Ich bin ab dem 23. März wieder erreichbar.", "Automatische Antwort: Your question", X_Auto_Response_Suppress="All", **ANSWER), "auto reply", None, "2026-03-23"),
    "exchange in HTML": (mail(OUTLOOK_HTML, "Automatische Antwort: Your question", kind="text/html; charset=utf-8", **AWAY), "auto reply", None, "2026-03-21"),
    "in French": (mail("Je suis absent jusqu'au 15 avril 2026.", "Réponse automatique", **AWAY), "auto reply", None, "2026-04-16"),
    "an encoded subject": (mail("De retour le 9 mars.", "=?utf-8?q?R=C3=A9ponse_automatique?=", **ANSWER), "auto reply", None, "2026-03-09"),
    "by the subject alone": (mail("Back on Monday.", "Out of Office: Re: Your question", **ANSWER), "auto reply", None, "2026-03-09"),
    "of a ticket system": (mail("We received your request.", "[#4711] Your question", Auto_Submitted="auto-generated"), "auto reply", None, None),
    "old vacation programs": (mail("Gone fishing.", Precedence="bulk", **ANSWER), "auto reply", None, None),
    "autoresponder of a host": (mail("Thanks.", X_Autoreply="yes", **ANSWER), "auto reply", None, None),
    "no return path": (mail("Thanks.", Return_Path="<>", **ANSWER), "auto reply", None, None),
    "one-click address": (mail("", "unsubscribe", To="u+7@acme.test"), "unsubscribe", None, None),
    "one-click address, marked as automatic": (mail("", "x", To="u+7@acme.test", Auto_Submitted="auto-generated"), "unsubscribe", None, None),
    "the subject says it": (mail("", "Unsubscribe"), "unsubscribe", None, None),
    "the text says it and nothing else": (mail("Please remove me from your list!\n\nOn 5 Mar 2026, Ada wrote:\n> Hello", **ANSWER), "unsubscribe", None, None),
    "abmelden": (mail("Bitte abmelden", **ANSWER), "unsubscribe", None, None),
    "a reply": (mail("Yes, Tuesday works.", **ANSWER), "reply", None, None),
    "a reply that says it is none of a machine": (mail("Yes.", Auto_Submitted="no", **ANSWER), "reply", None, None),
    "a reply that quotes all that would be something else": (mail(GERMAN_QUOTE, **ANSWER), "reply", None, None),
    "a reply about somebody's holiday": (mail("Kim is on holiday, talk to me.", "Re: Out of office", **ANSWER), "reply", None, None),
    "a reply that would like to stop later": (mail("Stop, wait: I would like to see the prices first.", **ANSWER), "reply", None, None),
    "by References alone": (mail("Yes.", References=f"<x@y> {OURS}"), "reply", None, None),
    "of a lead, to nothing of ours": (mail("Do you have a trial?", "Trial"), "reply", None, None),
    "of a stranger": (mail("Buy our lists", "Offer", "Spam <x@spam.test>"), "other", None, None),
    "an empty mail": (b"", "other", None, None),
    "no mail at all": (b"\x00\xff\xfe" * 50, "other", None, None),
}  # fmt: skip
