"""A month of routing, replayed under the rules that were in force and under others."""

from __future__ import annotations

from qualify.handoff.facts import Absence, Assignment, Closing, Ownership
from qualify.handoff.routing import Plan
from qualify.handoff.simulating import Load, simulate
from qualify.playbook import parse
from tests.handoff.made import DAY, HOUR, TEXT, arrival, at, plan, rep, roster

REPS = [rep("ada", "dach", weight=2), rep("ben", "dach"), rep("cem", "inside"), rep("manager", weight=0)]
BEGIN = at("2026-03-02 10:00")
LEADS = [arrival(f"lead {day}", BEGIN + day * DAY, {"country": "AT"}) for day in range(6)]
OTHER = TEXT.replace("team: dach,", "team: inside,")


def test_the_same_rules_give_what_there_was():
    actual = simulate(LEADS, plan(), roster(REPS))
    assert [each.rep_id for each in actual.assignments] == ["ada", "ben", "ada", "ada", "ben", "ada"]
    assert simulate(LEADS, plan(), roster(REPS)).differences(actual.assignments) == []


def test_other_rules_say_who_would_have_got_what_and_why():
    actual = simulate(LEADS, plan(), roster(REPS)).assignments
    other = simulate(LEADS[:2], Plan(parse(OTHER)), roster(REPS, text=OTHER))
    assert [each[:4] for each in other.differences(actual)] == [
        ("lead 0", 1, "ada", "cem"),
        ("lead 1", 1, "ben", "cem"),
    ]
    assert other.differences(actual)[0].why == ("DACH: the one of team inside who can",)


def test_each_reps_load_is_what_they_were_given_and_the_most_they_had_open():
    closed = [Closing(each.lead_id, 1, each.at + HOUR) for each in LEADS]
    assert simulate(LEADS, plan(), roster(REPS)).loads["ada"] == Load("ada", 4, 4)
    assert simulate(LEADS, plan(), roster(REPS), closed).loads["ada"] == Load("ada", 4, 1)
    assert simulate(LEADS, plan(), roster(REPS)).loads["cem"] == Load("cem", 0, 0)


def test_a_lead_waits_until_its_owner_is_next_at_work():
    waits = simulate([arrival("lead", at("2026-03-06 18:00"))], plan(), roster(REPS)).waits
    assert waits == {("lead", 1): at("2026-03-09 09:00") - at("2026-03-06 18:00")}


def test_what_everybody_held_before_counts_and_so_does_what_happens_meanwhile():
    before = [
        Assignment("old", 1, "ada", BEGIN - DAY, queue="DACH", pool=(("ada", 2), ("ben", 1)), in_turn=True)
    ]
    assert [each.rep_id for each in simulate(LEADS[:2], plan(), roster(REPS), before=before).assignments] == [
        "ben",
        "ada",
    ]
    owned = [arrival(each.lead_id, each.at, {"country": "AT"}, account_id="acme") for each in LEADS[:2]]
    given = simulate(owned, plan(), roster(REPS), [Ownership("acme", "cem", BEGIN + HOUR)]).assignments
    assert [each.rep_id for each in given] == ["ada", "cem"]


def test_those_for_whom_nobody_was_found_are_named():
    gone = [Absence(each.rep_id, BEGIN - DAY, BEGIN + 90 * DAY) for each in REPS]
    assert [each.lead_id for each in simulate(LEADS[:1], plan(), roster(REPS, gone)).unassigned] == ["lead 0"]
