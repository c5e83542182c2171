"""Who gets a lead, and why, as the rep is told."""

from __future__ import annotations

import pytest

from qualify.errors import QualifyError
from qualify.handoff.clock import Handed
from qualify.handoff.evidence import held
from qualify.handoff.facts import Absence, Assignment, Capacity, Closing, Ownership, Rejection
from qualify.handoff.roster import Roster, unknown_names
from qualify.handoff.routing import Plan, route, unassigned
from qualify.handoff.standing import Fact, Standing
from qualify.playbook import parse
from qualify.playbook.times import DaysOff
from tests.handoff.made import DAY, HOUR, arrival, at, book, judged, plan, rep, roster

MONDAY = at("2026-03-02 10:00")
ADA, BEN, CEM = rep("ada", "dach", skills=frozenset({"German"})), rep("ben", "dach"), rep("cem", "inside")
FAY, GIL = rep("fay", "field"), rep("gil", "field", weight=2)
BOSS = rep("manager", weight=0)
EVERYBODY = [ADA, BEN, CEM, FAY, GIL, BOSS]
GERMAN = {"country": "Germany"}


def routed(traits=None, facts=(), absences=(), reps=EVERYBODY, when=MONDAY, **more):
    late = more.pop("late", frozenset())
    return route(
        arrival("lead", when, traits, **more), plan(), roster(reps, absences), Standing(facts), late=late
    )


def given(lead_id: str, rep_id: str, when: int, **more) -> Assignment:
    return Assignment(lead_id, 1, rep_id, when, **more)


def test_a_territory_goes_to_its_team_in_turn_and_says_so():
    found = routed(GERMAN)
    assert (found.rep_id, found.rule, found.in_turn) == ("ada", "DACH", True)
    assert found.why == ("DACH: their turn among 2 of team dach (weight 1 of 2)",)
    assert found.pool == (("ada", 1), ("ben", 1))


def test_the_next_lead_is_the_next_ones():
    assert routed(GERMAN, [routed(GERMAN, when=MONDAY - 1)]).rep_id == "ben"


def test_who_fits_no_rule_above_gets_the_one_for_the_rest():
    assert routed({"country": "Japan"}).why == ("the rest: the one of team inside who can",)
    assert routed().rule == "the rest"  # where nothing is known of the country


def test_a_segment_goes_to_whoever_is_least_busy_for_their_weight():
    open_leads = [
        given(f"lead {number}", who, MONDAY - DAY + number)
        for number, who in enumerate(["fay", "gil", "gil"])
    ]
    found = routed({"employees": "5000"}, open_leads)
    assert (found.rep_id, found.why) == ("gil", ("large: least busy of 2 of team field (2 open, weight 2)",))
    assert routed({"employees": "5000"}, [*open_leads, Closing("lead 0", 1, MONDAY - 1)]).rep_id == "fay"


def test_the_owner_of_the_account_goes_first():
    found = routed(GERMAN, [Ownership("acme", "cem", 0)], account_id="acme", account_name="Acme")
    assert (found.rep_id, found.why) == ("cem", ("account owner first: owner of the account Acme",))


def test_whoever_works_on_a_colleague_owns_the_account_unless_somebody_said_otherwise():
    colleague = given("colleague", "ben", MONDAY - DAY, account_id="acme")
    assert routed(GERMAN, [colleague], account_id="acme").rep_id == "ben"
    assert (
        routed(GERMAN, [colleague, Ownership("acme", "cem", MONDAY - DAY)], account_id="acme").rep_id == "cem"
    )
    assert (
        routed(GERMAN, [colleague, Ownership("acme", None, MONDAY - DAY)], account_id="acme").rep_id == "ada"
    )


def test_who_refused_the_colleague_does_not_own_the_account():
    facts = [
        given("colleague", "ben", MONDAY - DAY, account_id="acme"),
        Rejection("colleague", 1, "ben", MONDAY - HOUR, "not_icp"),
    ]
    assert routed(GERMAN, facts, account_id="acme").rule == "DACH"


def test_a_skill_that_the_lead_needs_decides_and_the_others_are_told_as_passed_over():
    found = routed({**GERMAN, "language": "german"}, [given("other", "ada", MONDAY - 1)])
    assert found.rep_id == "ada"
    assert found.why == ("DACH: the one of team dach who can", "passed over: Ben: lacks german")


def test_who_is_absent_is_passed_over():
    away = Absence("ada", at("2026-03-01 00:00"), at("2026-03-05 00:00"))
    found = routed(GERMAN, absences=[away])
    assert (found.rep_id, found.why[1]) == ("ben", "passed over: Ada: absent until 2026-03-05 09:00")


