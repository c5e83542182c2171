"""Errors that teach: what was found, where, what is allowed, and the nearest word that is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from qualify.speech import again, sentence, sentence_many

_LONGEST_WORD = 60
"""A longer word is no misspelt one; comparing it with each that is allowed would take for ever."""

_LONGEST_SHOWN = 60


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
        how_bad = sentence("warning") if self.severity == "warning" else sentence("error")
        return f"{place}{how_bad}: {where}{again(self.message)}"

    def within(self, source: str) -> str:
        """The problem with the file that it is in."""
        return f"{source}:{'' if self.line else ' '}{self}"


class PlaybookError(QualifyError):
    """A playbook that cannot be used, with every problem found in it at once."""

    def __init__(self, problems: Sequence[Problem], source: str = "playbook") -> None:
        self.problems = sorted(problems)
        self.source = source
        super().__init__(self.told())

    def told(self) -> str:
        """All of them, in the language of just now."""
        head = sentence_many(
            "%(source)s: %(count)s problem", "%(source)s: %(count)s problems",
            len(self.problems), source=self.source,
        )  # fmt: skip
        return "\n".join([head, *(problem.within(self.source) for problem in self.problems)])


class InputError(QualifyError):
    """A table or file that cannot be read as what it was given as."""


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that is most like ``word``, or None when none is near."""
    if len(word) > _LONGEST_WORD:
        return None
    wanted, by_folded = word.casefold(), {option.casefold(): option for option in allowed}
    found = difflib.get_close_matches(wanted, by_folded, n=8, cutoff=0.6)
    best = max(found, key=lambda option: _likeness(wanted, option), default=None)
    return None if best is None else by_folded[best]


def _likeness(word: str, option: str) -> tuple[float, int]:
    """How like two words are; of equals, the one that begins alike is more so."""
    alike = takewhile(lambda letters: letters[0] == letters[1], zip(word, option, strict=False))
    return difflib.SequenceMatcher(None, option, word).ratio(), len(list(alike))


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` or nothing."""
    guess = nearest(word, allowed)
    return sentence("; did you mean %(guess)s?", guess=repr(guess)) if guess else ""


def instead(word: str, allowed: Iterable[str], limit: int = 24) -> str:
    """What to write instead of ``word``: ``"; did you mean 'x'? Allowed: x, y or z"``, or without a guess."""
    words = list(allowed)
    guess, every = nearest(word, words), one_of(words, limit)
    if guess:
        return sentence("; did you mean %(guess)s? Allowed: %(words)s", guess=repr(guess), words=every)
    return sentence("; allowed: %(words)s", words=every)


def one_of(words: Iterable[str], limit: int = 24) -> str:
    """``"a, b or c"``, cut with a count when there are more than ``limit``."""
    listed = list(words)
    if len(listed) > limit:
        first = ", ".join(listed[:limit])
        return sentence("%(words)s … (%(count)s in all)", words=first, count=len(listed))
    if len(listed) < 2:
        return "".join(listed)
    return sentence("%(words)s or %(last)s", words=", ".join(listed[:-1]), last=listed[-1])


def shown(value: Any) -> str:
    """What was found, as people name it: ``'text'``, ``5``, ``true``, ``a list``; what is long is cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        text = repr(value)
        return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    if value is None:
        return sentence("nothing")
    if isinstance(value, dict):
        return sentence("a mapping")
    return sentence("a list") if isinstance(value, list | tuple) else f"a {type(value).__name__}"
