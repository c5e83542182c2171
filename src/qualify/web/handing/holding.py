"""What everybody holds, kept from one look to the next: what was added since is added, and nothing else is read.

The fold itself is :class:`qualify.handoff.standing.Standing`. It is made anew whenever something else than an addition
may have happened: a fact that was taken back, put down to somebody else, or rewritten, or one that is older than what
was folded already. Three sums over narrow indexes tell, so a look costs the same after many old assignments as after
few. What no sum tells (two accounts that became one) is at most :data:`FRESH` old.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from qualify.handoff.standing import Fact, Standing, in_order, moment_of
from qualify.web.database import rows
from qualify.web.handing import facts
from qualify.web.handing.facts import ENDED, After

FRESH: Final = 300_000
"""Milliseconds after which the whole is read again in any case."""

_SUMS: Final = (
    "SELECT count(*), coalesce(max(id), 0), coalesce(sum(owner_id), 0) FROM assignment",
    "SELECT count(*), coalesce(max(id), 0), coalesce(sum(owner_id), 0) FROM decision",
    f"SELECT count(*), coalesce(max(id), 0), coalesce(sum(person_id), 0) FROM move WHERE {ENDED}",
    "SELECT count(*), coalesce(max(id), 0), coalesce(sum(owner_id), 0) FROM ownership",
)
_SINCE: Final = tuple(f"{each} {'AND' if 'WHERE' in each else 'WHERE'} id > %s" for each in _SUMS)
_UNDONE: Final = (
    "SELECT (SELECT count(*) FROM assignment WHERE taken_back_at IS NOT NULL), "
    "(SELECT count(*) FROM decision WHERE taken_back_at IS NOT NULL)"
)


class _Sum(NamedTuple):
    """How many rows a table has, the newest of them, and the sum of whose they are."""

    many: int
    newest: int
    whose: int

    def plus(self, other: _Sum) -> _Sum:
        """With these rows more."""
        return _Sum(self.many + other.many, max(self.newest, other.newest), self.whose + other.whose)


class Holding:
    """The standing that is kept; of one worker, who gives it from look to look."""

    def __init__(self) -> None:
        self._standing: Standing | None = None
        self._sums: list[_Sum] = []
        self._undone: tuple[int, ...] = ()
        self._read_at = 0
        self._newest = 0
        self._given: list[Fact] = []

    def standing(self, now: int) -> Standing:
        """What everybody holds now. What is to be given away is added by :meth:`give`, and by nothing else."""
        sums, undone = [_sum(each) for each in _SUMS], tuple(rows(_UNDONE)[0])
        kept = self._standing
        if kept is None or undone != self._undone or not 0 <= now - self._read_at < FRESH:
            return self._anew(sums, undone, now)
        if sums == self._sums and not self._given:
            return kept
        added = self._added(sums)
        if added is None:
            return self._anew(sums, undone, now)
        for fact in added:
            self._add(kept, fact)
        self._sums, self._given = sums, []
        return kept

    def give(self, fact: Fact) -> None:
        """It is about to be written down that somebody is given a lead."""
        assert self._standing is not None
        self._given.append(fact)
        self._add(self._standing, fact)

    def _anew(self, sums: list[_Sum], undone: tuple[int, ...], now: int) -> Standing:
        everything = facts.everything()
        self._standing, self._given = Standing(everything), []
        self._sums, self._undone, self._read_at = sums, undone, now
        self._newest = max((moment_of(each) for each in everything), default=0)
        return self._standing

    def _add(self, standing: Standing, fact: Fact) -> None:
        self._newest = max(self._newest, moment_of(fact))
        standing.add(fact)

    def _added(self, sums: list[_Sum]) -> list[Fact] | None:
        """What came since, less what was folded as it was given; None when more than that has happened."""
        more = [_sum(each, before.newest) for each, before in zip(_SINCE, self._sums, strict=True)]
        if [before.plus(new) for before, new in zip(self._sums, more, strict=True)] != sums:
            return None
        found = in_order(facts.everything(After(*(each.newest for each in self._sums))))
        for given in self._given:
            same = next((place for place, each in enumerate(found) if _same(each, given)), None)
            if same is None:
                return None  # it was never written
            del found[same]
        late = any(moment_of(each) <= self._newest for each in found)
        return None if late else found


def _sum(statement: str, *values: int) -> _Sum:
    many, newest, whose = rows(statement, values)[0]
    return _Sum(int(many), int(newest), int(whose))


def _same(one: Fact, other: Fact) -> bool:
    """Whether it is the same fact; why it was so is not read again."""
    return type(one) is type(other) and _plain(one) == _plain(other)


def _plain(fact: Fact) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__slots__ if name not in ("why", "by")}
