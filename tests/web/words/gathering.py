"""Every string of the program that is marked for translation: of its templates, its Python and its core.

Without the tools of gettext: Django turns a template into text in which its marked strings stand as calls, and
Babel finds the calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

import qualify
from qualify.criteria import KEYWORDS
from qualify.web.screens.playbook.fields import kind_in_english, label_in_english
from qualify.web.screens.playbook.shapes import PARTS, criterion_shape, part_shape, test_fields

CODE: Final = Path(qualify.__file__).parent
LOCALE: Final = CODE / "web" / "locale"
ROOMS: Final = (
    "speech.py", "errors.py", "moments.py", "reading", "capture", "web", "criteria", "playbook", "scoring", "stages",
    "handoff", "learning", "files",
)  # fmt: skip
"""Where strings are marked; what else the core says is English (docs/how-to/translate.md)."""

Id: TypeAlias = str | tuple[str, str]
"""A message: its English; one that counts: for one, and for several."""

_KEYWORDS: Final = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2), "npgettext_lazy": ((1, "c"), 2, 3),
    "say": None, "marked": None, "sentence": None, "say_many": (1, 2), "sentence_many": (1, 2),
}  # fmt: skip


@cache
def gathered() -> Catalog:
    """All of them, in the order of their files, each with where it stands; for reading alone."""
    found = Catalog(project="Qualify", charset="utf-8")
    for room in ROOMS:
        for path in [CODE / room, *sorted((CODE / room).rglob("*"))]:
            if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
                _gather(path, found)
    for word in _of_forms():
        if not re.fullmatch(r"[A-Z]?[0-9]*|[A-Z]{3}", word):  # a grade, a place in a list, a currency
            found.add(word, locations=[("playbook", 0)])
    return found


def _gather(path: Path, into: Catalog) -> None:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py" and not any(word in text for word in ("gettext", "say", "sentence", "marked")):
        return
    python = text if path.suffix == ".py" else templatize(text, origin=str(path))
    where = str(path.relative_to(CODE))
    for _line, message, notes, context in extract(
        "python", BytesIO(python.encode()), keywords=_KEYWORDS, comment_tags=["Translators:"]
    ):
        into.add(message, locations=[(where, 0)], auto_comments=notes, context=context)


def _of_forms() -> Iterator[str]:
    """What forms of the playbook say of each field: read from the classes of the core, whose text is no call."""
    shapes = [*map(part_shape, PARTS), *map(criterion_shape, KEYWORDS), *test_fields()]
    while shapes:
        shape = shapes.pop()
        shapes += shape.fields
        yield from (shape.help, label_in_english(shape.name), *map(label_in_english, shape.options))
    yield from (kind_in_english(word) for word in KEYWORDS)
