"""Where the facts come from: one source for each table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from qualify.errors import InputError, did_you_mean, one_of
from qualify.files.columnar import open_parquet
from qualify.files.documents import is_json, open_json
from qualify.files.frames import open_frame
from qualify.files.gathering import Gathering
from qualify.files.given import Opened
from qualify.files.separated import open_separated
from qualify.files.texts import ending, is_parquet, look

Source: TypeAlias = Any
"""A path to a CSV, Parquet or JSON file (or a folder of Parquet files), a pandas or Polars frame, an Arrow
table or reader, or a DuckDB relation."""

_SMALL: Final = {"packed": 4 << 20, "plain": 32 << 20}
"""Bytes of files up to which one thread has read them as soon as two, by whether they are compressed."""

_ENDINGS: Final = (".parquet", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")
"""In a folder with a table in several formats, the first of these is taken."""


@dataclass(frozen=True)
class Sources:
    """The tables of facts; all but the leads may be left out. See :mod:`qualify.tables` for what they hold."""

    leads: Source
    accounts: Source = None
    traits: Source = None
    events: Source = None
    links: Source = None
    answers: Source = None
    decisions: Source = None
    outcomes: Source = None

    @classmethod
    def folder(cls, path: str | Path) -> Self:
        """The files of a folder that are named like the tables: ``leads.csv``, ``events.parquet`` and so on.

        A folder of Parquet files may stand in for a file. Raises ``InputError`` when there are no leads.
        """
        place = Path(path)
        if not place.is_dir():
            raise InputError(f"{path} is not a folder")
        found = {each.name: _in_folder(place, each.name) for each in fields(cls)}
        if found["leads"] is None:
            there = one_of(sorted(each.name for each in place.iterdir())) or "nothing"
            raise InputError(
                f"{path} holds no leads: there is no leads.csv, leads.parquet … in it, but {there}"
            )
        return cls(**found)

    def given(self) -> Iterator[tuple[str, Source]]:
        """The tables that there are, with their sources."""
        for each in fields(self):
            if (source := getattr(self, each.name)) is not None:
                yield each.name, source

    @property
    def small(self) -> bool:
        """Whether all of it is in files so small that a second thread would cost more than it saves."""
        bytes_of = dict.fromkeys(_SMALL, 0)
        for _, source in self.given():
            path = Path(source).expanduser() if isinstance(source, str | Path) else None
            if path is None or not path.is_file():
                return False
            packed = path.suffix.lower() in (".parquet", ".gz")
            bytes_of["packed" if packed else "plain"] += path.stat().st_size
        return all(bytes_of[kind] <= most for kind, most in _SMALL.items())


def _in_folder(place: Path, table: str) -> Path | None:
    there = [each for each in sorted(place.iterdir()) if each.name.lower().startswith(f"{table}.")]
    files = [each for wanted in _ENDINGS for each in there if ending(each) == wanted]
    folder = place / table
    return files[0] if files else folder if folder.is_dir() else None


def open_source(gathering: Gathering, table: str, source: Source) -> Opened:
    """The source, opened; raises ``InputError`` when it cannot be read as what it is given as."""
    if not isinstance(source, str | Path):
        return open_frame(gathering.database, table, source)
    path = Path(source).expanduser()
    if path.is_dir():
        files = sorted(each for each in path.rglob("*.parquet") if each.is_file())
        if not files:
            raise InputError(
                f"{path} is a folder without Parquet files; give a file, or a folder of Parquet files"
            )
        return open_parquet(gathering.database, table, str(path), files)
    if not path.exists():
        raise InputError(_not_there(path))
    return _open_file(gathering, table, path)


def _open_file(gathering: Gathering, table: str, path: Path) -> Opened:
    try:
        parquet = is_parquet(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if parquet:
        return open_parquet(gathering.database, table, str(path), [path])
    text = look(path)
    return open_json(gathering, table, text) if is_json(text) else open_separated(gathering, table, text)


def _not_there(path: Path) -> str:
    near = (
        did_you_mean(path.name, [each.name for each in path.parent.iterdir()]) if path.parent.is_dir() else ""
    )
    return f"there is no file {path}{near}"
