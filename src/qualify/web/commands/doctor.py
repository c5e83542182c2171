"""``qualify doctor``: is all well, and what to do where it is not."""

from __future__ import annotations

from typing import Annotated

import typer

from qualify.web.commands.saying import Format, say, say_json
from qualify.web.starting import start


def doctor(
    format_: Annotated[Format, typer.Option("--format", help="For people, or as JSON.")] = Format.TABLE,
) -> None:
    """Check the application, and say what to do.

    Settings, secret, disk, database, clock, worker, outbox, playbook, packages. It changes nothing
    (where there is no data folder yet it makes one, with the server's secret). Exit codes: 0 all is well, 1 there are
    warnings, 2 there are problems.

    Examples:
      qualify doctor
      qualify doctor --format json
    """
    start()
    from qualify.web.doctoring import store, surroundings
    from qualify.web.doctoring.findings import Finding, examined, worst

    found: list[Finding] = list(examined(surroundings.BEFORE))
    wrong = store.reachable()
    found += [wrong] if wrong else list(examined(store.CHECKS))
    if format_ is Format.JSON:
        say_json([each._asdict() for each in found])
    else:
        for each in found:
            say(f"{each.level:8} {each.what}: {each.text}")
            if each.todo:
                say(f"{'':8} → {each.todo}")
    raise typer.Exit(worst(found))
