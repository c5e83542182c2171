"""Which words of a page are nobody's to translate: what the store holds, the playbook's own words, and numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import format_timedelta
from django.db import connection
from ruamel.yaml import YAML

from qualify.criteria import KEYWORDS
from qualify.files.presets import PRESETS
from qualify.web.database import rows
from qualify.web.living.values import decoded
from tests.web.words.gathering import gathered
from tests.web.words.pseudo import LANGUAGE

NAMES: Final = {
    "Qualify", "UTC", "English", "Deutsch", "English (UK)", "JSON Lines", "Parquet", "Mon–Fri 09:00–17:00",
    *(each.name for each in PRESETS), *KEYWORDS,
}  # fmt: skip
"""Names that are the same in every language, keywords of the playbook's language, and hours as they are typed."""

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_CODE = re.compile(r"\S*[_@/\\{}=<>|]\S*|\w\S*\.\w\S*|\b[A-D][1-4]\b|\b[A-Z]{2,8}\b")
"""What no prose is made of: names of columns and events, addresses, paths; abbreviations stay what they are."""


class Data:
    """The words that were not written by us."""

    def __init__(self, texts: Iterable[str], named: Iterable[str]) -> None:
        self.texts = {_bare(each) for each in texts}
        self.named = {_bare(each) for each in named}
        self.spoken = {_bare(each) for each in _of_locale()}
        self.ours = {word for each in gathered() for word in _forms(each.id)}

    @classmethod
    def of_the_store(cls) -> Data:
        """All texts in it, those in its JSON and its playbooks, and names that all know."""
        told = list(_stored())
        named = {each for each, is_name in told if is_name} | NAMES
        known = {piece for name in NAMES for piece in (name, *_PIECES.split(name))}
        return cls({*(each for each, _ in told), *available_timezones(), *known}, named)

    def explains(self, text: str) -> bool:
        """Whether a text is made of them, of code (and JSON), of dates and of signs alone; none of it is a message."""
        return (
            text.startswith("{")
            or self._is_data(text)
            or all(self._is_made_of_data(part) for part in text.split(" · "))
        )

    def _is_made_of_data(self, text: str) -> bool:
        return self._is_data(text) or all(self._is_data(piece) for piece in _PIECES.split(text))

    def _is_data(self, piece: str) -> bool:
        bare = _bare(piece)
        if piece.strip(" ·") in self.ours:
            return bare in self.named
        if bare in self.texts or (piece.endswith("…") and any(each.startswith(bare) for each in self.texts)):
            return True
        words = _CODE.sub(" ", piece).split()
        return all(not _LETTERS.search(word) or _bare(word) in self.spoken for word in words)


def _forms(message: Any) -> Iterable[str]:
    return (message,) if isinstance(message, str) else message


_PIECES = re.compile(r"\s*[·,;→()“”+]\s*|:\s+|\s+[–—-]\s+")


def _bare(text: str) -> str:
    """A text however it begins and ends, and its blanks are written; ``job_title`` is said “Job title”."""
    return " ".join(text.replace("_", " ").split()).strip("…. :,–-·").lower()


NAMING: Final = {"name", "title", "label", "note", "team", "teams", "description", "escalate_to", "fallback"}
"""Columns whose words people chose: they may well be those of a message."""

OURS: Final = {"decision", "channel"}
"""Keys of a playbook whose values are words of ours."""


def _stored() -> Iterator[tuple[str, bool]]:
    """Every text in the store, and whether somebody named something so."""
    for table in connection.introspection.table_names():
        told = connection.introspection.get_table_description(connection.cursor(), table)
        theirs = table in {"upload", "event", "message"}  # columns of a list, properties, payloads
        for row in rows(f'SELECT * FROM "{table}"'):
            for column, value in zip(told, row, strict=True):
                value = decoded(value) if column.name == "properties" and isinstance(value, str) else value
                yield from _texts(value, theirs or column.name in NAMING, theirs)


def _texts(value: Any, is_name: bool, keys: bool = False) -> Iterator[tuple[str, bool]]:
    if isinstance(value, str):
        yield value, is_name
        if value[:1] in "{[":
            try:
                yield from _texts(json.loads(value), is_name, keys)
            except ValueError:
                return
        elif "\nscores:" in value:  # a playbook
            yield from _texts(YAML(typ="safe").load(value), True)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key), keys or isinstance(inner, dict)
            yield from _texts(inner, (is_name or key in NAMING) and (keys or key not in OURS), keys)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, is_name, keys)


def _of_locale() -> Iterator[str]:
    """The words that dates and lengths of time are made of."""
    locale = Locale.parse(LANGUAGE)
    for names in (locale.months, locale.days):
        for widths in names.values():
            for words in widths.values():
                yield from words.values()
    for seconds in (1, 60, 3_600, 86_400, 7 * 86_400, 31 * 86_400, 366 * 86_400):
        for ahead in (seconds, 2 * seconds, -seconds, -2 * seconds):
            for way in (True, False):
                yield from format_timedelta(ahead, add_direction=way, threshold=1, locale=locale).split()
