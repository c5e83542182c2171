"""``python -m bench.application``: what an event and a lead cost the application, beside the bare cost of the rows.

All in one process, so that the figures are CPU seconds of the same machine in the same run. What it takes over HTTP, and
how soon it has judged, says :mod:`bench.serving`; what judging everybody takes, :mod:`bench.bulk`.

The bare cost is that of the *same rows*: all that keeping writes, in every table that it writes into, the marks of
who has news among them, written by SQLite's own ``executemany`` into a copy of the store that was as large when it began,
with the same indexes and settings, so many in a transaction as were kept in one. Batches are kept and written
in turns. What the bare writing is spared: to know whose an event is, whether links change who is who, and what is new.
The events alone, in a table of their own that begins empty, are the least that there is, and no store.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from bench.load import SIZE, bodies
from bench.store import begin, fill, publish

TABLES = ("event", "learnt", "account_learnt", "identifier", "link", "person", "sighting", "form_text")
"""What keeping adds rows to, in the order in which they are written; and the marks, which it changes as well."""

WARM = 300
"""Batches after which the people are known, as they are on an ordinary day."""

_MARKED = (
    "INSERT INTO dirty VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (person_id) DO UPDATE SET "
    "since = min(dirty.since, excluded.since), marks = dirty.marks + 1, own = dirty.own OR excluded.own"
)

Written = dict[str, list[tuple[Any, ...]]]
"""The rows of a transaction, by table."""


class Costs(NamedTuple):
    """What some batches cost: seconds of CPU by what was done."""

    read: float
    kept: float
    rows: float
    events: float
    again: float


def main() -> None:
    """Print the figures as tables."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--leads", type=int, default=100_000, help="in the store before; 20 events each")
    asked.add_argument("--people", type=int, default=2_000, help="whose events come")
    asked.add_argument("--rounds", type=int, default=6)
    asked.add_argument("--batches", type=int, default=48, help="of 100 events, in a round")
    told = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="qualify-bench-"))
    begin(folder)
    if told.leads:
        fill(told.leads)
    from qualify.clock import now

    publish("b2b-saas", now() - 1_000)
    for drafts in _read(WARM, 1, told.people)[1]:
        _kept(drafts)
    print("| one lead | CPU µs |\n| --- | ---: |")
    for what, cost in _judging():
        print(f"| {what} | {cost:,.0f} |")
    for together in (1, 8):
        _print_capture(together, list(_rounds(folder, told, together)))
    shutil.rmtree(folder, ignore_errors=True)


def _print_capture(together: int, found: list[Costs]) -> None:
    """The medians of all rounds, and of each round's ratio to the bare rows."""
    print(f"\n| {together * SIZE} events in a transaction | CPU µs an event | to the bare rows |")
    print("| --- | ---: | ---: |")
    lines = {
        "the bare rows: the same rows in the same tables": [each.rows for each in found],
        "the events alone, in a table that began empty": [each.events for each in found],
        "read and refined: inflate, decode, every step of the pipeline": [each.read for each in found],
        "kept: identifiers, links, rows, marks, committed": [each.kept for each in found],
        "both": [each.read + each.kept for each in found],
        "kept when it was there already": [each.again for each in found],
    }
    for what, costs in lines.items():
        ratio = statistics.median(cost / each.rows for cost, each in zip(costs, found, strict=True))
        print(f"| {what} | {statistics.median(costs) * 1e6:,.0f} | {ratio:.1f} × |", flush=True)


