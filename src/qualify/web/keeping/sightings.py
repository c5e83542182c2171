"""What many have in common: the networks that opens and clicks came from, the long texts in forms.

Kept apart, where a burst over many people, or one text from many, can be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from qualify.capture.model import Draft
from qualify.capture.steps.texts import DIGEST
from qualify.machine.bursts import bucket_of
from qualify.machine.settings import STANDARD
from qualify.web.database import Row, insert, marks, rows, those

SEEN = frozenset({"opened", "clicked"})

AT_ONCE: Final = 2_000

_KINDS: Final = tuple(sorted(kind for kind, part in STANDARD.part_of.items() if part in (*SEEN, "submitted")))
_EVENTS: Final = (
    "SELECT id, kind, happened_at, properties, context FROM event "
    f"WHERE id > %s AND kind IN ({marks(len(_KINDS))}) ORDER BY id LIMIT {AT_ONCE}"
)
_ONCE: Final = "ON CONFLICT (event_id) DO NOTHING"


def keep_sightings(drafts: Iterable[tuple[bytes, Draft]]) -> None:
    """Keep where the opens and clicks among these drafts came from, and what forms say; their events are in the
    store.
    """
    seen: dict[bytes, tuple[str, int]] = {}
    said: dict[bytes, tuple[str, int]] = {}
    for key, draft in drafts:
        part = STANDARD.part_of.get(draft.kind)
        if part in SEEN and (network := _network(draft.properties, draft.address)):
            seen[key] = bucket_of(network, draft.happened_at)
        elif part == "submitted" and (digest := _digest(draft.properties)):
            said[key] = digest, draft.happened_at
    if seen or said:
        found = [
            (number, bytes(key))
            for number, key in those(
                "SELECT id, message_key FROM event WHERE message_key IN ({})", [*seen, *said]
            )
        ]
        _write_networks([(number, *seen[key]) for number, key in found if key in seen])
        _write_texts([(number, *said[key]) for number, key in found if key in said])


def mend_sightings() -> None:
    """Keep what is missing of all this, told anew from the events."""
    last = 0
    while found := rows(_EVENTS, [last, *_KINDS]):
        seen, said = [], []
        for number, kind, happened_at, told, around in found:
            properties = msgspec.json.decode(told)
            if STANDARD.part_of[kind] in SEEN:
                if network := _network(properties, msgspec.json.decode(around).get("ip", "")):
                    seen.append((number, *bucket_of(network, happened_at)))
            elif digest := _digest(properties):
                said.append((number, digest, happened_at))
        _write_networks(seen)
        _write_texts(said)
        last = found[-1][0]


def _network(properties: Mapping[str, object], address: str) -> str:
    """The network that an open or a click came from, as much of its address as is kept; empty when not told."""
    told = properties.get("ip")
    network = told if isinstance(told, str) else address
    return network[:64]


def _digest(properties: Mapping[str, object]) -> str:
    """By what the text of a form is known; empty when there is none."""
    told = properties.get(DIGEST)
    return told if isinstance(told, str) and len(told) == 64 else ""


def _write_networks(found: list[Row]) -> None:
    insert("sighting", "event_id, network, minute", found, _ONCE)


def _write_texts(found: list[Row]) -> None:
    insert("form_text", "event_id, digest, happened_at", found, _ONCE)
