"""Results for machines: alone on standard output, or in a file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from qualify.errors import QualifyError, one_of

ENDINGS = (".csv", ".parquet", ".json", ".jsonl")
"""The endings of files that results can be written to."""

FileFormat: TypeAlias = Literal["parquet", "csv", "json"]


class Format(StrEnum):
    """What a result looks like on standard output."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


_FILE_FORMATS: dict[Format, FileFormat] = {Format.JSON: "json", Format.CSV: "csv", Format.PARQUET: "parquet"}


class Document(StrEnum):
    """What a result that is no table of rows looks like on standard output."""

    TABLE = "table"
    JSON = "json"


FormatOption = Annotated[
    Format,
    typer.Option("--format", help="table is for people; the others go alone to standard output, or to -o."),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write all rows to a .csv, .parquet or .json file (one object a line).",
    ),
]


def for_machines(chosen: Format, *files: Path | None) -> bool:
    """Whether standard output belongs to a machine.

    Raises before long work is done: ``BadParameter`` for Parquet without a file, ``QualifyError`` for files
    that cannot be written. The first of them is the one that ``--format`` speaks of.
    """
    if chosen is Format.PARQUET and files[0] is None:
        raise typer.BadParameter(
            "parquet cannot be read in a terminal: add -o FILE.parquet", param_hint="--format"
        )
    for place, path in enumerate(files):
        check_writable(path, any_ending=place == 0 and chosen is not Format.TABLE)
    return chosen is not Format.TABLE


def check_writable(path: Path | None, *, any_ending: bool = False) -> None:
    """Raise ``QualifyError`` when a file's folder is missing, or its ending says no format."""
    if path is None:
        return
    if not any_ending and path.suffix.lower() not in ENDINGS:
        raise QualifyError(f"{path}: write to a file that ends in {one_of(ENDINGS)}")
    if not path.parent.is_dir():
        raise QualifyError(f"{path}: there is no folder {path.parent}")
    if path.is_dir():
        raise QualifyError(f"{path} is a folder; name a file in it")


def file_format(chosen: Format) -> FileFormat | None:
    """The format of a file when ``--format`` says one; None: as the file's ending says."""
    return None if chosen is Format.TABLE else _FILE_FORMATS[chosen]


def pipe(write: Callable[[Path, FileFormat], None], chosen: Format) -> None:
    """Send to standard output what ``write`` would write to a file of that format."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, f"result.{chosen.value}")
        write(made, _FILE_FORMATS[chosen])
        with made.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    import json

    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    """Points as JSON numbers, with the decimals they have."""
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)


def iso(moment: int | None) -> str | None:
    """Epoch milliseconds as ISO 8601 in UTC, for machines."""
    import datetime as dt

    if moment is None:
        return None
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (
        (epoch + dt.timedelta(milliseconds=moment)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
