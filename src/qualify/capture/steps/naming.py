"""What events and traits are called here: one form for every way of writing a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from qualify.capture.known import Known
from qualify.capture.model import Draft, Dropped

LONGEST: Final = 100
"""How many characters a name has at most."""

CALLED: Final[Mapping[str, str]] = {
    "page": "page_viewed",
    "screen": "screen_viewed",
    "identify": "identify",
    "group": "group",
    "alias": "alias",
}
"""The kinds of events that have no name of their own."""

_HUMPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN: Final = re.compile(r"[\W_]+")


def kind_of(name: str) -> str:
    """A name in small letters with underscores between its words; letters of other scripts stay.

    >>> kind_of("Demo Requested"), kind_of("demoRequested"), kind_of("demo-requested"), kind_of("$pageleave")
    ('demo_requested', 'demo_requested', 'demo_requested', 'pageleave')
    >>> kind_of("HTTPError seen"), kind_of("Größe gewählt"), kind_of("!?")
    ('http_error_seen', 'größe_gewählt', '')
    """
    return _kind_of(name[:LONGEST])


@lru_cache(maxsize=16_384)
def _kind_of(name: str) -> str:
    return _BETWEEN.sub("_", _HUMPS.sub("_", name)).strip("_").lower()


def kind(draft: Draft, known: Known) -> Dropped | None:
    """The kind of the event: the source's own mapping first, then one form for every way of writing it."""
    call = draft.call
    if call.type != "track":
        draft.kind = CALLED[call.type]
        return None
    name = call.event or ""
    draft.kind = draft.source.event_names.get(name) or kind_of(name)
    if not draft.kind:
        return Dropped("kind", "malformed", "a track call needs the name of an event")
    return None
