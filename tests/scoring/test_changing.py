"""When a judgement can next change: never later than it does, and not at all when nothing ages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.criteria.logic import Field
from qualify.moments import DAY
from qualify.playbook import Playbook, parse
from qualify.scoring.changing import Changes, next_change
from qualify.scoring.layout import Layout
from qualify.scoring.record import AnswerGiven, Event, Learnt, Record
from qualify.scoring.single import Judge, Judgement
from tests.scoring.world import NOW, POINTS, World, behaviours, facts, moments, quiet, usage, worlds

# An example looks at thousands of judgements; shrinking one would take minutes, so it is left out here.
QUICK: Any = {
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
}
AGES = [0, 1, 2, 3, 6, 7, 8, 13, 29, 30, 31, 60, 365, 366, 3650, 7300]


def said(judged: Judgement) -> tuple[Any, ...]:
    """What a judgement says, but for the moment it was made for."""
    return judged.scores, judged.total, judged.grade, judged.information, judged.lines, judged.unknown


def edges(record: Record) -> Iterator[int]:
    """The moments at which something about the lead could well change: whole days after each of its facts."""
    found = {record.created_at, record.account_created_at}
    found |= {moment for event in (*record.events, *record.account_events) for moment in event[1:3]}
    found |= {fact.learned_at for fact in record.learnt} | {given.answered_at for given in record.answers}
    found |= {given.expires_at for given in record.answers if given.expires_at is not None}
    return (moment + age * DAY for moment in sorted(found) for age in AGES)


def stays_as_it_is(judge: Judge, record: Record, as_of: int, until: int) -> None:
    """The judgement is the same at every moment looked at before ``until``."""
    before = said(judge(record, as_of))
    looked = {moment + late for moment in edges(record) for late in (-1, 0)}
    looked |= {as_of + 1, until - 1, (as_of + until) // 2, as_of + 1_000, until - DAY}
    for moment in sorted(moment for moment in looked if as_of < moment < until):
        assert said(judge(record, moment)) == before, f"it changed at {moment}, before {until}"


TWENTY_YEARS = 20 * 365 * DAY


@pytest.mark.slow
@settings(max_examples=30, **QUICK)
@given(world=worlds(), as_of=moments)
def test_nothing_changes_before_the_moment_that_is_told(world: World, as_of: int) -> None:
    judge = Judge(world.layout)
    changes = Changes(judge)
    for record in world.records():
        until = changes(record, as_of)
        assert changes.after(judge(record, as_of)).soonest == until
        assert until is None or until > as_of
        stays_as_it_is(judge, record, as_of, as_of + TWENTY_YEARS if until is None else until)


rules_that_age = st.one_of(
    st.fixed_dictionaries(
        {"points": st.sampled_from(POINTS), "when": behaviours()},
        optional={
            "counts": st.sampled_from(["every time", "once", "first time"]),
            "half_life": st.sampled_from(["none", 1, 7, 30]),
            "cap": st.sampled_from([0.02, 10]),
        },
    ),
    st.fixed_dictionaries({"points": st.sampled_from(POINTS), "when": st.one_of(usage, quiet)}),
)


@st.composite
def aging_worlds(draw: st.DrawFn) -> World:
    """Every rule looks at events, alone: whatever turns shows in the judgement."""
    named = [
        {**rule, "name": f"rule {n}"}
        for n, rule in enumerate(draw(st.lists(rules_that_age, min_size=1, max_size=4)))
    ]
    product = {"events": ["used"], "feature": "page", "limits": ["asked"]}
    book = Playbook.model_validate(
        {"playbook": "aging", "product": product, "scores": {"first": {"rules": named}}}
    )
    return World(book, layout := Layout(book), draw(facts(layout)))


@pytest.mark.slow
@settings(max_examples=30, **QUICK)
@given(world=aging_worlds(), as_of=moments)
def test_when_everything_is_known_the_judgement_changes_at_that_very_moment(world: World, as_of: int) -> None:
    judge = Judge(world.layout)
    changes = Changes(judge)
    for record in world.records():
        known = [event for event in record.account_events if max(event[1:3]) <= as_of]
        mine = [event for event in record.events if max(event[1:3]) <= as_of]
        known_of = replace(record, created_at=0, events=mine, account_events=known)
        moment, steps = changes(known_of, as_of), 0
        while moment is not None and steps < 20:
            assert said(judge(known_of, moment)) != said(judge(known_of, moment - 1))
            moment, steps = changes(known_of, moment), steps + 1


@pytest.mark.slow
@settings(max_examples=10, **QUICK)
@given(world=worlds())
def test_after_twenty_years_without_anything_new_nothing_is_left_to_change(world: World) -> None:
    changes = Changes(Judge(world.layout))
    assert [changes(record, NOW + TWENTY_YEARS) for record in world.records()] == [None] * 6


# ── to the millisecond ──────────────────────────────────────────────────────────────────────────────


def judge_of(rule: dict[str, Any]) -> Judge:
    rules = [{"points": 10, **rule, "name": "it"}]
    product = {"events": ["used"], "feature": "page"}
    return Judge(
        Playbook.model_validate(
            {"playbook": "one", "product": product, "scores": {"first": {"rules": rules}}}
        )
    )


def did(*days: float, kind: str = "visited") -> list[Event]:
    return [Event(kind, NOW + round(day * DAY), NOW + round(day * DAY), lead_id=f"at {day}") for day in days]


def changes_in(rule: dict[str, Any], record: Record, as_of: int = NOW) -> float | None:
    """After how many days the judgement next changes."""
    moment = next_change(judge_of(rule), record, as_of)
    return None if moment is None else (moment - as_of) / DAY


VISIT: dict[str, Any] = {"when": {"did": "visited"}}
RECENT: dict[str, Any] = {"when": {"did": "visited", "within": 7}}


def test_nothing_ages_so_it_never_changes() -> None:
    assert changes_in(VISIT, Record("ada", events=did(-1, -3000))) is None
    assert changes_in({"when": {"trait": "industry", "is": "x"}}, Record("ada")) is None
    assert changes_in({**VISIT, "half_life": 7}, Record("ada")) is None


def test_points_decay_at_the_whole_days_of_each_occurrence() -> None:
    fading = {**VISIT, "half_life": 7}
    assert changes_in(fading, Record("ada", events=did(0))) == 1
    assert changes_in(fading, Record("ada", events=did(-0.25, -1.5))) == 0.5
    assert changes_in({**fading, "counts": "once"}, Record("ada", events=did(-0.25, -1.5))) == 0.75
    assert changes_in({**fading, "counts": "first time"}, Record("ada", events=did(-0.25, -1.5))) == 0.5


def test_points_that_no_longer_lose_a_hundredth_wait_until_they_do() -> None:
    """Towards the end a hundredth lasts for days, and none of them is a change."""
    fading = {**VISIT, "half_life": 7}
    judge = judge_of(fading)
    worth = [judge(Record("ada", events=did(-day)), NOW).total for day in range(90)]
    first, gone = worth.index(1), worth.index(0)
    assert gone - first > 1
    assert changes_in(fading, Record("ada", events=did(-first))) == gone - first
    assert changes_in(fading, Record("ada", events=did(-gone))) is None
    assert (
        changes_in({**fading, "when": {"did": "visited", "at_least": 2}}, Record("ada", events=did(0)))
        is None
    )


def test_an_occurrence_leaves_its_window_after_so_many_days() -> None:
    assert changes_in(RECENT, Record("ada", events=did(-2, -5))) == 2
    assert changes_in(RECENT, Record("ada", events=did(-7))) is None
    first = {**RECENT, "counts": "first time"}
    assert changes_in(first, Record("ada", events=did(-2, -5))) == 2
    assert changes_in(first, Record("ada", events=did(-2, -9))) is None


def test_a_condition_turns_when_the_occurrence_that_it_needs_leaves() -> None:
    """As one of two terms it is a condition: true or not, whatever the count."""
    several = {"when": {"any_of": [{"did": "visited", "at_least": 2, "within": 7}, {"did": "asked"}]}}
    assert changes_in(several, Record("ada", events=did(-6, -4, -1))) == 3
    assert changes_in(several, Record("ada", events=did(-1))) is None
    days = {"when": {"used": "active_days", "at_least": 2, "within": 7}}
    assert changes_in(days, Record("ada", events=did(-6, -4, -3.99, -1, -0.99, kind="used"))) == 3.01
    features = {"when": {"used": "features", "at_least": 1, "within": 7}}
    (export,), (nothing,) = did(-6, kind="used"), did(-1, kind="used")
    export = export._replace(properties={Field("page"): "export"})
    assert changes_in(features, Record("ada", events=[export, nothing])) == 1


def test_a_sequence_ages_by_its_second_step() -> None:
    rule = {"when": {"sequence": ["asked", "visited"], "apart_at_most": 2, "within": 7}}
    events = [*did(-6, kind="asked"), *did(-5)]
    assert changes_in(rule, Record("ada", events=events)) == 2
    assert changes_in(rule, Record("ada", events=did(-5))) is None
    assert changes_in({**rule, "half_life": 3}, Record("ada", events=events), NOW + 1) == pytest.approx(1)


def test_silence_begins_so_many_days_after_the_newest() -> None:
    rule = {"when": {"quiet_for": 30}}
    assert changes_in(rule, Record("ada", events=did(-40, -20))) == 10
    assert changes_in(rule, Record("ada", events=did(-40, -30))) is None
    assert changes_in(rule, Record("ada")) is None


def test_an_answer_expires() -> None:
    rule = {"when": {"answer": "budget", "valid_for": 30}}

    def given_(day: float, expires: float | None = None) -> AnswerGiven:
        return AnswerGiven(
            "budget", NOW + round(day * DAY), None if expires is None else NOW + round(expires * DAY), ""
        )

    assert changes_in(rule, Record("ada", answers=[given_(-10)])) == 20
    assert changes_in(rule, Record("ada", answers=[given_(-10, expires=5)])) == 5
    assert changes_in(rule, Record("ada", answers=[given_(-29.5)])) == 0.5
    assert changes_in(rule, Record("ada", answers=[given_(-31)])) is None
    assert changes_in(rule, Record("ada", answers=[given_(-3, expires=-1)])) is None
    assert changes_in(rule, Record("ada", answers=[given_(0.5)])) == 0.5, "it is given in half a day"
    assert changes_in(VISIT, Record("ada", answers=[given_(-10, expires=5)])) is None, "nobody asks for it"


def test_what_is_to_come_counts_when_it_has_happened_and_is_known() -> None:
    meeting = Event("visited", NOW + 3 * DAY, NOW - DAY)
    assert changes_in(VISIT, Record("ada", events=[meeting])) == 3
    assert changes_in(VISIT, Record("ada", events=[Event("visited", NOW - DAY, NOW + 5)])) == 5 / DAY
    assert changes_in(VISIT, Record("ada", events=[meeting._replace(kind="asked")])) is None
    late = Event("visited", NOW - 20 * DAY, NOW + DAY)
    assert changes_in(RECENT, Record("ada", events=[late])) is None, "it is too old already when it is known"
    industry = {"when": {"trait": "industry", "is": "x"}}
    learnt = Learnt(Field("industry"), NOW + 4 * DAY, "x", "x")
    assert changes_in(industry, Record("ada", learnt=[learnt])) == 4
    assert changes_in(industry, Record("ada", learnt=[learnt._replace(field=Field("city"))])) is None
    of_account: dict[str, Any] = {
        "account_traits": {Field("industry"): "x"},
        "account_created_at": NOW + 2 * DAY,
    }
    assert changes_in(industry, Record("ada", "acme", **of_account)) == 2
    assert changes_in(industry, Record("ada", None, **of_account)) is None
    assert changes_in(VISIT, Record("ada", created_at=NOW + DAY)) == 1, "there is no lead before"


def test_colleagues_events_count_for_rules_on_the_account_only() -> None:
    theirs = did(-2)
    rule = {"when": {"did": "visited", "within": 7, "by": "account"}}
    assert changes_in(rule, Record("ada", "acme", account_events=theirs)) == 5
    assert changes_in(rule, Record("ada", None, account_events=theirs)) is None
    assert changes_in(RECENT, Record("ada", "acme", account_events=theirs)) is None


def test_a_judge_who_sees_no_events_sees_none_leave() -> None:
    judge = Judge(judge_of(RECENT).layout, sees_events=False)
    assert next_change(judge, Record("ada", events=did(-2, 3)), NOW) is None


STAGED = """\
playbook: Acme
scores: {first: {rules: [{points: 10, name: visits, when: {did: visited}}]}}
stages:
  mql: {enter: {did: asked, within: 3 days}, fast_lane: {trait: plan, is: pro}}
"""


def test_with_stages_it_tells_what_their_conditions_look_at_too() -> None:
    judge = Judge(parse(STAGED))
    record = Record(
        "ada", events=did(-1, kind="asked"), learnt=[Learnt(Field("plan"), NOW + DAY, "pro", "pro")]
    )
    assert Changes(judge)(record, NOW) is None
    assert Changes(judge, stages=True)(record, NOW) == NOW + DAY
    assert Changes(judge, stages=True)(record, NOW + DAY) == NOW + 2 * DAY
