"""``qualify source``: where calls come from."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from qualify.web.commands.opening import open_store, who
from qualify.web.commands.saying import Format, note, say, say_json, say_table


def create(
    name: Annotated[str, typer.Argument(help="What it is called, as website.")],
    kind: Annotated[
        str, typer.Option("--kind", help="What sends: segment, posthog, script, import …")
    ] = "segment",
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin", metavar="HOST", help="A host whose pages may send, as www.example.com; repeatable."
        ),
    ] = None,
    secret: Annotated[
        bool, typer.Option("--secret", help="Make a secret key, for servers, instead of one for pages.")
    ] = False,
) -> None:
    """Make a source, with its first key.

    The key is shown this once: only its hash is kept. A write key may stand in pages; a secret key is for
    servers of your own, whose word is taken for what happened long ago.

    Examples:
      qualify source create website --origin www.example.com
      qualify source create crm --secret
    """
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.opening import create_key, create_source

    settings: dict[str, Any] = {"origins": list(origin)} if origin else {}
    number = create_source(the_owner(who()), name, kind, now(), settings=settings)
    made = create_key(
        the_owner(who()), "secret" if secret else "write", now(), source_id=number, label="first"
    )
    note(f"source {name!r} is made; key {made.key_id} is shown this once:")
    say(made.key)


def list_(
    format_: Annotated[Format, typer.Option("--format", help="As a table or as JSON.")] = Format.TABLE,
) -> None:
    """Show the sources and their keys.

    Of a key only its beginning is known.

    Examples:
      qualify source list
      qualify source list --format json
    """
    open_store()
    from qualify.moments import written
    from qualify.web.database import rows

    found = rows(
        "SELECT s.id, s.name, s.kind, s.settings, s.created_at, k.id, k.kind, k.prefix, k.label, k.revoked_at "
        "FROM source s LEFT JOIN access_key k ON k.source_id = s.id ORDER BY s.id, k.id"
    )
    if format_ is Format.JSON:
        say_json([_as_json(row) for row in found])
        return
    head = ("source", "kind", "since", "key", "for", "begins with", "label", "")
    say_table(
        head,
        [
            (row[1], row[2], written(row[4]), row[5] or "–", row[6] or "–", row[7] or "–", row[8] or "",
             "revoked" if row[9] else "")
            for row in found
        ],
    )  # fmt: skip


def _as_json(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("source_id", "source", "kind", "settings", "created_at", "key_id", "key_kind", "prefix", "label",
             "revoked_at")  # fmt: skip
    found = dict(zip(names, row, strict=True))
    return {**found, "settings": json.loads(found["settings"])}
