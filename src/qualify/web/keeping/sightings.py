"""Opens and clicks by the network they came from, kept where a burst over many people can be found."""

from __future__ import annotations

from collections.abc import Iterable

from qualify.capture.model import Draft
from qualify.machine.bursts import bucket_of
from qualify.machine.settings import STANDARD
from qualify.web.database import insert, those

SEEN = frozenset({"opened", "clicked"})


def network_of(draft: Draft) -> str:
    """The network that an open or a click came from, as much of its address as is kept; empty when not told."""
    told = draft.properties.get("ip")
    network = told if isinstance(told, str) else draft.address
    return network[:64]


def keep_sightings(drafts: Iterable[tuple[bytes, Draft]]) -> None:
    """Keep where the opens and clicks among these drafts came from; their events are in the store."""
    seen = {
        key: bucket_of(network, draft.happened_at)
        for key, draft in drafts
        if STANDARD.part_of.get(draft.kind) in SEEN and (network := network_of(draft))
    }
    if seen:
        found = those("SELECT id, message_key FROM event WHERE message_key IN ({})", list(seen))
        rows = [(number, *seen[bytes(key)]) for number, key in found]
        insert("sighting", "event_id, network, minute", rows, "ON CONFLICT (event_id) DO NOTHING")
