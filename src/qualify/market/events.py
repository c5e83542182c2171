"""Events and links as tables: who did what, known or anonymous, and when we learnt who it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qualify.market.actors import Actors
from qualify.market.chance import Flags, Ints
from qualify.market.columns import moments, numbered, texts
from qualify.market.drafts import FIRST_DEVICE, HUMAN, KINDS, MACHINES, NO_DEVICE, SECOND_DEVICE, Drafts
from qualify.market.leads import ENTRIES, LISTED_ENTRIES
from qualify.market.properties import Shape, written

NEVER = np.iinfo(np.int64).max
EVIDENCE = ("form", "login", "email_click")
BY_FORM, BY_LOGIN, BY_CLICK = range(3)
BLOCK = 500_000


@dataclass(frozen=True)
class Identified:
    """When (ms, `NEVER` for never) and by which `EVIDENCE` each device (actors × 2) was linked to its
    lead.
    """

    moment: Ints
    evidence: Ints


def identified(actors: Actors, entry: Ints, drafts: Drafts) -> Identified:
    """The links that these events prove: the first device by the form or trial that made the lead, or the
    first named thing done on it, or a click in a mail; the second by a log-in or a click.
    """
    size, leads = len(actors), actors.leads
    click = _first(drafts, size, drafts.of_kind("email_clicked") & (drafts.machine == HUMAN))
    login = _first(drafts, size, drafts.of_kind("product_used"))
    site = drafts.of_kind("page_viewed")
    named = _first(drafts, size, (drafts.device == FIRST_DEVICE) & ~site)
    by_form = ~np.isin(entry, LISTED_ENTRIES)
    named[:leads] = np.where(by_form, actors.anchor[:leads], named[:leads])
    signed_up = np.zeros(size, dtype=np.bool_)
    signed_up[:leads] = entry == ENTRIES.index("trial")
    first = np.minimum(named, click)
    second = np.minimum(login, click)
    evidence = np.where(click < named, BY_CLICK, np.where(signed_up, BY_LOGIN, BY_FORM))
    return Identified(
        moment=np.stack([first, second], axis=1),
        evidence=np.stack([evidence, np.where(login <= click, BY_LOGIN, BY_CLICK)], axis=1),
    )


def events_table(
    actors: Actors, drafts: Drafts, links: Identified, shapes: dict[str, Shape], anonymous: pa.Array
) -> pa.Table:
    """The events in the order of happening; `lead_id` is null until the device is linked.

    `anonymous` holds the identifiers of all devices (actors × 2). Texts are written block by block, so that
    memory holds one block of intermediate texts and not all of them.
    """
    blocks = [
        _block(
            actors,
            drafts.only(np.arange(first, min(first + BLOCK, len(drafts)))),
            links,
            shapes,
            anonymous,
            first,
        )
        for first in range(0, max(len(drafts), 1), BLOCK)
    ]
    return pa.concat_tables(blocks)


def links_table(actors: Actors, drafts: Drafts, links: Identified, anonymous: pa.Array) -> pa.Table:
    """The links of the devices that left an event, in the order in which they were learnt."""
    used = np.zeros((len(actors), 2), dtype=np.bool_)
    seen = drafts.device != NO_DEVICE
    used[drafts.actor[seen], drafts.device[seen] - 1] = True
    linked = used & (links.moment < NEVER)
    actor, device = np.nonzero(linked)
    moment = links.moment[actor, device]
    order = np.lexsort((actor, moment))
    actor, device, moment = actor[order], device[order], moment[order]
    return pa.table(
        {
            "anonymous_id": anonymous.take(pa.array(actor * 2 + device)),
            "lead_id": numbered("L", actor, 6),
            "learned_at": moments(moment),
            "evidence": texts(EVIDENCE, links.evidence[actor, device]),
        }
    )


def machines_table(drafts: Drafts) -> pa.Table:
    """Per event the machine that made it, null for a human; in the order of the events."""
    return pa.table(
        {
            "event_id": numbered("E", np.arange(len(drafts)), 8),
            "machine": texts(MACHINES, drafts.machine.astype(np.int64)),
        }
    )


def anonymous_ids(actors: Actors) -> pa.Array:
    """An identifier for each of two devices per actor, that tells nothing of whose it is."""
    return pa.array(
        [f"{number:016x}" for number in _scrambled(np.arange(2 * len(actors))).tolist()], pa.string()
    )


def known_by(drafts: Drafts, links: Identified) -> Flags:
    """Whether the lead behind each event was known when it happened."""
    device = np.maximum(drafts.device, FIRST_DEVICE) - 1
    linked = links.moment[drafts.actor, device] <= drafts.happened
    return np.asarray((drafts.device == NO_DEVICE) | linked)


def _block(
    actors: Actors,
    drafts: Drafts,
    links: Identified,
    shapes: dict[str, Shape],
    anonymous: pa.Array,
    first: int,
) -> pa.Table:
    actor = drafts.actor.astype(np.int64)
    browser = drafts.device != NO_DEVICE
    device = np.where(drafts.device == SECOND_DEVICE, 1, 0)
    return pa.table(
        {
            "event_id": numbered("E", first + np.arange(len(drafts)), 8),
            "lead_id": numbered("L", actor, 6, known=known_by(drafts, links)),
            "anonymous_id": anonymous.take(pa.array(actor * 2 + device, mask=~browser)),
            "kind": texts(KINDS, drafts.kind.astype(np.int64)),
            "happened_at": moments(drafts.happened),
            "received_at": moments(drafts.received),
            "properties": written(drafts, shapes),
        }
    )


def _first(drafts: Drafts, size: int, chosen: Flags) -> Ints:
    first = np.full(size, NEVER)
    np.minimum.at(first, drafts.actor[chosen], drafts.happened[chosen])
    return first


def _scrambled(numbers: Ints) -> npt.NDArray[np.uint64]:
    # The finaliser of SplitMix64 (Steele, Lea, Flood 2014): one-to-one, and neighbours look unlike.
    mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