def _rounds(folder: Path, told: argparse.Namespace, together: int) -> Iterator[Costs]:
    """Batches kept, and their rows written barely, in turns."""
    from qualify.web.database import rows

    rows("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = folder / f"bare-{together}.sqlite3"
    shutil.copy(folder / "qualify.sqlite3", copy)
    bare, alone = _connected(copy), _connected(folder / f"alone-{together}.sqlite3")
    [(made,)] = rows("SELECT sql FROM sqlite_master WHERE name = 'event'")
    [(index,)] = rows("SELECT sql FROM sqlite_master WHERE name = 'event_owner'")
    alone.executescript(f"{made}; {index}")
    watching, events = Watching(), told.batches * SIZE
    for turn in range(told.rounds):
        reading, refined = _read(told.batches, 1_000 * together + turn, told.people, together)
        keeping, again, written = 0.0, 0.0, []
        for drafts in refined:
            keeping += _kept(drafts)
            written.append(watching.written())
        for drafts in refined:
            again += _kept(drafts)
        written_barely = sum(_barely(bare, each) for each in written)
        events_alone = sum(_barely(alone, {"event": each["event"]}) for each in written)
        yield Costs(*(each / events for each in (reading, keeping, written_barely, events_alone, again)))
    bare.close()
    alone.close()
    copy.unlink()


def _read(batches: int, seed: int, people: int, together: int = 1) -> tuple[float, list[list[Any]]]:
    """Batches read and refined: the seconds that took, and the drafts, so many batches together."""
    from qualify.capture.doors.segment import DOOR
    from qualify.capture.model import Request, Source
    from qualify.capture.pipeline import Facts, run
    from qualify.clock import now
    from qualify.web.knowing import known

    source = Source(id=1, name="bench", trusted=True)
    sent = bodies(batches, seed, people)
    started = time.process_time()
    found = []
    for body in sent:
        delivery = DOOR.read(Request("POST", "v1/batch", {}, {}, body), {"call": "batch"}, {})
        found.append(run(delivery.calls, source, Facts(), now(), known(now())).drafts)
    took = time.process_time() - started
    some = (found[start : start + together] for start in range(0, batches, together))
    return took, [list(chain.from_iterable(each)) for each in some]


def _kept(drafts: list[Any]) -> float:
    """The seconds that keeping these takes."""
    from qualify.clock import now
    from qualify.web.keeping.keep import keep

    started = time.process_time()
    keep(drafts, now())
    return time.process_time() - started


class Watching:
    """Tells which rows were written since it last looked."""

    def __init__(self) -> None:
        self.last = dict.fromkeys(TABLES, 0)
        self.marks: dict[int, int] = {}
        self.written()

    def written(self) -> Written:
        """Every row that is new, and everybody who was marked, with the row that their mark left."""
        from qualify.web.database import rows

        found: Written = {}
        for table, last in self.last.items():
            [(newest,)] = rows(f"SELECT coalesce(max(rowid), 0) FROM {table}")
            new = f"SELECT * FROM {table} WHERE rowid > %s" if last else f"SELECT * FROM {table} LIMIT 0"
            found[table] = rows(new, [last] if last else [])
            self.last[table] = newest or 1
        marked = rows("SELECT person_id, since, 1, marked_at, own, tries, taken_until, marks FROM dirty")
        found["dirty"] = [row[:-1] for row in marked if self.marks.get(row[0]) != row[-1]]
        self.marks = {row[0]: row[-1] for row in marked}
        return found


def _connected(path: Path) -> sqlite3.Connection:
    """A connection with the settings of the application's own."""
    from django.conf import settings

    found = sqlite3.connect(path, isolation_level=None)
    found.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
    return found


def _barely(connection: sqlite3.Connection, written: Written) -> float:
    """The seconds that the rows of a transaction take, and nothing else."""
    started = time.process_time()
    connection.execute("BEGIN IMMEDIATE")
    for table, found in written.items():
        if found:
            places = ", ".join(["?"] * len(found[0]))
            insert = _MARKED if table == "dirty" else f"INSERT OR IGNORE INTO {table} VALUES ({places})"
            connection.executemany(insert, found)
    connection.execute("COMMIT")
    return time.process_time() - started


def _judging() -> list[tuple[str, float]]:
    from qualify.clock import now
    from qualify.web.database import rows
    from qualify.web.keeping.marking import mark
    from qualify.web.living.working import Worker

    worker = Worker()
    worker.work_off(now())
    people = [who for (who,) in rows("SELECT person_id FROM standing ORDER BY person_id DESC LIMIT 2000")]
    found = []
    for name, size in (("re-scored, alone in its transaction", 1), ("one of two hundred", 200)):
        chosen = people[: 200 * size][:400] if size > 1 else people[:200]
        started = time.process_time()
        for start in range(0, len(chosen), size):
            at = now()
            mark(dict.fromkeys(chosen[start : start + size], at), at)
            worker.work(at, size)
        found.append((name, (time.process_time() - started) / len(chosen) * 1e6))
    return found


if __name__ == "__main__":
    main()
