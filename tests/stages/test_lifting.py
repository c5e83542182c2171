"""What would lift a lead: whatever is suggested does lift when it comes true, and nothing smaller does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.criteria.logic import Both, Field, NumberIs, TextIn
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.playbook.starters import text as starter
from qualify.scoring.counting import run_of
from qualify.scoring.layout import Layout
from qualify.scoring.record import AnswerGiven, Decided, Event, Record
from qualify.scoring.truths import compiled
from qualify.stages.ladder import State
from qualify.stages.lifting import Lifting, lifting
from qualify.stages.living import Version
from qualify.stages.telling import names_of, words
from qualify.stages.trying import Facts, Tried, Trying
from qualify.stages.wishing import Being, Wish, doing, solved, wishes
from qualify.vocabulary import LADDER
from tests.scoring.world import NOW, World, moments, worlds

LAYOUT = Layout(parse(starter("b2b-saas")))
VERSION = Version(1, 0, LAYOUT)
NAMES = names_of(LAYOUT)
PATH = next(field for field in LAYOUT.event_fields if field.name == "page.path")
BUYER: dict[Field, Any] = {
    Field("employees", "number"): 120.0,
    Field("country", "country"): "DE",
    Field("job_title", "seniority"): "vp",
    Field("job_title", "department"): "marketing",
    Field("email", "email_kind"): "business",
    Field("industry", "text"): "software",
}


def pricing(days_ago: int) -> Event:
    at = NOW - days_ago * DAY
    return Event("page_viewed", at, at, {PATH: "/pricing"}, "lead")


def told(found: Lifting) -> dict[str, str]:
    """What lifts, in words, and where to."""
    return {", and ".join(words(each.wish, NAMES, each.before)): each.stage for each in found.lifts}


def suggested(record: Record, stage: str, decision: str | None = None, days: int = 9) -> Lifting:
    since = NOW - days * DAY
    decided = None if decision is None else Decided(decision, since)
    return lifting(VERSION, record, State(stage, since), decided, NOW, most=8)


def with_facts(record: Record, facts: Facts) -> Record:
    """The record in which the facts have come true."""
    own = [event for event in facts.events if event.lead_id == record.lead_id]
    return replace(
        record,
        traits={**record.traits, **facts.traits},
        events=[*record.events, *own],
        account_events=[*record.account_events, *facts.events]
        if record.account_id
        else record.account_events,
        answers=[*record.answers, *facts.answers],
    )


def really(
    version: Version, record: Record, state: State, decision: Decided | None, wish: Wish, at: int
) -> str:
    """The stage of the lead once the wish has come true, by the usual path."""
    facts = Trying(version, record, state, decision, at).facts(wish)
    assert facts is not None
    flat = replace(record, traits=record.known_traits(at), learnt=(), account_traits={})
    judged = version.judge(with_facts(flat, facts), at)
    return version.ladder.step(state, judged, facts.decision or decision).stage


def test_one_more_visit_to_the_prices_makes_an_engaged_visitor_an_mql():
    record = Record("lead", traits=BUYER, events=[pricing(3), pricing(2)])
    found = told(suggested(record, "iql"))
    assert found["asked for a demo"] == "mql"
    assert found["calculated a price"] == "mql"


def test_what_happened_before_has_to_happen_so_many_times_more():
    half = parse("playbook: p\nscores: {e: {rules: [{points: 5, name: looked, when: {did: seen}}]}}\n"
                 "thresholds: {mql: {enter: 20}}")  # fmt: skip
    layout = Layout(half)
    events = [Event("seen", NOW - DAY, NOW - DAY, {}, "lead")] * 2
    found = lifting(Version(1, 0, layout), Record("lead", events=events), State("lead"), None, NOW)
    assert [words(each.wish, names_of(layout), each.before) for each in found.lifts] == [
        ["looked, 2 more times"]
    ]
    assert [(each.stage, each.total) for each in found.lifts] == [("mql", 2000)]


def test_who_is_handed_over_waits_for_sales_and_for_answers():
    accepted = suggested(Record("lead", traits=BUYER, events=[pricing(3)] * 4), "mql")
    assert told(accepted)["sales accepts it"] == "sal"
    asked = told(suggested(Record("lead", traits=BUYER), "sal", "accepted"))
    assert asked["budget is satisfied, and need is satisfied, and sales confirms it"] == "sql"


def test_sales_is_not_asked_to_decide_about_somebody_who_was_never_handed_over():
    assert not any("sales" in said for said in told(suggested(Record("lead", traits=BUYER), "lead")))


def test_what_is_not_known_yet_may_be_what_is_missing():
    record = Record("lead", traits={Field("email", "email_kind"): "business"}, events=[pricing(3)])
    found = told(suggested(record, "iql"))
    assert any("employees: at least 50 and below 1,000" in said and "demo" in said for said in found)


def test_what_is_known_to_be_otherwise_is_not_wished_away():
    small = {**BUYER, Field("employees", "number"): 3.0}
    assert not any("employees" in said for said in told(suggested(Record("lead", traits=small), "lead")))


def test_who_is_recycled_comes_back_by_doing_something_but_not_before_the_stay_is_over():
    found = suggested(Record("lead", traits=BUYER), "recycled", "rejected", days=9)
    assert found.not_before == NOW + 21 * DAY
    assert found.lifts and all(each.stage in LADDER for each in found.lifts)
    assert suggested(Record("lead", traits=BUYER), "recycled", "rejected", days=40).not_before is None


def test_the_top_of_the_ladder_has_nothing_above_it():
    found = suggested(Record("lead", traits=BUYER), "customer", "won")
    assert (found.next_stage, found.lifts) == (None, [])


def test_what_lifts_today_may_be_too_little_in_a_week():
    fading = parse("playbook: p\nscores: {e: {half_life: 7 days, rules: [{points: 10, when: {did: a}}, "
                   "{points: 6, name: b, counts: once, when: {did: b}}]}}\nthresholds: {mql: {enter: 16}}")  # fmt: skip
    events = [Event("a", NOW, NOW, {}, "lead")]
    found = lifting(Version(1, 0, fading), Record("lead", events=events), State("lead"), None, NOW)
    once = next(each for each in found.lifts if words(each.wish, names_of(Layout(fading))) == ["b"])
    assert not once.in_a_week


@pytest.mark.parametrize("stage", ["lead", "iql", "mql", "sal", "recycled"])
@pytest.mark.parametrize("traits", [{}, BUYER], ids=["unknown", "buyer"])
def test_every_suggestion_lifts_when_it_comes_true(stage: str, traits: dict[Field, Any]) -> None:
    record = Record("lead", "acme", traits=traits, events=[pricing(3)], account_events=[pricing(3)])
    state = State(stage, NOW - 40 * DAY)
    decision = Decided("rejected", NOW - 40 * DAY) if stage == "recycled" else None
    found = lifting(VERSION, record, state, decision, NOW)
    for each in found.lifts:
        assert really(VERSION, record, state, decision, each.wish, NOW) == each.stage


ANY: Any = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.slow
@settings(max_examples=15, **ANY)
@given(world=worlds(staged=True), as_of=moments, stage=st.sampled_from([*LADDER, "recycled"]))
def test_trying_out_comes_to_the_same_as_judging_with_the_facts(world: World, as_of: int, stage: str) -> None:
    version = Version(1, 0, world.layout)
    for record in world.records():
        state = State(stage, as_of - 3 * DAY)
        found = lifting(version, record, state, record.newest_decision(as_of), as_of)
        at = found.not_before or as_of
        for each in found.lifts:
            assert really(version, record, state, record.newest_decision(as_of), each.wish, at) == each.stage


@pytest.mark.slow
@settings(max_examples=20, **ANY)
@given(world=worlds(staged=True), as_of=moments)
def test_a_wish_that_is_fulfilled_makes_its_condition_true(world: World, as_of: int) -> None:
    version = Version(1, 0, world.layout)
    for record in world.records():
        trying = Trying(version, record, State(), None, as_of)
        for rule in world.layout.conditions:
            for wish in wishes(rule.truth, trying.now.judged.view):
                tried = trying.tried(wish)
                assert tried is None or compiled(rule.truth)(tried.judged.view) is True


@pytest.mark.slow
@settings(max_examples=20, **ANY)
@given(world=worlds(staged=True), as_of=moments)
def test_what_was_counted_goes_for_a_later_moment_too(world: World, as_of: int) -> None:
    version, after = Version(1, 0, world.layout), as_of + 7 * DAY
    for record in world.records():
        now, afresh = (Trying(version, record, State(), None, at) for at in (as_of, after))
        later, known = now.later(after), now.counter.known
        done = [tally.occurrences for tally in world.layout.tallies]
        for wish in [frozenset[Any](), *(frozenset({doing(what, 2)}) for what in done)]:
            assert seen(later.tried(wish)) == seen(afresh.tried(wish))
            assert seen(now.tried(wish)) == seen(Trying(version, record, State(), None, as_of).tried(wish))
        for what in done:
            assert now.has_done(what) is bool(run_of(what, known(what), as_of).times)


def seen(tried: Tried | None) -> Any:
    """All that is said of a lead with the wish."""
    return tried and (tried.state, tried.judged.scores, tried.judged.lines, tried.judged.unknown)


def test_values_that_pass_several_tests_at_once_are_found():
    employees = Field("employees", "number")
    between = [Being(NumberIs(employees, ">=", 50), True), Being(NumberIs(employees, "<", 51), True)]
    assert solved(frozenset(between)) == {employees: 50}
    assert solved(frozenset([*between, Being(NumberIs(employees, "<", 50), True)])) is None
    industry = Field("industry")
    other = Being(TextIn(industry, frozenset({"games"})), False)
    assert solved(frozenset([other])) == {industry: "something else"}


def test_an_answer_that_satisfies_is_one_that_holds():
    trying = Trying(VERSION, Record("lead", traits=BUYER), State("sal", NOW - DAY), None, NOW)
    (rule,) = [each for each in LAYOUT.stages if each.name == "sql"]
    assert rule.enter is not None and isinstance(rule.enter, Both)
    given = [trying.facts(wish) for wish in wishes(rule.enter, trying.now.judged.view)]
    assert all(facts is not None and isinstance(facts.answers[0], AnswerGiven) for facts in given)
