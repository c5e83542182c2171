"""Have messages sent to an address, and stop it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web.ciphers import enciphered
from qualify.web.database import insert, rows, run
from qualify.web.telling.slack import SLACK, SPOKEN
from qualify.web.verbs.actor import ADMIN, Actor, NotThere, audit
from qualify.web.verbs.leads import one_of_them

TYPES: Final = (
    *("lead.scored", "lead.moved", "lead.move_withdrawn", "lead.merged", "lead.split", "lead.rejoined"),
    "lead.erased",
    *("lead.assigned", "lead.unassigned", "lead.warned", "lead.breached", "lead.contacted"),
    *("lead.accepted", "lead.rejected", "lead.returned"),
    "playbook.published",
)
"""What is told. An address that names none of them is told everything."""

_AT_HOME: Final = ("localhost", "127.0.0.1", "::1")


class NewWebhook(NamedTuple):
    """A webhook that was just made, and the secret that signs what it is sent, which is shown this once."""

    webhook_id: int
    secret: str


def create_webhook(
    actor: Actor, url: str, now: int, *, types: Collection[str] = (), kind: str = "standard"
) -> NewWebhook:
    """Have messages of these types (none: all) sent to an address, signed as Standard Webhooks says.

    With the kind ``slack`` each is a line of text for a channel, as Slack's incoming webhooks take it (and those of
    others that understand the same); none: those of the hand-off. Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(ADMIN)
    _reachable(url)
    one_of_them(kind, ("standard", SLACK), "kind of webhook")
    types = types or (SPOKEN if kind == SLACK else ())
    for each in types:
        one_of_them(each, SPOKEN if kind == SLACK else TYPES, "type of message")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    row = (url, " ".join(sorted(set(types))), enciphered({"secret": secret}), True, now, kind)
    with transaction.atomic():
        columns = "url, types, secret, active, created_at, kind"
        [(number,)] = insert("webhook", columns, [row], "RETURNING id")
        audit(actor, "create webhook", number, {"url": url, "types": sorted(types)}, now)
    return NewWebhook(int(number), secret)


def close_webhook(actor: Actor, webhook_id: int, now: int) -> None:
    """Send nothing there any more. Raises :class:`~qualify.web.verbs.actor.NotThere`."""
    actor.needs(ADMIN)
    with transaction.atomic():
        if not rows("SELECT 1 FROM webhook WHERE id = %s", [webhook_id]):
            raise NotThere(gettext("there is no webhook %(webhook_id)s") % {"webhook_id": webhook_id})
        run("UPDATE webhook SET active = %s WHERE id = %s", [False, webhook_id])
        audit(actor, "close webhook", webhook_id, {}, now)


def _reachable(url: str) -> None:
    """Raise for what is no address on the web, or one over which secrets would go in the clear."""
    said = "a webhook's address begins with https:// (http:// for this machine alone)"
    if len(url) > 2_000 or not url.isascii() or not url.isprintable() or " " in url:
        raise QualifyError(said)
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise QualifyError(
            gettext("%(url)s is no address: %(error)s") % {"url": repr(url[:60]), "error": error}
        ) from error
    if (
        not host
        or parts.username
        or not (parts.scheme == "https" or (parts.scheme == "http" and host in _AT_HOME))
    ):
        raise QualifyError(said)
