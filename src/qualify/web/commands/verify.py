"""``qualify verify``: is what is shown what the playbook says?"""

from __future__ import annotations

from typing import Annotated

import typer

from qualify.web.commands.opening import open_store
from qualify.web.commands.saying import say


def verify(
    most: Annotated[int, typer.Option("--most", min=1, help="How many leads to look at, at random.")] = 200,
) -> None:
    """Judge some leads a second time, by SQL in the store's own database, and compare every line.

    Exits with 1 when anything differs, and says what.

    Examples:
      qualify verify
      qualify verify --most 2000
    """
    from qualify.clock import now

    open_store()
    from qualify.web.verifying import verify as verified

    found = verified(now(), most)
    for each in found.differences:
        say(f"lead {each.person_id}: {each.what} is {each.stored!r}, the playbook says {each.judged!r}")
    same = found.people - len({each.person_id for each in found.differences})
    say(f"{found.people:,} leads judged twice: {same:,} alike, {found.people - same:,} not")
    if found.differences:
        raise typer.Exit(1)
