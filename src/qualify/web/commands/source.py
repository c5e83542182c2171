"""``qualify source``: where calls come from."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from qualify.errors import InputError
from qualify.web.commands.key import source_id
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


def set_(
    name: Annotated[str, typer.Argument(help="The source's name.")],
    rate: Annotated[
        float | None, typer.Option("--rate", min=0, help="Calls a second that are let through; 0: all.")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin", metavar="HOST", help="A host whose pages may send, and no other; repeatable."
        ),
    ] = None,
    any_origin: Annotated[bool, typer.Option("--any-origin", help="Pages of any host may send.")] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--setting", metavar="NAME=VALUE", help="Any other setting; without a value its default."
        ),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option("--secret", metavar="NAME", help="A secret, read as a line from standard input."),
    ] = None,
    without_secret: Annotated[
        list[str] | None, typer.Option("--without-secret", metavar="NAME", help="Take a secret away.")
    ] = None,
) -> None:
    """Change a source: its limits, its settings and its secrets.

    What is not named stays. Secrets are never arguments, which others on the machine could see: each is a line of
    standard input, in the order of the options, or is asked for in a terminal.

    Examples:
      qualify source set website --rate 50 --origin www.example.com
      qualify source set website --setting consent_required=true
      qualify source set typeform --secret secret <typeform-secret.txt
    """
    wanted = _settings(rate, origin, any_origin, setting or [])
    if not (wanted or secret or without_secret):
        raise InputError(
            "nothing to change: name a limit, a setting or a secret; see: qualify source set --help"
        )
    secrets: dict[str, str | None] = {**dict.fromkeys(without_secret or ()), **_told(secret or [])}
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.opening import change_source

    change_source(the_owner(who()), source_id(name), now(), settings=wanted, secrets=secrets)
    note(f"source {name!r}: {', '.join([*wanted, *secrets])} changed")


def _settings(
    rate: float | None, origin: list[str] | None, any_origin: bool, setting: list[str]
) -> dict[str, Any]:
    if origin and any_origin:
        raise InputError("--origin and --any-origin contradict each other")
    wanted: dict[str, Any] = {}
    for each in setting:
        name, equals, value = each.partition("=")
        if not equals:
            raise InputError(f"--setting {each}: write NAME=VALUE; NAME= alone is the default")
        wanted[name.strip()] = _value(value.strip())
    if rate is not None:
        wanted["rate"] = rate
    if origin or any_origin:
        wanted["origins"] = origin or None
    return wanted


def _value(text: str) -> Any:
    """JSON where it is some (true, 5, a list), else the text; nothing is None."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _told(names: list[str]) -> dict[str, str]:
    """A secret for each name, as a line of standard input each."""
    found: dict[str, str] = {}
    for name in names:
        if sys.stdin.isatty():
            found[name] = typer.prompt(name, hide_input=True, err=True)
        elif not (line := sys.stdin.readline().rstrip("\r\n")):
            raise InputError(f"--secret {name}: standard input holds no line for it")
        else:
            found[name] = line
    return found


def _as_json(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("source_id", "source", "kind", "settings", "created_at", "key_id", "key_kind", "prefix", "label",
             "revoked_at")  # fmt: skip
    found = dict(zip(names, row, strict=True))
    return {**found, "settings": json.loads(found["settings"])}
