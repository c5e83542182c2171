"""Which call this is, and when it truly happened."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from functools import lru_cache
from typing import Final

import msgspec

from qualify.capture.known import Known
from qualify.capture.model import Call, Draft, Dropped
from qualify.moments import DAY, EARLIEST, LATEST, written

LONGEST_ID: Final = 200
"""Longer message ids are kept as their hash."""

_NAIVE_EPOCH: Final = dt.datetime(1970, 1, 1)  # of times without a zone, which are UTC
_EPOCH: Final = _NAIVE_EPOCH.replace(tzinfo=dt.UTC)
_MINUTE: Final = 60_000
_LARGEST_SECONDS: Final = (
    100_000_000_000  # as seconds the year 5138, as milliseconds 1973: nobody means either
)


def message_id(draft: Draft, known: Known) -> Dropped | None:
    """The client's own id of the call, else one that follows from its content.

    So a re-send of the same bytes is known as one. A call without any time of its own could as well be a second
    occurrence; the minute of its receipt goes into the hash then.
    """
    given = draft.call.message_id
    if given and len(given) <= LONGEST_ID:
        draft.message_id = given
    else:
        draft.message_id = _hashed(draft.call, draft.received_at)
    return None


def _hashed(call: Call, received_at: int) -> str:
    if call.message_id:
        content = call.message_id.encode("utf-8", "replace")
    else:
        content = msgspec.json.encode(call)
        if call.timestamp is None and call.sent_at is None:
            content += b"%d" % (received_at // _MINUTE)
    return "hash-" + hashlib.blake2b(content, digest_size=16).hexdigest()


def time(draft: Draft, known: Known) -> Dropped | None:
    """When it happened: received_at − (sent_at − timestamp), which a wrong clock at the client does not harm.

    Without ``sent_at`` the timestamp as it is; without a timestamp when it was received. What would be in the
    future by more than the limit is put aside, and from a source that is not trusted also what is too old.
    """
    call, received_at = draft.call, draft.received_at
    happened_at = None if call.timestamp is None else moment_of(call.timestamp)
    if happened_at is None:
        draft.happened_at = received_at
        return None
    sent_at = (
        None
        if call.sent_at is None
        else _sent(call.sent_at if not isinstance(call.sent_at, str) else call.sent_at[:65])
    )
    if sent_at is not None:
        happened_at += received_at - sent_at
    draft.happened_at = happened_at
    if happened_at > received_at or received_at - happened_at > known.limits.oldest:
        return _out_of_bounds(draft, known)
    return None


def _out_of_bounds(draft: Draft, known: Known) -> Dropped | None:
    ahead = draft.happened_at - draft.received_at
    if ahead > known.limits.future:
        return Dropped("time", "in the future", f"{written(draft.happened_at)} is to come")
    if draft.source.trusted:
        return None if draft.happened_at >= EARLIEST else Dropped("time", "too old", "before the year 1")
    if ahead > 0:
        draft.happened_at = draft.received_at  # a browser cannot know what will be
        return None
    return Dropped("time", "too old", f"{written(draft.happened_at)} is too long ago for this source")


def moment_of(value: str | float) -> int | None:
    """A moment as epoch milliseconds: ISO 8601 (without a zone: UTC), or a number of (milli)seconds.

    None for what is no moment, or none that can be written as a date.
    """
    if isinstance(value, str):
        found = _of_text(value)
    else:
        found = _of_number(float(value)) if abs(value) < 1e20 else None
    return found if found is not None and EARLIEST <= found <= LATEST else None


def _of_text(text: str) -> int | None:
    if len(text) > 64:
        return None
    try:
        when = dt.datetime.fromisoformat(text)
        since = when - (_EPOCH if when.tzinfo else _NAIVE_EPOCH)
        return since.days * DAY + since.seconds * 1000 + since.microseconds // 1000
    except (ValueError, OverflowError):
        return _of_digits(text)


def _of_digits(text: str) -> int | None:
    try:
        return _of_number(float(text))
    except ValueError:
        return None


def _of_number(value: float) -> int | None:
    """Numbers below 10¹¹ are seconds, larger ones milliseconds (or micro- or nanoseconds)."""
    if not math.isfinite(value):
        return None
    size = abs(value)
    if size < _LARGEST_SECONDS:
        return math.floor(value * 1000)
    return math.floor(value / (1 if size < 1e14 else 1_000 if size < 1e17 else 1_000_000))


@lru_cache(maxsize=256)
def _sent(value: str | float) -> int | None:
    return moment_of(value)
