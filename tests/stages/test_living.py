"""A lead's life on the ladder: the same whenever, and however often, somebody asks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.moments import DAY
from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.scoring.record import Decided, Event, Record
from qualify.scoring.single import Judge, Judgement
from qualify.stages.ladder import State
from qualify.stages.living import Folded, Move, Version, fold
from tests.scoring.world import NOW, World, facts, moments, playbooks

# An example looks at thousands of judgements; shrinking one would take minutes, so it is left out here.
QUICK: Any = {
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
}


@dataclass
class Life:
    """A lead's facts, the playbooks that came into force, and what was known when."""

    versions: Sequence[Version]
    record: Record

    @property
    def fact_moments(self) -> list[int]:
        """When facts became known that are no events."""
        record = self.record
        found = {fact.learned_at for fact in record.learnt} | {made.decided_at for made in record.decisions}
        return sorted(found | {given.answered_at for given in record.answers})

    def record_at(self, moment: int, version: Version | None = None) -> Record:
        """Only what was known by then; events say that themselves."""
        record = self.record
        return replace(
            record,
            learnt=[fact for fact in record.learnt if fact.learned_at <= moment],
            answers=[given for given in record.answers if given.answered_at <= moment],
            decisions=[made for made in record.decisions if made.decided_at <= moment],
        )

    def fold(self, now: int, since: int | None = None, state: State | None = None) -> Folded:
        """From ``since`` on, or from the beginning."""
        created_at = self.record.created_at
        return fold(
            self.versions, self.record_at, self.fact_moments, state or State.at_first(created_at),
            created_at - 1 if since is None else since, now,
        )  # fmt: skip

    def version_at(self, moment: int) -> Version | None:
        """The playbook in force."""
        number = bisect_right([version.in_force_from for version in self.versions], moment)
        return self.versions[number - 1] if number else None


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A lead of a drawn world, with meetings known before they happen, and two versions of a playbook."""
    layouts = [Layout(draw(playbooks(staged=True))) for _ in range(2)]
    world = World(layouts[0].book, layouts[0], draw(facts(layouts[0])))
    record = world.records()[draw(st.integers(0, 5))]
    booked = draw(st.sampled_from([0, 0, 5 * DAY]))

    def known(events: Sequence[Event]) -> list[Event]:
        return [event._replace(known_at=event.known_at - booked) for event in events]

    record = replace(record, events=known(record.events), account_events=known(record.account_events))
    starts = sorted(draw(moments) for _ in layouts)
    return Life([Version(f"v{n}", starts[n], layout) for n, layout in enumerate(layouts)], record)


def said(judged: Judgement | None) -> Any:
    """What a judgement says, but for the moment it was made for."""
    if judged is None:
        return None
    return judged.scores, judged.total, judged.grade, judged.information, judged.lines, judged.unknown


def says(folded: Folded) -> tuple[Any, ...]:
    """All that came out, but for the moves on the way."""
    return folded.state, folded.version, folded.next_at, said(folded.judgement)


HORIZON = 70


def looked_at_all_the_time(life: Life, now: int) -> tuple[State, list[Move]]:
    """The fold, stepping at every whole day after every fact, at each until the lead rests."""
    facts_, record = life.fact_moments, life.record
    happened = {at for event in (*record.events, *record.account_events) for at in event[1:3]}
    starts = {*facts_, *happened, *(version.in_force_from for version in life.versions), record.created_at}
    starts |= {record.account_created_at, *(given.expires_at or 0 for given in record.answers)}
    first = now - HORIZON * DAY
    days = {start + day * DAY for start in starts for day in range(max(0, (first - start) // DAY), 4100)
            if start + day * DAY <= now}  # fmt: skip
    state, moves = State.at_first(record.created_at), list[Move]()
    for moment in sorted(day for day in days | {record.created_at} if record.created_at <= day <= now):
        state = _rested(life, moment, state, moves)
    return state, moves


def _rested(life: Life, moment: int, state: State, moves: list[Move]) -> State:
    version = life.version_at(moment)
    if version is None:
        return state
    record = life.record_at(moment)
    while True:
        judged = version.judge(record, moment)
        after = version.ladder.step(state, judged, record.newest_decision(moment))
        if after == state:
            return state
        moves.append(Move(moment, state.stage, after.stage, after.cycle, version.version))
        state = after


@st.composite
def recent(draw: st.DrawFn) -> Life:
    """A life short enough to look at it every day."""
    life = draw(lives())
    first = NOW - HORIZON * DAY
    return replace(life, record=replace(life.record, created_at=max(first, life.record.created_at)))


@pytest.mark.slow
@settings(max_examples=15, **QUICK)
@given(life=recent())
def test_it_moves_when_a_lead_that_is_looked_at_all_the_time_moves(life: Life) -> None:
    folded = life.fold(NOW + 5 * DAY)
    assert (folded.state, folded.moves) == looked_at_all_the_time(life, NOW + 5 * DAY)


cuts = st.lists(st.tuples(moments, st.sampled_from([0, 0, -1, 1, 12_345_678])).map(sum), max_size=4)


@pytest.mark.slow
@settings(max_examples=18, **QUICK)
@given(life=lives(), cuts=cuts)
def test_folding_in_pieces_is_folding_at_once(life: Life, cuts: list[int]) -> None:
    last = NOW + 60 * DAY
    at_once = life.fold(last)
    since, state, moves = -1, State.at_first(life.record.created_at), list[Move]()
    for cut in sorted({*cuts, NOW, last}):
        piece = life.fold(cut, since, state)
        since, state, moves = cut, piece.state, moves + piece.moves
    assert (says(piece), moves) == (says(at_once), at_once.moves)


@pytest.mark.slow
@settings(max_examples=18, **QUICK)
@given(life=lives(), now=moments)
def test_it_says_what_the_judge_says_and_nothing_changes_until_the_next_moment(life: Life, now: int) -> None:
    folded = life.fold(now)
    version = life.version_at(now)
    if version is None or life.record.created_at > now:
        assert folded.judgement is None
    else:
        assert folded.version == version.version
        assert said(folded.judgement) == said(version.judge(life.record_at(now), now))
    until = folded.next_at if folded.next_at is not None else now + 10_000 * DAY
    assert until > now
    for later in {now + 1, (now + until) // 2, until - 1} - {until}:
        again = life.fold(later)
        assert says(again) == says(folded)
        assert again.moves == folded.moves
        assert (
            again.judgement is None
            or folded.judgement is None
            or again.judgement.as_of == folded.judgement.as_of
        )


@pytest.mark.slow
@settings(max_examples=10, **QUICK)
@given(life=lives(), extra=st.lists(moments, max_size=5))
def test_a_look_too_many_moves_nobody(life: Life, extra: list[int]) -> None:
    begin = State.at_first(life.record.created_at), life.record.created_at - 1
    looked = fold(life.versions, life.record_at, sorted({*life.fact_moments, *extra}), *begin, NOW)
    assert (looked.state, looked.moves) == (life.fold(NOW).state, life.fold(NOW).moves)


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────

BOOK = """\
playbook: Acme
scores:
  interest: {rules: [{points: 10, name: visits, when: {did: visited}, half_life: 10 days}]}
  worth: {rules: [{points: -5, name: left, when: {did: unsubscribed}, half_life: 1 day}]}
