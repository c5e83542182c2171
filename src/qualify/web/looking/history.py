"""Score and stage of a lead over time, and the playbooks that were in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from qualify.moments import DAY
from qualify.scoring.counting import Following
from qualify.scoring.single import Judgement
from qualify.stages.living import Version
from qualify.vocabulary import LADDER
from qualify.web.database import rows
from qualify.web.looking.recorded import Recorded

MOST_POINTS: Final = 30
"""Moments of the line at most: more cannot be seen."""

BUSY: Final = 1_000
"""From so many events on, every moment takes time, and the line has two thirds of the moments."""


class Point(NamedTuple):
    """The total (in points), the scores and the grade at a moment."""

    at: int
    total: float
    scores: dict[str, float]
    grade: str


class Band(NamedTuple):
    """A stage from one moment to another (None: still)."""

    stage: str
    since: int
    until: int | None
    cycle: int


class Published(NamedTuple):
    """A playbook that came into force."""

    version: int
    at: int
    note: str


class History(NamedTuple):
    """How a lead stood over time."""

    points: list[Point]
    bands: list[Band]
    published: list[Published]


def history(known: Recorded, until: int) -> History:
    """How the lead stood from its first day up to the moment, as it was seen at each time.

    The score is told at days that lie evenly apart, when the stage changed and when a playbook came into force;
    the stages are the moves that were written down.
    """
    created_at = known.person.created_at
    bands = _bands(known.person.person_id, created_at, until)
    published = [each for each in _published() if created_at <= each.at <= until]
    most = MOST_POINTS if len(known.person.events) < BUSY else MOST_POINTS * 2 // 3
    moments = _moments(
        created_at, until, [each.since for each in bands] + [each.at for each in published], most
    )
    judged = _judged(known, moments)
    points = [
        Point(
            at, each.total / 100, {name: sum_ / 100 for name, sum_ in each.scores.items()}, each.grade or ""
        )
        for at, each in judged
        if each is not None
    ]
    return History(points, bands, published)


def _judged(known: Recorded, moments: Sequence[int]) -> Iterator[tuple[int, Judgement | None]]:
    """What was said of the lead at each moment, one after the other: each event is counted once for each playbook."""
    before: Version | None = None
    following: Following | None = None
    for at in moments:
        version = known.version(at)
        if version is None or known.person.created_at > at:
            yield at, None
            continue
        record = known.record(at)
        if version is not before or following is None or not following.follows(record):
            before, following = version, version.judge.counter.follow(record)
        yield at, version.judge(record, at, following)


def _moments(since: int, until: int, more: Sequence[int], most: int) -> list[int]:
    """Days that lie evenly apart, and the moments at which something else happened."""
    turns = [at for at in more if since <= at <= until][-most // 3 :]
    days = max(1, (until - since) // DAY)
    step = -(-days // max(1, most - len(turns))) * DAY
    grid = range(until, since - 1, -step)
    return sorted({*grid, *turns, since})


def _bands(person_id: int, created_at: int, until: int) -> list[Band]:
    """The stages one after another, from the moves; of several moves at one moment only where they led."""
    found = rows(
        "SELECT stage_to, moved_at, cycle FROM move WHERE person_id = %s AND moved_at <= %s ORDER BY moved_at, place",
        [person_id, until],
    )
    turns = {created_at: (LADDER[0], 1)} | {at: (stage, cycle) for stage, at, cycle in found}
    in_order = sorted(turns)
    ends: list[int | None] = [*in_order[1:], None]
    return [Band(turns[at][0], at, end, turns[at][1]) for at, end in zip(in_order, ends, strict=True)]


def _published() -> list[Published]:
    found = rows("SELECT id, published_at, note FROM playbook_version ORDER BY published_at")
    return [Published(*row) for row in found]
