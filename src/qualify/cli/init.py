"""``qualify init``: a commented playbook to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qualify.cli.schema import text as schema_text
from qualify.cli.screen import Screen
from qualify.errors import QualifyError, did_you_mean, one_of

DEFAULT = Path("playbook.yaml")
"""The playbook that commands look for when none is named."""


def init(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write.", show_default=True)] = DEFAULT,
    like: Annotated[
        str, typer.Option("--like", metavar="NAME", help="Which one: b2b-saas, services or ecommerce.")
    ] = "b2b-saas",
    schema: Annotated[
        bool, typer.Option("--schema", help="Write its JSON Schema beside it, and name it in the first line.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
) -> None:
    """Write a commented playbook to start from.

    Examples:
      qualify init
      qualify init agency.yaml --like services
      qualify init --schema          your editor then completes and checks while you type
    """
    screen: Screen = context.obj
    files = {file: starter(like)}
    if schema:
        beside = file.with_suffix(".schema.json")
        files[file] = f"# yaml-language-server: $schema={beside.name}\n{files[file]}"
        files[beside] = schema_text()
    _write(files, force)
    screen.say(f"Wrote {' and '.join(str(path) for path in files)}, after the starter {like}.")
    screen.note(_next(file))


def starter(name: str) -> str:
    """The text of the starter playbook of that name; raises ``QualifyError`` when there is none."""
    from qualify.playbook import starters

    if name not in starters.names():
        known = starters.names()
        raise QualifyError(f"there is no starter {name!r}{did_you_mean(name, known)} Write {one_of(known)}.")
    return starters.text(name)


def _write(files: dict[Path, str], force: bool) -> None:
    """Write all of them or none."""
    there = [str(path) for path in files if path.exists()]
    if there and not force:
        raise QualifyError(
            f"{' and '.join(there)} exists already; name another file, or overwrite with --force"
        )
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


def _next(file: Path) -> str:
    named = "" if file == DEFAULT else f" -p {file}"
    return "\n".join(
        [
            "Next:",
            f"  change it: {file} says in comments what it means",
            f"  qualify check {file} leads.csv events.csv   is it right, and does it fit your data?",
            f"  qualify score leads.csv events.csv{named}   who is qualified",
        ]
    )
