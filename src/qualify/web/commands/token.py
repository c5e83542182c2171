"""``qualify token``: a token for the API."""

from __future__ import annotations

from typing import Annotated

import typer

from qualify.web.commands.opening import open_store
from qualify.web.commands.saying import note, say


def token(
    label: Annotated[str, typer.Argument(help="What it is for, as reporting.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="SCOPE", help="What it may do, as read or write; repeatable."),
    ] = None,
) -> None:
    """Make a token for the API; it is shown once.

    Without --scope it may read. `qualify key revoke` revokes it.

    Examples:
      qualify token reporting
      qualify token crm-sync --scope read --scope write
    """
    from qualify.clock import now
    from qualify.web.sources import create_key

    open_store()
    say(create_key(None, "api", now(), label, scope or ["read"]))
    note("This token is shown this once: only its hash is kept.")
