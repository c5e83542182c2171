"""Where a command writes: never onto a file that it reads, nor two things into one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from qualify.cli.facts import Care, Tables
from qualify.cli.output import check_writable
from qualify.cli.received import rejects_go_to
from qualify.errors import QualifyError


def check_targets(
    tables: Tables, care: Care, targets: Mapping[str, Path | None], *others: str | Path | None
) -> None:
    """Raise ``QualifyError``, before any work is done, when something cannot or must not be written.

    ``targets``: option → the file that it writes. ``others``: what is read besides the tables, as a playbook (the name
    of a starter is no file). The file of rejected rows is looked at, too, since it is written unasked.
    """
    wanted = {option: path for option, path in targets.items() if path is not None}
    if tables.leads is not None and (rejects := rejects_go_to(tables, care)) is not None:
        wanted["--rejects"] = rejects
    read = [*tables.files(), *(Path(each).expanduser() for each in others if each is not None)]
    for option, path in wanted.items():
        check_writable(path, any_ending=True)
        _spare(option, path, read)
    _apart(wanted)


def _spare(option: str, target: Path, read: Iterable[Path]) -> None:
    """Raise when the target is among the files that are read, by whatever way it is named."""
    if not target.is_file():  # nothing is lost; and /dev/stdout may well be /dev/stdin
        return
    for path in read:
        inside = path.is_dir() and target.resolve().is_relative_to(path.resolve())
        if inside or (path.is_file() and path.samefile(target)):
            raise QualifyError(
                f"{target} is read here, and {option} would overwrite it; name another file with {option}"
            )


def _apart(wanted: Mapping[str, Path]) -> None:
    """Raise when two options write the same file: the later would overwrite the earlier."""
    taken: dict[Path, str] = {}
    for option, path in wanted.items():
        other = taken.setdefault(path.resolve(), option)
        if other != option:
            raise QualifyError(
                f"{other} and {option} would both write {path}; name another file with {option}"
            )
