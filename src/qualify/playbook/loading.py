"""From a playbook's text to a playbook, or to every problem in it, each with its line and column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qualify.errors import InputError, PlaybookError, Problem
from qualify.playbook import document, explaining, starters
from qualify.playbook.book import Playbook
from qualify.playbook.consistency import inconsistencies

BIGGEST = 2_000_000
"""The most characters a playbook may have; a larger file was given by mistake."""


def load(path: str | Path) -> Playbook:
    """The playbook in a file, or the starter of that name."""
    return parse(*text_of(path))


def text_of(path: str | Path) -> tuple[str, str]:
    """A playbook file's text, and what to call it; raises :class:`~qualify.errors.InputError`."""
    found = Path(path)
    if not found.exists() and str(path) in starters.names():
        return starters.text(str(path)), f"{path}.yaml"
    try:
        raw = found.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: no such playbook ({error.strerror}). Write one with `qualify init`, "
            f"or name a starter: {', '.join(starters.names())}"
        ) from error
    try:
        return raw.decode("utf-8-sig"), str(path)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: not UTF-8 (byte {raw[error.start]:#04x}); save the file as UTF-8") from error


def parse(text: str, source: str = "playbook") -> Playbook:
    """The playbook in the text; raises :class:`~qualify.errors.PlaybookError` with all problems."""
    book, problems = examine(text)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or book is None:
        raise PlaybookError(errors, source)
    return book


def examine(text: str) -> tuple[Playbook | None, list[Problem]]:
    """The playbook, when it can be used, and every error and warning in its text."""
    if len(text) > BIGGEST:
        return None, [Problem(0, 0, "", f"{len(text):,} characters; a playbook has at most {BIGGEST:,}")]
    read = document.read(text)
    if read.data is None:
        return None, read.problems
    try:
        book = Playbook.model_validate(read.data)
    except ValidationError as error:
        for path, message in explaining.explained(error, read.data):
            read.add(path, message)
        return None, _once(read.problems)
    for path, message, severity in inconsistencies(book):
        read.add(path, message, severity)
    usable = not any(problem.severity == "error" for problem in read.problems)
    return (book if usable else None), _once(read.problems)


def _once(problems: list[Problem]) -> list[Problem]:
    return sorted(set(problems))


def schema() -> dict[str, Any]:
    """The JSON Schema of a playbook, for editors that complete and check while one types."""
    made = Playbook.model_json_schema(by_alias=True)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Qualify playbook"
    return made
