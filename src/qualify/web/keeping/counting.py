"""How many calls passed each step, were dropped there and why, and how long it took: added up, then written."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from django.db import transaction

from qualify.capture.pipeline import Counted, Lost
from qualify.moments import DAY
from qualify.web.database import insert
from qualify.web.keeping.using import USES

Place = tuple[int, int, str, str]
"""Day, source, step, and the reason for which calls were dropped (empty: they passed)."""


class Counts:
    """Adds up in memory; ``write`` is called once in a while, by the writer."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.writing = threading.Lock()
        self.sums: dict[Place, tuple[int, int]] = {}

    def pipeline(
        self, source_id: int, counts: Mapping[str, Counted], lost: Iterable[Lost], received_at: int
    ) -> None:
        """Count what a run of the pipeline did."""
        day = received_at // DAY * DAY
        with self.lock:
            for step, counted in counts.items():
                self._add((day, source_id, step, ""), counted.seen - counted.dropped, counted.nanoseconds)
            for each in lost:
                self._add((day, source_id, each.dropped.step, each.dropped.reason), 1, 0)

    def one(self, source_id: int, step: str, reason: str, calls: int, at: int, nanoseconds: int = 0) -> None:
        """Count calls that passed or left at a step."""
        with self.lock:
            self._add((at // DAY * DAY, source_id, step, reason), calls, nanoseconds)

    def _add(self, place: Place, calls: int, nanoseconds: int) -> None:
        if calls or nanoseconds:
            before = self.sums.get(place, (0, 0))
            self.sums[place] = (before[0] + calls, before[1] + nanoseconds)

    def write(self) -> None:
        """Add to what the store has, in a transaction, and begin at nothing; when it fails nothing is forgotten.

        When it returns, whatever was counted before is in the store: it waits for a write that is under way.
        Not to be called inside a transaction, which that write may be waiting for.
        """
        with self.writing:
            with self.lock:
                sums, self.sums = self.sums, {}
            try:
                with transaction.atomic():
                    self._write(sums)
            except BaseException:
                with self.lock:
                    for place, (calls, nanoseconds) in sums.items():
                        self._add(place, calls, nanoseconds)
                raise

    def _write(self, sums: Mapping[Place, tuple[int, int]]) -> None:
        USES.write()
        insert(
            "step_count",
            "day, source_id, step, reason, calls, nanoseconds",
            [(*place, *amounts) for place, amounts in sorted(sums.items())],
            "ON CONFLICT (day, source_id, step, reason) DO UPDATE SET calls = step_count.calls + excluded.calls, "
            "nanoseconds = step_count.nanoseconds + excluded.nanoseconds",
        )


COUNTS = Counts()
"""Those of this process."""