stages:
  iql: {enter: {score: interest, at_least: 8}, leave: {score: interest, below: 5}}
  mql:
    enter: {did: asked, within: 2 days}
    leave: {score: interest, below: 100}
    stay_at_least: 5 days
  sal: {enter: {decision: accepted}}
  recycled: {enter: {decision: rejected}, leave: {did: returned}}
"""
FRESH = BOOK.replace("at_least: 8", "at_least: 20")


@cache
def version(text: str, in_force_from: int = 0) -> Version:
    return Version(f"from {in_force_from}", in_force_from * DAY, parse(text))


def life_of(*events: Event, versions: Sequence[Version] = (), **facts_: Any) -> Life:
    return Life(versions or [version(BOOK)], Record("ada", events=events, **facts_))


def event(kind: str, day: float, known: float | None = None) -> Event:
    return Event(kind, round(day * DAY), round((day if known is None else known) * DAY))


def moves(life: Life, day: float = 100) -> list[tuple[float, str]]:
    """On which day the lead moved, and where."""
    return [(move.at / DAY, move.stage_to) for move in life.fold(round(day * DAY)).moves]


def test_a_lead_moves_when_its_points_decay_below_the_threshold_without_anybody_looking() -> None:
    """After 10 days a visit is worth 5 points, which is not below 5; after 11 it is."""
    assert moves(life_of(event("visited", 1.5))) == [(1.5, "iql"), (12.5, "lead")]
    assert moves(life_of(event("visited", 1.5)), 12.49) == [(1.5, "iql")]


def test_a_window_ends_and_a_minimum_stay_holds_until_it_is_over() -> None:
    assert moves(life_of(event("asked", 1))) == [(1, "mql"), (6, "lead")]
    assert moves(life_of(event("asked", 1), event("asked", 5))) == [(1, "mql"), (7, "lead")]


def test_going_on_from_where_it_was_nothing_is_missed_before_the_next_fact() -> None:
    life = life_of(event("asked", 1), event("opened", 6.25))
    before = life.fold(round(5.5 * DAY))
    later = life.fold(7 * DAY, round(5.5 * DAY), before.state)
    assert [(move.at, move.stage_to) for move in later.moves] == [(6 * DAY, "lead")]


CAPPED = """\
playbook: Acme
scores:
  slow: {rules: [{points: 40, cap: 10, name: visits, when: {did: visited}, half_life: 30 days}]}
  fast: {rules: [{points: 40, cap: 10, name: opens, when: {did: visited}, half_life: 1 day}]}
