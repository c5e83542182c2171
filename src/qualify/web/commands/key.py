"""``qualify key``: the keys of sources."""

from __future__ import annotations

from typing import Annotated

import typer

from qualify.errors import InputError, did_you_mean
from qualify.web.commands.opening import open_store
from qualify.web.commands.saying import note, say

Source = Annotated[str, typer.Argument(help="The source's name.")]
KeyId = Annotated[int, typer.Argument(help="The key's number, as `qualify source list` shows it.")]


def create(
    source: Source,
    secret: Annotated[
        bool, typer.Option("--secret", help="A secret key, for servers, instead of one for pages.")
    ] = False,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
) -> None:
    """Make a key; it is shown once.

    Examples:
      qualify key create website
      qualify key create crm --secret --label nightly
    """
    from qualify.clock import now
    from qualify.web.sources import create_key

    open_store()
    say(create_key(source_id(source), "secret" if secret else "write", now(), label))
    note("This key is shown this once: only its hash is kept.")


def rotate(key_id: KeyId) -> None:
    """Make a key that takes another's place.

    The old one works on until it is revoked, so that whoever uses it can change over.

    Examples:
      qualify key rotate 3
    """
    from qualify.clock import now
    from qualify.web.database import rows
    from qualify.web.sources import create_key

    open_store()
    found = rows("SELECT source_id, kind, label, scopes FROM access_key WHERE id = %s", [key_id])
    if not found:
        raise _no_key(key_id)
    source, kind, label, scopes = found[0]
    say(create_key(source, kind, now(), label, scopes.split()))
    note(f"This key is shown this once. When nothing uses the old one any more: qualify key revoke {key_id}")


def revoke(key_id: KeyId) -> None:
    """Revoke a key.

    It opens nothing any more, a few seconds from now at the latest.

    Examples:
      qualify key revoke 3
    """
    from qualify.clock import now
    from qualify.web.sources import revoke_key

    open_store()
    if not revoke_key(key_id, now()):
        raise _no_key(key_id)
    note(f"key {key_id} is revoked")


def _no_key(key_id: int) -> InputError:
    return InputError(f"there is no key {key_id}, or it was revoked; see: qualify source list")


def source_id(name: str) -> int:
    """The id of the source of that name; raises :class:`~qualify.errors.InputError`."""
    from qualify.web.database import rows

    known: dict[str, int] = dict(rows("SELECT name, id FROM source"))
    if name not in known:
        raise InputError(f"there is no source {name!r}{did_you_mean(name, known)}; see: qualify source list")
    return known[name]
