"""Long pieces of work, taken from the table ``work`` one at a time: a conditional update is the lock."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from qualify.errors import QualifyError
from qualify.speech import kept_text
from qualify.web.database import is_down, is_sqlite, marks, rows, run
from qualify.web.living.kinds import Interrupted, kind

logger = logging.getLogger(__name__)

LEASE = 120_000
"""Milliseconds without a word of progress after which another worker takes the row."""

SAY_EVERY = 1_000
"""Milliseconds between two writings of the progress."""


MOST_TRIES = 5
"""How often a row is taken; one that kills every worker that takes it is given up."""


class Errand(NamedTuple):
    """A row that was taken."""

    id: int
    kind: str
    parameters: str
    tries: int


class Among(NamedTuple):
    """Which kinds of work somebody does: these (empty: every kind), and none of those."""

    these: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def said(self) -> tuple[str, list[str]]:
        """As a condition with its values."""
        parts = [("IN", self.these)] if self.these else []
        parts += [("NOT IN", self.but)] if self.but else []
        said = "".join(f" AND kind {word} ({marks(len(kinds))})" for word, kinds in parts)
        return said, [each for _, kinds in parts for each in kinds]


EVERY: Final = Among()


def take(now: int, among: Among = EVERY) -> Errand | None:
    """Take the next row that waits, or that somebody took and gave up."""
    which, kinds = among.said()
    lock = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED"
    chosen = (
        "SELECT id FROM work WHERE (state = 'waiting' OR (state = 'running' AND "
        f"(taken_until <= %s OR taken_until > %s))){which} ORDER BY id LIMIT 1{lock}"
    )
    if not rows(f"SELECT 1 FROM work WHERE state IN ('waiting', 'running'){which} LIMIT 1", kinds):
        return None  # asking costs nothing, an update would lock the file
    found = rows(
        f"UPDATE work SET state = 'running', taken_until = %s, tries = tries + 1 WHERE id IN ({chosen}) "
        "RETURNING id, kind, parameters, tries",
        # A lease that is longer was given by a clock that was ahead, and not a little after we looked at ours.
        [now + LEASE, now, now + 2 * LEASE, *kinds],
    )
    return Errand(*found[0]) if found else None


class Errands:
    """Works off the table ``work``, or the kinds of it that are given."""

    def __init__(self, clock: Callable[[], int], stop: threading.Event, among: Among = EVERY) -> None:
        self.clock, self.stop, self.among, self.said = clock, stop, among, 0

    def step(self, now: int) -> int:
        """Do the next piece of work, if there is one; how many were done."""
        errand = take(now, self.among)
        if errand is None:
            return 0
        if errand.tries > MOST_TRIES:
            self._over(errand, "failed", f"given up: {MOST_TRIES} workers took it and none came to its end")
            return 1
        logger.info("work %s (%s) begins", errand.id, errand.kind)
        try:
            detail = kind(errand.kind)(json.loads(errand.parameters), self._progress(errand))
        except Interrupted:
            run(
                "UPDATE work SET state = 'waiting', taken_until = 0, tries = tries - 1 WHERE id = %s",
                [errand.id],
            )
        except Exception as error:
            if is_down(error):
                raise  # it is tried again when the lease is over
            self._failed(errand, error)
        else:
            self._over(errand, "done", detail)
            logger.info("work %s (%s) is done", errand.id, errand.kind)
        return 1

    def _failed(self, errand: Errand, error: Exception) -> None:
        if isinstance(error, QualifyError | LookupError):
            logger.warning("work %s (%s) failed: %s", errand.id, errand.kind, error)
        else:
            logger.exception("work %s (%s) failed", errand.id, errand.kind)
        said = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
        self._over(errand, "failed", kept_text(said) or type(error).__name__)

    def _over(self, errand: Errand, state: str, detail: str) -> None:
        run(
            "UPDATE work SET state = %s, detail = %s, finished_at = %s WHERE id = %s",
            [state, detail, self.clock(), errand.id],
        )

    def _progress(self, errand: Errand) -> Callable[..., None]:
        def progress(done: int, of: int, detail: str = "") -> None:
            now = self.clock()
            if self.stop.is_set():
                raise Interrupted
            if not 0 <= now - self.said < SAY_EVERY:
                self.said = now
                run(
                    "UPDATE work SET done = %s, of = %s, detail = %s, taken_until = %s WHERE id = %s",
                    [done, of, detail, now + LEASE, errand.id],
                )

        return progress
