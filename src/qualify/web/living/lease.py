"""Whom a worker has taken, and until when: longer than at first where judging them takes longer.

Without it several workers would take turns at what takes longer than a lease: each would find, when it is done,
that somebody else has begun anew, throw away what it found, and nobody would ever come to write it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from django.db import transaction

from qualify.web.database import run, untangled


def milliseconds() -> int:
    """Milliseconds that pass evenly, whatever is done to the clock."""
    return time.monotonic_ns() // 1_000_000


class Lease:
    """By person, until when a worker has taken them; ``now`` is when it took them, for ``length`` milliseconds.

    One of nobody, as it is without arguments, does nothing.
    """

    def __init__(self, until: Mapping[int, int] | None = None, now: int = 0, length: int = 0) -> None:
        self.until = dict(until or {})
        self.now, self.length = now, length
        self.began = self.held = milliseconds()

    def hold(self) -> None:
        """Make it longer when a third of it is over: to be called while working, outside of transactions.

        Raises :class:`django.db.Error` when the database is in trouble.
        """
        at = milliseconds()
        if self.until and at - self.held >= self.length / 3:
            self.held = at
            untangled(lambda: self._until(self.now + at - self.began + self.length))

    def _until(self, then: int) -> None:
        """In the order of people, as everybody locks them; who was taken by somebody else is left to them."""
        statement = "UPDATE dirty SET taken_until = %s WHERE person_id = %s AND taken_until = %s"
        with transaction.atomic():
            longer = [who for who, until in sorted(self.until.items()) if run(statement, [then, who, until])]
        self.until |= dict.fromkeys(longer, then)
