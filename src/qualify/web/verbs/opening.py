"""Open sources and give keys to them and to the API; change keys, and take them back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web import sources
from qualify.web.ciphers import digest
from qualify.web.database import rows
from qualify.web.verbs.actor import ADMIN, Actor, Conflict, NotThere, audit, known_scopes
from qualify.web.verbs.leads import bounded, one_of_them

KINDS: Final = ("write", "secret", "api")
"""Write keys are public, in pages; secret keys are for servers; api keys open the API."""


SECRET_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


class NewKey(NamedTuple):
    """A key that was just made: its number, and its text, which is shown this once."""

    key_id: int
    key: str


def create_source(
    actor: Actor,
    name: str,
    kind: str,
    now: int,
    *,
    settings: Mapping[str, object] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> int:
    """Open a source; its number. ``secrets`` are for signatures, and are kept enciphered.

    Raises :class:`~qualify.errors.QualifyError`; :class:`~qualify.web.verbs.actor.Conflict` for a name that is taken.
    """
    actor.needs(ADMIN)
    if not bounded(name, 255, "the name").strip():
        raise QualifyError(gettext("a source needs a name"))
    bounded(kind, 32, "the kind")
    try:
        with transaction.atomic():
            number = sources.create_source(name, kind, now, settings, secrets)
            audit(actor, "create source", number, {"name": name, "kind": kind}, now)
    except IntegrityError as error:
        raise Conflict(gettext("there is a source %(name)s already") % {"name": repr(name)}) from error
    return number


def change_source(
    actor: Actor,
    source_id: int,
    now: int,
    *,
    settings: Mapping[str, object] | None = None,
    secrets: Mapping[str, str | None] | None = None,
) -> None:
    """Change what is named of a source's settings and secrets and leave the rest; None takes one away.

    Processes remember what was so for two seconds more. Raises :class:`~qualify.errors.InputError` for settings that
    there are not, and :class:`~qualify.web.verbs.actor.NotThere` for a source that there is not.
    """
    actor.needs(ADMIN)
    settings, secrets = settings or {}, secrets or {}
    for name, value in secrets.items():
        if not SECRET_NAME.fullmatch(name):
            raise QualifyError(
                gettext("%(name)s is no name of a secret: small letters and underscores, as access_token")
                % {"name": repr(name)}
            )
        if value is not None and not bounded(value, 4_000, f"the secret {name}").strip():
            raise QualifyError(gettext("the secret %(name)s is empty") % {"name": name})
    with transaction.atomic():
        if not sources.change_source(source_id, settings, secrets):
            raise NotThere(gettext("there is no source %(source_id)s") % {"source_id": source_id})
        audit(actor, "change source", source_id, {"settings": settings, "secrets": sorted(secrets)}, now)


def create_key(
    actor: Actor,
    kind: str,
    now: int,
    *,
    source_id: int | None = None,
    label: str = "",
    scopes: Collection[str] = (),
) -> NewKey:
    """Give a key: ``write`` or ``secret`` to a source, ``api`` to the API, with scopes.

    Raises :class:`~qualify.errors.QualifyError`, :class:`~qualify.web.verbs.actor.NotThere` for a source that there
    is not.
    """
    actor.needs(ADMIN)
    _fits(kind, source_id, frozenset(scopes))
    bounded(label, 255, "the label")
    with transaction.atomic():
        if source_id is not None and not rows("SELECT 1 FROM source WHERE id = %s", [source_id]):
            raise NotThere(gettext("there is no source %(source_id)s") % {"source_id": source_id})
        made = _made(source_id, kind, now, label, scopes)
        detail = {"kind": kind, "source": source_id, "label": label, "scopes": sorted(scopes)}
        audit(actor, "create key", made.key_id, detail, now)
    return made


def rotate_key(actor: Actor, key_id: int, now: int) -> NewKey:
    """Give a new key in the place of one, which is revoked.

    Raises :class:`~qualify.web.verbs.actor.NotThere`, and :class:`~qualify.web.verbs.actor.Conflict` when it was
    revoked before.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        found = rows("SELECT source_id, kind, label, scopes FROM access_key WHERE id = %s", [key_id])
        _revoked(key_id, now)
        source_id, kind, label, scopes = found[0]
        made = _made(source_id, kind, now, label, scopes.split())
        audit(actor, "rotate key", key_id, {"new": made.key_id}, now)
    return made


def revoke_key(actor: Actor, key_id: int, now: int) -> None:
    """Take a key back; it opens nothing any more, after the two seconds for which processes remember it.

    Raises as :func:`rotate_key` does.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        _revoked(key_id, now)
        audit(actor, "revoke key", key_id, {}, now)


def _fits(kind: str, source_id: int | None, scopes: frozenset[str]) -> None:
    one_of_them(kind, KINDS, "kind of key")
    known_scopes(scopes)
    if kind == "api" and (source_id is not None or not scopes):
        raise QualifyError(gettext("an api key belongs to no source and needs scopes"))
    if kind != "api" and (source_id is None or scopes):
        raise QualifyError(gettext("a %(kind)s key belongs to a source and has no scopes") % {"kind": kind})


def _made(source_id: int | None, kind: str, now: int, label: str, scopes: Collection[str]) -> NewKey:
    key = sources.create_key(source_id, kind, now, label, sorted(scopes))
    [(number,)] = rows("SELECT id FROM access_key WHERE digest = %s", [digest(key)])
    return NewKey(int(number), key)


def _revoked(key_id: int, now: int) -> None:
    if not sources.revoke_key(key_id, now):
        if rows("SELECT 1 FROM access_key WHERE id = %s", [key_id]):
            raise Conflict(gettext("the key %(key_id)s was revoked before") % {"key_id": key_id})
        raise NotThere(gettext("there is no key %(key_id)s") % {"key_id": key_id})
