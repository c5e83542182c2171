"""One writer for each process: requests hand over their drafts and wait, and those that wait share a transaction.

SQLite lets one transaction write at a time, and who waits for it sleeps and looks again: with several
threads that costs a second at the worst. One thread that commits for all of them answers each within tens of
milliseconds. PostgreSQL gains as well: fewer commits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from django.db import Error, close_old_connections, connection

from qualify.capture.model import Draft
from qualify.clock import now
from qualify.web.database import is_down
from qualify.web.keeping.aside import Aside
from qualify.web.keeping.counting import COUNTS
from qualify.web.keeping.keep import Kept, keep

logger = logging.getLogger(__name__)

MOST = 2_000
"""Drafts in one transaction; more wait for the next, so that nobody waits long."""

EVERY = 1.0
"""Seconds between two writings of the counts."""


class Job(NamedTuple):
    """What a request wants kept, and how it learns that it is."""

    drafts: Sequence[Draft]
    asides: Sequence[Aside]
    done: Future[Kept]


class Keep(Protocol):
    """How drafts and what was put aside are kept, in a transaction."""

    def __call__(self, drafts: Sequence[Draft], now: int, asides: Sequence[Aside] = ()) -> Kept:
        """Keep all of it, or raise."""


class Writer:
    """Keeps drafts on a thread of its own; :meth:`keep` returns when they are committed."""

    def __init__(self, write: Keep = keep) -> None:
        self.write = write
        self.waiting: SimpleQueue[Job | None] = SimpleQueue()
        self.starting = threading.Lock()
        self.thread: threading.Thread | None = None
        self.counted = 0.0

    def keep(self, drafts: Sequence[Draft], asides: Sequence[Aside] = (), patience: float = 30.0) -> Kept:
        """Keep the drafts; raises what keeping them raised, or ``TimeoutError`` when it takes too long."""
        if not drafts and not asides:
            return Kept(0, ())
        self._start()
        job = Job(drafts, asides, Future())
        self.waiting.put(job)
        return job.done.result(timeout=patience)

    def close(self) -> None:
        """Finish what is waiting and end the thread."""
        if self.thread is not None:
            self.waiting.put(None)
            self.thread.join()
            self.thread = None

    def _start(self) -> None:
        if self.thread is None or not self.thread.is_alive():
            with self.starting:
                if self.thread is None or not self.thread.is_alive():
                    self.thread = threading.Thread(target=self._work, name="writer", daemon=True)
                    self.thread.start()

    def _work(self) -> None:
        try:
            while (jobs := self._next()) is not None:
                if jobs:
                    self._together(jobs)
                self._count()
            self._count(at_once=True)
        finally:
            connection.close()

    def _next(self) -> list[Job] | None:
        """The jobs of the next transaction, none when there were none for a while; None: no more will come."""
        try:
            first = self.waiting.get(timeout=EVERY)
        except Empty:
            return []
        if first is None:
            return None
        jobs, size = [first], len(first.drafts)
        while size < MOST:
            try:
                job = self.waiting.get_nowait()
            except Empty:
                break
            if job is None:
                self.waiting.put(None)
                break
            jobs.append(job)
            size += len(job.drafts)
        return jobs

    def _count(self, *, at_once: bool = False) -> None:
        """Write the counts, once in a while; they can wait, so trouble with them stops nothing."""
        if COUNTS.sums and (at_once or time.monotonic() - self.counted >= EVERY):
            self.counted = time.monotonic()
            try:
                COUNTS.write()
            except Exception as error:
                logger.warning("counts could not be written: %s", error)

    def _together(self, jobs: list[Job]) -> None:
        """All jobs in one transaction; if that fails, each in its own, so that one does not spoil the others."""
        try:
            close_old_connections()
            drafts = [draft for job in jobs for draft in job.drafts]
            kept = self.write(drafts, now(), [aside for job in jobs for aside in job.asides])
        except Exception as error:
            self._apart(jobs, error)
            return
        start = 0
        for job in jobs:
            end = start + len(job.drafts)
            twice = tuple(each - start for each in kept.duplicates if start <= each < end)
            job.done.set_result(Kept(len(job.drafts) - len(twice), twice))
            start = end

    def _apart(self, jobs: list[Job], error: Exception) -> None:
        """Each job alone; one that was alone already has failed, and all when the database is in trouble.

        Then each alone would only wait as long again, one behind the other.
        """
        if isinstance(error, Error):
            connection.close()  # it may be the connection that is broken
        if len(jobs) == 1 or is_down(error):
            for job in jobs:
                job.done.set_exception(error)
            return
        logger.warning("a transaction of %s requests failed (%s); trying each alone", len(jobs), error)
        for job in jobs:
            try:
                job.done.set_result(self.write(job.drafts, now(), job.asides))
            except Exception as alone:
                job.done.set_exception(alone)
