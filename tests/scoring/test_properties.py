"""More that holds whatever the playbook and the facts: of drawn playbooks that only give, of silence, of stages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from qualify.engines.compiling import Question, as_of, statement
from qualify.moments import DAY
from qualify.playbook import Playbook
from qualify.scoring.layout import Layout
from qualify.scoring.record import AnswerGiven, Decided, Event, Record
from qualify.scoring.single import Judge
from qualify.stages.ladder import Ladder, State
from qualify.vocabulary import LADDER, OFF_LADDER
from tests.scoring.engines import Duck, Engine, Sqlite, filled, states_of
from tests.scoring.world import KINDS, NOW, World, bounds, durations, facts, moments, worlds

many = settings(max_examples=4 * settings().max_examples, suppress_health_check=list(HealthCheck))
some = settings(max_examples=settings().max_examples, suppress_health_check=list(HealthCheck))
# Compiling takes most of an engine's example; shrinking one would take minutes, so it is left out.
few = settings(
    max_examples=2,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)

# ── more of the same never lowers a score, in any playbook that only gives ──────────────────────────

positive = st.sampled_from([0.01, 1, 3, 12.5, 33.33, 100])
asked_for = st.fixed_dictionaries(
    {"did": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True)},
    optional={
        "at_least": st.integers(1, 3),
        "within": durations,
        "by": st.sampled_from(["person", "account"]),
    },
)
in_a_row = st.fixed_dictionaries(
    {
        "sequence": st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)).map(list),
        "apart_at_most": durations,
    },
    optional={"at_least": st.integers(1, 3), "within": durations},
)
behaviour = st.one_of(asked_for, asked_for, in_a_row)
more_of = st.one_of(
    behaviour,
    st.builds(
        lambda used, least: {"used": used, "at_least": least},
        st.sampled_from(["active_days", "limits"]),
        st.integers(1, 4),
    ),
    st.lists(behaviour, min_size=1, max_size=3).map(lambda terms: {"any_of": terms}),
    st.lists(behaviour, min_size=1, max_size=3),
)
aging = st.fixed_dictionaries(
    {"points": positive, "when": behaviour},
    optional={
        "counts": st.sampled_from(["every time", "once"]),
        "half_life": st.sampled_from(["none", 1, 7, 365]),
        "cap": st.sampled_from([0.02, 4, 50]),
    },
)
giving = st.one_of(aging, st.fixed_dictionaries({"points": positive, "when": more_of}))


def named(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**rule, "name": f"rule {number}"} for number, rule in enumerate(rules)]


books_that_only_give = st.builds(
    lambda first, second, within, total: Playbook.model_validate(
        {
            "playbook": "only gives",
            "product": {"events": ["used"], "limits": ["asked"]},
            "total": total,
            "scores": {
                "first": {"bounds": within, "rules": named(first)},
                "second": {"rules": named(second)},
            },
        }
    ),
    st.lists(giving, min_size=1, max_size=4),
    st.lists(giving, min_size=1, max_size=2),
    bounds,
    bounds,
)
happenings = st.builds(lambda kind, at: Event(kind, at, at, lead_id="ada"), st.sampled_from(KINDS), moments)


@pytest.mark.slow
@many
@given(book=books_that_only_give, events=st.lists(happenings, max_size=12), one_more=happenings)
def test_one_more_event_never_lowers_a_score(book: Playbook, events: list[Event], one_more: Event) -> None:
    judge = Judge(book)
    before = judge(Record("ada", "acme", events=events, account_events=events), NOW)
    more = [*events, one_more]
    after = judge(Record("ada", "acme", events=more, account_events=more), NOW)
    assert all(after.scores[name] >= before.scores[name] for name in book.scores)
    assert after.total >= before.total


@many
@given(book=books_that_only_give, events=st.lists(happenings, max_size=12), days=st.integers(0, 400))
def test_without_new_events_a_score_that_only_gives_never_rises(
    book: Playbook, events: list[Event], days: int
) -> None:
    judge = Judge(book)
    known = [event for event in events if event.happened_at <= NOW]
    record = Record("ada", "acme", events=known, account_events=known)
    assert judge(record, NOW + days * DAY).total <= judge(record, NOW).total


# ── bounds, information ─────────────────────────────────────────────────────────────────────────────


def all_known(record: Record, layout: Layout) -> Record:
    """The lead with a value for every trait and an answer that holds to every question."""
    traits = {field: 7.0 if field.is_number else "known" for field in layout.trait_fields}
    values = {field: 7.0 if field.is_number else "yes" for field in layout.answer_fields}
    answers = [AnswerGiven(question, NOW - DAY // 2, None, "told", values) for question in layout.questions]
    return replace(record, traits=traits, learnt=[], answers=answers)


@some
@given(world=worlds())
def test_information_is_whole_when_everything_is_known(world: World) -> None:
    judge = Judge(world.layout)
    for record in world.records():
        judged = judge(all_known(record, world.layout), NOW)
        assert judged.information == 1.0
        assert judged.unknown == []


@some
@given(world=worlds(), moment=moments)
def test_the_total_keeps_its_bounds_and_information_is_the_share_of_rules_judged(
    world: World, moment: int
) -> None:
    judge, total, rules = Judge(world.layout), world.book.total, world.layout.rules
    for record in world.records():
        judged = judge(record, moment)
        assert total.at_least is None or judged.total >= total.at_least
        assert total.at_most is None or judged.total <= total.at_most
        if total.at_least is None and total.at_most is None:
            assert judged.total == sum(judged.scores.values())
        assert judged.information == (len(rules) - len(judged.unknown)) / len(rules)
        assert not {line.rule for line in judged.lines if line.line == "rule"} & set(judged.unknown)
        assert all(rules[number].tally is None for number in judged.unknown), "what they did is always known"


def judged_without_events(engine: Engine, world: World) -> list[tuple[Any, ...]]:
    """Total and information of each lead on an engine that has no table of events."""
    question = Question(engine.dialect, frozenset({"leads", "accounts", "traits", "answers", "decisions"}))
    rows = engine.run(as_of(statement(world.layout, "scores", question), NOW))
    return sorted((row["lead_id"], row["total"], row["information"]) for row in rows)


SILENT = {
    "playbook": "silent",
    "product": {"events": ["used"]},
    "scores": {
        "first": {
            "rules": [
                {"points": 1, "name": "quiet", "when": {"quiet_for": 7}},
                {"points": 2, "name": "not quiet", "when": {"none_of": [{"quiet_for": 7}]}},
                {"points": 4, "name": "visited", "when": {"did": "visited"}},
                {"points": 8, "name": "uses", "when": {"used": "active_days", "at_least": 1}},
                {"points": 16, "name": "soft", "when": {"trait": "industry", "contains": "soft"}},
            ]
        }
    },
}


def test_without_a_table_of_events_behaviour_is_unknown_on_both_paths() -> None:
    layout = Layout(Playbook.model_validate(SILENT))
    world = World(layout.book, layout, draw_facts(layout))
    judge = Judge(layout, sees_events=False)
    existing = [record for record in world.records() if record.created_at <= NOW]
    judged = {record.lead_id: judge(record, NOW) for record in existing}
    assert judged
    assert all({0, 1, 2, 3} <= set(each.unknown) for each in judged.values())
    expected = sorted((lead, each.total, each.information) for lead, each in judged.items())
    assert judged_without_events(filled(Duck(), world), world) == expected


def draw_facts(layout: Layout) -> Any:
    """Some facts, always the same."""
    leads = [
        {"lead_id": f"l{n}", "account_id": None, "created_at": 0, "industry__text": text}
        for n, text in enumerate(["software", "farming", None])
    ]
    return {"leads": leads, **{name: [] for name in ("accounts", "traits", "events", "answers", "decisions")}}


# ── stages ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@some
@given(world=worlds(staged=True), days=st.lists(st.integers(0, 20), min_size=3, max_size=8))
def test_from_wherever_a_lead_stands_a_step_is_taken_once_and_out_means_out(
    world: World, days: list[int]
) -> None:
    judge, ladder = Judge(world.layout), Ladder(world.layout)
    stay = {rule.name: rule.stay * DAY for rule in world.layout.endings}
    for record in world.records():
        state, moment = State.at_first(record.created_at), NOW - 60 * DAY
        for day in days:
            moment += day * DAY
            judged, decision = judge(record, moment), record.newest_decision(moment)
            moved = ladder.step(state, judged, decision)
            assert ladder.step(moved, judged, decision) == moved, "at one moment, two steps are one"
            assert moved == state or moment in (moved.since, moved.cycle_since)
            if state.stage in OFF_LADDER and moved.stage in LADDER:
                assert moment - state.since >= stay[state.stage], "nobody returns before the minimum stay"
                assert (moved.cycle, moved.cycle_since) == (state.cycle + 1, moment)
                came_back = any(state.since < event.happened_at <= moment for event in record.events)
                assert came_back or state.stage == "disqualified"
            else:
                assert moved.cycle == state.cycle
            state = moved


levels = st.lists(st.integers(0, 12), min_size=1, max_size=10)


@many
@given(levels=levels, enter=st.integers(1, 10), gap=st.integers(0, 9))
def test_hysteresis_in_and_out_at_the_thresholds_and_never_in_between(
    levels: list[int], enter: int, gap: int
) -> None:
    """The score is drawn: so many visits on each day, which count for that day alone."""
    leave = max(enter - gap, 0)
    book = Playbook.model_validate(
        {
            "playbook": "hysteresis",
            "scores": {"first": {"rules": [{"points": 1, "when": {"did": "visited", "within": 1}}]}},
            "thresholds": {"mql": {"enter": enter, "leave": leave}},
        }
    )
    judge, ladder, state = Judge(book), Ladder(Layout(book)), State()
    events = [Event("visited", NOW + day * DAY, 0) for day, level in enumerate(levels) for _ in range(level)]
    for day, level in enumerate(levels):
        judged = judge(Record("ada", events=events), NOW + day * DAY)
        assert judged.total == level * 100
        before, state = state, ladder.step(state, judged, None)
        if level >= enter:
            assert state.stage == "mql"
        elif level < leave:
            assert state.stage == "lead"
        else:
            assert state.stage == before.stage


@many
@given(rest=st.integers(1, 40), back=st.lists(st.integers(1, 60), max_size=4), days=st.integers(1, 60))
def test_a_recycled_lead_climbs_only_when_it_came_back_and_has_rested(
    rest: int, back: list[int], days: int
) -> None:
    book = Playbook.model_validate(
        {
            "playbook": "recycling",
            "scores": {"first": {"rules": [{"points": 50, "counts": "once", "when": {"did": "asked"}}]}},
            "thresholds": {"mql": 50},
            "stages": {"recycled": {"enter": {"decision": "rejected"}, "stay_at_least": rest}},
        }
    )
    judge, ladder = Judge(book), Ladder(Layout(book))
    events = [Event("asked", NOW, NOW), *(Event("visited", NOW + day * DAY, 0) for day in back)]
    record = Record("ada", events=events, decisions=[Decided("rejected", NOW)])
    state = ladder.step(State(), judge(record, NOW), record.newest_decision(NOW))
    assert state.stage == "recycled"
    moment = NOW + days * DAY
    state = ladder.step(state, judge(record, moment), record.newest_decision(moment))
    assert state.stage == ("mql" if days >= rest and any(day <= days for day in back) else "recycled")


ENDINGS = {
    "playbook": "endings",
    "scores": {
        "first": {
            "rules": [
                {"points": -5, "name": "a", "when": {"did": "used"}},
                {"points": 4, "when": {"did": "visited"}},
            ]
        }
    },
    "stages": {
        "mql": {"enter": {"score": "first", "at_least": 8}, "leave": {"score": "first", "below": 4}},
        "sal": {"enter": {"decision": "accepted"}},
        "recycled": {
            "enter": {"any_of": [{"score": "first", "below": 0}, {"decision": "rejected"}]},
            "leave": {"came_back": "any event"},
            "stay_at_least": 2,
        },
        "disqualified": {"enter": {"did": "asked", "at_least": 2}, "leave": {"did": "opened"}},
    },
}


@st.composite
def ended_worlds(draw: st.DrawFn) -> World:
    """Worlds in which a lead may end by what it does as well as by a decision."""
    layout = Layout(Playbook.model_validate(ENDINGS))
    return World(layout.book, layout, draw(facts(layout)))


STEPS = [NOW - days * DAY for days in (60, 31, 30, 13, 8, 7, 6, 2, 1, 0)]


@some
@given(world=ended_worlds())
def test_no_ending_flaps_into_another_or_back(world: World) -> None:
    judge, ladder = Judge(world.layout), Ladder(world.layout)
    for record in world.records():
        state = State.at_first(record.created_at)
        for moment in STEPS:
            judged, decision = judge(record, moment), record.newest_decision(moment)
            state = ladder.step(state, judged, decision)
            assert ladder.step(state, judged, decision) == state


@pytest.mark.slow
@few
@given(world=ended_worlds())
def test_endings_by_what_a_lead_does_are_the_same_on_duckdb_and_sqlite(world: World) -> None:
    assume(world.tables["events"])
    judge, ladder = Judge(world.layout), Ladder(world.layout)
    for engine in (filled(Duck(), world), filled(Sqlite(), world)):
        states: dict[str, State] = {}
        previous: list[dict[str, Any]] | None = None
        for moment in STEPS:
            for record in world.records():
                if record.created_at <= moment:
                    before = states.get(record.lead_id) or State.at_first(record.created_at)
                    decision = record.newest_decision(moment)
                    states[record.lead_id] = ladder.step(before, judge(record, moment), decision)
            found = states_of(engine, world.layout, moment, previous)
            assert found == {
                lead: (lead, s.stage, s.since, s.cycle, s.cycle_since) for lead, s in states.items()
            }
            previous = [
                dict(zip(("lead_id", "stage", "since", "cycle", "cycle_since"), row, strict=True))
                for row in found.values()
            ]


# ── long histories ──────────────────────────────────────────────────────────────────────────────────


def test_a_sequence_over_a_very_long_history_is_counted_without_comparing_all_with_all() -> None:
    book = Playbook.model_validate(
        {
            "playbook": "long",
            "scores": {
                "first": {
                    "rules": [{"points": 1, "when": {"sequence": ["visited", "asked"], "apart_at_most": 1}}]
                }
            },
        }
    )
    events = [Event("visited" if n % 2 else "asked", NOW - n * 1_000, 0) for n in range(40_000)]
    assert Judge(book)(Record("ada", events=events), NOW).total == 20_000 * 100


@many
@given(events=st.lists(happenings, max_size=10), apart=durations)
def test_a_sequence_is_a_second_event_after_a_first_within_so_many_days(
    events: list[Event], apart: int
) -> None:
    book = Playbook.model_validate(
        {
            "playbook": "sequence",
            "scores": {
                "first": {
                    "rules": [
                        {"points": 1, "when": {"sequence": ["visited", "asked"], "apart_at_most": apart}}
                    ]
                }
            },
        }
    )
    known = [event for event in events if event.happened_at <= NOW]
    followed = [
        second
        for second in known
        if second.kind == "asked"
        and any(
            first.kind == "visited" and 0 < second.happened_at - first.happened_at <= apart * DAY
            for first in known
        )
    ]
    assert Judge(book)(Record("ada", events=events), NOW).total == len(followed) * 100
