"""When a judgement can next change though nothing new is learnt: things age, lapse, or come to pass.

For the live application, which judges a lead when a fact about it arrives, and then again at the moments
told here, so that nobody has to sweep through all leads at night. A :class:`Changes` is made once for a
playbook; what it tells is never later than a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from qualify.criteria.logic import (
    Answered,
    DecidedIn,
    Field,
    Happened,
    HasAnswer,
    Occurrences,
    Quiet,
    Truth,
    fields_of,
    parts,
)
from qualify.moments import DAY
from qualify.scoring.counting import Following
from qualify.scoring.layout import Layout, Scored
from qualify.scoring.occurring import FAR, Count, Run, steps_of
from qualify.scoring.record import Record
from qualify.scoring.single import Judge, Judgement


class Coming(NamedTuple):
    """The next moments at which a judgement can change (``FAR``: never).

    At ``fading`` nothing happens but that points decay by a day; everything else happens at ``turning``:
    what leaves a window or falls silent, an answer that expires, a fact that is only now known.
    """

    turning: int
    fading: int

    @property
    def soonest(self) -> int | None:
        """The earlier of the two; None when nothing changes ever again."""
        moment = min(self)
        return None if moment == FAR else moment


def next_change(judge: Judge, record: Record, as_of: int) -> int | None:
    """The first moment after ``as_of`` at which the judgement can change with the same facts; None: never.

    Whoever asks for many leads makes a :class:`Changes` once.
    """
    return Changes(judge)(record, as_of)


class Changes:
    """A judge's playbook made ready to tell when a judgement can next change.

    ``changes(record, as_of)`` gives the first moment after ``as_of`` at which ``judge(record, moment)`` can
    differ from ``judge(record, as_of)`` in its scores, lines, grade, information or unknown rules; None when
    it never will. It is never later than a change. Where a condition is made of several, any of them counts.
    With ``stages`` what the stages' conditions look at counts too (:class:`~qualify.stages.ladder.Ladder`).
    """

    def __init__(self, judge: Judge, *, stages: bool = False) -> None:
        self.judge, layout = judge, judge.layout
        truths = [rule.truth for rule in layout.conditions] + (_of_stages(layout) if stages else [])
        leaves = {part for truth in truths for part in parts(truth)}
        self.fields = frozenset(field for truth in truths for field in fields_of(truth))
        self.answers = [leaf for leaf in leaves if isinstance(leaf, Answered | HasAnswer)]
        self.questions = frozenset(leaf.question for leaf in self.answers)
        self.decides = any(isinstance(leaf, DecidedIn) for leaf in leaves) or (
            stages and bool(layout.endings)
        )
        self.points = [_points(rule) for rule in layout.rules if rule.tally is not None]
        self.aging = [each for each in self.points if each.window or each.steps]
        self.counted = [_counted(leaf, layout) for leaf in leaves if isinstance(leaf, Happened)]
        self.silences = [_silence(leaf, layout) for leaf in leaves if isinstance(leaf, Quiet)]

    def __call__(self, record: Record, as_of: int) -> int | None:
        """The first moment after ``as_of`` at which the judgement can change; None: never."""
        return self._coming(record, as_of, self.judge.counter.follow(record)).soonest

    def after(self, judged: Judgement) -> Coming:
        """The same after a judgement, which has counted already; what merely decays is told apart."""
        view = judged.view
        following = view.following or self.judge.counter.follow(view.record)
        return self._coming(view.record, judged.as_of, following, view.counts)

    def _coming(
        self, record: Record, as_of: int, following: Following, counts: Mapping[int, Count] | None = None
    ) -> Coming:
        turning = min(
            self._answers(record, as_of) if record.answers else FAR, self._to_be_known(record, as_of)
        )
        if not self.judge.sees_events:
            return Coming(turning, FAR)
        counts = following.counts(as_of) if counts is None else counts
        runs = following.runs(as_of)
        points = self._points(counts, runs, as_of)
        events = self._events(counts, runs, as_of) if counts else FAR
        return Coming(min(turning, points.turning, events, following.next_event(as_of)), points.fading)

    def _points(self, counts: Mapping[int, Count], runs: Mapping[int, Run], as_of: int) -> Coming:
        """When the lines of a rule on behaviour change."""
        turning = fading = FAR
        for tally, at_least, window, counted, steps in self.aging:
            count = counts.get(tally)
            if count is None or count.n < at_least:
                continue
            if window:
                leaves_at = count.first_at + window
                if leaves_at <= as_of:
                    continue  # its first time is too long ago, whatever came later
                turning = min(turning, leaves_at)
            if not steps:
                continue
            if counted == "every time":
                fading = min(fading, runs[tally].fades(as_of))
            else:
                once = count.first_at if counted == "first time" else count.last_at
                fading = min(fading, _next_step(once, steps, as_of))
        return Coming(turning, fading)

    def _events(self, counts: Mapping[int, Count], runs: Mapping[int, Run], as_of: int) -> int:
        """When a condition on what happened turns."""
        soonest = FAR
        for each in self.counted:
            count = counts.get(each.tally)
            if count is None or count.n < each.at_least or not each.window:
                continue
            last = runs[each.tally].newest(each.at_least) if each.one_by_one else count.last_at
            soonest = min(soonest, last + each.window)
        for tally, silence, window in self.silences:
            count = counts.get(tally)
            if count is not None:
                moments = (count.last_at + silence, count.last_at + window if window else FAR)
                soonest = min(soonest, *(moment for moment in moments if moment > as_of), FAR)
        return soonest

    def _answers(self, record: Record, as_of: int) -> int:
        """When an answer lapses, or is given."""
        soonest = min(
            (given.answered_at for given in record.answers
             if given.answered_at > as_of and given.question in self.questions),
            default=FAR,
        )  # fmt: skip
        for asked in self.answers:
            given = record.newest_answer(asked.question, as_of)
            if given is None:
                continue
            lapses = FAR if given.expires_at is None else given.expires_at
            if asked.expires_after is not None:
                lapses = min(lapses, given.answered_at + asked.expires_after * DAY)
            if lapses > as_of:
                soonest = min(soonest, lapses)
        return soonest

    def _to_be_known(self, record: Record, as_of: int) -> int:
        """When something that is not known yet will be: a trait, the account, the lead itself, a decision."""
        moments: list[int] = []
        if record.created_at > as_of:
            moments.append(record.created_at)
        if record.learnt:
            moments += [
                fact.learned_at for fact in record.learnt if self._learns(fact.field, fact.learned_at, as_of)
            ]
        if record.account_traits and record.account_id is not None and record.account_created_at > as_of:
            moments.append(record.account_created_at)
        if self.decides:
            moments += [made.decided_at for made in record.decisions if made.decided_at > as_of]
        return min(moments, default=FAR)

    def _learns(self, field: Field, learned_at: int, as_of: int) -> bool:
        return learned_at > as_of and field in self.fields


class _Points(NamedTuple):
    """How the points of a rule on behaviour age: windows and steps of decay in milliseconds."""

    tally: int
    at_least: int
    window: int
    counts: Literal["every time", "once", "first time"]
    steps: tuple[int, ...]


class _Counted(NamedTuple):
    """A condition that something happened so often; ``one_by_one`` when each single time has to be known."""

    tally: int
    at_least: int
    window: int
    one_by_one: bool


class _Silence(NamedTuple):
    """A condition that something has stopped; in milliseconds."""

    tally: int
    silence: int
    window: int


def _of_stages(layout: Layout) -> list[Truth]:
    truths = [truth for each in layout.stages for truth in (each.enter, each.leave, each.fast_lane)]
    return [truth for truth in truths if truth is not None]


def _points(rule: Scored) -> _Points:
    assert rule.tally is not None
    steps = () if rule.half_life is None else steps_of(abs(rule.points), rule.half_life)
    return _Points(rule.tally, rule.at_least, (rule.window or 0) * DAY, rule.counts, steps)


def _counted(leaf: Happened, layout: Layout) -> _Counted:
    asked = leaf.occurrences
    one_by_one = asked.window is not None and (leaf.at_least > 1 or asked.distinct is not None)
    return _Counted(layout.tally_of(asked), leaf.at_least, _window(asked), one_by_one)


def _silence(leaf: Quiet, layout: Layout) -> _Silence:
    return _Silence(layout.tally_of(leaf.occurrences), leaf.days * DAY, _window(leaf.occurrences))


def _window(occurrences: Occurrences) -> int:
    return (occurrences.window or 0) * DAY


def _next_step(happened_at: int, steps: tuple[int, ...], as_of: int) -> int:
    """When an occurrence next loses some of its worth; ``FAR`` when it has none left."""
    age = (as_of - happened_at) // DAY
    return happened_at + steps[age] if age < len(steps) else FAR
