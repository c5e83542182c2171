"""What became of leads that were drawn at random below the line: what the line misses. They count nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from qualify.learning.shares import wilson
from qualify.web.database import Row, rows, those
from qualify.web.looking.judging import worker


class Drawn(NamedTuple):
    """Leads that were drawn: how many, what sales said of them, and what came of them.

    ``stand_for``: how many leads below the line they stand for, as of so many one was drawn. ``missed``: how many of
    those would be won as it is known now, between what (90 % sure); None as long as nobody of them is closed.
    """

    leads: int
    accepted: int
    rejected: int
    won: int
    lost: int
    stand_for: float
    missed: tuple[float, float, float] | None

    @property
    def open(self) -> int:
        """Those of whom nothing was decided yet, or whom sales is working on."""
        return self.leads - self.rejected - self.won - self.lost


_Z_90: Final = 1.645
_DRAWN: Final = (
    "SELECT owner_id, assigned_at FROM assignment WHERE assigned_at >= %s AND assigned_at < %s "
    "AND source = 'exploration' AND taken_back_at IS NULL ORDER BY id"
)
_SAID: Final = (
    "SELECT owner_id, decided_at, decision FROM decision WHERE owner_id IN ({}) AND taken_back_at IS NULL "
    "AND decision IN ('accepted', 'rejected', 'disqualified', 'recycled') ORDER BY decided_at, id"
)
_CAME: Final = (
    "SELECT owner_id, closed_at, outcome FROM outcome WHERE owner_id IN ({}) AND taken_back_at IS NULL "
    "ORDER BY closed_at, id"
)


def drawn_between(since: int, until: int) -> Drawn | None:
    """Those drawn from a moment on and before another; None without any. Three statements."""
    at: dict[int, int] = dict(rows(_DRAWN, [since, until]))
    if not at:
        return None
    said, came = (_last(those(each, sorted(at)), at) for each in (_SAID, _CAME))
    words = [came.get(who) or said.get(who, "") for who in at]
    won, lost = words.count("won"), words.count("lost")
    refused = sum(each in ("rejected", "disqualified", "recycled") for each in words)
    stand_for = sum(_stands_for(moment) for moment in at.values())
    return Drawn(
        len(at),
        words.count("accepted"),
        refused,
        won,
        lost,
        stand_for,
        _missed(won, lost + refused, stand_for),
    )


def _last(found: list[Row], at: Mapping[int, int]) -> dict[int, str]:
    """By lead the last word since it was drawn."""
    return {who: word for who, moment, word in found if moment >= at[who]}


def _missed(won: int, others: int, stand_for: float) -> tuple[float, float, float] | None:
    closed = won + others
    if not closed:
        return None
    low, high = wilson(won, closed, _Z_90)
    return won / closed * stand_for, low * stand_for, high * stand_for


def _stands_for(moment: int) -> float:
    """Of how many leads below the line one was drawn under the playbook that was in force."""
    versions = worker().versions
    there = versions.since(moment)
    section = versions.layouts[int(there[0].version)].book.handoff if there else None
    return 1.0 if section is None or section.explore is None else 100 / section.explore
