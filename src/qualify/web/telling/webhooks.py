"""The signatures of what is sent to webhooks, and their secrets (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import datetime as dt
import secrets

from standardwebhooks import Webhook

from qualify.errors import InputError
from qualify.web.ciphers import deciphered, enciphered
from qualify.web.database import rows, run


def new_secret() -> str:
    """A new secret of 256 random bits, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def rotate(webhook_id: int) -> str:
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
