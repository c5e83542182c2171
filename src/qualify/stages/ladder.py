"""One step on the ladder: from the stage a lead was in, and what is known now, to the stage it is in.

    off the ladder  recycled, disqualified (which goes first): entered when `enter` holds; left only after
                    the minimum stay, when the lead came back, or at once when it is reopened; that starts a
                    new cycle, unless it would be ended again at once
    up              the highest stage above whose `enter` or `fast_lane` holds
    down            when `leave` holds, `enter` does not, and the minimum stay is over: to the highest
                    stage below that still holds
    else            it stays

``stages.expression`` says the same in SQL; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from qualify.moments import DAY
from qualify.scoring.layout import Layout, StageRule
from qualify.scoring.record import Decided
from qualify.scoring.single import Judgement
from qualify.scoring.truths import Test, compiled
from qualify.vocabulary import LADDER, OFF_LADDER

FIRST = LADDER[0]


@dataclass(frozen=True, slots=True)
class State:
    """Where a lead stands: its stage, since when, in which cycle, and since when that runs.

    Decisions made before ``cycle_since`` belong to an earlier cycle and no longer count.
    """

    stage: str = FIRST
    since: int = 0
    cycle: int = 1
    cycle_since: int = -1

    @classmethod
    def at_first(cls, created_at: int) -> State:
        """The state of a lead that nobody has looked at yet."""
        return cls(since=created_at)


@dataclass(frozen=True)
class _Rung:
    rule: StageRule
    enter: Test
    leave: Test | None
    rank: int


class Ladder:
    """A playbook's stages, ready to move one lead at a time."""

    def __init__(self, layout: Layout) -> None:
        self.rungs = [_rung(rule) for rule in layout.climbable]
        self.endings = [_rung(rule) for rule in reversed(layout.endings)]  # disqualified wins over recycled
        self.by_name = {rung.rule.name: rung for rung in (*self.rungs, *self.endings)}

    def step(self, state: State, judged: Judgement, decision: Decided | None) -> State:
        """The lead's state at the judgement's moment; ``decision`` is its newest decision by then."""
        now = judged.as_of
        self._look(state, judged, decision)
        ending = self._ending(judged)
        if ending not in (None, state.stage):
            return replace(state, stage=ending, since=now)
        if state.stage in OFF_LADDER:
            if not self._comes_back(state, judged, now):
                return state
            away, state = state, State(FIRST, now, state.cycle + 1, now)
            self._look(state, judged, decision)
            if self._ending(judged) is not None:
                return away  # it would be ended again at once
        stage = self._climb(state, judged) or self._fall(state, judged, now) or state.stage
        return state if stage == state.stage else replace(state, stage=stage, since=now)

    def next_change(self, state: State, judged: Judgement, decision: Decided | None) -> int | None:
        """When a minimum stay ends that alone holds the lead in its stage; None when none does.

        What else can move the lead without a new fact is what its conditions look at:
        :class:`~qualify.scoring.changing.Changes` with ``stages`` tells of that.
        """
        here = self.by_name.get(state.stage)
        if here is None or here.leave is None:
            return None
        over = state.since + here.rule.stay * DAY
        self._look(state, judged, decision)
        return over if over > judged.as_of and here.leave(judged.view) is True else None

    def _look(self, state: State, judged: Judgement, decision: Decided | None) -> None:
        """Set what conditions see of the state: this cycle's decision, and when the stage was entered."""
        fresh = decision is not None and decision.decided_at > state.cycle_since
        judged.view.decision = decision.decision if decision is not None and fresh else None
        judged.view.entered = state.since

    def _ending(self, judged: Judgement) -> str | None:
        """The ending whose `enter` holds now."""
        return next((ending.rule.name for ending in self.endings if ending.enter(judged.view)), None)

    def _comes_back(self, state: State, judged: Judgement, now: int) -> bool:
        if judged.view.decision == "reopened":
            return True  # one of us said so: there is nothing to wait for
        ending = self.by_name.get(state.stage)
        if ending is None or ending.leave is None:
            return True  # today's playbook does not know this ending
        return now - state.since >= ending.rule.stay * DAY and ending.leave(judged.view) is True

    def _climb(self, state: State, judged: Judgement) -> str | None:
        rank = LADDER.index(state.stage)
        above = (rung for rung in reversed(self.rungs) if rung.rank > rank)
        return next((rung.rule.name for rung in above if rung.enter(judged.view)), None)

    def _fall(self, state: State, judged: Judgement, now: int) -> str | None:
        rank = LADDER.index(state.stage)
        here = self.by_name.get(state.stage)
        if rank == 0 or (here is not None and not _leaves(here, state, judged, now)):
            return None
        below = (rung for rung in reversed(self.rungs) if rung.rank < rank)
        return next((rung.rule.name for rung in below if _holds(rung, judged)), FIRST)


def _rung(rule: StageRule) -> _Rung:
    tests = [compiled(truth) for truth in (rule.enter, rule.fast_lane) if truth is not None]
    leave = compiled(rule.leave) if rule.leave is not None else None
    rank = LADDER.index(rule.name) if rule.name in LADDER else -1
    return _Rung(rule, lambda view: any(test(view) is True for test in tests), leave, rank)


def _leaves(rung: _Rung, state: State, judged: Judgement, now: int) -> bool:
    over = now - state.since >= rung.rule.stay * DAY
    return over and rung.leave is not None and rung.leave(judged.view) is True and not rung.enter(judged.view)


def _holds(rung: _Rung, judged: Judgement) -> bool:
    """Whether a lead that falls past this stage is held by it."""
    return bool(rung.enter(judged.view)) or (rung.leave is not None and rung.leave(judged.view) is not True)
