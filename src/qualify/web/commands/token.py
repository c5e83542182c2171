"""``qualify token``: a token for the API."""

from __future__ import annotations

from typing import Annotated

import typer

from qualify.web.commands.opening import open_store, who
from qualify.web.commands.saying import note, say


def token(
    label: Annotated[str, typer.Argument(help="What it is for, as reporting.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="SCOPE", help="What it may do, as read:leads; repeatable."),
    ] = None,
) -> None:
    """Make a token for the API; it is shown once.

    Without --scope it may see leads. Scopes: read:leads, write:leads, read:playbook, publish:playbook,
    admin. `qualify key revoke` revokes it.

    Examples:
      qualify token reporting
      qualify token crm-sync --scope read:leads --scope write:leads
    """
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import READ_LEADS, the_owner
    from qualify.web.verbs.opening import create_key

    made = create_key(the_owner(who()), "api", now(), label=label, scopes=scope or [READ_LEADS])
    note(f"token {made.key_id} is shown this once:")
    say(made.key)
