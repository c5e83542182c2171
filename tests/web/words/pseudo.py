"""A language made of our own: the words of every message that is marked, between ⟦ and ⟧.

It stands in the place of German, so that dates and numbers are German, too. What is not marked where messages are
gathered from stays as it is, even when it is handed to gettext: a translator would never have seen it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from typing import Any, Final

from django.test import override_settings
from django.utils.translation import trans_real as real

from tests.web.words.gathering import gathered

OPEN, CLOSE = "⟦", "⟧"
LANGUAGE: Final = "de"

trans_real: Any = real  # what it keeps is not said by its types


class Pseudo(NullTranslations):
    """What is marked by us, or translated by Django or allauth, between brackets."""

    domain = "django"

    def __init__(self) -> None:
        super().__init__()
        ours = [each.id if isinstance(each.id, tuple) else (each.id,) for each in gathered() if each.id]
        with override_settings(LOCALE_PATHS=[]):
            theirs = trans_real.DjangoTranslation(LANGUAGE)._catalog
        self.known = {word for each in ours for word in each} | _ids(theirs)

    def gettext(self, message: str) -> str:
        """The message, between brackets where a translator knows it."""
        _, _, said = message.rpartition("\x04")
        return _bracketed(said) if said in self.known else said

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The same, for so many."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def language(self) -> str:
        """German, for dates and numbers."""
        return LANGUAGE

    to_language = language


_HOLES = re.compile(r"(%\([a-zA-Z_]+\)[sd]|\{[a-z_]+\}|<[^>]+>|\n)")


def _bracketed(message: str) -> str:
    """What a translator writes of a message is in brackets; what is filled in later is not, and is looked at."""
    pieces = _HOLES.split(message)
    return "".join(
        each if not each.strip() or _HOLES.fullmatch(each) else f"{OPEN}{each}{CLOSE}" for each in pieces
    )


def _ids(catalogue: Any) -> set[str]:
    return {key if isinstance(key, str) else key[0] for each in catalogue._catalogs for key in each}


@contextmanager
def pseudo() -> Iterator[None]:
    """While this holds, German is the language of brackets."""
    before = trans_real._translations.get(LANGUAGE)
    trans_real._translations[LANGUAGE] = Pseudo()
    try:
        yield
    finally:
        trans_real._translations.pop(LANGUAGE)
        if before is not None:
            trans_real._translations[LANGUAGE] = before


class Outside:
    """Reads one text after the other and keeps what is outside all brackets: a message may go through elements."""

    def __init__(self) -> None:
        self.depth = 0

    def __call__(self, text: str) -> str:
        """What of the next text is in no brackets, with a dot where some were, its blanks made one."""
        rest = []
        for letter in text:
            self.depth += letter == OPEN
            rest.append(" · " if letter == OPEN else letter if not self.depth else "")
            self.depth -= letter == CLOSE and self.depth > 0
        return " ".join("".join(rest).split())
