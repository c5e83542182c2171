"""What a user may rely on, whatever the playbook and the facts: held on many drawn worlds, lead by lead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.criteria.logic import Field
from qualify.moments import DAY
from qualify.playbook import Playbook
from qualify.scoring.layout import Layout
from qualify.scoring.record import AnswerGiven, Decided, Event, Learnt, Record
from qualify.scoring.single import Judge, Judgement
from qualify.stages.ladder import Ladder, State
from qualify.vocabulary import TOTAL
from tests.scoring.test_properties import SILENT
from tests.scoring.world import NOW, World, moments, worlds

drawn = settings(suppress_health_check=list(HealthCheck))


def conclusions(judged: Judgement) -> tuple[object, ...]:
    """Everything a judgement says."""
    return (
        judged.scores,
        judged.total,
        judged.grade,
        judged.information,
        sorted(map(tuple, judged.lines), key=str),
    )


@drawn
@given(world=worlds(), moment=moments)
def test_the_lines_add_up_to_every_score_and_to_the_total(world: World, moment: int) -> None:
    judge, book = Judge(world.layout), world.book
    for record in world.records():
        judged = judge(record, moment)
        points = dict.fromkeys([*book.scores, TOTAL], 0)
        for line in judged.lines:
            names = [*book.scores, TOTAL]
            score = names[line.rule] if "bound" in line.line else world.layout.rules[line.rule].score
            points[score] += line.points
        assert {name: points[name] for name in book.scores} == judged.scores
        assert sum(points.values()) == judged.total


@drawn
@given(world=worlds(), moment=moments)
def test_caps_and_bounds_hold(world: World, moment: int) -> None:
    judge = Judge(world.layout)
    for record in world.records():
        judged = judge(record, moment)
        for line in judged.lines:
            cap = world.layout.rules[line.rule].cap if line.line == "rule" else None
            assert cap is None or abs(line.capped or 0) <= cap
        for name, score in world.book.scores.items():
            assert score.bounds.at_least is None or judged.scores[name] >= score.bounds.at_least
            assert score.bounds.at_most is None or judged.scores[name] <= score.bounds.at_most


def learnt_later(record: Record, moment: int) -> Record:
    """The lead with facts added that nobody knew by the moment."""
    late = moment + 1
    fields = [*record.traits]
    return replace(
        record,
        learnt=[
            *record.learnt,
            *(Learnt(field, late, "new", 7.0 if field.is_number else "new") for field in fields),
        ],
        events=[*record.events, Event("visited", moment - DAY, late), Event("asked", late, late)],
        account_events=[*record.account_events, Event("visited", moment - DAY, late, lead_id="l9")],
        answers=[*record.answers, AnswerGiven("budget", late, None, "new", {Field("value", "number"): 1e9})],
        decisions=[*record.decisions, Decided("won", late)],
    )


@drawn
@given(world=worlds(staged=True), moment=moments)
def test_facts_learnt_later_do_not_change_the_past(world: World, moment: int) -> None:
    judge, ladder = Judge(world.layout), Ladder(world.layout)
    for record in world.records():
        later = learnt_later(record, moment)
        now, then = judge(later, moment), judge(record, moment)
        assert conclusions(now) == conclusions(then)
        first = State.at_first(record.created_at)
        assert ladder.step(first, now, later.newest_decision(moment)) == ladder.step(
            first, then, record.newest_decision(moment)
        )


@drawn
@given(world=worlds(), moment=moments, random=st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(world: World, moment: int, random: object) -> None:
    judge = Judge(world.layout)
    for record in world.records():
        shuffled = replace(record)
        for name in ("events", "account_events", "learnt", "answers"):
            mixed = list(getattr(record, name))
            random.shuffle(mixed)  # type: ignore[attr-defined]
            setattr(shuffled, name, mixed)
        assert conclusions(judge(shuffled, moment)) == conclusions(judge(record, moment))


POSITIVE = """
playbook: only gives
scores:
  first:
    half_life: 7 days
    rules:
      - {points: 5, cap: 12, name: a, when: {did: visited, within: 30 days}}
      - {points: 8, counts: once, name: b, when: {did: [visited, asked], at_least: 2}}
      - {points: 3, counts: first time, half_life: none, name: c, when: {did: asked}}
      - {points: 2.5, name: d, when: {sequence: [asked, visited], apart_at_most: 3 days}}
      - {points: 4, name: e, when: {any_of: [{did: used, at_least: 3}, {did: asked, by: account}]}}