def test_an_absence_that_begins_before_they_are_next_at_work_counts_on_the_weekend_already():
    away = Absence("ada", at("2026-03-09 00:00"), at("2026-03-14 00:00"))
    assert routed(GERMAN, absences=[away], when=at("2026-03-07 12:00")).rep_id == "ben"


def test_on_a_weekend_everybody_who_is_back_by_monday_has_a_turn():
    assert routed(GERMAN, when=at("2026-03-07 12:00")).why[0].startswith("DACH: their turn among 2")


def test_who_starts_much_later_than_the_first_is_passed_over():
    bavarian = rep("ada", "dach", holidays=DaysOff.model_validate({"countries": "DE-BY"}))
    found = routed(GERMAN, reps=[bavarian, BEN], when=at("2026-01-06 08:00"))  # Epiphany
    assert found.rep_id == "ben"
    assert found.why[1] == "passed over: Ada: not at work until 2026-01-07 09:00"


def test_who_starts_a_little_later_has_a_turn():
    assert routed(GERMAN, reps=[rep("abe", "dach", time_zone="America/New_York"), BEN]).rep_id == "abe"


def test_who_is_full_is_passed_over_until_the_next_period():
    full = rep("ada", "dach", capacity=Capacity(2, "week"))
    facts = [given(f"lead {number}", "ada", MONDAY - number) for number in (1, 2)]
    found = routed(GERMAN, [*facts, Closing("lead 1", 1, MONDAY)], reps=[full, BEN])
    assert (found.rep_id, found.why[1]) == ("ben", "passed over: Ada: full: 2 of 2 this week")
    assert routed(GERMAN, facts, reps=[full], when=MONDAY + 7 * DAY).rep_id == "ada"


def test_who_has_no_weight_takes_no_turns_but_keeps_their_accounts():
    idle = rep("ada", "dach", weight=0)
    assert routed(GERMAN, reps=[idle, BEN]).rep_id == "ben"
    assert routed(GERMAN, [Ownership("acme", "ada", 0)], reps=[idle, BEN], account_id="acme").rep_id == "ada"


def test_who_does_not_work_here_yet_or_any_more_gets_nothing():
    left, new = rep("ada", "dach", active_until=MONDAY), rep("ben", "dach", active_from=MONDAY + 1)
    found = routed(GERMAN, reps=[left, new, BOSS])
    assert found.rep_id == "manager"
    assert found.why == (
        "fallback: no rule found anybody",
        "DACH: nobody in team dach can take it (Ada: not active; Ben: not active)",
        "the rest: nobody in team inside can take it (there is nobody of that name)",
    )


REFUSED = Rejection("lead", 1, "ada", MONDAY - DAY, "no_intent", held=frozenset({"asked for a demo"}))


def test_it_never_goes_back_to_who_refused_it():
    facts = [given("lead", "ada", MONDAY - 2 * DAY), given("other", "ben", MONDAY - 2), REFUSED]
    found = routed(GERMAN, facts)
    assert found.rep_id == "ben"
    assert found.why[1] == "passed over: Ada: refused it on 2026-03-01 10:00 (no intent)"


def test_nor_in_a_later_cycle_without_anything_new():
    found = routed(
        GERMAN, [REFUSED], cycle=2, events=[("demo_requested", MONDAY - 5 * DAY)], reps=[ADA, BOSS]
    )
    assert found.rep_id == "manager"
    assert "refused it on 2026-03-01 10:00 (no intent), and nothing is new since" in found.why[1]


@pytest.mark.parametrize(
    ("events", "new"),
    [
        ([("demo_requested", MONDAY - HOUR)], "asked for a demo"),
        ([("demo_requested", MONDAY - 5 * DAY), ("pricing_viewed", MONDAY - 5 * DAY)], "looked at prices"),
    ],
    ids=["something happened again since", "another reason than those known then"],
)
def test_but_with_something_new_it_may_and_the_rep_is_told_what(events, new):
    found = routed(GERMAN, [REFUSED], cycle=2, events=events, reps=[ADA])
    assert found.rep_id == "ada"
    assert found.why[1] == f"Ada refused it on 2026-03-01 10:00 (no intent); new since: {new}"


def test_a_refusal_remembers_what_spoke_for_the_lead():
    judgement = judged(MONDAY, {"employees": "60"}, [("demo_requested", MONDAY - 1)])
    assert held(judgement) == {"asked for a demo", "large enough"}


def test_who_let_it_lie_does_not_get_it_again():
    found = routed(GERMAN, late=frozenset({"ada"}))
    assert (found.rep_id, found.why[1]) == (
        "ben",
        "passed over: Ada: had it and did not get in touch in time",
    )


