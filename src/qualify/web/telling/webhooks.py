"""Webhooks: made, rotated, and the signature of what is sent to them (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from qualify.errors import InputError, one_of
from qualify.web.ciphers import deciphered, enciphered
from qualify.web.database import insert, rows, run

TYPES = ("lead.scored", "lead.moved", "lead.move_withdrawn")
"""What is told: a new total or grade, a move, and a move that later facts showed never happened."""

_LONGEST_URL = 2_000


def create_webhook(url: str, types: Sequence[str], now: int) -> tuple[int, str]:
    """Make a webhook for messages of these types (none: all); its id, and its secret, which is shown this once.

    Raises :class:`~qualify.errors.InputError` for an address or a type that cannot be.
    """
    check(url, types)
    secret = new_secret()
    row = (url, " ".join(types), enciphered({"secret": secret}), True, now)
    [(number,)] = insert("webhook", "url, types, secret, active, created_at", [row], "RETURNING id")
    return int(number), secret


def check(url: str, types: Sequence[str]) -> None:
    """Raise :class:`~qualify.errors.InputError` for an address or types that cannot be."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= _LONGEST_URL
        _ = parts.port
    except ValueError:
        fine = False
    if not fine:
        raise InputError(f"{url[:100]!r} is no address to send to; write one as https://example.com/qualify")
    if unknown := [each for each in types if each not in TYPES]:
        raise InputError(f"there are no messages of the type {unknown[0]!r}; allowed: {one_of(TYPES)}")


def new_secret() -> str:
    """A new secret of 256 random bits, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def rotate(webhook_id: int, now: int) -> str:
    """A new secret, shown this once; what is sent is signed with the former one too, until :func:`settle`.

    Raises :class:`~qualify.errors.InputError` for a webhook that there is not.
    """
    found = rows("SELECT secret FROM webhook WHERE id = %s", [webhook_id])
    if not found:
        raise InputError(f"there is no webhook {webhook_id}")
    secret = new_secret()
    both = {"secret": secret, "former": deciphered(found[0][0])["secret"]}
    run("UPDATE webhook SET secret = %s WHERE id = %s", [enciphered(both), webhook_id])
    return secret


def settle(webhook_id: int) -> None:
    """Sign with the newest secret alone from here on."""
    for (kept,) in rows("SELECT secret FROM webhook WHERE id = %s", [webhook_id]):
        newest = {"secret": deciphered(kept)["secret"]}
        run("UPDATE webhook SET secret = %s WHERE id = %s", [enciphered(newest), webhook_id])


def headers(kept_secret: str, message_id: str, body: str, now: int) -> dict[str, str]:
    """The headers of a message, signed with every secret in force."""
    at = dt.datetime.fromtimestamp(now // 1000, dt.UTC)
    known = deciphered(kept_secret)
    signed = [
        Webhook(known[name]).sign(message_id, at, body) for name in ("secret", "former") if name in known
    ]
    return {
        "content-type": "application/json",
        "user-agent": "Qualify",
        "webhook-id": message_id,
        "webhook-timestamp": str(now // 1000),
        "webhook-signature": " ".join(signed),
    }
