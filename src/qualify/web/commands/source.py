"""``qualify source``: where calls come from."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from qualify.web.commands.opening import open_store
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
    from qualify.clock import now
    from qualify.web.sources import create_key, create_source

    open_store()
    refuse_twice(name)
    settings: dict[str, Any] = {"origins": list(origin)} if origin else {}
    number = create_source(name, kind, now(), settings)
    key = create_key(number, "secret" if secret else "write", now(), "first")
    note(f"source {name!r} (id {number}); its key is shown this once:")
    say(key)


def refuse_twice(name: str) -> None:
    """Raise :class:`~qualify.errors.InputError` when there is a source of that name."""
    from qualify.errors import InputError
    from qualify.web.database import rows

    if rows("SELECT 1 FROM source WHERE name = %s", [name]):
        raise InputError(f"there is a source {name!r} already; a further key: qualify key create {name}")


def list_(
    format_: Annotated[Format, typer.Option("--format", help="As a table or as JSON.")] = Format.TABLE,
) -> None:
    """Show the sources and their keys.

    Of a key only its beginning is known.

    Examples:
      qualify source list
      qualify source list --format json
    """
    from qualify.moments import written
    from qualify.web.database import rows

    open_store()
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