def test_where_nobody_is_left_it_is_on_the_loud_list_with_every_reason():
    found = routed(GERMAN, reps=[rep("ada", "dach", active_until=1)])
    assert found.rep_id is None
    assert found.why == (
        "unassigned because the fallback manager cannot take it either (there is nobody of that name)",
        "DACH: nobody in team dach can take it (Ada: not active)",
        "the rest: nobody in team inside can take it (there is nobody of that name)",
    )


def test_the_loud_list_names_each_lead_that_nobody_works_on():
    handed = [
        Handed(name, 1, MONDAY + place)
        for place, name in enumerate(["routed", "forgotten", "orphan", "nobody"])
    ]
    handed += [Handed("over", 1, MONDAY, ended_at=MONDAY + 9), Handed("later", 1, MONDAY + DAY)]
    facts = [given("routed", "ben", MONDAY), given("orphan", "ada", MONDAY), Assignment("nobody", 1, None, MONDAY, ("unassigned because …",))]  # fmt: skip
    left = roster([rep("ada", active_until=MONDAY + HOUR), BEN])
    found = unassigned(handed, Standing(facts), left, MONDAY + HOUR)
    assert [(each.lead_id, each.why[0]) for each in found] == [
        ("forgotten", "it was handed over and has not been given to anybody"),
        ("orphan", "Ada, who had it, is not active"),
        ("nobody", "unassigned because …"),
    ]


def test_who_leaves_holding_leads_has_them_named_oldest_first():
    facts = [given(f"lead {number}", "ada", MONDAY + number) for number in range(40)]
    assert [each.lead_id for each in Standing(reversed(facts)).held_by("ada")] == [
        f"lead {number}" for number in range(40)
    ]


def test_names_of_the_playbook_that_nobody_has_are_told_before_a_lead_is_lost():
    assert unknown_names(plan().handoff, EVERYBODY) == []
    said = unknown_names(plan().handoff, [rep("ada", "dach"), rep("cem", "insides"), FAY])
    assert said == [
        "rule 'the rest': there is nobody in team 'inside'; did you mean 'insides'? Allowed: dach, field or insides",
        "fallback: 'manager' is neither a team nor a rep; allowed: dach, field, insides, ada, cem or fay",
    ]


def test_without_a_section_there_is_no_routing():
    without = parse("playbook: A\nscores: {fit: {rules: [{points: 1, when: {did: a}}]}}")
    with pytest.raises(QualifyError, match="A says nothing of the hand-off; add a `handoff` section"):
        Plan(without)


def test_conditions_may_ask_for_whatever_is_known_of_a_lead():
    text = """\
playbook: A
scores: {fit: {rules: [{points: 10, when: {did: a}}]}}
grades: {letters: {score: fit, A: 9, B: 5, C: 1}, numbers: {score: fit, 1: 9, 2: 5, 3: 1}}
thresholds: {mql: 5}
handoff:
  rules:
    - {name: hot, when: [{did: called, at_least: 2, within: 7 days}, {score: fit, at_least: 10}, {grade: A}, {answer: budget}], team: hot}
    - {name: quiet, when: {quiet_for: 30 days}, team: quiet}
  fallback: boss
"""
    reps = [rep("hal", "hot"), rep("quin", "quiet"), rep("boss")]
    made = Plan(book(text))
    everybody = Roster(reps, (), made.handoff, made.zone)

    def owner(events, answers=()):
        lead = arrival("lead", MONDAY, text=text)
        judgement = judged(MONDAY, {}, events, answers, text=text)
        lead = type(lead)("lead", 1, MONDAY, judgement)
        return route(lead, made, everybody, Standing()).rep_id

    called = [("a", MONDAY), ("called", MONDAY - 1), ("called", MONDAY - 2)]
    assert owner(called, [("budget", MONDAY, None, "a lot")]) == "hal"
    assert owner(called) == "boss"
    assert owner([("a", MONDAY - 40 * DAY)]) == "quin"
    asked = made.conditions
    assert (asked.questions, asked.event_kinds) == (["budget"], None)


def test_who_is_given_a_lead_at_the_very_moment_it_was_refused_has_it():
    facts: list[Fact] = [
        given("lead", "ben", MONDAY),
        Rejection("lead", 1, "ada", MONDAY, "no_intent"),
        given("lead", "ada", MONDAY - 1),
    ]
    standing = Standing(facts)
    assert [each.lead_id for each in standing.held_by("ben")] == ["lead"]
    assert (standing.held_by("ada"), standing.open["ada"]) == ([], 0)
