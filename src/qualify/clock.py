"""The one place that reads the clock; the core takes a moment instead."""

from __future__ import annotations

import time


def now() -> int:
    """The present moment, as epoch milliseconds."""
    return time.time_ns() // 1_000_000