grades: {letters: {score: slow, A: 0, B: -1, C: -2}, numbers: {score: total, 1: 20, 2: 15, 3: 5}}
stages:
  iql: {enter: {score: total, at_least: 20}, leave: {score: total, below: 15}}
"""


def test_caps_totals_and_grades_cross_their_thresholds_on_the_day() -> None:
    """The fast half is worth 10 after 2 days, 5 after 3, 2.5 after 4; the slow half is capped at 10 until day 60."""
    of_total = life_of(event("visited", 1), versions=[version(CAPPED)])
    assert moves(of_total) == [(1, "iql"), (5, "lead")]
    graded = CAPPED.replace("score: total, at_least: 20}", "grade: A1}").replace(
        "{score: total, below: 15}", "{none_of: [{grade: [A1, A2]}]}"
    )
    assert moves(life_of(event("visited", 1), versions=[version(graded)])) == [(1, "iql"), (5, "lead")]


def test_a_fact_that_became_known_late_moves_nobody_before() -> None:
    assert moves(life_of(event("visited", 1, known=3))) == [(3, "iql"), (12, "lead")]
    assert moves(life_of(event("asked", 1, known=3))) == [], "the window is over when it is known"
    booked = life_of(event("asked", 9, known=3))
    assert moves(booked) == [(9, "mql"), (14, "lead")], "a meeting counts when it takes place"
    assert booked.fold(4 * DAY).next_at == 9 * DAY


def test_publishing_a_playbook_is_a_moment_and_each_moment_has_its_own_playbook() -> None:
    life = life_of(event("visited", 1), event("asked", 4), versions=[version(FRESH), version(BOOK, 2)])
    assert life.fold(DAY).next_at == 2 * DAY, "a visit alone is too little until the new one is in force"
    folded = life.fold(4 * DAY)
    assert folded.moves == [
        Move(2 * DAY, "lead", "iql", 1, "from 2"),
        Move(4 * DAY, "iql", "mql", 1, "from 2"),
    ]
    assert life.fold(DAY).version == "from 0"


def test_before_there_is_a_lead_or_a_playbook_nothing_is_judged() -> None:
    life = life_of(event("visited", 1), created_at=3 * DAY, versions=[version(BOOK, 5)])
    assert life.fold(4 * DAY, since=0) == Folded(State("lead", 3 * DAY), [], None, None, 5 * DAY)
    assert life.fold(2 * DAY, since=0).next_at == 3 * DAY
    assert moves(replace(life, versions=[version(BOOK)])) == [(3, "iql"), (12, "lead")]


def test_a_decision_counts_at_its_moment_and_the_way_back_that_is_open_is_taken_at_once() -> None:
    rejected: dict[str, Any] = {"decisions": [Decided("rejected", 2 * DAY)]}
    assert moves(life_of(event("visited", 1), **rejected)) == [(1, "iql"), (2, "recycled")]
    back = life_of(event("visited", 1), event("returned", 1.5), **rejected)
    assert moves(back) == [(1, "iql"), (2, "recycled"), (2, "iql"), (12, "lead")]
    assert back.fold(3 * DAY).state == State("iql", 2 * DAY, 2, 2 * DAY)


def test_the_judgement_is_as_of_the_last_change_and_the_next_one_is_told() -> None:
    folded = life_of(event("visited", 1.5)).fold(round(4.2 * DAY))
    assert folded.judgement is not None
    assert folded.judgement.as_of == 3.5 * DAY
    assert folded.next_at == 4.5 * DAY
    earlier = life_of(event("visited", 1.5)).fold(round(3.4 * DAY)).judgement
    assert earlier is not None
    assert earlier.as_of == 2.5 * DAY
    assert life_of(event("opened", 1)).fold(4 * DAY).next_at is None


def test_years_of_decay_are_not_looked_at_day_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty visits decay on 20 × 103 moments; only those at which a stage is entered or left matter."""
    mine, looks = Version("it", 0, parse(BOOK)), []

    def counting(self: Judge, *asked: Any, judge: Any = Judge.__call__) -> Judgement:
        looks.append(asked[1])
        judged: Judgement = judge(self, *asked)
        return judged

    monkeypatch.setattr(Judge, "__call__", counting)
    visits = [event("visited", 1 + n / 7) for n in range(20)]
    gone = [event("unsubscribed", 1 + n / 5) for n in range(5)]
    life = life_of(*visits, *gone, versions=[mine])
    assert [stage for _, stage in moves(life, 3650)] == ["iql", "lead"]
    assert len(looks) < 300
