"""``python -m bench.bulk [--leads N]``: everybody in a store judged anew and written back, while events come in.

On SQLite in a temporary folder, or in the empty PostgreSQL database that ``QUALIFY_DATABASE_URL`` names.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import threading
import time
from pathlib import Path

from bench.load import bodies
from bench.store import begin, fill, publish

A_SECOND = 500
"""Events that come in meanwhile; of people of their own."""


class Capture(threading.Thread):
    """Keeps events as a front door does, a batch at a time; how many they were, and how long the longest took."""

    def __init__(self, seed: int) -> None:
        super().__init__(daemon=True)
        self.over, self.kept, self.longest = threading.Event(), 0, 0.0
        self.bodies = bodies(400, seed)

    def run(self) -> None:
        """Until told to stop."""
        from django.db import connection

        from qualify.capture.doors.segment import DOOR
        from qualify.capture.model import Request, Source
        from qualify.capture.pipeline import Facts, run
        from qualify.clock import now
        from qualify.web.keeping.keep import keep
        from qualify.web.knowing import known

        source = Source(id=1, name="bench", trusted=True)
        for body in self.bodies:
            if self.over.is_set():
                break
            begun = time.perf_counter()
            calls = DOOR.read(Request("POST", "v1/batch", {}, {}, body), {"call": "batch"}, {}).calls
            self.kept += keep(run(calls, source, Facts(), now(), known(now())).drafts, now()).new
            took = time.perf_counter() - begun
            self.longest = max(self.longest, took)
            self.over.wait(max(0.0, 100 / A_SECOND - took))
        connection.close()


def spent() -> float:
    """Seconds of CPU of this process and of those that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measured(at: int, turn: int) -> None:
    """Print what one re-score of everybody takes."""
    from qualify.web.bulk.rescoring import rescore

    incoming = Capture(turn)
    begun, before = time.perf_counter(), spent()
    marks: dict[str, float] = {}

    def progress(what: str, done: int, of: int) -> None:
        marks.setdefault(what, time.perf_counter() - begun)

    if turn:
        incoming.start()
    done = rescore(at, progress)
    took = time.perf_counter() - begun
    incoming.over.set()
    if turn:
        incoming.join()
    print(
        f"| {done.written:,} written, {done.moves:,} moves, {done.left:,} left | {took:.1f} s | {spent() - before:.1f} s | "
        f"{marks.get('writing', took):.1f} s | {incoming.kept:,}, {incoming.longest * 1000:.0f} ms | "
        f"{os.getloadavg()[0]:.1f} |",
        flush=True,
    )


def main() -> None:
    """Fill a store and print the figures as a table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=3)
    told = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="qualify-bench-"))
    begin(folder)
    begun = time.perf_counter()
    last = fill(told.leads)
    publish("b2b-saas", last)
    from qualify.web.database import rows

    [(events,)] = rows("SELECT count(*) FROM event")
    print(f"{told.leads:,} leads, {events:,} events, filled in {time.perf_counter() - begun:.0f} s\n")
    print(
        "| | wall | CPU | until the first is written | kept meanwhile, longest | load |\n"
        + "| --- " * 6
        + "|"
    )
    for turn in range(told.rounds):
        measured(last + 1_000 * (turn + 1), turn)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
