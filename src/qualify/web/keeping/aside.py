"""What did not get through is kept as it came, with the step that stopped it and why, to be replayed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from qualify.capture.model import Call, Delivery, Draft
from qualify.capture.pipeline import Lost
from qualify.web.database import insert

_COLUMNS = "source_id, door, step, reason, detail, raw, received_at"
LONGEST = 512 * 1024
"""Bytes of a call that are kept; what is longer is cut."""


class Aside(NamedTuple):
    """A row of what was put aside."""

    source_id: int | None
    door: str
    step: str
    reason: str
    detail: str
    raw: bytes
    received_at: int


def dropped(lost: Iterable[Lost], door: str) -> list[Aside]:
    """The calls that a step of the pipeline dropped; they can be replayed, so the whole call is kept."""
    return [
        Aside(
            each.draft.source.id, door, each.dropped.step, each.dropped.reason, each.dropped.detail,
            raw_of(each.draft), each.draft.received_at,
        )
        for each in lost
    ]  # fmt: skip


def malformed(delivery: Delivery, source_id: int, door: str, received_at: int) -> list[Aside]:
    """The parts of a delivery that are no calls."""
    return [
        Aside(source_id, door, "read", each.reason, each.detail[:2000], each.raw[:LONGEST], received_at)
        for each in delivery.malformed
    ]


class Raw(msgspec.Struct):
    """A call as it is put aside: with what the request said of its sender."""

    call: Call
    address: str = ""
    user_agent: str = ""
    trusted: bool = False
    """Whether it came with a secret key or a good signature: whoever replays it knows the source, not the key."""
    tracking_refused: bool = False


def raw_of(draft: Draft) -> bytes:
    """A call as bytes, to be read again by :func:`again`."""
    raw = Raw(draft.call, draft.address, draft.user_agent, draft.source.trusted, draft.tracking_refused)
    try:
        return msgspec.json.encode(raw)[:LONGEST]
    except (TypeError, ValueError, UnicodeError, RecursionError) as error:
        return repr(error).encode("utf-8", "replace")


def again(raw: bytes) -> Raw:
    """A call that was put aside; raises ``msgspec.ValidationError`` when it was none."""
    return msgspec.json.decode(raw, type=Raw)


def put_aside(asides: Sequence[Aside]) -> None:
    """Keep them."""
    insert("aside", _COLUMNS, asides)
