"""From a playbook's text to a playbook, or to every problem in it, each with its line and column."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from qualify.errors import InputError, PlaybookError, Problem, did_you_mean, one_of
from qualify.playbook import document, starters
from qualify.playbook.book import Playbook
from qualify.playbook.consistency import inconsistencies
from qualify.playbook.document import Document
from qualify.playbook.mending import Mending
from qualify.speech import in_english, sentence

BIGGEST = 500_000
"""The most bytes a playbook may have; a larger file was given by mistake."""

KEPT: Final = 16
"""Texts whose reading is kept: reading one takes some seventy milliseconds, and the same few are asked for."""


def load(path: str | Path) -> Playbook:
    """The playbook in a file, or the starter of that name."""
    return parse(*text_of(path))


def text_of(path: str | Path) -> tuple[str, str]:
    """A playbook file's text, and what to call it; raises :class:`~qualify.errors.InputError`."""
    if not Path(path).exists() and str(path) in starters.names():
        return starters.text(str(path)), f"{path}.yaml"
    raw = _bytes_of(Path(path))
    if len(raw) > BIGGEST:
        raise InputError(f"{path}: more than {BIGGEST:,} bytes; a playbook has at most that many")
    try:
        return raw.decode("utf-8-sig"), str(path)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        said = f"not UTF-8 (byte {raw[error.start]:#04x}); save the file as UTF-8"
        raise InputError(f"{path}:{line}:{column}: {said}") from error


def _bytes_of(path: Path) -> bytes:
    """The file's first bytes: one more than a playbook may have."""
    try:
        with path.open("rb") as file:
            return file.read(BIGGEST + 1)
    except FileNotFoundError as error:
        known = starters.names()
        raise InputError(
            f"{path}: there is no such playbook{did_you_mean(str(path), known)} "
            f"Write one with `qualify init`, or name a starter: {one_of(known)}"
        ) from error
    except IsADirectoryError as error:
        raise InputError(
            f"{path} is a folder; a playbook is a file, or one of the starters: {one_of(starters.names())}"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


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
        said = sentence(
            "%(found)s characters; a playbook has at most %(most)s", found=len(text), most=BIGGEST
        )
        return None, [Problem(0, 0, "", said)]
    book, problems = _examined(text)
    return book, list(problems)


@lru_cache(maxsize=KEPT)
def _examined(text: str) -> tuple[Playbook | None, tuple[Problem, ...]]:
    """A text always means the same and a playbook never changes, so whoever asks again is given what was found."""
    with in_english():  # whoever asks next may read another language: a sentence is said again
        return _looked_through(document.read(text))


def _looked_through(read: Document) -> tuple[Playbook | None, tuple[Problem, ...]]:
    if read.data is None:
        return None, tuple(read.problems)
    mending = Mending(read.data)
    book = mending.read()
    whole = not mending.mistakes
    if book is not None:
        found = inconsistencies(book)
        mending.keep(found if whole else [each for each in found if each.severity == "error"])
    for mistake in mending.mistakes:
        if mistake.path not in read.lost:
            read.note(mistake)
    usable = whole and not any(problem.severity == "error" for problem in read.problems)
    return (book if usable else None), _once(read.problems)


def _once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Sorted; what is said twice of one place (an alias written in several) is said once."""
    first = {(each.line, each.column, each.message): each for each in sorted(problems, reverse=True)}
    return tuple(sorted(first.values()))
