"""Events before they are written: numbers only, so that two million of them sort in a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from qualify.market.chance import Chance, Flags, Floats, Ints, happens
from qualify.market.clock import DAY, HOUR, SECOND

KINDS = (
    "page_viewed",
    "form_submitted",
    "demo_requested",
    "content_downloaded",
    "webinar_registered",
    "webinar_attended",
    "email_delivered",
    "email_opened",
    "email_clicked",
    "email_unsubscribed",
    "chat_started",
    "trial_started",
    "product_used",
    "teammate_invited",
    "integration_connected",
    "limit_reached",
    "meeting_booked",
    "calculator_used",
    "review_read",
)
MACHINES = (None, "privacy_proxy", "security_scanner", "bot")
HUMAN, PRIVACY_PROXY, SECURITY_SCANNER, BOT = range(4)
NO_DEVICE, FIRST_DEVICE, SECOND_DEVICE = range(3)
SOON = -1.0


@dataclass(frozen=True)
class Drafts:
    """Arrays of one entry per event.

    `actor` is a row of `Actors`; `kind` and `machine` number `KINDS` and `MACHINES`; `device` is 0 where
    the lead is known without a browser (mail, a webinar's list); `detail`, `number` and `extra` are what
    the kind's properties are written from; `happened` and `received` are epoch ms.
    """

    actor: Ints
    kind: Ints
    device: Ints
    machine: Ints
    detail: Ints
    number: Ints
    extra: Ints
    happened: Ints
    received: Ints

    def __len__(self) -> int:
        return len(self.actor)

    def only(self, chosen: Flags | Ints) -> Drafts:
        """The events chosen by a mask, or put in the order of a list of positions."""
        return Drafts(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def of_kind(self, kind: str) -> Flags:
        """Which events are of this kind."""
        return np.asarray(self.kind == KINDS.index(kind))


def draft(
    kind: str,
    actor: Ints,
    happened: Ints,
    *,
    delay: Floats | float = SOON,
    device: Ints | int = NO_DEVICE,
    machine: Ints | int = HUMAN,
    detail: Ints | int = 0,
    number: Ints | int = 0,
    extra: Ints | int = 0,
) -> Drafts:
    """Events of one kind. `delay` is ms from happening to arrival; `SOON` leaves it to `arrive`."""
    small = {"kind": KINDS.index(kind), "device": device, "machine": machine}
    wide = {"detail": detail, "number": number, "extra": extra}
    size = len(actor)
    wait = np.broadcast_to(np.asarray(delay, dtype=np.float64), (size,))
    return Drafts(
        actor=actor.astype(np.int32),
        happened=happened,
        received=np.where(wait < 0, -1, happened + wait).astype(np.int64),
        **{name: np.broadcast_to(np.asarray(value, dtype=np.int8), (size,)) for name, value in small.items()},
        **{name: np.broadcast_to(np.asarray(value, dtype=np.int32), (size,)) for name, value in wide.items()},
    )


def gathered(parts: Sequence[Drafts]) -> Drafts:
    """All these events in one."""
    return Drafts(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Drafts)
        }
    )


def arrive(chance: Chance, drafts: Drafts, start: int, end: int) -> Drafts:
    """The events that happened and arrived within [start, end), in the order of happening.

    Most arrive within seconds; one in a hundred from a browser that was offline, hours or days later.
    """
    size = len(drafts)
    wait = 40.0 + chance.exponential(2.0 * SECOND, size)
    offline = happens(chance, 0.01, size) & (drafts.device != NO_DEVICE)
    wait = np.where(offline, HOUR * 0.2 + chance.exponential(0.6 * DAY, size), wait)
    received = np.where(drafts.received < 0, drafts.happened + wait.astype(np.int64), drafts.received)
    kept = np.flatnonzero((drafts.happened >= start) & (received < end))
    order = kept[np.argsort(drafts.happened[kept], kind="stable")]
    columns = {field.name: getattr(drafts, field.name)[order] for field in fields(drafts)}
    return Drafts(**{**columns, "received": received[order]})
