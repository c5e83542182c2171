"""Mail on its way out: put into the store with what it tells, taken, and tried again while the server is down."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from qualify.web.database import insert, is_sqlite, marks, rows, run

logger = logging.getLogger(__name__)

DELAYS: Final = (30, 120, 600, 1_800, 3_600, 3_600, 7_200, 21_600, 86_400)
"""Seconds to wait after each failure; after one more the mail is dead."""

LEASE: Final = 120_000
"""Milliseconds for which a mail is taken; sending takes at most an eighth of it."""

AT_ONCE: Final = 20


class Letter(NamedTuple):
    """A mail to be put into the outbox: whom it is about (None: no lead), to whom it goes, what it says.

    ``name`` tells it from all others, as assigned-17: put again, it is there already.
    """

    name: str
    kind: str
    to: str
    subject: str
    body: str
    person_id: int | None = None
    rep_id: str | None = None
    calendar: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    step: str = ""


class Due(NamedTuple):
    """A mail that was taken."""

    id: int
    message_id: str
    kind: str
    person_id: int | None
    rep_id: str | None
    to: str
    subject: str
    body: str
    calendar: str
    headers: str
    step: str
    tries: int


_COLUMNS: Final = (
    "id, message_id, kind, person_id, rep_id, {to}, subject, body, calendar, headers, step, tries"
)


def host() -> str:
    """What our mails are named after."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def message_id(name: str) -> str:
    """The Message-ID of the mail of that name."""
    return f"<{name}@{host()}>"


def post(letter: Letter, now: int) -> int | None:
    """Put a mail into the outbox, in the transaction in which what it tells happens; None when it is there.

    Without a server for mail it is kept as ``off``, and is not sent later: by then it tells nothing new.
    """
    state = "waiting" if settings.MAIL.host else "off"
    row = (
        message_id(letter.name), letter.kind, letter.person_id, letter.rep_id, letter.to[:512],
        " ".join(letter.subject.split())[:255], letter.body if state == "waiting" else "", letter.calendar,
        msgspec.json.encode(dict(letter.headers)).decode(), letter.step, state, now, now,
        "" if state == "waiting" else "no server for mail is set up (QUALIFY_MAIL_URL)",
    )  # fmt: skip
    columns = (
        'message_id, kind, person_id, rep_id, "to", subject, body, calendar, headers, step, state, next_at, '
        "created_at, detail, tries, taken_until"
    )
    found = insert("mail", columns, [(*row, 0, 0)], "ON CONFLICT (message_id) DO NOTHING RETURNING id")
    return int(found[0][0]) if found else None


def take(now: int, most: int = AT_ONCE) -> list[Due]:
    """Take mails that are due; nobody else takes them while the lease runs."""
    free = "state = 'waiting' AND next_at <= %s AND (taken_until <= %s OR taken_until > %s)"
    values = [now, now, now + 2 * LEASE]
    if not rows(f"SELECT 1 FROM mail WHERE {free} LIMIT 1", values):
        return []
    lock = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED"
    chosen = f"SELECT id FROM mail WHERE {free} ORDER BY id LIMIT %s{lock}"
    found = rows(
        f"UPDATE mail SET taken_until = %s WHERE id IN ({chosen}) RETURNING {_COLUMNS.format(to=_TO)}",
        [now + LEASE, *values, most],
    )
    return sorted(Due(*row) for row in found)


_TO: Final = '"to"'


def failed(due: Due, error: Exception, now: int) -> None:
    """Try again later; what the server refuses for good is dead at once, as is what failed too often."""
    refused = isinstance(getattr(error, "smtp_code", None), int) and 500 <= error.smtp_code < 600  # type: ignore[attr-defined]
    if refused or due.tries >= len(DELAYS):
        dead(due, error)
        return
    run(
        "UPDATE mail SET tries = tries + 1, next_at = %s, taken_until = 0, detail = %s WHERE id = %s",
        [now + 1_000 * DELAYS[due.tries], _said(error), due.id],
    )


def dead(due: Due, error: Exception) -> None:
    """Give it up; it is shown among the dead until somebody sends it again."""
    logger.warning("mail %s is given up: %s", due.id, error)
    run(
        "UPDATE mail SET state = 'dead', tries = tries + 1, taken_until = 0, detail = %s WHERE id = %s",
        [_said(error), due.id],
    )


def again(mail_ids: Sequence[int], now: int) -> int:
    """Try dead ones again; how many that are."""
    if not mail_ids:
        return 0
    which = f"state = 'dead' AND id IN ({marks(len(mail_ids))})"
    return run(f"UPDATE mail SET state = 'waiting', tries = 0, next_at = %s WHERE {which}", [now, *mail_ids])


def give_back(taken: Sequence[Due], now: int) -> None:
    """They wait as long as the one that failed, without having failed themselves."""
    for due in taken:
        run("UPDATE mail SET taken_until = 0, next_at = %s WHERE id = %s", [now + 1_000 * DELAYS[0], due.id])


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
