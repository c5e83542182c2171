"""Make and close forms of our own; let the names that other software sends open a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from qualify.web.database import rows
from qualify.web.hosted import stored
from qualify.web.sources import create_alias
from qualify.web.verbs.actor import ADMIN, Actor, NotThere, audit


def create_form(actor: Actor, source_id: int, spec: Mapping[str, Any], now: int) -> str:
    """Keep a form; the address under ``/f/`` at which it is from now on.

    Raises :class:`~qualify.errors.InputError` for one that could not work, and
    :class:`~qualify.web.verbs.actor.NotThere` for a source that there is not.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        _source(source_id)
        form = stored.create_form(source_id, spec, now)
        audit(actor, "create form", form.id, {"source": source_id}, now)
    return form.id


def close_form(actor: Actor, address: str, now: int) -> None:
    """Show the form no more; raises :class:`~qualify.web.verbs.actor.NotThere` when it is not open."""
    actor.needs(ADMIN)
    with transaction.atomic():
        if not stored.close_form(address, now):
            raise NotThere(gettext("there is no open form at /f/%(address)s") % {"address": address})
        audit(actor, "close form", address, {}, now)


def add_alias(actor: Actor, source_id: int, alias: str, now: int) -> None:
    """Let a name (Salesforce's oid, HubSpot's portal id, Plausible's domain) open the source as a public key does.

    Raises :class:`~qualify.errors.InputError` for one that is taken, and
    :class:`~qualify.web.verbs.actor.NotThere` for a source that there is not.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        _source(source_id)
        create_alias(source_id, alias, now)
        audit(actor, "create alias", source_id, {"alias": alias}, now)


def _source(number: int) -> None:
    if not rows("SELECT 1 FROM source WHERE id = %s", [number]):
        raise NotThere(gettext("there is no source %(number)s") % {"number": number})
