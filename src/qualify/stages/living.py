"""A lead's life on the ladder: its stages, folded over every moment at which something changed.

For the live application, where a lead is looked at whenever a fact about it becomes known, whenever a
playbook is published, and whenever time alone changes something. What comes out depends on the facts, on
when they became known and on the playbooks alone: not on when, or how often, somebody asked. So a stage
that was kept can be told from scratch at any time.

At each of these moments the lead takes steps until it rests: who is taken off the ladder by a decision, and
whose way back is open already, is back at the same moment. So a look too many never moves anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from qualify.playbook.book import Playbook
from qualify.scoring.changing import Changes, Coming
from qualify.scoring.counting import Following
from qualify.scoring.layout import Layout
from qualify.scoring.occurring import FAR
from qualify.scoring.record import Decided, Record
from qualify.scoring.single import Judge, Judgement
from qualify.stages.crossing import Thresholds
from qualify.stages.ladder import Ladder, State
from qualify.vocabulary import STAGES


class Version:
    """A playbook as it was published: its id, and from which moment on it is in force.

    Made ready to judge, to step and to tell what comes next; make it once and keep it.
    """

    def __init__(self, version: int | str, in_force_from: int, playbook: Playbook | Layout) -> None:
        layout = playbook if isinstance(playbook, Layout) else Layout(playbook)
        self.version, self.in_force_from = version, in_force_from
        self.judge, self.ladder = Judge(layout), Ladder(layout)
        self.changes, self.thresholds = Changes(self.judge, stages=True), Thresholds(layout)


@dataclass(frozen=True, slots=True)
class Move:
    """A lead moved from one stage to another: when, into which cycle, under which version of the playbook.

    ``judged`` is how it was judged at that moment; two moves are one whatever the score was.
    """

    at: int
    stage_from: str
    stage_to: str
    cycle: int
    version: int | str
    judged: Judgement | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Folded:
    """Where a lead stands at a moment, and how it came there.

    ``judgement`` is as of the last moment up to then at which anything could change, under ``version``; both
    are None while there is no lead or no playbook yet. ``next_at`` is the next moment at which anything can
    change, points included; None when only a new fact or a new playbook can change something.
    """

    state: State
    moves: list[Move]
    judgement: Judgement | None
    version: int | str | None
    next_at: int | None


RecordAt: TypeAlias = "Callable[[int, Version | None], Record]"
"""Gives what was known of a lead by a moment, as a version of the playbook sees it; None: before the first one."""


def fold(
    versions: Sequence[Version],
    record_at: RecordAt,
    fact_moments: Sequence[int],
    state: State,
    since: int,
    now: int,
) -> Folded:
    """Fold the ladder's step over every moment after ``since``, up to and with ``now``.

    ``versions`` in the order in which they came into force. ``fact_moments``, sorted, are the moments at which
    facts about the lead became known that are no events; ``record_at(moment, version)`` gives the record with the facts
    known by then, as the version in force spells what it asks for, and is asked again only when one of them has passed
    or another version is in force. Events are there from the beginning, each
    with when it is known: those that count for nothing are not looked at.

    ``state`` is the state at ``since``. A new lead begins with
    ``State.at_first(created_at)`` at any moment before its ``created_at``, and is not looked at earlier than that.

    Folding to a moment, and on from there with the state it gave, comes to the same as folding at once. Whoever
    kept ``next_at`` may go on from the millisecond before it, or before a new fact that is earlier.
    """
    folding = _Fold(versions, record_at, fact_moments, state)
    folding.begin(since, now)
    while (moment := folding.next_step(now)) is not None:
        folding.look(moment)
        folding.settle()
    return folding.folded(now)


class _Fold:
    """The fold as it stands at one moment."""

    def __init__(
        self,
        versions: Sequence[Version],
        record_at: RecordAt,
        fact_moments: Sequence[int],
        state: State,
    ) -> None:
        self.versions, self.published = versions, [version.in_force_from for version in versions]
        self.record_at, self.fact_moments, self.facts = record_at, fact_moments, -1
        self.state, self.moves = state, list[Move]()
        self.version: Version | None = None
        self.judged: Judgement | None = None
        self.decision: Decided | None = None
        self.coming: Coming | None = None
        self.following: Following | None = None
        """What was counted so far, by the playbook in force."""

    def begin(self, since: int, now: int) -> None:
        """Stand at the moment before; nobody has to be judged there when the very next is one to look at."""
        self._take_in(since)
        if self._planned() == since + 1 <= now:
            self.coming = Coming(since + 1, FAR)
        else:
            self.look(since)

    def look(self, at: int) -> None:
        """Take in what is known at the moment, and judge it by the playbook that is in force."""
        self._take_in(at)
        there = self.version is not None and self.record.created_at <= at
        self.judged = self._judge(at) if there else None
        self.decision = self.record.newest_decision(at) if there else None

    def _take_in(self, at: int) -> None:
        self.at, self.coming = at, None
        facts = bisect_right(self.fact_moments, at)
        number = bisect_right(self.published, at) - 1
        version = self.versions[number] if number >= 0 else None
        if facts != self.facts or version is not self.version:
            self.facts, self.record = facts, self.record_at(at, version)
        if version is not self.version or not (self.following and self.following.follows(self.record)):
            self.version = version
            self.following = None if version is None else version.judge.counter.follow(self.record)

    def _judge(self, at: int) -> Judgement:
        assert self.version is not None
        return self.version.judge(self.record, at, self.following)

    def settle(self) -> None:
        """Take steps until the lead rests; it does after a few, as coming back happens once at a moment."""
        if self.version is None or self.judged is None:
            return
        for _ in STAGES:
            before, self.state = self.state, self.version.ladder.step(self.state, self.judged, self.decision)
            if self.state == before:
                return
            version = self.version.version
            moved = Move(self.at, before.stage, self.state.stage, self.state.cycle, version, self.judged)
            self.moves.append(moved)

    def next_step(self, now: int) -> int | None:
        """The next moment, up to ``now``, at which the lead might move; None when there is none."""
        coming = self._coming()
        quiet_until = min(coming.turning - 1, now)
        if coming.fading <= quiet_until:
            crossing = self._crossing(quiet_until)
            if crossing is not None:
                return crossing
        return coming.turning if coming.turning <= now else None

    def _coming(self) -> Coming:
        """When facts, a playbook, a minimum stay or time alone change something next."""
        if self.coming is None:
            self.coming = self._told()
        return self.coming

    def _planned(self) -> int:
        """When next a fact becomes known or a playbook comes into force."""
        event = self.following.next_event(self.at) if self.following else FAR
        return min(event, _next(self.fact_moments, self.at), _next(self.published, self.at))

    def _told(self) -> Coming:
        turning = self._planned()
        if self.version is None or self.judged is None:
            created_at = self.record.created_at
            return Coming(min(turning, created_at if created_at > self.at else FAR), FAR)
        stays_until = self.version.ladder.next_change(self.state, self.judged, self.decision)
        coming = self.version.changes.after(self.judged)
        return Coming(
            min(turning, coming.turning, FAR if stays_until is None else stays_until), coming.fading
        )

    def _fades(self, judged: Judgement) -> int:
        assert self.version is not None
        return self.version.changes.after(judged).fading

    def _crossing(self, until: int) -> int | None:
        """When decaying points first cross a threshold of a stage; until then nothing else happens."""
        assert self.version is not None and self.judged is not None
        span = (self.judged, self._judge(until))
        found = self.version.thresholds.first_crossing(self._judge, self._fades, span)
        return None if found is None else found.as_of

    def folded(self, now: int) -> Folded:
        """What has come out, at ``now``."""
        coming = self._coming()
        if self.version is None or self.judged is None:
            return Folded(self.state, self.moves, None, None, coming.soonest)
        judged = self.judged
        if coming.fading <= now:
            judged = self._last_faded(judged, now)
            coming = Coming(coming.turning, self._fades(judged))
        return Folded(self.state, self.moves, judged, self.version.version, coming.soonest)

    def _last_faded(self, judged: Judgement, until: int) -> Judgement:
        """The judgement at the last moment at which points decayed: what comes after is the same."""
        latest = until
        while (fading := self._fades(judged)) <= until:
            judged = self._judge(fading)
            middle = self._judge((fading + latest) // 2)
            fading = self._fades(middle)
            if fading > until:
                latest = middle.as_of
            else:
                judged = self._judge(fading)
        return judged


def _next(moments: Sequence[int], after: int) -> int:
    """The first of the sorted moments that is later; ``FAR`` when none is."""
    place = bisect_right(moments, after)
    return moments[place] if place < len(moments) else FAR
