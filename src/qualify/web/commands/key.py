"""``qualify key``: the keys of sources."""

from __future__ import annotations

from typing import Annotated

import typer

from qualify.errors import InputError, did_you_mean
from qualify.web.commands.opening import open_store, who
from qualify.web.commands.saying import Format, note, say, say_json, say_table

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
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.opening import create_key

    kind = "secret" if secret else "write"
    made = create_key(the_owner(who()), kind, now(), source_id=source_id(source), label=label)
    note(f"key {made.key_id} is shown this once:")
    say(made.key)


def rotate(key_id: KeyId) -> None:
    """Make a key that takes another's place.

    The old one is revoked at once. To change over without a pause, make a second key first, and revoke the
    old one when nothing uses it any more.

    Examples:
      qualify key rotate 3
    """
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.opening import rotate_key

    made = rotate_key(the_owner(who()), key_id, now())
    note(f"key {key_id} is revoked; key {made.key_id} is shown this once:")
    say(made.key)


def revoke(key_id: KeyId) -> None:
    """Revoke a key.

    It opens nothing any more, a few seconds from now at the latest.

    Examples:
      qualify key revoke 3
    """
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.opening import revoke_key

    revoke_key(the_owner(who()), key_id, now())
    note(f"key {key_id} is revoked")


def list_(
    format_: Annotated[Format, typer.Option("--format", help="As a table or as JSON.")] = Format.TABLE,
) -> None:
    """Show every key and token, and when each was used last.

    Of a key only its beginning is known. When it was used is written down once an hour.

    Examples:
      qualify key list
      qualify key list --format json
    """
    open_store()
    from qualify.moments import written
    from qualify.web.looking.capture import keys, sources

    names = {each.id: each.name for each in sources()}
    found = [(each, names.get(each.source_id or 0)) for each in keys()]
    if format_ is Format.JSON:
        say_json([{**each._asdict(), "source": name} for each, name in found])
        return
    head = ("key", "for", "source", "begins with", "label", "may", "since", "last used", "")
    say_table(
        head,
        [
            (each.id, each.kind, name or "–", each.prefix, each.label, " ".join(each.scopes) or "–",
             written(each.created_at), "–" if each.last_used_at is None else written(each.last_used_at),
             "" if each.revoked_at is None else "revoked")
            for each, name in found
        ],
    )  # fmt: skip


def source_id(name: str) -> int:
    """The id of the source of that name; raises :class:`~qualify.errors.InputError`."""
    from qualify.web.database import rows

    known: dict[str, int] = dict(rows("SELECT name, id FROM source"))
    if name not in known:
        raise InputError(f"there is no source {name!r}{did_you_mean(name, known)}; see: qualify source list")
    return known[name]
