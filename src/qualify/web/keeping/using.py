"""When each key was used last, to the hour: so that one that nothing uses any more can be revoked."""

from __future__ import annotations

import threading
from typing import Final

from qualify.web.database import run_many

HOUR: Final = 3_600_000
"""Milliseconds for which a use is not written down again."""


class Uses:
    """Remembers which keys were used, and which of that is to be written: of each key one use an hour."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.written: dict[int, int] = {}
        self.waiting: dict[int, int] = {}

    def note(self, key_id: int, at: int) -> bool:
        """Note that a key was used; whether it is to be written down."""
        last = self.written.get(key_id)
        if last is not None and 0 <= at - last < HOUR:
            return False
        with self.lock:
            self.waiting[key_id] = at
        return True

    def write(self) -> None:
        """Write down what waits, in the transaction of whoever calls; when it fails nothing is forgotten."""
        with self.lock:
            waiting = dict(self.waiting)
        # Another process may have written of the same key; a moment to come was written by a clock that was ahead.
        run_many(
            "UPDATE access_key SET last_used_at = %s WHERE id = %s AND (last_used_at IS NULL OR last_used_at <= %s "
            "OR last_used_at > %s)",
            [(at, key_id, at - HOUR, at) for key_id, at in sorted(waiting.items())],
        )
        with self.lock:
            self.written |= waiting
            self.waiting = {key: at for key, at in self.waiting.items() if waiting.get(key) != at}


USES = Uses()
"""Those of this process."""
