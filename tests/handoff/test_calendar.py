"""Working time, worked out by hand: nights, weekends, holidays, zones, the two nights on which clocks change, absences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.handoff.calendar import Calendar, calendar_of, merged, without
from qualify.handoff.facts import Absence, Rep
from qualify.playbook.times import DaysOff, Hours
from tests.handoff.made import BERLIN, DAY, HOUR, MINUTE, at, handoff, wall

NINE_TO_FIVE = (Hours(),)
NIGHT = (Hours.model_validate({"days": ["saturday", "sunday"], "from": "00:00", "until": "06:00"}),)
ALL_DAY = (Hours.model_validate({"days": ["saturday", "sunday"], "from": "00:00", "until": "24:00"}),)
LUNCH = (Hours.model_validate({"until": "12:00"}), Hours.model_validate({"from": "13:00", "until": "17:00"}))
GERMAN = DaysOff.model_validate({"countries": "DE-BY", "dates": ["2026-12-24"]})

# 2 March 2026 is a Monday; clocks go forward on 29 March and back on 25 October 2026.
USED = [
    ("within a day", NINE_TO_FIVE, None, "2026-03-02 09:30", "2026-03-02 11:00", 90),
    ("before work begins", NINE_TO_FIVE, None, "2026-03-02 07:00", "2026-03-02 09:15", 15),
    ("after work ends", NINE_TO_FIVE, None, "2026-03-02 16:30", "2026-03-02 23:00", 30),
    ("over a night", NINE_TO_FIVE, None, "2026-03-02 16:00", "2026-03-03 10:00", 120),
    ("over a weekend", NINE_TO_FIVE, None, "2026-03-06 16:00", "2026-03-09 10:00", 120),
    ("a whole week", NINE_TO_FIVE, None, "2026-03-02 00:00", "2026-03-09 00:00", 5 * 480),
    ("with a lunch break", LUNCH, None, "2026-03-02 11:00", "2026-03-02 14:00", 120),
    ("on Epiphany in Bavaria", NINE_TO_FIVE, GERMAN, "2026-01-05 16:00", "2026-01-07 10:00", 120),
    ("on a date of our own and Christmas", NINE_TO_FIVE, GERMAN, "2026-12-23 16:00", "2026-12-28 10:00", 120),
    ("backwards", NINE_TO_FIVE, None, "2026-03-02 11:00", "2026-03-02 10:00", 0),
    ("the night in which an hour is skipped", NIGHT, None, "2026-03-29 00:00", "2026-03-29 06:00", 5 * 60),
    ("the night in which an hour comes twice", NIGHT, None, "2026-10-25 00:00", "2026-10-25 06:00", 7 * 60),
    ("a day of 23 hours", ALL_DAY, None, "2026-03-29 00:00", "2026-03-30 00:00", 23 * 60),
    ("a day of 25 hours", ALL_DAY, None, "2026-10-25 00:00", "2026-10-26 00:00", 25 * 60),
    ("office hours around the change", NINE_TO_FIVE, None, "2026-03-27 16:00", "2026-03-30 10:00", 120),
]  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "off", "start", "end", "minutes"), [case[1:] for case in USED], ids=[case[0] for case in USED]
)
def test_working_time_between_two_moments(hours, off, start, end, minutes):
    assert Calendar(BERLIN, hours, off).used(at(start), at(end)) == minutes * MINUTE


AFTER = [
    ("the same day", "2026-03-02 10:00", 240, "2026-03-02 14:00"),
    ("to the very end of the day", "2026-03-02 13:00", 240, "2026-03-02 17:00"),
    ("over the night", "2026-03-02 15:00", 240, "2026-03-03 11:00"),
    ("from the middle of the night", "2026-03-02 03:00", 240, "2026-03-02 13:00"),
    ("from Friday evening", "2026-03-06 18:00", 240, "2026-03-09 13:00"),
    ("over Easter, with two holidays", "2026-04-02 16:00", 240, "2026-04-07 12:00"),
    ("nothing", "2026-03-07 12:00", 0, "2026-03-07 12:00"),
]


@pytest.mark.parametrize(
    ("start", "minutes", "end"), [case[1:] for case in AFTER], ids=[case[0] for case in AFTER]
)
def test_when_so_much_working_time_has_passed(start, minutes, end):
    assert wall(Calendar(BERLIN, NINE_TO_FIVE, GERMAN).after(at(start), minutes * MINUTE)) == end


def test_in_the_hour_that_comes_twice_both_are_worked():
    calendar = Calendar(BERLIN, NIGHT)
    first, second = at("2026-10-25 02:30"), at("2026-10-25 02:30", fold=1)
    assert second - first == HOUR == calendar.used(first, second)


def test_hours_are_those_of_the_reps_own_zone():
    york = calendar_of(Rep("nia", time_zone="America/New_York"), handoff(), BERLIN)
    assert wall(york.opens(at("2026-03-02 09:00"))) == "2026-03-02 15:00"
    # The United States change their clocks three weeks before Europe does.
    assert wall(york.opens(at("2026-03-10 09:00"))) == "2026-03-10 14:00"


def test_a_rep_has_their_own_hours_and_holidays_or_else_the_playbooks():
    bavarian = Rep("ida", hours=LUNCH, holidays=GERMAN)
    usual = handoff(holidays={"countries": "AT"}, hours={"from": "08:00"})
    own, others = calendar_of(bavarian, usual, BERLIN), calendar_of(Rep("ben"), usual, BERLIN)
    assert wall(own.opens(at("2026-12-24 08:00"))) == "2026-12-28 09:00"
    assert wall(others.opens(at("2026-12-24 07:00"))) == "2026-12-24 08:00"
    assert not others.works_on(others.local(at("2026-10-26 12:00")).date())  # Austria's national day


def test_nobody_works_while_absent_and_absences_count_from_when_they_were_known():
    told_late = Absence(
        "ida", at("2026-03-02 00:00"), at("2026-03-04 00:00"), known_at=at("2026-03-02 12:00")
    )
    calendar = calendar_of(
        Rep("ida"), handoff(), BERLIN, [told_late, Absence("ben", 0, at("2027-01-01 00:00"))]
    )
    assert calendar.used(at("2026-03-02 00:00"), at("2026-03-05 00:00")) == (3 + 8) * HOUR
    assert wall(calendar.opens(at("2026-03-02 13:00"))) == "2026-03-04 09:00"
    assert wall(calendar.scheduled(at("2026-03-02 13:00"))) == "2026-03-02 13:00"


def test_who_never_works_is_never_at_work():
    never = Calendar(BERLIN, NINE_TO_FIVE, None, [(at("2026-01-01 00:00"), at("2036-01-01 00:00"))])
    assert never.opens(at("2026-03-02 09:00")) is None
    assert never.after(at("2026-03-02 09:00"), HOUR) is None
    assert Calendar(BERLIN, ()).scheduled(at("2026-03-02 09:00")) is None


def test_a_day_that_a_country_skipped_has_no_hours():
    samoa = Calendar("Pacific/Apia", (Hours.model_validate({"days": ["friday", "saturday"]}),))
    # There was no Friday, 30 December 2011, in Samoa.
    start, end = at("2011-12-29 00:00", "Pacific/Apia"), at("2012-01-01 00:00", "Pacific/Apia")
    assert samoa.used(start, end) == 8 * HOUR


def test_spans_that_touch_are_one_and_absences_are_cut_out():
    assert merged([(5, 7), (1, 3), (3, 4), (6, 9), (8, 8), (4, 2)]) == [(1, 4), (5, 9)]
    assert list(without([(0, 10), (20, 30)], [(2, 4), (8, 22), (25, 26)])) == [
        (0, 2),
        (4, 8),
        (22, 25),
        (26, 30),
    ]


ZONES = st.sampled_from(
    [BERLIN, "America/New_York", "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe", "UTC"]
)
# A few weeks around both changes of clocks, so that every example crosses something.
MOMENTS = st.integers(at("2026-03-01 00:00"), at("2026-04-20 00:00")) | st.integers(at("2026-10-10 00:00"), at("2026-11-10 00:00"))  # fmt: skip
AWAY = st.lists(
    st.tuples(MOMENTS, st.integers(0, 5 * DAY)).map(lambda each: (each[0], sum(each))), max_size=3
)


@given(
    ZONES, st.sampled_from([NINE_TO_FIVE, LUNCH, NIGHT, ALL_DAY]), AWAY, st.tuples(MOMENTS, MOMENTS, MOMENTS)
)
def test_working_time_adds_up_and_never_runs_backwards(zone, hours, away, moments):
    calendar = Calendar(zone, hours, GERMAN, away)
    a, b, c = sorted(moments)
    assert calendar.used(a, b) + calendar.used(b, c) == calendar.used(a, c)
    assert 0 <= calendar.used(a, b) <= min(b - a, calendar.used(a, c))


@given(ZONES, AWAY, MOMENTS, st.integers(1, 40 * HOUR))
def test_by_the_moment_it_names_exactly_so_much_has_passed_and_a_millisecond_before_less(
    zone, away, start, working
):
    calendar = Calendar(zone, NINE_TO_FIVE, GERMAN, away)
    end = calendar.after(start, working)
    assert end is not None and calendar.used(start, end) == working
    assert calendar.used(start, end - 1) == working - 1
