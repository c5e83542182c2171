"""Files that people bring with a browser: kept in a folder until they are imported or given up."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from django.conf import settings

from qualify.errors import InputError
from qualify.moments import DAY
from qualify.speech import filled_anew, kept_text, sentence
from qualify.web.database import rows
from qualify.web.importing.running import Options
from qualify.web.importing.taking import Reject, worded

LARGEST: Final = 100 * 1024 * 1024
"""Bytes of a file; larger ones are for the command on the server."""

KEPT: Final = 30 * DAY
"""How long a file lies there that nobody imports, and the rows that were refused of one that was."""

ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class Told(msgspec.Struct):
    """How an upload is to be read: what was chosen, as it is kept."""

    source: str = ""
    table: str | None = None
    mapping: dict[str, str] = {}
    history: bool = False
    time_zone: str = "UTC"
    sheet: str | None = None

    def options(self) -> Options:
        """The same, as imports want it."""
        return Options(self.table, self.mapping, self.history, self.time_zone, self.sheet)  # type: ignore[arg-type]


class Trial(msgspec.Struct):
    """What came of a dry run, of how it was to be read then."""

    rows: int
    kept: int
    refused: int
    rejects: list[Reject]


class Upload(NamedTuple):
    """A file on its way: see the table of that name."""

    id: int
    name: str
    file: str
    author: str
    told: Told
    trial_id: int | None
    work_id: int | None
    import_id: int | None
    trial: Trial | None
    created_at: int
    ended_at: int | None

    @property
    def path(self) -> Path:
        """Where the file lies, while it does."""
        return folder() / self.file

    @property
    def refused(self) -> Path:
        """Where the rows lie that were refused."""
        return folder() / f"{self.file}.refused.csv"


def folder() -> Path:
    """Where the files are."""
    return Path(settings.DATA) / "uploads"


_COLUMNS: Final = "id, name, file, author, options, trial_id, work_id, import_id, trial, created_at, ended_at"


def upload_of(number: int) -> Upload | None:
    """An upload; None when there is none of that number."""
    return next((_read(row) for row in rows(f"SELECT {_COLUMNS} FROM upload WHERE id = %s", [number])), None)


def uploads(limit: int = 20) -> list[Upload]:
    """The newest uploads."""
    return [_read(row) for row in rows(f"SELECT {_COLUMNS} FROM upload ORDER BY id DESC LIMIT %s", [limit])]


def _read(row: tuple[Any, ...]) -> Upload:
    told = msgspec.json.decode(row[4], type=Told)
    trial = msgspec.json.decode(row[8], type=Trial) if row[8] else None
    if trial is not None:
        trial.rejects = list(worded(trial.rejects))
    return Upload._make((*row[:4], told, *row[5:8], trial, *row[9:]))


def encoded(value: Told | Trial | Mapping[str, Any]) -> str:
    """As it is kept."""
    return msgspec.json.encode(value, enc_hook=kept_text).decode()


def too_large(name: str) -> str:
    """What to say of a file that is larger than :data:`LARGEST`."""
    return sentence(
        "%(file)s has more than %(most)s MiB; use `qualify import` on the server",
        file=name,
        most=LARGEST >> 20,
    )


def lay_down(name: str, parts: Iterable[bytes]) -> str:
    """Write a file into the folder; what it is called there.

    Raises :class:`~qualify.errors.InputError` for one that is too large, or of no kind that can be read.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        said = sentence(
            "%(file)s is no table; bring a CSV or an Excel file (%(endings)s)",
            file=name[:80], endings=", ".join(ENDINGS),
        )  # fmt: skip
        raise InputError(said)
    file = f"{secrets.token_hex(16)}{ending}"
    folder().mkdir(parents=True, exist_ok=True)
    path, size = folder() / file, 0
    try:
        with path.open("xb") as out:
            path.chmod(0o600)
            for part in parts:
                size += len(part)
                if size > LARGEST:
                    raise InputError(too_large(name[:80]))
                out.write(part)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return file


@contextmanager
def called(path: Path, name: str) -> Iterator[None]:
    """What is said of the file says its name, and not where it lies."""
    try:
        yield
    except InputError as error:  # the same error, so that whoever catches it sees what it is
        error.args = (
            filled_anew(error.args[0], lambda each: each.replace(str(path), name).replace(path.name, name)),
        )
        raise


def sweep(now: int) -> None:
    """Remove what has lain in the folder for too long."""
    for path in folder().glob("*"):
        if path.stat().st_mtime * 1000 < now - KEPT:
            path.unlink(missing_ok=True)