"""


@drawn
@given(
    happened=st.lists(st.tuples(st.sampled_from(["visited", "asked", "used"]), moments), max_size=15),
    one_more=st.tuples(st.sampled_from(["visited", "asked", "used"]), st.integers(0, 400)),
)
def test_more_of_a_positive_behaviour_never_lowers_a_score(
    happened: list[tuple[str, int]], one_more: tuple[str, int]
) -> None:
    judge = Judge(Layout(Playbook.parse(POSITIVE)))
    events = [Event(kind, at, at) for kind, at in happened]
    more = [*events, Event(one_more[0], NOW - one_more[1] * DAY, 0)]
    before = judge(Record("l", "a", events=events, account_events=events), NOW)
    after = judge(Record("l", "a", events=more, account_events=more), NOW)
    assert after.total >= before.total


@pytest.mark.slow
@drawn
@given(world=worlds(), moment=moments, later=st.integers(1, DAY))
def test_a_score_changes_at_known_moments_only(world: World, moment: int, later: int) -> None:
    judge = Judge(world.layout)
    for record in world.records():
        if _something_between(record, moment, moment + later):
            continue
        assert conclusions(judge(record, moment)) == conclusions(judge(record, moment + later))


def _something_between(record: Record, start: int, end: int) -> bool:
    """Whether a fact becomes known, grows a whole day older or expires in (start, end]."""
    moments_ = [
        at for event in (*record.events, *record.account_events) for at in (event.happened_at, event.known_at)
    ]
    moments_ += [fact.learned_at for fact in record.learnt]
    moments_ += [at for answer in record.answers for at in (answer.answered_at, answer.expires_at or 0)]
    moments_ += [record.created_at, record.account_created_at]
    return any(at > start or (end - at) // DAY != (start - at) // DAY for at in moments_ if at <= end)


@pytest.mark.slow
@drawn
@given(world=worlds(staged=True), moment=moments)
def test_a_step_taken_twice_at_one_moment_is_one_step(world: World, moment: int) -> None:
    judge, ladder = Judge(world.layout), Ladder(world.layout)
    for record in world.records():
        decision = record.newest_decision(moment)
        judged = judge(record, moment)
        once = ladder.step(State.at_first(record.created_at), judged, decision)
        assert ladder.step(once, judged, decision) == once


RECYCLING = """
playbook: recycling
scores: {first: {rules: [{points: 50, counts: once, name: asked, when: {did: asked}}]}}
thresholds: {mql: {enter: 50, leave: 40}}
stages:
  recycled: {enter: {decision: rejected}, stay_at_least: 30 days}
"""


def _stages(record: Record, days: range) -> list[str]:
    layout = Layout(Playbook.parse(RECYCLING))
    judge, ladder = Judge(layout), Ladder(layout)
    state, stages = State.at_first(0), []
    for day in days:
        moment = NOW + day * DAY
        state = ladder.step(state, judge(record, moment), record.newest_decision(moment))
        stages.append(state.stage)
    return stages


def test_a_recycled_lead_does_not_go_straight_back_to_the_rep_who_said_no() -> None:
    asked, rejected = Event("asked", NOW, NOW), Decided("rejected", NOW + DAY)
    assert set(_stages(Record("l", events=[asked], decisions=[rejected]), range(2, 120))) == {"recycled"}


def test_a_recycled_lead_comes_back_in_a_new_cycle_after_its_stay_when_it_does_something() -> None:
    again = Event("asked", NOW + 10 * DAY, NOW + 10 * DAY)
    record = Record("l", events=[Event("asked", NOW, NOW), again], decisions=[Decided("rejected", NOW + DAY)])
    stages = _stages(record, range(2, 40))
    assert stages[:30] == ["recycled"] * 30
    assert stages[30:] == ["mql"] * 8


def test_a_lead_between_leaving_and_entering_stays_where_it_is() -> None:
    book = Playbook.parse(
        "playbook: hysteresis\n"
        "scores: {first: {half_life: 10 days, rules: [{points: 60, name: a, when: {did: asked}}]}}\n"
        "thresholds: {mql: {enter: 50, leave: 40}}\n"
    )
    layout = Layout(book)
    judge, ladder = Judge(layout), Ladder(layout)
    record, state, seen = Record("l", events=[Event("asked", NOW, NOW)]), State(), []
    for day in range(10):
        judged = judge(record, NOW + day * DAY)
        state = ladder.step(state, judged, None)
        seen.append((judged.total, state.stage))
    assert all(stage == "mql" for total, stage in seen if total >= 4000)
    assert all(stage == "lead" for total, stage in seen if total < 4000)
    assert any(4000 <= total < 5000 for total, _ in seen)
    fresh = ladder.step(State(), judge(record, NOW + 4 * DAY), None)
    assert fresh.stage == "lead", "45 points do not enter, though they would stay"


def test_a_field_that_no_rule_looks_at_changes_nothing() -> None:
    record = Record("ada", traits={Field("industry"): "software", Field("shoe_size", "number"): 43.0})
    assert Judge(Layout(Playbook.model_validate(SILENT)))(record, NOW).total == 16 * 100 + 200
