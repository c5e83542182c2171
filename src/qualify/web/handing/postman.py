"""Sends the mails that are due.

A worker that is killed after the server took a mail and before that was written sends it again, under the same
Message-ID, by which mail programs know that they have it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec
from django.core.mail import EmailMessage
from django.db import transaction

from qualify.web.database import run
from qualify.web.handing.post import Due, dead, failed, give_back, take
from qualify.web.handing.written import was_sent
from qualify.web.people.mailing import TROUBLE

logger = logging.getLogger(__name__)

Send = Callable[[EmailMessage], None]


class Postman:
    """Sends what is due; one for each process."""

    def __init__(self, send: Send | None = None) -> None:
        self.send = send or _by_smtp

    def step(self, now: int) -> int:
        """Send some, and write what came of each at once; how many."""
        taken = take(now)
        for place, due in enumerate(taken):
            try:
                self.send(as_email(due))
            except TROUBLE as error:
                failed(due, error, now)
                if isinstance(error, OSError):  # the server does not answer: nor will it for the others
                    give_back(taken[place + 1 :], now)
                    break
            except Exception as error:
                logger.exception("mail %s could not be written", due.id)
                dead(due, error)
            else:
                sent(due, now)
        return len(taken)


def _by_smtp(message: EmailMessage) -> None:
    from django.core.mail.backends.smtp import EmailBackend

    with EmailBackend() as server:
        server.send_messages([message])


def as_email(due: Due) -> EmailMessage:
    """The mail as it is sent; the same in every try."""
    message = EmailMessage(due.subject, due.body, to=[due.to])
    message.extra_headers = {"Message-ID": due.message_id, **msgspec.json.decode(due.headers)}
    if due.kind == "rep":
        message.extra_headers["Auto-Submitted"] = "auto-generated"
    if due.calendar:
        message.attach("follow-ups.ics", due.calendar, "text/calendar")
    return message


def sent(due: Due, now: int) -> None:
    """It is with the server: what it said is not needed any more; one to a lead is a contact."""
    with transaction.atomic():
        run(
            "UPDATE mail SET state = 'sent', tries = tries + 1, sent_at = %s, taken_until = 0, detail = '', "
            "body = '', calendar = '' WHERE id = %s",
            [now, due.id],
        )
        if due.kind == "lead" and due.person_id is not None:
            was_sent(due, now)
