"""Links that open something once: the first set-up, a password, the demonstration. Only their hashes are kept."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from qualify.moments import DAY
from qualify.web.ciphers import digest, token
from qualify.web.database import insert, rows, run

Purpose = Literal["start", "password", "demo"]
LASTS: Final[dict[Purpose, int]] = {"start": 7 * DAY, "password": 2 * DAY, "demo": DAY}
"""Milliseconds for which a link of a kind is good."""


class Ticket(NamedTuple):
    """A link that can still be used, and whom it is for."""

    id: int
    user_id: int | None


def issue(purpose: Purpose, now: int, user_id: int | None = None) -> str:
    """Make a link's token; it is shown this once."""
    made = token("qt")
    run("DELETE FROM ticket WHERE expires_at < %s", [now - 30 * DAY])
    row = (digest(made), purpose, user_id, now, now + LASTS[purpose])
    insert("ticket", "digest, purpose, user_id, created_at, expires_at", [row])
    return made


def found(told: str, purpose: Purpose, now: int) -> Ticket | None:
    """The link of that token, if it was not used and is not over."""
    open_ = rows(
        "SELECT id, user_id FROM ticket WHERE digest = %s AND purpose = %s AND used_at IS NULL AND expires_at > %s",
        [digest(told[:100]), purpose, now],
    )
    return Ticket(*open_[0]) if open_ else None


def use(ticket: Ticket, now: int) -> bool:
    """Use it up; False when somebody was quicker. In the transaction of what it opens."""
    return run("UPDATE ticket SET used_at = %s WHERE id = %s AND used_at IS NULL", [now, ticket.id]) > 0
