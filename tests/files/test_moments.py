"""Moments as people's files have them: typed, in ISO, in the formats of exports, as epoch numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import InputError
from qualify.files.dates import Format, format_of
from tests.files.world import HOUR, MARCH, World

HALF_PAST_NINE = MARCH + 9 * HOUR + HOUR // 2


def happened(world: World, *texts: str, zone: str = "UTC") -> list[int]:
    """When the events with these texts as their moment happened, in the order of the texts."""
    quoted = "".join(f'{number:03},demo_requested,"{text}"\n' for number, text in enumerate(texts))
    world.gather(events="lead_id,kind,happened_at\n" + quoted, zone=zone)
    return [moment for _, moment in world.rows("events", "lead_id", "happened_at")]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T09:30:00Z",
        "2026-03-01T09:30:00.000Z",
        "2026-03-01T09:30:00.0000000Z",
        "2026-03-01T09:30Z",
        "2026-03-01T10:30:00+01:00",
        "2026-03-01T10:30:00.000+0100",
        "2026-03-01 04:30:00-05",
        "2026-03-01 09:30",
        "2026-03-01 09:30:00",
        "2026-03-01 9:30:00.0",
        "2026-03-01 09:30:00 UTC",
        "2026/03/01 09:30",
        "03/01/2026 9:30 AM",
        "3/1/2026 9:30:00 am",
        "3/1/26 9:30",
        "01.03.2026 09:30",
        "1.3.26, 09:30",
        "1 Mar 2026 09:30",
        "1 March 2026, 9:30 AM",
        "01-Mar-2026 09:30:00",
        "Mar 1, 2026 9:30 AM",
        "March 1, 2026 at 9:30 AM",
        "Sun, 01 Mar 2026 09:30:00 +0000",
        "Sun, 1 Mar 2026 09:30:00 GMT",
        "20260301 09:30",
        "1772357400",
        "1772357400.000",
        "1772357400000",
        "1772357400000000",
        "  2026-03-01T09:30:00Z ",
    ],
)
def test_a_text_is_read_as_the_moment_it_means(world: World, text):
    assert happened(world, text) == [HALF_PAST_NINE]


@pytest.mark.parametrize(
    "text", ["2026-03-01", "2026/03/01", "03/01/2026", "01.03.2026", "1 Mar 2026", "20260301"]
)
def test_a_date_alone_is_the_start_of_that_day(world: World, text):
    assert happened(world, text) == [MARCH]
    assert happened(world, text, zone="Europe/Berlin") == [MARCH - HOUR]


def test_a_time_without_a_zone_is_in_the_playbooks_zone_and_one_with_a_zone_is_not(world: World):
    texts = ("2026-07-01 12:00", "2026-07-01T12:00:00Z", "1782907200")
    july = 1_782_907_200_000
    assert happened(world, *texts, zone="Europe/Berlin") == [july - 2 * HOUR, july, july]


def test_one_column_may_be_written_in_several_ways(world: World):
    texts = ["2026-03-01T09:30:00Z"] * 600 + ["1 Mar 2026 09:30", "1772357400", "01.03.2026 09:30"]
    assert happened(world, *texts) == [HALF_PAST_NINE] * 603


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (("03/04/2026", "25/04/2026"), dt.date(2026, 4, 3)),
        (("03/04/2026", "04/25/2026"), dt.date(2026, 3, 4)),
        (("03-04-2026", "04-25-2026"), dt.date(2026, 3, 4)),
        (("3/4/26", "25/4/2026 10:00"), dt.date(2026, 4, 3)),
    ],
)
def test_the_column_tells_whether_the_day_or_the_month_comes_first(world: World, texts, first):
    assert happened(world, *texts)[0] == _start_of(first)
    assert world.gathered is not None
    assert not world.rejects()
    assert not any("day/month" in warning for warning in world.gathered.warnings)


@pytest.mark.parametrize(
    ("text", "read"), [("03/04/2026", dt.date(2026, 3, 4)), ("03-04-2026", dt.date(2026, 4, 3))]
)
def test_it_is_said_when_nothing_tells_day_from_month(world: World, text, read):
    assert happened(world, text, "05" + text[2:])[0] == _start_of(read)
    assert world.gathered is not None
    assert any(
        "'happened_at' could be day/month or month/day" in warning for warning in world.gathered.warnings
    )


def test_dates_that_contradict_the_rest_of_their_column_are_rejected(world: World):
    happened(world, "25/04/2026", "26/04/2026", "04/25/2026")
    assert world.rejects() == [("events", 3, "unreadable date")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "unreadable date"),
        ("2026-02-30", "unreadable date"),
        ("31/31/2026", "unreadable date"),
        ("12:30", "unreadable date"),
        ("7", "unreadable date"),
        ("9999-12-31", "unlikely date"),
        ("0000-00-00 00:00:00", "unlikely date"),
        ("0001-01-01T00:00:00Z", "unlikely date"),
        ("1969-12-31", "unlikely date"),
        ("2100-01-01", "unlikely date"),
        ("99999999999999", "unlikely date"),
        ("", "no date"),
        ("NULL", "no date"),
        ("N/A", "no date"),
    ],
)
def test_what_is_no_moment_is_rejected_with_a_reason(world: World, text, reason):
    assert happened(world, "2026-03-01", text) == [MARCH]
    assert world.rejects() == [("events", 2, reason)]


def test_the_first_and_the_last_likely_moment_are_taken(world: World):
    assert happened(world, "1970-01-01", "2099-12-31T23:59:59Z") == [0, 4_102_444_799_000]


def test_an_event_in_the_future_is_taken(world: World):
    assert happened(world, "2099-01-01") == [_start_of(dt.date(2099, 1, 1))]


@pytest.mark.parametrize(
    ("sql", "utc", "berlin"),
    [
        ("TIMESTAMPTZ '2026-03-01 09:30:00+00'", HALF_PAST_NINE, HALF_PAST_NINE),
        ("TIMESTAMP '2026-03-01 09:30:00.000999'", HALF_PAST_NINE, HALF_PAST_NINE - HOUR),
        ("TIMESTAMP_MS '2026-03-01 09:30:00'", HALF_PAST_NINE, HALF_PAST_NINE - HOUR),
        ("TIMESTAMP_NS '2026-03-01 09:30:00'", HALF_PAST_NINE, HALF_PAST_NINE - HOUR),
        ("DATE '2026-03-01'", MARCH, MARCH - HOUR),
        ("1772357400", HALF_PAST_NINE, HALF_PAST_NINE),
        ("1772357400000", HALF_PAST_NINE, HALF_PAST_NINE),
        ("1772357400000000", HALF_PAST_NINE, HALF_PAST_NINE),
        ("1772357400000000000", HALF_PAST_NINE, HALF_PAST_NINE),
        ("1772357400::INTEGER", HALF_PAST_NINE, HALF_PAST_NINE),
        ("1772357400.123::DOUBLE", HALF_PAST_NINE + 123, HALF_PAST_NINE + 123),
        ("20260301", MARCH, MARCH - HOUR),
        ("'2026-03-01T09:30:00Z'", HALF_PAST_NINE, HALF_PAST_NINE),
    ],
)
def test_typed_moments_are_taken_as_they_are(world: World, sql, utc, berlin):
    path = world.parquet("e.parquet", f"SELECT 1 AS lead_id, 'demo_requested' AS kind, {sql} AS happened_at")
    for zone, expected in (("UTC", utc), ("Europe/Berlin", berlin)):
        world.gather(events=path, zone=zone)
        assert world.rows("events", "happened_at") == [expected]


def test_unlikely_typed_moments_are_rejected(world: World):
    rows = "(1, TIMESTAMP '2026-03-01'), (2, TIMESTAMP '9999-12-31'), (3, NULL), (4, TIMESTAMP 'infinity')"
    query = (
        f"SELECT lead_id, 'demo_requested' AS kind, happened_at FROM (VALUES {rows}) t(lead_id, happened_at)"
    )
    world.gather(events=world.parquet("e.parquet", query))
    assert world.rows("events", "lead_id") == ["1"]
    assert world.rejects() == [
        ("events", 2, "unlikely date"),
        ("events", 3, "no date"),
        ("events", 4, "unreadable date"),
    ]


def test_a_lead_without_a_creation_date_has_always_been_known(world: World):
    world.gather("lead_id,created_at\n1,\n2,2026-03-01\n3,soon\n")
    assert world.rows("leads", "lead_id", "created_at") == [("1", 0), ("2", MARCH)]
    assert world.rejects() == [("leads", 3, "unreadable date")]


def test_what_was_found_and_in_which_column_is_told(world: World):
    gathered = world.gather("lead_id,Create Date\n3,soon\n1,\n")
    assert gathered.rejects.rows() == [("leads", 1, "unreadable date", "Create Date: soon", "3")]


def test_a_zone_that_is_none_is_an_error(world: World):
    with pytest.raises(InputError, match="'Mars' is not a time zone"):
        world.gather(zone="Mars")


@given(st.text(max_size=40))
def test_any_text_has_a_format_or_none(text):
    assert isinstance(format_of(text), Format | None)


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2099, 12, 31)))
def test_a_moment_in_iso_8601_has_a_format_that_reads_it(moment):
    form = format_of(moment.isoformat())
    assert form is not None
    assert dt.datetime.strptime(moment.isoformat(), form.pattern) == moment


def _start_of(day: dt.date) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() * 1000)
