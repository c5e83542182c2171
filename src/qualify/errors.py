"""Errors that teach: what was found, where, what is allowed, and the nearest word that is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class QualifyError(Exception):
    """Anything that a user can mend; its text is written for the user and shown without a traceback."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong at one place of a file.

    ``line`` and ``column`` count from 1 (0: the file as a whole); ``path`` is where in the document,
    as ``scores.fit.rules[2].when``; ``severity`` is ``error`` or ``warning``.
    """

    line: int
    column: int
    path: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        """The problem as compilers print it, so that editors can jump to it."""
        place = f"{self.line}:{self.column}: " if self.line else ""
        where = f"{self.path}: " if self.path else ""
        return f"{place}{self.severity}: {where}{self.message}"


class PlaybookError(QualifyError):
    """A playbook that cannot be used, with every problem found in it at once."""

    def __init__(self, problems: Sequence[Problem], source: str = "playbook") -> None:
        self.problems = sorted(problems)
        self.source = source
        count = len(self.problems)
        head = f"{source}: {count} problem{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"{source}:{problem}" for problem in self.problems)]))


class InputError(QualifyError):
    """A table or file that cannot be read as what it was given as."""


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that is most like ``word``, or None when none is near."""
    by_folded = {option.casefold(): option for option in allowed}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` or nothing."""
    guess = nearest(word, allowed)
    return f"; did you mean {guess!r}?" if guess else ""


def one_of(words: Iterable[str], limit: int = 24) -> str:
    """``"a, b or c"``, cut with a count when there are more than ``limit``."""
    listed = list(words)
    if len(listed) > limit:
        return ", ".join(listed[:limit]) + f" … ({len(listed)} in all)"
    return " or ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)
