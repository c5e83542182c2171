"""What holds whatever the facts: shares, capacity, nobody forgotten, and the same facts give the same owners."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.handoff.clock import Handed
from qualify.handoff.facts import Absence, Capacity, Closing, Rejection, Rep
from qualify.handoff.routing import route, unassigned
from qualify.handoff.simulating import simulate
from qualify.handoff.standing import Fact, Standing
from qualify.handoff.turns import least_busy, next_in_turn
from tests.handoff.made import DAY, arrival, at, plan, rep, roster

BEGIN = at("2026-03-02 08:00")
NAMES = ["ada", "ben", "cem", "fay", "manager"]
MOMENTS = st.integers(0, 28 * DAY).map(lambda each: BEGIN + each)
WEIGHTS = st.lists(st.integers(1, 5), min_size=1, max_size=6)


@st.composite
def reps(draw) -> list[Rep]:
    teams = st.lists(st.sampled_from(["dach", "field", "inside"]), max_size=2, unique=True)
    capacity = st.none() | st.builds(Capacity, st.integers(0, 4), st.sampled_from(["day", "week", "month"]))
    return [
        rep(name, *draw(teams), weight=draw(st.integers(0, 3)), capacity=draw(capacity), time_zone=draw(st.sampled_from([None, "America/New_York"])))
        for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    ]  # fmt: skip


ABSENCES = st.lists(
    st.tuples(st.sampled_from(NAMES), MOMENTS, st.integers(0, 20 * DAY)).map(
        lambda each: Absence(each[0], each[1], each[1] + each[2])
    ),
    max_size=4,
)
ARRIVALS = st.lists(
    st.tuples(
        MOMENTS,
        st.sampled_from([None, {"country": "DE"}, {"employees": "9000"}]),
        st.sampled_from([None, "acme"]),
    ),
    min_size=1,
    max_size=12,
)


def arrivals(drawn):
    return [
        arrival(f"lead {place}", when, traits, account_id=account)
        for place, (when, traits, account) in enumerate(drawn)
    ]


@given(WEIGHTS, st.integers(1, 60))
def test_in_turn_nobody_has_a_lead_more_than_their_share(weights, leads):
    team = [rep(f"rep {place}", weight=weight) for place, weight in enumerate(weights)]
    standing, count, whole = Standing(), Counter[str](), sum(weights)
    pool = tuple((each.rep_id, each.weight) for each in team)
    for number in range(1, leads + 1):
        chosen = next_in_turn("queue", team, standing)
        standing._take_turn("queue", chosen.rep_id, pool)
        count[chosen.rep_id] += 1
        assert all(count[each.rep_id] < Fraction(number * each.weight, whole) + 1 for each in team)
    if leads % whole == 0:
        assert all(count[each.rep_id] == leads // whole * each.weight for each in team)


@given(WEIGHTS, st.integers(1, 40))
def test_least_busy_leaves_nobody_below_their_share_rounded_down(weights, leads):
    team = [rep(f"rep {place}", weight=weight) for place, weight in enumerate(weights)]
    standing = Standing()
    for _ in range(leads):
        standing.open[least_busy(team, standing).rep_id] += 1
    assert all(standing.open[each.rep_id] >= leads * each.weight // sum(weights) for each in team)


@given(reps(), ABSENCES, ARRIVALS)
@settings(max_examples=25)
def test_nobody_is_over_capacity_and_each_lead_has_an_owner_or_is_on_the_loud_list(team, absences, drawn):
    standing, everybody = Standing(), roster(team, absences)
    leads = sorted(arrivals(drawn), key=lambda each: each.at)
    for lead in leads:
        found = route(lead, plan(), everybody, standing)
        standing.add(found)
        if found.rep_id is not None:
            _within_capacity(everybody.reps[found.rep_id], found.assigned_at, everybody, standing)
            assert not found.in_turn or dict(found.pool)[found.rep_id] > 0
    handed, last = [Handed(each.lead_id, each.cycle, each.at) for each in leads], leads[-1].at
    loud = {each.lead_id for each in unassigned(handed, standing, everybody, last)}
    owned = {given.lead_id for given in standing.owners.values() if given.rep_id is not None}
    assert loud | owned == {each.lead_id for each in leads}
    assert not loud & owned


def _within_capacity(owner, when, everybody, standing):
    if owner.capacity is not None:
        calendar = everybody.calendars.of(owner.rep_id)
        assert (
            standing.given_in_period(owner.rep_id, when, owner.capacity.per, calendar) <= owner.capacity.leads
        )


@given(reps(), ABSENCES, ARRIVALS, st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_same_facts_give_the_same_owners_in_whatever_order_they_are_named(team, absences, drawn, chance):
    leads = arrivals(drawn)
    endings: list[Closing | Rejection] = [Closing(each.lead_id, 1, each.at + DAY) for each in leads[::2]]
    endings += [Rejection(each.lead_id, 1, "ada", each.at + DAY, "no_intent") for each in leads[1::2]]
    once = simulate(leads, plan(), roster(team, absences), endings)
    for shuffled in (leads, endings, team, absences):
        chance.shuffle(shuffled)
    again = simulate(leads, plan(), roster(team, absences), endings)
    assert again.assignments == once.assignments
    # And folding what came of it up to any lead gives that lead its owner again.
    cut = chance.randrange(len(once.assignments))
    following = once.assignments[cut]
    seen: list[Fact] = [
        *once.assignments[:cut],
        *(each for each in endings if _when(each) <= following.assigned_at),
    ]
    lead = next(each for each in leads if each.lead_id == following.lead_id)
    assert route(lead, plan(), roster(team, absences), Standing(seen)) == following


def _when(fact):
    return fact.closed_at if isinstance(fact, Closing) else fact.rejected_at
