"""A re-score of everybody under the playbook in force, as of the moment it was published, or of now.

Whoever is dirty, or whose time has come before that moment, is left to the worker, which folds through it;
so nothing that capture does meanwhile is lost or overwritten.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from django.db import transaction

from qualify.errors import QualifyError
from qualify.web.bulk.attaching import place
from qualify.web.bulk.protocol import Asked, Moved, Standings, Told
from qualify.web.bulk.protocol import Progress as Doing
from qualify.web.database import Row, insert, rows, those
from qualify.web.handing.desk import begins_to_hand_over
from qualify.web.handing.line import mark_judged
from qualify.web.keeping.marking import mark
from qualify.web.living.standings import MESSAGE, MOVE, REPLACED, STANDING, move_told, speaking

Progress = Callable[[str, int, int], None]


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
    return _written(scored(asked), version, now, progress)


def scored(asked: Asked) -> Iterator[Told]:
    """What the reading half tells, as it comes."""
    decode = msgspec.json.Decoder(Told).decode
    command = [sys.executable, "-P", "-m", "qualify.web.bulk.scoring"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(msgspec.json.encode(asked) + b"\n")
            child.stdin.close()
            for line in child.stdout:
                yield decode(line)
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise QualifyError(f"re-scoring failed (exit code {child.returncode}); the log says why")


def _written(told: Iterator[Told], version: int, now: int, progress: Progress) -> Rescored:
    """Write standings and moves back, but for people of whom there is news; those are left to the worker."""
    moves: dict[int, list[Row]] = {}
    [(total,)] = rows("SELECT count(*) FROM person")
    begins = begins_to_hand_over(version)
    written = moved = left = 0
    for each in told:
        if isinstance(each, Doing):
            progress(each.what, 0, total)
        elif isinstance(each, Moved):
            for who, at, place_, stage_from, stage_to, cycle in each.moves:
                moves.setdefault(who, []).append((who, at, place_, version, stage_from, stage_to, cycle))
        else:
            done = _write_part(each, moves, version, now, hands_over=begins)
            written, moved, left = written + done.written, moved + done.moves, left + done.left
            progress("writing", written + left, total)
    return Rescored(written, moved, left)


def _write_part(
    part: Standings, moves: dict[int, list[Row]], version: int, now: int, *, hands_over: bool
) -> Rescored:
    with transaction.atomic():
        here = _there([row[0] for row in part.rows]) - _done([row[0] for row in part.rows], version, now)
        stale = _stale(sorted(here), now)
        fresh = [row for row in part.rows if row[0] in here and row[0] not in stale]
        # Whoever the worker has judged since then, even in this very moment, is left as they are.
        older = f"ON CONFLICT (person_id) DO UPDATE SET {REPLACED} WHERE standing.as_of <= excluded.as_of"
        written = {who for (who,) in insert("standing", STANDING, fresh, f"{older} RETURNING person_id")}
        new = [
            (*move, *_judged_so(row)) for row in fresh if row[0] in written for move in moves.get(row[0], ())
        ]
        insert("move", MOVE, new)
        insert("message", MESSAGE, [move_told("lead.moved", move, now) for move in new])
        mark(dict.fromkeys(stale, now), now, own=False)
        # Who stays where they are is handed over now, where this playbook first hands over from there.
        mark_judged(written if hands_over else {move[0] for move in new}, now)
    return Rescored(len(written), len(new), len(stale))


def _judged_so(standing: Row) -> Row:
    """Of the row of a standing, how a move of that very moment was judged."""
    total, grade, lines = standing[3], standing[4], standing[7]
    return total, grade, speaking(msgspec.json.decode(lines))


def _stale(people: Sequence[int], now: int) -> set[int]:
    """Those of whom there is news, or whose time had come before."""
    dirty = those("SELECT person_id FROM dirty WHERE person_id IN ({})", people)
    late = f"(next_at <= {int(now)} OR as_of > {int(now)})"
    due = those(f"SELECT person_id FROM standing WHERE person_id IN ({{}}) AND {late}", people)
    return {who for (who,) in (*dirty, *due)}


def _there(people: Sequence[int]) -> set[int]:
    """Those who are still somebody."""
    return {who for (who,) in those("SELECT id FROM person WHERE id IN ({})", people)}


def _done(people: Sequence[int], version: int, now: int) -> set[int]:
    """Those whom the worker has judged under this version since then."""
    since = f"version_id = {int(version)} AND as_of > {int(now)}"
    return {
        who
        for (who,) in those(f"SELECT person_id FROM standing WHERE person_id IN ({{}}) AND {since}", people)
    }
