"""Mail: sent in the background, so that how long an answer takes tells nobody whether an address is known."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

TROUBLE = (OSError, SMTPException)


class Backend(BaseEmailBackend):
    """Hands mail to a thread; without a server for mail writes it to the log, for whoever runs Qualify to pass on."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Take them; how many."""
        if not settings.MAIL.host:
            for each in email_messages:
                _log(each)
        else:
            _thread().submit(_deliver, list(email_messages))
        return len(email_messages)


def invite(email: str, link: str, inviter: str, company: str, role: str) -> str:
    """Send an invitation, now; what went wrong in words, empty when it was sent."""
    if not settings.MAIL.host:
        return "no server for mail is set up (QUALIFY_MAIL_URL)"
    context = {"link": link, "inviter": inviter, "company": company, "role": role}
    subject = " ".join(render_to_string("people/mail/invitation_subject.txt", context).split())
    body = render_to_string("people/mail/invitation.txt", context)
    try:
        with EmailBackend() as server:
            EmailMessage(subject, body, to=[email], connection=server).send()
    except TROUBLE as error:
        logger.warning("an invitation could not be sent: %s", error)
        return str(error)
    return ""


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="mail")


def _deliver(messages: Sequence[EmailMessage]) -> None:
    try:
        with EmailBackend() as server:
            server.send_messages(messages)
    except TROUBLE as error:
        logger.error("mail to %s could not be sent: %s", ", ".join(messages[0].to), error)


def _log(message: EmailMessage) -> None:
    to = ", ".join(message.to)
    logger.warning("no mail is set up; to %s: %s\n%s", to, message.subject, message.body)
