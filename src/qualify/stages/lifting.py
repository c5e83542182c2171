"""What would lift a lead to a higher stage: the fewest things that would have to happen, each of them tried out.

Nothing is guessed. What could happen is read from the playbook (what earns points, what stages ask for); each of
it, and then each two of it together, is tried on the lead as of the moment, by the same judgement and the same
step as always. What is told is what did lift.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from qualify.criteria.logic import DecidedIn, Occurrences, parts
from qualify.moments import DAY
from qualify.scoring.layout import Layout, Scored, StageRule
from qualify.scoring.record import Decided, Record
from qualify.scoring.single import Judgement
from qualify.stages.ladder import State
from qualify.stages.living import Version
from qualify.stages.trying import Tried, Trying
from qualify.stages.wishing import Deciding, Doing, Scoring, Wish, doing, size, united, wishes
from qualify.vocabulary import LADDER, OFF_LADDER

AGAIN: Final = 4
"""How many more times than the least something is tried."""

MOST_THINGS: Final = 6
"""A suggestion of more things than this helps nobody, unless a stage asks for them by itself."""

MOST_TRIED: Final = 150
"""How many pairs are tried at most."""

WEEK: Final = 7 * DAY

HANDED_OVER: Final = LADDER.index("mql")
"""From this rung on a lead is with sales: what they decide of it lifts it further."""


class Lift(NamedTuple):
    """Facts that lift: to which stage, with which total (hundredths) then, and whether they would in a week.

    ``before`` are those of the doings in it that were there before.
    """

    wish: Wish
    stage: str
    total: int
    in_a_week: bool
    before: frozenset[Occurrences]


class Lifting(NamedTuple):
    """What would lift a lead, the smallest first. ``next_stage`` is the nearest rung above (None: there is none).

    ``not_before`` is the moment until which a minimum stay holds the lead off the ladder, if one does; what lifts
    is told for that moment then.
    """

    stage: str
    next_stage: str | None
    not_before: int | None
    lifts: list[Lift]
    judged: Judgement
    """How the lead stands at the moment that this is told for."""


def lifting(
    version: Version, record: Record, state: State, decision: Decided | None, as_of: int, most: int = 5
) -> Lifting:
    """What would lift the lead, as of the moment, under this playbook.

    ``record`` holds what is known by then; ``state`` and ``decision`` are where the lead stands and the newest
    decision of it. At most so many suggestions are given.
    """
    rungs = [rule for rule in version.judge.layout.climbable if _rank(rule.name) > _rank(state.stage)]
    held = _held_until(version, state, as_of)
    at = as_of if held is None else held
    trying = Trying(version, record, state, decision, at)
    later = trying.later(at + WEEK)
    search = _Search(trying, later, state, most)
    goals = _goals(version.judge.layout, rungs, state)
    found = search.among(_singles(trying, goals, state)) if rungs else []
    return Lifting(state.stage, rungs[0].name if rungs else None, held, found, trying.now.judged)


def _rank(stage: str) -> int:
    return LADDER.index(stage) if stage in LADDER else -1


def _held_until(version: Version, state: State, as_of: int) -> int | None:
    """Until when a minimum stay holds the lead off the ladder; None when none does."""
    here = version.ladder.by_name.get(state.stage)
    if state.stage not in OFF_LADDER or here is None:
        return None
    over = state.since + here.rule.stay * DAY
    return over if over > as_of else None


def _goals(layout: Layout, rungs: Sequence[StageRule], state: State) -> list[StageRule]:
    """The stages whose conditions are looked at: off the ladder, what leads back onto it."""
    if state.stage in OFF_LADDER:
        return [rule for rule in layout.endings if rule.name == state.stage]
    place = next((place for place, rule in enumerate(rungs) if _is_decided(rule)), len(rungs))
    return list(rungs[: place + 1])


def _is_decided(rule: StageRule) -> bool:
    """Whether the stage is one that somebody decides: what comes after it is a later question."""
    leaves = parts(rule.enter) if rule.enter is not None else []
    return rule.fast_lane is None and any(isinstance(leaf, DecidedIn) for leaf in leaves)


def _singles(trying: Trying, goals: Sequence[StageRule], state: State) -> list[list[Wish]]:
    """What could happen, each as wishes of growing size: what stages ask for, what earns points."""
    view = trying.now.judged.view
    found: list[list[Wish]] = []
    for rule in goals:
        truths = [rule.leave] if state.stage in OFF_LADDER else [rule.enter, rule.fast_lane]
        for truth in truths:
            ways = [] if truth is None else [_facts_of(wish) for wish in wishes(truth, view)]
            asked = [wish for wish in _one_decision(ways) if wish and _is_ours_to_decide(wish, state, goals)]
            found += [[wish] for wish in asked]
    for scored in trying.version.judge.layout.rules:
        found += _earning(scored, trying)
    return _each_once(found)


def _facts_of(wish: Wish) -> Wish:
    """The wish without what only other facts can bring about."""
    return frozenset(fact for fact in wish if not isinstance(fact, Scoring))


def _one_decision(ways: Iterable[Wish]) -> list[Wish]:
    """Of ways that differ in the decision alone, the first."""
    found: dict[Wish, Wish] = {}
    for wish in ways:
        found.setdefault(frozenset(fact for fact in wish if not isinstance(fact, Deciding)), wish)
    return list(found.values())


def _is_ours_to_decide(wish: Wish, state: State, goals: Sequence[StageRule]) -> bool:
    """Whether a decision may be suggested: of a lead that nobody has handed over there is none to take."""
    decides = any(isinstance(fact, Deciding) for fact in wish)
    return not decides or _rank(state.stage) >= HANDED_OVER or state.stage in OFF_LADDER or len(goals) == 1


def _earning(rule: Scored, trying: Trying) -> list[list[Wish]]:
    """How the rule could give more than it does: done once more, twice more; or what is not known yet."""
    if rule.tally is not None:
        if rule.points < 0:
            return []
        count = trying.counter.before.get(rule.tally)
        least = max(1, rule.at_least - (count.n if count else 0))
        what = trying.version.judge.layout.tallies[rule.tally].occurrences
        more = AGAIN if rule.counts == "every time" else 0
        return [[frozenset({doing(what, times)}) for times in range(least, least + more + 1)]]
    judged = trying.now.judged.view
    return [[wish] for wish in wishes(rule.truth, judged, rule.points > 0) if wish]


def _each_once(found: Iterable[list[Wish]]) -> list[list[Wish]]:
    seen: set[Wish] = set()
    kept = []
    for ways in found:
        fresh = [wish for wish in ways if wish not in seen]
        seen |= set(fresh)
        if fresh:
            kept.append(fresh)
    return kept


class _Search:
    """Tries what could happen, one thing at a time and then two, until enough is found that lifts."""

    def __init__(self, trying: Trying, later: Trying, state: State, most: int) -> None:
        self.trying, self.later, self.state, self.most = trying, later, state, most

    def among(self, singles: list[list[Wish]]) -> list[Lift]:
        """What lifts, the smallest first; of what is as small, what the lead has done before."""
        lifts: list[Lift] = []
        helping: list[list[Wish]] = []
        for ways in singles:
            most = self.trying.tried(ways[-1])
            if most is None:
                continue
            if self._is_higher(most):
                lifts.append(self._least(ways))
            elif self._helps(ways[-1], most):
                helping.append(ways)
        if len(lifts) < self.most:
            lifts += self._pairs(helping, self.most - len(lifts))
        return sorted(_smallest(lifts), key=self._order)[: self.most]

    def _pairs(self, helping: list[list[Wish]], most: int) -> list[Lift]:
        """Two things together, neither of which lifts alone: the smallest of each two."""
        found: list[Lift] = []
        pairs = sorted(combinations(helping, 2), key=lambda two: size(two[0][0]) + size(two[1][0]))
        for one, other in pairs[:MOST_TRIED]:
            most_of_both = self.trying.tried(united((one[-1], other[-1])))
            if most_of_both is None or not self._is_higher(most_of_both):
                continue  # nor does less of it
            together = {united((first, second)) for first in one for second in other}
            lift = self._least(sorted(together, key=size))
            if self._things(lift.wish) <= MOST_THINGS:
                found.append(lift)
            if len(found) >= 2 * most:
                break
        return found

    def _least(self, ways: Sequence[Wish]) -> Lift:
        """The first of the ways, which grow, that lifts; the last one does."""
        return next(found for wish in ways if (found := self._lift(wish)) is not None)

    def _lift(self, wish: Wish) -> Lift | None:
        """The wish as what lifts; None when it does not."""
        tried = self.trying.tried(wish)
        if tried is None or not self._is_higher(tried):
            return None
        after = self.later.tried(wish)
        in_a_week = after is not None and self._is_higher(after)
        before = frozenset(
            fact.occurrences
            for fact in wish
            if isinstance(fact, Doing) and self.trying.has_done(fact.occurrences)
        )
        return Lift(wish, tried.state.stage, tried.judged.total, in_a_week, before)

    def _is_higher(self, tried: Tried) -> bool:
        if tried.state.stage in OFF_LADDER:
            return False
        return tried.state.cycle > self.state.cycle or _rank(tried.state.stage) > _rank(self.state.stage)

    def _helps(self, wish: Wish, tried: Tried) -> bool:
        """Whether it changes anything that stages could look at; what only takes points away does not help."""
        after, before = tried.judged.view.scores, self.trying.now.judged.view.scores
        earns = any(after[name] > before[name] for name in after)
        return earns or any(not isinstance(fact, Doing) for fact in wish)

    def _order(self, lift: Lift) -> tuple[int, int, int, str]:
        return (
            self._things(lift.wish),
            -_rank(lift.stage),
            -len(lift.before),
            repr(sorted(map(repr, lift.wish))),
        )

    def _things(self, wish: Wish) -> int:
        """How many things have to happen; of a sequence, what comes first too, unless that was there."""
        facts = self.trying.facts(wish)
        done = sum(fact.times for fact in wish if isinstance(fact, Doing))
        return size(wish) - done + (len(facts.events) if facts is not None else done)


def _smallest(lifts: Iterable[Lift]) -> list[Lift]:
    """Without those that ask for more than another does that is as good."""
    kept: list[Lift] = []
    for each in sorted(lifts, key=lambda lift: size(lift.wish)):
        if not any(_covers(other.wish, each.wish) and other.stage == each.stage for other in kept):
            kept.append(each)
    return kept


def _covers(less: Wish, more: Wish) -> bool:
    """Whether who fulfils the greater wish has fulfilled the smaller one too."""
    times = {fact.occurrences: fact.times for fact in more if isinstance(fact, Doing)}
    return all(
        times.get(fact.occurrences, 0) >= fact.times if isinstance(fact, Doing) else fact in more
        for fact in less
    )
