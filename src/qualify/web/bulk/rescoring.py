"""A re-score of everybody under the playbook in force, as of the moment it was published, or of now.

Whoever is dirty, or whose time has come before that moment, is left to the worker, which folds through it;
so nothing that capture does meanwhile is lost or overwritten.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from queue import SimpleQueue
from threading import Barrier
from typing import Final, NamedTuple

import msgspec
from django.db import connection, transaction

from qualify.errors import QualifyError
from qualify.speech import sentence
from qualify.web.bulk.attaching import place
from qualify.web.bulk.protocol import Asked, Standings, Told
from qualify.web.bulk.protocol import Progress as Doing
from qualify.web.bulk.writing import write
from qualify.web.database import insert, is_sqlite, rows, untangled
from qualify.web.handing.desk import begins_to_hand_over
from qualify.web.handing.line import ever_handed, mark_judged
from qualify.web.handing.line import mark as hand_over
from qualify.web.keeping.marking import mark
from qualify.web.living.standings import MESSAGE, MOVE, move_told

Progress = Callable[[str, int, int], None]

_AHEAD: Final = 24
"""How many parts are kept that were told and are not written yet: some 400 kB each."""
READER: Final = "what is told of the re-score"
"""The name of the thread that reads it."""
_WRITERS: Final = 2
"""How many parts are written at once to a server."""


class Rescored(NamedTuple):
    """How many standings were written, how many moves there were, and how many people the worker judges."""

    written: int
    moves: int
    left: int


def rescore(
    now: int, progress: Progress = lambda what, done, of: None, memory_limit: str | None = None
) -> Rescored:
    """Judge everybody as of ``now`` under the playbook in force then, and write it.

    For a playbook that was just published, ``now`` is when it was: its publication is a moment of everybody's
    history. For a store without a playbook there is nothing to do. Raises
    :class:`~qualify.errors.QualifyError` when the reading half fails; what was written until then stands.
    """
    found = rows(
        "SELECT id, text FROM playbook_version WHERE published_at <= %s ORDER BY published_at DESC LIMIT 1",
        [now],
    )
    if not found:
        return Rescored(0, 0, 0)
    [(version, text)] = found
    asked = Asked(*place(), text, version, now, memory_limit)
    with scored(asked) as told:
        return _written(told, version, now, progress)


@contextmanager
def scored(asked: Asked) -> Iterator[Iterator[Told]]:
    """What the reading half tells, as it comes; it is at work from the beginning."""
    command = [sys.executable, "-P", "-m", "qualify.web.bulk.scoring"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(msgspec.json.encode(asked) + b"\n")
            child.stdin.close()
            with ahead(child.stdout) as lines:
                yield map(msgspec.json.Decoder(Told).decode, lines)
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise QualifyError(
            sentence("re-scoring failed (exit code %(code)s); the log says why", code=int(child.returncode))
        )


@contextmanager
def ahead(lines: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """The lines, read by a thread of their own while we are busy with those before."""
    found, room, over = SimpleQueue[bytes | None](), threading.Semaphore(_AHEAD), threading.Event()

    def read() -> None:
        try:
            for line in lines:
                room.acquire()
                if over.is_set():
                    return
                found.put(line)
        finally:
            found.put(None)

    def taken() -> Iterator[bytes]:
        while (line := found.get()) is not None:
            room.release()
            yield line

    reader = threading.Thread(target=read, name=READER, daemon=True)
    reader.start()
    try:
        yield taken()
    finally:
        over.set()
        room.release()


def _written(told: Iterator[Told], version: int, now: int, progress: Progress) -> Rescored:
    """Write standings and moves back, but for people of whom there is news; those are left to the worker."""
    [(total,)] = rows("SELECT count(*) FROM person")
    # Who stays where they are is handed over now, where this playbook first hands over from there.
    due = ever_handed() if begins_to_hand_over(version) else frozenset()
    work = partial(_write_part, version=version, now=now, due=due)
    written = moved = left = 0
    parts = _parts(told, total, progress)
    with closing(_each_written(work, parts)) as each:
        for done in each:
            written, moved, left = written + done.written, moved + done.moves, left + done.left
            progress("writing", written + left, total)
    return Rescored(written, moved, left)


def _parts(told: Iterator[Told], total: int, progress: Progress) -> Iterator[Standings]:
    for each in told:
        if isinstance(each, Doing):
            progress(each.what, 0, total)
        else:
            yield each


def _each_written(
    work: Callable[[Standings], Rescored], parts: Iterator[Standings]
) -> Generator[Rescored, None, None]:
    """What comes of each part. A file takes one after the other; of a server each connection keeps one core busy."""
    if is_sqlite():
        yield from map(work, parts)
        return
    with ThreadPoolExecutor(_WRITERS, "writing the re-score") as writers:
        waiting = deque[Future[Rescored]]()
        try:
            for part in parts:
                waiting.append(writers.submit(work, part))
                if len(waiting) > 2 * _WRITERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            together = Barrier(_WRITERS)  # so that each of them comes to it
            for _ in range(_WRITERS):
                writers.submit(_leave, together)


def _leave(together: Barrier) -> None:
    """Close the connection of this thread."""
    together.wait()
    connection.close()


def _write_part(part: Standings, version: int, now: int, due: AbstractSet[int]) -> Rescored:
    """Write a part, whole or not at all."""
    return untangled(partial(_write, part, version, now, due))


def _write(part: Standings, version: int, now: int, due: AbstractSet[int]) -> Rescored:
    with transaction.atomic():
        people, stale = write(part, version, now)
        new = [move for move in part.moves if move[0] in people]
        insert("move", MOVE, new)
        insert("message", MESSAGE, [move_told("lead.moved", move, now) for move in new])
        mark(dict.fromkeys(sorted(stale), now), now, own=False)
        gone = {move[0] for move in new}
        mark_judged(gone, now)
        hand_over(people & due - gone, now)
    return Rescored(len(people), len(new), len(stale))
