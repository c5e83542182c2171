"""Sources and their keys: made, found again by a key, rotated and revoked."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
from django.db import transaction

from qualify.capture.model import Source
from qualify.errors import InputError, instead
from qualify.speech import sentence
from qualify.web.ciphers import deciphered, digest, enciphered, token
from qualify.web.database import insert, is_sqlite, rows, run

FRESH = 2_000
"""Milliseconds for which a process trusts what it knows of a key: a revoked one works no longer than that."""


T = TypeVar("T")


class _Limits(msgspec.Struct):
    """The settings that say who may send and how much; the others are those of the steps of capture."""

    origins: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=255)]], msgspec.Meta(max_length=200)
    ] = []
    rate: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0


_OURS: Final = _Limits.__struct_fields__
_GIVEN: Final = ("id", "name", "kind", "trusted")

SETTINGS: Final = (*_OURS, *(each for each in Source.__struct_fields__ if each not in _GIVEN))
"""The names of a source's settings."""


class Access(NamedTuple):
    """What a key opens: its source with the settings, and how much of it."""

    key_id: int
    kind: str
    scopes: frozenset[str]
    source: Source | None
    origins: tuple[str, ...]
    secrets: Mapping[str, str]
    rate: float
    """Calls a second that are let through; 0: as many as come."""

    def admits(self, origin: str) -> bool:
        """Whether pages of that origin may use the key; requests without an origin come from servers."""
        if not self.origins or not origin:
            return True
        host = urlsplit(origin).hostname or ""
        return any(_matches(host, origin, allowed) for allowed in self.origins)


def _matches(host: str, origin: str, allowed: str) -> bool:
    if "://" in allowed:
        return origin.rstrip("/") == allowed.rstrip("/")
    return host == allowed or (allowed.startswith("*.") and host.endswith(allowed[1:]))


