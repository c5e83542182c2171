"""Change the secret of a webhook, and send again what was sent or given up."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from qualify.web.database import rows
from qualify.web.telling import outbox, webhooks
from qualify.web.verbs.actor import ADMIN, Actor, NotThere, audit


def rotate_secret(actor: Actor, webhook_id: int, now: int) -> str:
    """A new secret, shown this once. Messages carry both signatures until :func:`settle_secret`.

    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        _webhook(webhook_id)
        secret = webhooks.rotate(webhook_id)
        audit(actor, "rotate webhook secret", webhook_id, {}, now)
    return secret


def settle_secret(actor: Actor, webhook_id: int, now: int) -> None:
    """Sign with the newest secret alone; raises :class:`~qualify.web.verbs.actor.NotThere`."""
    actor.needs(ADMIN)
    with transaction.atomic():
        _webhook(webhook_id)
        webhooks.settle(webhook_id)
        audit(actor, "settle webhook secret", webhook_id, {}, now)


def resend(actor: Actor, attempts: Sequence[int], now: int) -> int:
    """Send messages again, whether they arrived or were given up; how many that are. They keep their id."""
    actor.needs(ADMIN)
    with transaction.atomic():
        many = outbox.replay(attempts, now)
        audit(actor, "resend", "", {"attempts": list(attempts), "resent": many}, now)
    return many


def _webhook(number: int) -> None:
    if not rows("SELECT 1 FROM webhook WHERE id = %s", [number]):
        raise NotThere(gettext("there is no webhook %(number)s") % {"number": number})
