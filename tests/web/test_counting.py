"""The counts of the pipeline: added up in memory, and in the store when a write returns."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from qualify.web.database import rows
from qualify.web.keeping.counting import Counts, Place


class Slow(Counts):
    """Counts whose first write is held up in the middle, while somebody else writes too."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    def _write(self, sums: Mapping[Place, tuple[int, int]]) -> None:
        if not self.order:
            self.order.append("began")
            self.second = threading.Thread(target=self._again)
            self.second.start()
        super()._write(sums)
        self.order.append("wrote")

    def _again(self) -> None:
        with self.writing:  # what a second write does first
            self.order.append("second")


def test_who_writes_the_counts_finds_everything_counted_before_in_the_store(store: Path) -> None:
    counts = Slow()
    counts.one(1, "kept", "duplicate", 3, at=0)
    counts.write()
    counts.second.join()
    assert counts.order == ["began", "wrote", "second"]
    assert rows("SELECT calls FROM step_count WHERE step = 'kept'") == [(3,)]
