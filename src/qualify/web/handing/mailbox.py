"""The letterbox: mail that came in, fetched by IMAP (RFC 9051), each mail once, by its number in the mailbox."""

from __future__ import annotations

import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.db import Error

from qualify.web.database import rows, run
from qualify.web.handing.asked import MailboxAt
from qualify.web.handing.receiving import received

logger = logging.getLogger(__name__)

EVERY: Final = 60_000
"""Milliseconds between two looks into the mailbox."""

AT_ONCE: Final = 100
TIMEOUT: Final = 20.0
MOST_BYTES: Final = 2_000_000
TROUBLE = (OSError, imaplib.IMAP4.error)


class Letterbox:
    """Fetches what came in; one for each process."""

    def __init__(self, mailbox: MailboxAt | None = None) -> None:
        self.mailbox: MailboxAt = mailbox or settings.MAILBOX

    def step(self, now: int) -> int:
        """Fetch what is new, if it is time to look; how many mails that were."""
        if not self.mailbox.host or not self._my_turn(now):
            return 0
        try:
            done = self._fetch(now)
        except TROUBLE as error:
            self._say(f"{type(error).__name__}: {error}"[:500])
            return 0
        self._say("")
        return done

    def _my_turn(self, now: int) -> bool:
        """Whether it is time, and no other process is looking."""
        name = self.mailbox.name[:512]
        run(
            "INSERT INTO mailbox (name, validity, last_uid, looked_at, trouble) VALUES (%s, 0, 0, 0, '') "
            "ON CONFLICT (name) DO NOTHING",
            [name],
        )
        taken = "UPDATE mailbox SET looked_at = %s WHERE name = %s AND (looked_at <= %s OR looked_at > %s)"
        return run(taken, [now, name, now - EVERY, now]) > 0

    def _fetch(self, now: int) -> int:
        [(validity, last)] = rows(
            "SELECT validity, last_uid FROM mailbox WHERE name = %s", [self.mailbox.name[:512]]
        )
        with opened(self.mailbox) as server:
            here = _validity(server)
            # In another mailbox of the same name numbers begin anew; what was read before is known by its key.
            numbers = _numbers(server, last if here == validity else 0)
            for number in numbers:
                self._take_in(server, number, here, now)
        return len(numbers)

    def _take_in(self, server: imaplib.IMAP4, number: int, validity: int, now: int) -> None:
        _, parts = server.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
        try:
            if raw is not None:
                received(bytes(raw), now)
        except Error:
            raise  # the database is in trouble; the mail is read again
        except Exception:
            logger.exception("mail %s of %s could not be taken in", number, self.mailbox.name)
        run(
            "UPDATE mailbox SET validity = %s, last_uid = %s WHERE name = %s",
            [validity, number, self.mailbox.name[:512]],
        )

    def _say(self, trouble: str) -> None:
        """What is wrong, for whoever looks; said once."""
        changed = run(
            "UPDATE mailbox SET trouble = %s WHERE name = %s AND trouble <> %s",
            [trouble, self.mailbox.name[:512], trouble],
        )
        if trouble and changed:
            logger.warning("the mailbox %s cannot be read: %s", self.mailbox.name, trouble)


@contextmanager
def opened(mailbox: MailboxAt) -> Iterator[imaplib.IMAP4]:
    """The folder, open to be read."""
    context = ssl.create_default_context()
    if mailbox.tls:
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            mailbox.host, mailbox.port, ssl_context=context, timeout=TIMEOUT
        )
    else:
        server = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT)
    with server:
        if mailbox.starttls:
            server.starttls(context)
        server.login(mailbox.user, mailbox.password)
        quoted = mailbox.folder.replace("\\", "\\\\").replace('"', '\\"')
        status, said = server.select(f'"{quoted}"', readonly=True)
        if status != "OK":
            raise imaplib.IMAP4.error(f"no folder {mailbox.folder}: {said!r}")
        yield server


def _validity(server: imaplib.IMAP4) -> int:
    found = server.response("UIDVALIDITY")[1]
    return int(found[0]) if found and found[0] is not None else 0


def _numbers(server: imaplib.IMAP4, last: int) -> list[int]:
    """The numbers of the mails that came after the last; the oldest first."""
    _, found = server.uid("SEARCH", f"UID {last + 1}:*")
    numbers = [int(each) for each in (found[0] or b"").split()]
    return sorted(each for each in numbers if each > last)[:AT_ONCE]
