"""A delivery through the pipeline and into the store, from whatever door, form or platform it came."""

from __future__ import annotations

import time

from qualify.capture.model import Delivery
from qualify.capture.pipeline import Facts, run
from qualify.web.keeping.aside import dropped, malformed
from qualify.web.keeping.counting import COUNTS
from qualify.web.keeping.writer import Writer
from qualify.web.knowing import known
from qualify.web.sources import Access

WRITER = Writer()
"""The one that writes for this process."""


def keep_delivery(
    door: str, access: Access, delivery: Delivery, facts: Facts, received_at: int, reading: int = 0
) -> None:
    """A delivery through the pipeline and into the store; returns when it is committed."""
    source = access.source
    assert source is not None
    COUNTS.one(source.id, "read", "", len(delivery.calls), received_at, reading)
    passed = run(delivery.calls, source, facts, received_at, known(received_at))
    COUNTS.pipeline(source.id, passed.counts, passed.dropped, received_at)
    asides = dropped(passed.dropped, door) + malformed(delivery, source.id, door, received_at)
    for unread in delivery.malformed:
        COUNTS.one(source.id, "read", unread.reason, 1, received_at)
    started = time.perf_counter_ns()
    kept = WRITER.keep(passed.drafts, asides)
    COUNTS.one(source.id, "kept", "", kept.new, received_at, time.perf_counter_ns() - started)
    COUNTS.one(source.id, "kept", "duplicate", len(kept.duplicates), received_at)
