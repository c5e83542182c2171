"""A real server for mail on a port of this machine, which can be down, and mails as they come over the wire."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import format_datetime

from aiosmtpd.controller import Controller
from django.test import override_settings

from qualify.web.people.asked import Mail


class Post:
    """What the server took; ``refuses`` is what it answers instead."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.refuses = ""
        self.port = _free_port()
        self._server: Controller | None = None

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - as the server calls it
        if self.refuses:
            return self.refuses
        self.got.append(message_from_bytes(envelope.content))
        return "250 taken"

    def up(self) -> None:
        """Start it."""
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def down(self) -> None:
        """Stop it: nobody answers there."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def text_of(self, place: int) -> str:
        """What a mail says in plain text."""
        message = self.got[place]
        part = next(each for each in message.walk() if each.get_content_type() == "text/plain")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def posting() -> Iterator[Post]:
    """A server that Qualify sends its mail by."""
    post = Post()
    mail = Mail("127.0.0.1", post.port, sender="Qualify <leads@qualify.example>")
    post.up()
    with override_settings(
        MAIL=mail, EMAIL_HOST=mail.host, EMAIL_PORT=mail.port, EMAIL_USE_TLS=False, EMAIL_USE_SSL=False,
        DEFAULT_FROM_EMAIL=mail.sender,
    ):  # fmt: skip
        try:
            yield post
        finally:
            post.down()


def mail(sender: str, to: str, text: str = "Hello", at: int = 0, **headers: str) -> bytes:
    """A mail as it comes; underscores in the names of headers are hyphens."""
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Date"] = format_datetime(datetime.fromtimestamp(at / 1000, UTC))
    message["Subject"] = headers.pop("Subject", "Hello")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def bounced(address: str, message_id: str, status: str = "5.1.1") -> bytes:
    """A delivery report (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: leads@qualify.example\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <dsn-{status}@mx.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n--b--\r\n"
    ).encode()
