"""Data-centre bursts: one network that opens or clicks for many recipients within seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from qualify.machine.crowds import crowded
from qualify.machine.settings import MINUTE, STANDARD, Settings


class Sighting(NamedTuple):
    """An open or a click seen from a network: the text by which the network is known (an address, or as much of
    one as is kept), and for whom (`lead_id`).
    """

    event_id: int
    lead_id: object
    network: str
    happened_at: int


Bucket = tuple[str, int]
"""A network and a minute (whole minutes since 1970)."""


def bucket_of(network: str, happened_at: int) -> Bucket:
    """The bucket in which a sighting is kept."""
    return network, happened_at // MINUTE


def buckets_near(network: str, happened_at: int, *, settings: Settings = STANDARD) -> Iterator[Bucket]:
    """The buckets whose sightings decide on this one, and on which it decides: its own and at most two more.

    When a sighting arrives, `bursts` of what these buckets hold says all that can have changed about it; of the
    sightings at the far ends of the outer buckets only those within `settings.burst` of it are decided.
    """
    first, last = (happened_at - settings.burst) // MINUTE, (happened_at + settings.burst) // MINUTE
    return ((network, minute) for minute in range(first, last + 1))


def bursts(sightings: Iterable[Sighting], *, settings: Settings = STANDARD) -> frozenset[int]:
    """The events in which one network served `settings.recipients` people within `settings.burst` ms.

    A function of the set of sightings: order and repetition do not matter, and more sightings never clear one.
    Give the result to `labelling.label` for each of the people. An office behind one address is spared as long as
    fewer than that many people click in the same seconds.
    """
    by_network: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        if one.network:
            by_network[one.network].append(one)
    return frozenset(
        event_id
        for seen in by_network.values()
        if len(seen) >= settings.recipients
        for event_id in _of_one_network(seen, settings)
    )


def _of_one_network(seen: list[Sighting], settings: Settings) -> Iterator[int]:
    seen.sort(key=lambda one: one.happened_at)
    moments, people = [one.happened_at for one in seen], [one.lead_id for one in seen]
    together = crowded(moments, people, settings.burst, settings.recipients)
    return (one.event_id for one, many in zip(seen, together, strict=True) if many)
