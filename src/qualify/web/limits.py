"""How much a key may send: a bucket that fills steadily and is emptied by calls."""

from __future__ import annotations

import math
import threading


class Buckets:
    """One bucket for each key, in this process."""

    def __init__(self, burst_seconds: float = 10.0) -> None:
        self.burst = burst_seconds
        self.levels: dict[int, tuple[float, int]] = {}
        self.lock = threading.Lock()

    def wait(self, key: int, calls: int, rate: float, now: int) -> int:
        """Take so many calls out of the bucket; seconds to wait when there are not enough in it, else 0.

        A request with more calls than the bucket ever holds is let through when the bucket is full.
        """
        if rate <= 0 or calls <= 0:
            return 0
        size = rate * self.burst
        with self.lock:
            level, since = self.levels.get(key, (size, now))
            level = min(size, level + max(0, now - since) / 1000 * rate)
            enough = level >= min(calls, size)
            self.levels[key] = (max(level - calls, -size) if enough else level, now)
        return 0 if enough else max(1, math.ceil((min(calls, size) - level) / rate))
