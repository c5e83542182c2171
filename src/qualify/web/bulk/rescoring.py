"""A re-score of everybody under the playbook in force, as of the moment it was published, or of now.

Whoever is dirty, or whose time has come before that moment, is left to the worker, which folds through it;
so nothing that capture does meanwhile is lost or overwritten.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

import msgspec
from django.db import transaction

from qualify.errors import QualifyError
from qualify.speech import sentence
from qualify.web.bulk.attaching import place
from qualify.web.bulk.protocol import Asked, Moved, Standings, Told
from qualify.web.bulk.protocol import Progress as Doing
from qualify.web.database import Row, insert, rows
from qualify.web.handing.desk import begins_to_hand_over
from qualify.web.handing.line import ever_handed, mark_judged
from qualify.web.handing.line import mark as hand_over
from qualify.web.keeping.marking import mark
from qualify.web.living.standings import MESSAGE, MOVE, REPLACED, STANDING, move_told, speaking

Progress = Callable[[str, int, int], None]

_COLUMNS: Final = STANDING.split(", ")
_PLACE: Final = ("total", "grade", "stage", "since", "next_at")
"""The columns that the indexes of standings are made of, but for the moment."""
_PLACES: Final = [_COLUMNS.index(name) for name in _PLACE]
_ANYWHERE: Final = f"ON CONFLICT (person_id) DO UPDATE SET {REPLACED} WHERE standing.as_of <= excluded.as_of"
_IN_PLACE: Final = (
    "ON CONFLICT (person_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:] if name not in _PLACE)
    + " WHERE standing.as_of <= excluded.as_of AND "
    # Somebody else may have written since we looked. (No moment is 0.)
    + "coalesce(standing.next_at, 0) = coalesce(excluded.next_at, 0)"
    + "".join(f" AND standing.{name} = excluded.{name}" for name in _PLACE if name != "next_at")
)


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
        raise QualifyError(
            sentence("re-scoring failed (exit code %(code)s); the log says why", code=int(child.returncode))
        )


def _written(told: Iterator[Told], version: int, now: int, progress: Progress) -> Rescored:
    """Write standings and moves back, but for people of whom there is news; those are left to the worker."""
    moves: dict[int, list[Row]] = {}
    [(total,)] = rows("SELECT count(*) FROM person")
    # Who stays where they are is handed over now, where this playbook first hands over from there.
    due = ever_handed() if begins_to_hand_over(version) else frozenset()
    written = moved = left = 0
    for each in told:
        if isinstance(each, Doing):
            progress(each.what, 0, total)
        elif isinstance(each, Moved):
            for who, at, place_, stage_from, stage_to, cycle in each.moves:
                moves.setdefault(who, []).append((who, at, place_, version, stage_from, stage_to, cycle))
        else:
            done = _write_part(each, moves, version, now, due)
            written, moved, left = written + done.written, moved + done.moves, left + done.left
            progress("writing", written + left, total)
    return Rescored(written, moved, left)


def _write_part(
    part: Standings, moves: dict[int, list[Row]], version: int, now: int, due: AbstractSet[int]
) -> Rescored:
    with transaction.atomic():
        before = _before(part.rows[0][0], part.rows[-1][0])
        here = [row for row in part.rows if row[0] in before and not before[row[0]].is_done(version, now)]
        stale = {row[0] for row in here if before[row[0]].is_stale(now)}
        written = _replaced([row for row in here if row[0] not in stale], before)
        new = [
            (*move, *_judged_so(row)) for row in here if row[0] in written for move in moves.get(row[0], ())
        ]
        insert("move", MOVE, new)
        insert("message", MESSAGE, [move_told("lead.moved", move, now) for move in new])
        mark(dict.fromkeys(sorted(stale), now), now, own=False)
        gone = {move[0] for move in new}
        mark_judged(gone, now)
        hand_over(written & due - gone, now)
    return Rescored(len(written), len(new), len(stale))


class _Before(NamedTuple):
    """How a person stood before: under which version, as of when, until when, where; and whether there is news."""

    version: int | None
    as_of: int
    next_at: int | None
    place: tuple[object, ...]
    has_news: bool

    def is_done(self, version: int, now: int) -> bool:
        """Whether the worker has judged them under this version since then."""
        return self.version == version and self.as_of > now

    def is_stale(self, now: int) -> bool:
        """Whether there is news of them, or their time had come before: the worker folds through it."""
        return self.has_news or self.as_of > now or (self.next_at is not None and self.next_at <= now)


def _before(first: int, last: int) -> dict[int, _Before]:
    """Everybody who is still somebody from the first to the last of some people."""
    found = rows(
        "SELECT p.id, s.version_id, coalesce(s.as_of, 0), s.next_at, s.total, s.grade, s.stage, s.since, "
        "d.person_id IS NOT NULL FROM person p LEFT JOIN standing s ON s.person_id = p.id "
        "LEFT JOIN dirty d ON d.person_id = p.id WHERE p.id BETWEEN %s AND %s",
        [first, last],
    )
    return {
        who: _Before(version, as_of, next_at, (*place, next_at), bool(news))
        for who, version, as_of, next_at, *place, news in found
    }


def _replaced(fresh: Sequence[Row], before: Mapping[int, _Before]) -> set[int]:
    """Write standings; who was written. Whoever the worker judges in this very moment is left as they are.

    Most people stay in their place in every list: their entries in its indexes, which take longer than the row,
    are not written again.
    """
    same = [row for row in fresh if before[row[0]].place == tuple(row[index] for index in _PLACES)]
    written = _upserted(same, _IN_PLACE)
    return written | _upserted([row for row in fresh if row[0] not in written], _ANYWHERE)


def _upserted(fresh: Sequence[Row], on_conflict: str) -> set[int]:
    return {who for (who,) in insert("standing", STANDING, fresh, f"{on_conflict} RETURNING person_id")}


def _judged_so(standing: Row) -> Row:
    """Of the row of a standing, how a move of that very moment was judged."""
    total, grade, lines = standing[3], standing[4], standing[7]
    return total, grade, speaking(msgspec.json.decode(lines))
