"""How fast leads hear from us, against curves worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.handoff.clock import Handed, Promise, clock
from qualify.handoff.facts import Assignment, Contact
from qualify.handoff.speed import Observed, Speed, observed_by_rep, observed_of, speed, speed_by, survival
from tests.handoff.made import HOUR, at, calendars, rep

PROMISE = 4 * HOUR


def answered(hours: float, **more) -> Observed:
    used = int(hours * HOUR)
    return Observed(used, True, PROMISE, used <= PROMISE, **more)


def running(hours: float, **more) -> Observed:
    used = int(hours * HOUR)
    return Observed(used, False, PROMISE, False if used > PROMISE else None, **more)


def test_when_all_were_answered_it_is_what_everybody_would_say():
    found = speed([answered(hours) for hours in range(1, 11)])
    assert (found.median, found.p90, found.p95) == (5 * HOUR, 9 * HOUR, 10 * HOUR)
    assert (found.leads, found.answered, found.kept, found.missed, found.open) == (10, 10, 4, 6, 0)
    assert found.within == pytest.approx(0.4) == found.kept_of_due


def test_who_still_waits_is_neither_left_out_nor_taken_for_an_answer():
    # Kaplan–Meier by hand: at 1 h 4 of 5 go on (0.8); one is lost at 2 h; at 3 h 2 of 3 (0.533); at 5 h 1 of 2 (0.267).
    every = [answered(1), running(2), answered(3), answered(5), running(6)]
    assert [(step.used // HOUR, round(step.unanswered, 3)) for step in survival(every)] == [
        (1, 0.8),
        (3, 0.533),
        (5, 0.267),
    ]
    found = speed(every)
    assert (found.median, found.p90, found.p95) == (5 * HOUR, None, None)
    assert found.within == pytest.approx(1 - 0.8 * 2 / 3)
    assert (found.kept, found.missed) == (
        2,
        2,
    )  # two of those due were not in time: 5 h, and 6 h and still waiting
    assert found.kept_of_due == 0.5


def test_leaving_out_those_who_wait_would_flatter():
    every = [answered(1), *(running(8) for _ in range(9))]
    assert speed(every).within == pytest.approx(0.1)
    assert speed(every).median is None


def test_of_leads_that_are_too_new_nothing_is_said():
    found = speed([answered(1), running(2)])
    assert (found.within, found.kept_of_due, found.median) == (None, 1.0, HOUR)
    assert speed([running(1)]).kept_of_due is None
    assert speed([]) == Speed(0, 0, 0, 0, None, None, None, None)


def test_an_answer_in_the_last_minute_is_within_the_promise_and_a_moment_later_is_not():
    assert speed([answered(4)]).within == 1.0
    assert speed([Observed(PROMISE + 1, True, PROMISE, False)]).within == 0.0


def test_each_lead_is_held_against_its_own_promise():
    hurried = Observed(3 * HOUR, True, 2 * HOUR, False)
    assert speed([answered(3), hurried]).within == 0.5


def test_by_rep_source_or_grade():
    every = [
        answered(1, rep_id="ada", source="ads", grade="A1"),
        answered(3, rep_id="ben", source="ads", grade="B2"),
    ]
    assert {name: each.median for name, each in speed_by(lambda each: each.rep_id or "", every).items()} == {
        "ada": HOUR,
        "ben": 3 * HOUR,
    }
    assert [(name, each.leads) for name, each in speed_by(lambda each: each.source, every).items()] == [
        ("ads", 2)
    ]


def told(contact: str):
    given_to = [
        Assignment("lead", 1, "ada", at("2026-03-02 09:00")),
        Assignment("lead", 1, "ben", at("2026-03-02 15:00")),
    ]
    contacts = [Contact("c", "lead", "ben", "email", "outbound", at(contact), "sent")]
    every, promise = calendars([rep("ada"), rep("ben")]), Promise(PROMISE, HOUR)
    return clock(
        Handed("lead", 1, at("2026-03-02 09:00")), given_to, contacts, every, promise, at("2026-03-03 12:00")
    )


def test_the_lead_waited_for_all_its_owners_and_each_rep_for_their_own_time():
    whole, by_rep = (
        observed_of(told("2026-03-02 16:00"), "ads", "A1"),
        observed_by_rep(told("2026-03-02 16:00")),
    )
    assert whole == Observed(7 * HOUR, True, PROMISE, False, "ben", "ads", "A1")
    assert [(each.rep_id, each.used // HOUR, each.answered, each.kept) for each in by_rep] == [
        ("ada", 6, False, False),
        ("ben", 1, True, True),
    ]


@pytest.mark.slow
@given(st.lists(st.builds(Observed, st.integers(0, 50), st.booleans(), st.just(20), st.none()), max_size=30))
def test_the_curve_falls_and_percentiles_rise(every):
    curve = survival(every)
    shares = [1.0, *(step.unanswered for step in curve)]
    assert shares == sorted(shares, reverse=True) and min(shares) >= -1e-9
    found = speed(every)
    known = [each for each in (found.median, found.p90, found.p95) if each is not None]
    assert known == sorted(known)
    if all(each.answered for each in every) and every:
        assert found.within == pytest.approx(sum(each.used <= 20 for each in every) / len(every))
