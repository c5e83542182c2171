"""``qualify schema``: the JSON Schema of a playbook, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qualify.cli.screen import Screen


def schema(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write it to this file.")] = None,
) -> None:
    """Print the JSON Schema of a playbook, for editors.

    With it they complete and check a playbook while one types.

    Examples:
      qualify schema > playbook.schema.json
      qualify schema -o playbook.schema.json

    Then write `# yaml-language-server: $schema=playbook.schema.json` as the playbook's first line;
    `qualify init --schema` does both.
    """
    screen: Screen = context.obj
    if output is None:
        typer.echo(text(), nl=False)
        return
    output.write_text(text(), encoding="utf-8")
    screen.note(f"wrote {output}")


def text() -> str:
    """The schema as JSON text."""
    import json

    from qualify.playbook import schema as made

    return json.dumps(made(), indent=2, ensure_ascii=False) + "\n"