def create_source(
    name: str,
    kind: str,
    now: int,
    settings: Mapping[str, object] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> int:
    """Make a source; its id. Raises :class:`~qualify.errors.InputError` for settings that there are not."""
    wanted = dict(settings or {})
    check_settings(name, kind, wanted)
    with transaction.atomic():
        [(number,)] = insert(
            "source",
            "name, kind, settings, secrets, created_at",
            [(name, kind, json.dumps(wanted), enciphered(secrets or {}), now)],
            "RETURNING id",
        )
    return int(number)


def change_source(source_id: int, settings: Mapping[str, object], secrets: Mapping[str, str | None]) -> bool:
    """Change what is named of a source's settings and secrets; None takes one away. False when there is no source.

    Raises :class:`~qualify.errors.InputError` for settings that there are not; then nothing is changed. Where it
    was known before, what was so holds for :data:`FRESH` milliseconds more.
    """
    lock = "" if is_sqlite() else " FOR UPDATE"
    with transaction.atomic():
        found = rows(f"SELECT name, kind, settings, secrets FROM source WHERE id = %s{lock}", [source_id])
        if not found:
            return False
        name, kind, before, kept = found[0]
        wanted = _changed(json.loads(before), settings)
        check_settings(name, kind, {each: wanted[each] for each in wanted if each in settings})
        told = enciphered(_changed(deciphered(kept), secrets)) if secrets else kept
        run(
            "UPDATE source SET settings = %s, secrets = %s WHERE id = %s",
            [json.dumps(wanted), told, source_id],
        )
    return True


def _changed(before: Mapping[str, T], change: Mapping[str, T | None]) -> dict[str, T]:
    kept = {name: value for name, value in before.items() if name not in change}
    return kept | {name: value for name, value in change.items() if value is not None}


def check_settings(name: str, kind: str, settings: Mapping[str, object]) -> None:
    """Raise :class:`~qualify.errors.InputError` for settings that there are not, or that mean nothing."""
    for each in settings:
        if each not in SETTINGS:
            hint = instead(each, SETTINGS)
            raise InputError(sentence("a source has no setting %(name)s%(hint)s", name=repr(each), hint=hint))
    try:
        msgspec.convert({each: settings[each] for each in _OURS if each in settings}, _Limits)
    except msgspec.ValidationError as error:
        said = sentence("the settings of the source %(source)s: %(said)s", source=repr(name), said=str(error))
        raise InputError(said) from error
    read_settings(0, name, kind, settings)


def read_settings(number: int, name: str, kind: str, settings: Mapping[str, object]) -> Source:
    """The settings of a source as the steps of capture want them."""
    own = {key: value for key, value in settings.items() if key not in _OURS}
    try:
        return msgspec.convert({"id": number, "name": name, "kind": kind, **own}, Source)
    except msgspec.ValidationError as error:
        said = sentence("the settings of the source %(source)s: %(said)s", source=repr(name), said=str(error))
        raise InputError(said) from error


def create_key(
    source_id: int | None, kind: str, now: int, label: str = "", scopes: Sequence[str] = ()
) -> str:
    """Make a key and return it: it is shown this once, only its hash is kept."""
    secret = token({"write": "qw", "secret": "qs", "api": "qa"}[kind])
    insert(
        "access_key",
        "source_id, kind, label, prefix, digest, scopes, created_at",
        [(source_id, kind, label, secret[:10], digest(secret), " ".join(scopes), now)],
    )
    return secret


def create_alias(source_id: int, alias: str, now: int) -> None:
    """Let a name that other software sends in place of a key open the source, as a public key does: Salesforce's
    ``oid``, HubSpot's portal id, the domain that Plausible's trackers send.

    Raises :class:`~qualify.errors.InputError` for one that is taken, empty or longer than 200 characters.
    """
    if not alias.strip() or len(alias) > 200 or not alias.isprintable():
        raise InputError(
            sentence("an alias is a text of 1 to 200 characters, as the other software sends it")
        )
    if rows("SELECT 1 FROM access_key WHERE digest = %s", [digest(alias)]):
        raise InputError(
            sentence(
                "%(alias)s opens a source already, or did; the keys of one are never another's",
                alias=repr(alias),
            )
        )
    insert(
        "access_key",
        "source_id, kind, label, prefix, digest, scopes, created_at",
        [(source_id, "write", f"alias {alias}", alias[:10], digest(alias), "", now)],
    )


def revoke_key(key_id: int, now: int) -> bool:
    """Revoke a key; False when it was revoked before, or never was."""
    return (
        run("UPDATE access_key SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL", [now, key_id]) > 0
    )


class Keys:
    """What the keys open, remembered for a moment, so that a request costs no query."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, Access | None]] = {}
        self.lock = threading.Lock()

    def opens(self, key: str, now: int) -> Access | None:
        """What the key opens; None when it opens nothing."""
        hashed = digest(key)
        found = self.known.get(hashed)
        if found is not None and 0 <= now - found[0] < FRESH:
            return found[1]
        access = _access(hashed)
        with self.lock:
            if len(self.known) > 10_000:
                self.known.clear()  # somebody is trying keys
            self.known[hashed] = (now, access)
        return access


def access_of(source_id: int) -> Access | None:
    """What a source may, without a key: for what we do ourselves in its name. None when it is closed."""
    found = rows(
        "SELECT name, kind, settings, secrets FROM source WHERE id = %s AND closed_at IS NULL", [source_id]
    )
    if not found:
        return None
    name, kind, settings, secrets = found[0]
    wanted = json.loads(settings)
    source = read_settings(source_id, name, kind, {**wanted, "trusted": True})
    origins, rate = tuple(wanted.get("origins", ())), float(wanted.get("rate", 0))
    return Access(-source_id, "own", frozenset(), source, origins, deciphered(secrets), rate)


def _access(hashed: str) -> Access | None:
    found = rows(
        "SELECT k.id, k.kind, k.scopes, s.id, s.name, s.kind, s.settings, s.secrets FROM access_key k "
        "LEFT JOIN source s ON s.id = k.source_id "
        "WHERE k.digest = %s AND k.revoked_at IS NULL AND s.closed_at IS NULL",
        [hashed],
    )
    if not found:
        return None
    key_id, kind, scopes, number, name, source_kind, settings, secrets = found[0]
    if number is None:
        return Access(key_id, kind, frozenset(scopes.split()), None, (), {}, 0.0)
    wanted = json.loads(settings)
    source = read_settings(number, name, source_kind, {**wanted, "trusted": kind == "secret"})
    return Access(
        key_id, kind, frozenset(scopes.split()), source, tuple(wanted.get("origins", ())),
        deciphered(secrets), float(wanted.get("rate", 0)),
    )  # fmt: skip
