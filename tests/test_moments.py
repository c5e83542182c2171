"""Moments are whole milliseconds; a date is the end of its day where the playbook lives; durations are whole days."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify import moments
from qualify.errors import QualifyError
from qualify.moments import DAY, EARLIEST, LATEST, age_in_days, days, grid, moment, zone

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
HOUR = DAY // 24


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """A moment in UTC."""
    return round(dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "time_zone", "next_midnight"),
    [
        ("2026-03-01", "UTC", at(2026, 3, 2)),
        ("2026-03-01", BERLIN, at(2026, 3, 1, 23)),
        ("2026-03-28", BERLIN, at(2026, 3, 28, 23)),  # the day before the clocks go forward
        ("2026-03-29", BERLIN, at(2026, 3, 29, 22)),  # a day of 23 hours
        ("2026-10-25", BERLIN, at(2026, 10, 25, 23)),  # a day of 25 hours
        ("2026-03-01", NEW_YORK, at(2026, 3, 2, 5)),
        ("2018-11-03", "America/Sao_Paulo", at(2018, 11, 4, 3)),  # the next day began at one o'clock
        ("2026-03-01", "Asia/Kathmandu", at(2026, 3, 1, 18, 15)),
    ],
)
def test_a_date_is_the_last_millisecond_of_its_day(day: str, time_zone: str, next_midnight: int) -> None:
    expected = next_midnight - 1
    assert moment(day, time_zone) == expected
    assert moment(dt.date.fromisoformat(day), time_zone) == expected
    assert moment(day.replace("-", ""), time_zone) == expected, "however the date is written"


def test_days_where_clocks_change_are_shorter_or_longer() -> None:
    assert moment("2026-03-29", BERLIN) - moment("2026-03-28", BERLIN) == 23 * HOUR
    assert moment("2026-10-25", BERLIN) - moment("2026-10-24", BERLIN) == 25 * HOUR


@pytest.mark.parametrize(
    ("text", "time_zone", "expected"),
    [
        ("2026-03-01T09:30", BERLIN, at(2026, 3, 1, 8, 30)),
        ("2026-03-01 09:30:00.123", "UTC", at(2026, 3, 1, 9, 30) + 123),
        ("2026-03-01T09:30+01:00", NEW_YORK, at(2026, 3, 1, 8, 30)),
        ("2026-03-01T09:30Z", BERLIN, at(2026, 3, 1, 9, 30)),
        (" 2026-03-01T09:30Z ", BERLIN, at(2026, 3, 1, 9, 30)),
        ("2026-10-25T02:30", BERLIN, at(2026, 10, 25, 0, 30)),  # came twice: the first is meant
    ],
)
def test_a_time_is_itself_in_the_zone_it_names_or_in_the_playbooks(
    text: str, time_zone: str, expected: int
) -> None:
    assert moment(text, time_zone) == expected


def test_a_whole_number_is_taken_as_it_is() -> None:
    assert moment(1_793_491_200_000, BERLIN) == 1_793_491_200_000
    assert moment(0) == 0


@pytest.mark.parametrize(
    "value",
    ["now", "", "2026-13-01", "2026-02-30", "01/03/2026", "2026-03-01T25:00", "٢٠٢٦-٠٣-٠١", True, 1.5, None],
)
def test_what_is_no_moment_is_told_how_to_write_one(value: object) -> None:
    with pytest.raises(
        QualifyError, match=r"is not a moment; write a date such as 2026-03-01 \(its end is meant\)"
    ):
        moment(value)  # type: ignore[arg-type]


def test_a_wrong_time_zone_is_told_as_such_and_not_as_a_wrong_moment() -> None:
    for value in ("2026-03-01", dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 9)):
        with pytest.raises(
            QualifyError, match=r"'Europe/Berln' is not a time zone; did you mean 'Europe/Berlin'\?"
        ):
            moment(value, "Europe/Berln")


@pytest.mark.parametrize("name", ["", "Mars", "../etc/passwd", "Europe", "a\0b", "x" * 5_000, "\ud800"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone; "):
        zone(name)


def test_the_edges_of_the_calendar_are_moments_too() -> None:
    assert moment("9999-12-31", BERLIN) == LATEST
    assert moment(dt.datetime.min, BERLIN) < EARLIEST < moment("0001-01-01", BERLIN)
    for edge in (EARLIEST, LATEST, EARLIEST - 5, LATEST + 5, 10**18, -(10**18)):
        assert moments.written(edge, NEW_YORK) == f"{edge} ms"


@pytest.mark.parametrize(
    ("when", "time_zone", "expected"),
    [
        (at(2026, 3, 1, 8, 30), BERLIN, "2026-03-01 09:30"),
        (at(2026, 3, 29, 0, 59), BERLIN, "2026-03-29 01:59"),
        (at(2026, 3, 29, 1, 0), BERLIN, "2026-03-29 03:00"),
        (0, "UTC", "1970-01-01 00:00"),
        (-1, "UTC", "1969-12-31 23:59"),
        (moment("0099-05-01"), "UTC", "0099-05-01 23:59"),
        (None, "UTC", ""),
    ],
)
def test_a_moment_is_written_where_the_playbook_lives(
    when: int | None, time_zone: str, expected: str
) -> None:
    assert moments.written(when, time_zone) == expected


def test_seconds_are_written_when_asked_for() -> None:
    assert moments.written(1_999, seconds=True) == "1970-01-01 00:00:01"


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1), timezones=st.timezones()))
def test_milliseconds_of_a_time_are_exact(when: dt.datetime) -> None:
    exact = moment(when)
    assert exact <= (when - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) / dt.timedelta(milliseconds=1) < exact + 1


@given(
    st.integers(at(1970, 1, 1), at(2100, 1, 1)),
    st.sampled_from([BERLIN, NEW_YORK, "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_a_moment_lies_within_the_day_that_it_is_written_on(when: int, time_zone: str) -> None:
    day = moments.written(when, time_zone)[:10]
    before = (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()
    assert moment(before, time_zone) < when <= moment(day, time_zone)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 days", 30),
        ("1 day", 1),
        ("4 weeks", 28),
        ("1 week", 7),
        ("30d", 30),
        ("2w", 14),
        (" 3  Days ", 3),
        (30, 30),
        (36_500, 36_500),
    ],
)
def test_a_duration_is_whole_days(text: str | int, expected: int) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "30 minutes",
        "2 months",
        "1 year",
        "1.5 days",
        "-3 days",
        "days",
        "",
        "30",
        "3 days 2 hours",
        True,
        1.5,
        None,
    ],
)
def test_what_is_no_duration_is_told_how_to_write_one(text: object) -> None:
    with pytest.raises(
        ValueError, match="is not a duration; write whole days or weeks, as 30 days or 4 weeks"
    ):
        days(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [0, -1, "0 days", "0 weeks", 36_501, "5215 weeks", "999999 weeks", 10**30])
def test_a_duration_is_at_least_a_day_and_at_most_a_hundred_years(text: str | int) -> None:
    with pytest.raises(ValueError, match="write 1 day to 36,500 days"):
        days(text)


def test_ages_are_whole_days_of_24_hours_whatever_the_clocks_do() -> None:
    visited = at(2026, 3, 28, 12)  # the clocks of Berlin go forward in the night
    assert age_in_days(visited, visited) == 0
    assert age_in_days(visited, visited + DAY - 1) == 0
    assert age_in_days(visited, visited + DAY) == 1
    assert age_in_days(visited, moment("2026-03-29T12:59", BERLIN)) == 0
    assert age_in_days(visited, moment("2026-03-29T14:00", BERLIN)) == 1


def test_weeks_of_the_grid_end_with_sunday() -> None:
    since, until = moment("2026-03-04"), moment("2026-03-18T10:00")  # Wednesdays
    assert grid(since, until, "week") == [moment("2026-03-08"), moment("2026-03-15"), until]
    assert all(
        dt.datetime.fromtimestamp((end + 1) / 1000, dt.UTC).isoweekday() == 1
        for end in grid(since, until, "week")[:-1]
    )


def test_days_of_the_grid_end_at_midnight_utc() -> None:
    since, until = moment("2026-03-04T10:00"), moment("2026-03-06T10:00")
    assert grid(since, until, "day") == [moment("2026-03-04"), moment("2026-03-05"), until]


def test_a_grid_of_nothing_is_its_end() -> None:
    now = moment("2026-03-04T10:00")
    assert grid(now, now, "day") == [now]
    assert grid(now, moment("2026-03-04"), "week") == [moment("2026-03-04")]


def test_a_grid_begins_with_the_end_of_day_that_it_is_asked_from() -> None:
    since = moment("2026-03-04")
    assert grid(since, since + DAY + 1, "day") == [since, since + DAY, since + DAY + 1]


spans = st.tuples(st.integers(at(1969, 1, 1), at(2030, 1, 1)), st.integers(0, 400 * DAY))


@given(spans, st.sampled_from(["day", "week"]))
def test_a_grid_rises_in_equal_steps_from_its_beginning_up_to_its_end(
    span: tuple[int, int], every: moments.Every
) -> None:
    since, until = span[0], span[0] + span[1]
    ends = grid(since, until, every)
    assert ends[-1] == until
    assert all(since <= end for end in ends[:-1])
    assert {later - earlier for earlier, later in pairwise(ends[:-1])} <= {DAY if every == "day" else 7 * DAY}


@given(spans, st.integers(0, 400 * DAY))
def test_a_grid_does_not_depend_on_when_it_is_asked_for(span: tuple[int, int], more: int) -> None:
    since, until = span[0], span[0] + span[1]
    assert grid(since, until, "week")[:-1] == [
        end for end in grid(since, until + more, "week") if end < until
    ]


def test_every_time_zone_of_the_machine_can_be_used() -> None:
    assert zone(BERLIN) == ZoneInfo(BERLIN)
