"""Who asks: the bearer of a token, with the scopes of the token."""

from __future__ import annotations

import logging

from django.db import Error, transaction
from django.http import HttpRequest
from ninja.security import HttpBearer

from qualify.clock import now
from qualify.web.keeping.using import USES
from qualify.web.sources import Keys
from qualify.web.verbs.actor import Actor

logger = logging.getLogger(__name__)

KEYS = Keys()


class Token(HttpBearer):
    """A token of the API: a key of the kind ``api``."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Who bears the token; None when it opens nothing here."""
        return bearer(token)


def bearer(token: str) -> Actor | None:
    """Who bears a token; keys to sources open nothing here."""
    at = now()
    access = KEYS.opens(token.strip(), at)
    if access is None or access.kind != "api":
        return None
    if USES.note(access.key_id, at):
        _write_uses()
    return Actor(f"key {access.key_id}", access.scopes)


def _write_uses() -> None:
    """Once an hour for a key. If the store takes no more, reading goes on, and it is written another time."""
    try:
        with transaction.atomic():
            USES.write()
    except Error as error:
        logger.warning("when keys were used could not be written: %s", error)


def token_of(request: HttpRequest) -> str:
    """The token in the request; empty when none is."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def actor(request: HttpRequest, scope: str | None = None) -> Actor:
    """Who asks; raises :class:`~qualify.web.verbs.actor.Forbidden` when they may not do what the scope allows."""
    found: Actor = request.auth  # type: ignore[attr-defined]
    if scope is not None:
        found.needs(scope)
    return found
