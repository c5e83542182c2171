"""What somebody sees, or has read to them, of a page: its texts, one by one, with where each stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple

READ: Final = ("title", "placeholder", "aria-label", "aria-description", "alt", "label")
"""Attributes that are shown or read out; of buttons ``value`` is, too."""

QUIET: Final = {"style", "script", "code", "pre", "kbd", "textarea", "samp", "time", "svg"}
"""What stands in these was not written by us (code, what somebody wrote) or is a moment that Babel writes."""

CHARTED: Final = {"title", "text", "labelExpr", "as"}
"""Where words stand in a chart's specification."""


class Seen(NamedTuple):
    """A text, and where: the element, or its attribute; ``quiet``: nobody reads it as words."""

    text: str
    where: str
    flows: bool = False
    quiet: bool = False


def seen(page: str) -> list[Seen]:
    """All texts of a page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [each for each in reader.found if each.text.strip()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Seen] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in _VOID:
            self.inside.append(f"{tag}:{told.get('type') or ''}" if tag == "script" else tag)
        names = READ if tag != "time" else ()
        self.found += [Seen(told[name] or "", f"{tag}[{name}]") for name in names if told.get(name)]
        if tag == "input" and told.get("type") in {"submit", "button"}:
            self.found.append(Seen(told.get("value") or "", "input[value]"))

    def handle_endtag(self, tag: str) -> None:
        while self.inside:
            if self.inside.pop().split(":")[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "script:application/json":
            self.found += [Seen(text, "chart") for text in _charted(json.loads(data))]
        else:
            quiet = not QUIET.isdisjoint(each.split(":")[0] for each in self.inside)
            self.found.append(Seen(data, self.inside[-1] if self.inside else "", flows=True, quiet=quiet))


_VOID: Final = set("area base br col embed hr img input link meta source track wbr".split())


def _charted(spec: Any, key: str = "") -> Iterator[str]:
    if isinstance(spec, dict):
        for name, value in spec.items():
            yield from _charted(value, str(name))
    elif isinstance(spec, list):
        for value in spec:
            yield from _charted(value, key)
    elif isinstance(spec, str) and key in CHARTED:
        yield spec
