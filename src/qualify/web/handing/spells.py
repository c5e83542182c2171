"""The times at which a lead was handed over, told from its moves: from the stage reached to the stage left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from qualify.handoff.clock import Handed
from qualify.playbook.handoff import Handoff
from qualify.vocabulary import LADDER, OFF_LADDER
from qualify.web.database import Row, those

ENDINGS = (*OFF_LADDER, "customer")
"""Stages in which nobody works on a lead any more."""

_MOVES = (
    "SELECT person_id, moved_at, stage_to, cycle, version_id FROM move WHERE person_id IN ({}) "
    "ORDER BY person_id, moved_at, place"
)

EXPLORED = "explored"
"""Stands where a stage stands in a move, for that a lead below the line was given to somebody at random."""

_EXPLORED = (
    f"SELECT a.owner_id, a.assigned_at, '{EXPLORED}', a.cycle, (SELECT v.id FROM playbook_version v "
    "WHERE v.published_at <= a.assigned_at ORDER BY v.published_at DESC LIMIT 1) FROM assignment a "
    "WHERE a.owner_id IN ({}) AND a.source = 'exploration' AND a.taken_back_at IS NULL ORDER BY a.owner_id, a.id"
)


class Spell(NamedTuple):
    """A lead is handed over: since when, until when, under which version; ``closed``: it left for good.

    ``waited``: it was in the stage already when a playbook began to hand over from there; nobody had promised it
    anything, so its clock begins when it is first given to somebody. ``explored``: it was drawn at random below the
    line, and is handed over since somebody was given it.
    """

    handed: Handed
    version_id: int
    stage: str
    closed: bool = False
    waited: bool = False
    explored: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody is to work on it."""
        return self.handed.ended_at is None


HandoffOf = Callable[[int], Handoff | None]
"""The section of a version of the playbook; None where it has none."""

Begins = Sequence[tuple[int, int]]
"""When which version began to hand over from a stage from which the one before did not, in order."""


def spells(people: Iterable[int], handoff_of: HandoffOf, begins: Begins = ()) -> dict[int, list[Spell]]:
    """By person, their times, oldest first."""
    ids = sorted(people)
    found = those(_MOVES, ids) + those(_EXPLORED, ids)
    # What chance did at the moment of a move came after it.
    found.sort(key=lambda row: (row[0], row[1], row[2] == EXPLORED))
    return {
        who: told(list(moves), handoff_of, begins) for who, moves in groupby(found, key=lambda row: row[0])
    }


def told(moves: Sequence[Row], handoff_of: HandoffOf, begins: Begins = ()) -> list[Spell]:
    """The times of one person, by their moves in order.

    A lead is handed over in each stage that the playbook names, and in those above on the ladder. Whoever is in one
    that it names when it is published is handed over then; those above are with sales already. One that was drawn
    at random stays with sales on its way up to there.
    """
    done: list[Spell] = []
    here: Spell | None = None
    before: Row | None = None
    for move in moves:
        here = here or _waiting(before, move[1], handoff_of, begins)
        who, at, stage, cycle, version = move
        if stage == EXPLORED:
            here = here or _drawn(move, before)
            continue
        before = move
        section = handoff_of(version if here is None else here.version_id)
        if section is not None and is_handed(stage, section):
            here = here._replace(stage=stage) if here else Spell(Handed(str(who), cycle, at), version, stage)
        elif here is not None and _on_its_way(here, stage, section):
            here = here._replace(stage=stage)
        elif here is not None:
            begun = here.handed
            ended = Handed(begun.lead_id, begun.cycle, begun.reached_at, at)
            done.append(here._replace(handed=ended, stage=stage, closed=stage in ENDINGS))
            here = None
    here = here or _waiting(before, None, handoff_of, begins)
    return [*done, here] if here is not None else done


def _drawn(move: Row, before: Row | None) -> Spell:
    who, at, _, cycle, version = move
    stage = LADDER[0] if before is None else before[2]
    return Spell(Handed(str(who), cycle, at), version, stage, explored=True)


def _on_its_way(here: Spell, stage: str, section: Handoff | None) -> bool:
    """Whether it was drawn below the line, and is there still."""
    if not here.explored or stage in ENDINGS or section is None:
        return False
    return not is_handed(here.stage, section)


def _waiting(last: Row | None, until: int | None, handoff_of: HandoffOf, begins: Begins) -> Spell | None:
    """The spell of who has been in a stage since their last move when a playbook began to hand over from there."""
    if last is None:
        return None
    who, since, stage, cycle, _ = last
    for at, version in begins:
        section = handoff_of(version)
        if since <= at and (until is None or at < until) and section is not None and stage in section.at:
            return Spell(Handed(str(who), cycle, at), version, stage, waited=True)
    return None


def is_handed(stage: str, section: Handoff) -> bool:
    """Whether a lead in the stage is with sales."""
    if stage in ENDINGS:
        return False
    return LADDER.index(stage) >= min(LADDER.index(each) for each in section.at)
