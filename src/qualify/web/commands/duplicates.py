"""``qualify duplicates``: people who may be one, for somebody to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from qualify.web.commands.opening import open_store
from qualify.web.commands.saying import Format, note, say_json, say_table


def duplicates(
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.0, max=1.0, help="Suggest what is at least so likely.")
    ] = 0.5,
    format_: Annotated[Format, typer.Option("--format", help="As a table or as JSON.")] = Format.TABLE,
) -> None:
    """Look for people who may be one although no identifier says so.

    They are suggestions with their evidence; nothing is merged. Needs the extra: pip install 'qualify[duplicates]'.

    Examples:
      qualify duplicates
      qualify duplicates --threshold 0.9 --format json
    """
    from qualify.clock import now

    open_store()
    from qualify.web.duplicating import suggest

    found = [each for each in suggest(now(), threshold) if each.probability >= threshold]
    if format_ is Format.JSON:
        say_json([each._asdict() for each in found])
        return
    head = ("lead", "lead", "likely", "because", "but")
    say_table(
        head,
        (
            (
                each.one_id,
                each.other_id,
                f"{each.probability:.0%}",
                "; ".join(each.evidence),
                "; ".join(each.against),
            )
            for each in found
        ),
    )
    note(f"{len(found):,} pairs; merge or dismiss them through the API")
