"""``qualify publish``: from now on this playbook judges."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qualify.errors import InputError
from qualify.web.commands.opening import open_store, who
from qualify.web.commands.saying import note, say


def publish(
    playbook: Annotated[str, typer.Argument(help="The playbook's file, or the name of a starter: b2b-saas.")],
    why: Annotated[str, typer.Option("--note", help="Why, for whoever reads the history.")] = "",
) -> None:
    """Publish a playbook: from now on it judges, and everybody is judged anew.

    It is checked first; one with mistakes is not published, and all of them are told. What it would do is told
    by `qualify plan` for files, and by the API for the store.

    Examples:
      qualify publish b2b-saas
      qualify publish playbook.yaml --note "webinars count less, as agreed on Monday"
    """
    from qualify.clock import now

    text = _text(playbook)
    open_store()
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.publish import publish as published

    done = published(the_owner(who()), text, now(), note=why)
    for each in done.warnings:
        note(str(each))
    if done.new:
        say(f"version {done.version_id} is in force; everybody is being judged anew")
    else:
        say(f"this very text is in force already, as version {done.version_id}")


def _text(name: str) -> str:
    from qualify.playbook import starters

    if name in starters.names() and not Path(name).exists():
        return starters.text(name)
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{name} cannot be read: {error}") from error
