"""Webhooks and the messages on their way to them."""

from __future__ import annotations

from typing import NamedTuple

from qualify.web.database import rows


class HookSeen(NamedTuple):
    """An address that wants messages: which (none: all), since when it fails, and how its messages fare."""

    id: int
    url: str
    types: list[str]
    active: bool
    created_at: int
    failing_since: int | None
    waiting: int
    delivered: int
    dead: int


class AttemptSeen(NamedTuple):
    """A message on its way to a webhook, delivered, or given up (dead)."""

    id: int
    type: str
    state: str
    tries: int
    next_at: int
    status: int | None
    detail: str
    delivered_at: int | None
    created_at: int
    person_id: int | None


def webhooks() -> list[HookSeen]:
    """Every webhook."""
    found = rows(
        "SELECT w.id, w.url, w.types, w.active, w.created_at, w.failing_since, "
        + ", ".join(
            f"(SELECT COUNT(*) FROM attempt a WHERE a.webhook_id = w.id AND a.state = '{state}')"
            for state in ("waiting", "delivered", "dead")
        )
        + " FROM webhook w ORDER BY w.active DESC, w.id"
    )
    return [HookSeen._make((*row[:2], row[2].split(), bool(row[3]), *row[4:])) for row in found]


def attempts(webhook_id: int, state: str = "", limit: int = 50) -> list[AttemptSeen]:
    """The newest messages for a webhook."""
    return [
        AttemptSeen(*row)
        for row in rows(
            "SELECT a.id, m.type, a.state, a.tries, a.next_at, a.status, a.detail, a.delivered_at, m.created_at, "
            "m.person_id FROM attempt a JOIN message m ON m.id = a.message_id WHERE a.webhook_id = %s "
            f"{'AND a.state = %s' if state else ''} ORDER BY a.id DESC LIMIT %s",
            [webhook_id, *([state] if state else []), limit],
        )
    ]
