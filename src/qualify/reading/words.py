"""Tables of words and phrases kept as text files, and how they are found in the words of a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}
)
_ENDINGS = (
    ("innen", ""),  # Leiterinnen → Leiter
    ("in", ""),  # Managerin → Manager
    ("euse", "eur"),  # acheteuse → acheteur
    ("trice", "teur"),  # directrice → directeur
    ("iere", "ier"),  # infirmière → infirmier
    ("ienne", "ien"),  # technicienne → technicien
    ("a", ""),  # directora → director
    ("a", "o"),  # abogada → abogado
    ("e", ""),  # gérante → gérant
)


def plain(text: str) -> str:
    """The text in lower case without accents.

    >>> plain("Geschäftsführer"), plain("Łódź"), plain("GROẞ")
    ('geschaftsfuhrer', 'lodz', 'gross')
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.casefold()).casefold()
    kept = "".join(char for char in folded if not unicodedata.combining(char))
    return kept.translate(_LETTERS_WITHOUT_DECOMPOSITION)


@dataclass(slots=True, eq=False)
class WordTable:
    """Phrases with a label each; finds them in a list of plain words, the longest first.

    >>> table = WordTable()
    >>> for entry, label in (("owner", "boss"), ("product owner", "expert"), ("*leiter", "head")):
    ...     table.add(entry, label)
    >>> list(table.find(["product", "owner", "und", "vertriebsleiterin"]))
    [(0, 'expert'), (3, 'head')]
    """

    phrases: dict[str, str] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    beginnings: dict[str, str] = field(default_factory=dict)
    endings: dict[str, str] = field(default_factory=dict)

    def add(self, entry: str, label: str) -> None:
        """Take up one entry: a phrase, `word*` (begins so) or `*word` (ends so); the first label stays."""
        words = re.findall(r"[^\W_]+", plain(entry))
        if entry.startswith("*"):
            self.endings.setdefault(words[0], label)
        elif entry.endswith("*"):
            self.beginnings.setdefault(words[0], label)
        else:
            self.phrases.setdefault(" ".join(words), label)
            self.longest[words[0]] = max(self.longest.get(words[0], 0), len(words))

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Each phrase found from left to right, as (position of its first word, label)."""
        at = 0
        while at < len(words):
            label, size = self._phrase(words, at, words[at])
            if label is None and (stem := self._stem(words[at])) is not None:
                label, size = self._phrase(words, at, stem)
            if label is None:
                label = self._compound(words[at])
            if label is not None:
                yield at, label
            at += size

    def _phrase(self, words: Sequence[str], at: int, first: str) -> tuple[str | None, int]:
        """The label of the longest phrase at a position, its first word read as `first`, and its length."""
        for size in range(min(self.longest.get(first, 0), len(words) - at), 0, -1):
            label = self.phrases.get(" ".join((first, *words[at + 1 : at + size])) if size > 1 else first)
            if label is not None:
                return label, size
        return None, 1

    @lru_cache(maxsize=8192)  # noqa: B019 - words repeat more than titles do, and tables stay
    def _stem(self, word: str) -> str | None:
        """The known form of a word without its feminine ending, if there is one."""
        for ending, other in _ENDINGS if len(word) > 4 else ():
            if word.endswith(ending) and word[: -len(ending)] + other in self.phrases:
                return word[: -len(ending)] + other
        return None

    @lru_cache(maxsize=8192)  # noqa: B019
    def _compound(self, word: str) -> str | None:
        """The label of the longest known ending, then of the longest known beginning."""
        for stem in (word, word[:-2]) if word.endswith("in") else (word,):
            for start in range(len(stem) - 3):
                if stem[start:] in self.endings:
                    return self.endings[stem[start:]]
        for stop in range(len(word), 2, -1):
            if word[:stop] in self.beginnings:
                return self.beginnings[word[:stop]]
        return None


def data_text(name: str) -> str:
    """The text of the file `data/<name>` beside this module."""
    from importlib.resources import files  # takes longer to import than the whole room

    return (files(__package__) / "data" / name).read_text(encoding="utf-8")


def read_words(name: str) -> WordTable:
    """The table in `data/<name>`: `[label]` sections of phrases set apart by commas, `#` comments."""
    table, label = WordTable(), ""
    for line in data_text(name).splitlines():
        line = line.strip()
        if line.startswith("["):
            label = line.strip("[]")
        elif not line.startswith("#"):
            for entry in filter(None, (part.strip() for part in line.split(","))):
                table.add(entry, label)
    return table
