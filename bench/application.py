"""``python -m bench.application``: what an event and a lead cost the application, beside the bare cost of the rows.

All in one process, so that the figures are CPU seconds of the same machine in the same run. What it takes over HTTP, and
how soon it has judged, says :mod:`bench.serving`; what judging everybody takes, :mod:`bench.bulk`.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.load import SIZE, bodies
from bench.store import begin, publish

BATCHES = 300


def main() -> None:
    """Print the figures as a table."""
    folder = Path(tempfile.mkdtemp(prefix="qualify-bench-"))
    begin(folder)
    from qualify.clock import now

    publish("b2b-saas", now() - 1_000)
    figures = [*_capture(folder), *_judging()]
    print("| what | CPU µs each | to the bare rows |\n| --- | ---: | ---: |")
    bare = figures[0][1]
    for what, cost, compared in figures:
        print(f"| {what} | {cost:,.0f} | {f'{cost / bare:.1f} ×' if compared else ''} |")
    shutil.rmtree(folder, ignore_errors=True)


def _capture(folder: Path) -> list[tuple[str, float, bool]]:
    from qualify.capture.doors.segment import DOOR
    from qualify.capture.model import Request, Source
    from qualify.capture.pipeline import Facts, run
    from qualify.clock import now
    from qualify.web.keeping.keep import keep
    from qualify.web.knowing import known

    source = Source(id=1, name="bench", trusted=True)

    def drafts(body: bytes) -> list[Any]:
        delivery = DOOR.read(Request("POST", "v1/batch", {}, {}, body), {"call": "batch"}, {})
        return run(delivery.calls, source, Facts(), now(), known(now())).drafts

    first, then = bodies(BATCHES, 1), bodies(BATCHES, 2)
    for body in first:  # everybody is known after this, as they are on an ordinary day
        keep(drafts(body), now())
    started = time.process_time()
    read = [drafts(body) for body in then]
    reading = time.process_time() - started
    started = time.process_time()
    for batch in read:
        keep(batch, now())
    keeping = time.process_time() - started
    started = time.process_time()
    for batch in read:
        keep(batch, now())
    twice = time.process_time() - started
    events = BATCHES * SIZE
    bare = _bare(folder, events)
    return [
        ("the bare rows: one table, the same indexes, 100 at a time", bare / events * 1e6, True),
        ("read and refined: inflate, decode, every step of the pipeline", reading / events * 1e6, True),
        ("kept: identifiers, links, rows, marks, committed", keeping / events * 1e6, True),
        ("both", (reading + keeping) / events * 1e6, True),
        ("kept when it was there already", twice / events * 1e6, True),
    ]


def _bare(folder: Path, events: int) -> float:
    """What the rows of so many events cost, written by hand into a table of their own."""
    from qualify.web.database import rows

    found = rows("SELECT * FROM event ORDER BY id DESC LIMIT %s", [events])
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE event (id INTEGER PRIMARY KEY, key BLOB "
        "UNIQUE, source, subject, owner, kind, happened, received, known, properties, context, machine); "
        "CREATE INDEX owners ON event (owner, happened)"
    )
    marks = ", ".join(["?"] * 11)
    started = time.process_time()
    for start in range(0, len(found), SIZE):
        connection.execute("BEGIN IMMEDIATE")
        part = [row[1:] for row in found[start : start + SIZE]]
        connection.executemany(f"INSERT OR IGNORE INTO event VALUES (NULL, {marks})", part)
        connection.execute("COMMIT")
    return (time.process_time() - started) * events / max(1, len(found))


def _judging() -> list[tuple[str, float, bool]]:
    from qualify.clock import now
    from qualify.web.database import rows
    from qualify.web.keeping.marking import mark
    from qualify.web.living.working import Worker

    worker = Worker()
    worker.work_off(now())
    people = [who for (who,) in rows("SELECT id FROM person")]
    found = []
    for name, size in (("one lead re-scored, alone in its transaction", 1), ("one of two hundred", 200)):
        chosen = people[: 200 * size][:400] if size > 1 else people[:200]
        started = time.process_time()
        for start in range(0, len(chosen), size):
            at = now()
            mark(dict.fromkeys(chosen[start : start + size], at), at)
            worker.work(at, size)
        found.append((name, (time.process_time() - started) / len(chosen) * 1e6, False))
    return found


if __name__ == "__main__":
    main()
