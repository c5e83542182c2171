"""Which call it is, and when it truly happened."""

from __future__ import annotations

import pytest

from qualify.capture.steps.timing import moment_of
from qualify.moments import DAY, EARLIEST
from tests.capture.drafting import NOW, TRUSTED, dropped, passed, track


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-11-22T01:00:00Z", NOW),
        ("2026-11-22T01:00:00.123Z", NOW + 123),
        ("2026-11-22T01:00:00.123999+00:00", NOW + 123),
        ("2026-11-22T01:00:00.123456789Z", NOW + 123),
        ("2026-11-22T02:00:00+01:00", NOW),
        ("2026-11-22T01:00:00", NOW),
        ("2026-11-22 01:00:00", NOW),
        ("2026-11-22", NOW - 3_600_000),
        (NOW, NOW),
        (NOW // 1000, NOW),
        (NOW / 1000 + 0.5, NOW + 500),
        (str(NOW), NOW),
        (NOW * 1000, NOW),
        (NOW * 1_000_000, NOW),
        ("1969-12-31T23:59:59.999Z", -1),
        ("0001-01-01T00:00:00Z", EARLIEST),
        ("2038-01-20T00:00:00Z", 2_147_558_400_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("0001-01-01T00:00:00+14:00", None),
        ("10000-01-01T00:00:00Z", None),
        ("2026-02-30", None),
        ("yesterday", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        (float("nan"), None),
        (10**400, None),
        ("9" * 5000, None),
    ],
)
def test_a_moment_is_read_in_whatever_way_it_is_written(sent, expected):
    assert moment_of(sent) == expected


def test_a_wrong_clock_at_the_client_does_no_harm():
    draft = passed(track(timestamp="1999-01-01T00:00:00Z", sent_at="1999-01-01T00:00:10Z"))
    assert draft.happened_at == NOW - 10_000


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "expected"),
    [
        (None, None, NOW),
        ("nonsense", "2026-11-22T01:00:00Z", NOW),
        (NOW - 5000, None, NOW - 5000),
        (NOW - 5000, "nonsense", NOW - 5000),
        (None, NOW - 5000, NOW),
    ],
)
def test_without_a_time_of_sending_the_timestamp_counts_and_without_any_the_receipt(
    timestamp, sent_at, expected
):
    assert passed(track(timestamp=timestamp, sent_at=sent_at)).happened_at == expected


def test_what_is_more_than_a_day_ahead_is_put_aside():
    late = dropped(track(timestamp=NOW + DAY + 1))
    assert (late.step, late.reason) == ("time", "in the future")
    assert dropped(track(timestamp=NOW + DAY + 1), TRUSTED).reason == "in the future"


def test_a_page_cannot_know_what_will_be_and_a_server_may():
    assert passed(track(timestamp=NOW + 60_000)).happened_at == NOW
    assert passed(track(timestamp=NOW + 60_000), TRUSTED).happened_at == NOW + 60_000


def test_history_is_taken_from_trusted_sources_only():
    old = track(timestamp="2014-05-01T00:00:00Z")
    assert dropped(old).reason == "too old"
    assert passed(old, TRUSTED).happened_at == moment_of("2014-05-01T00:00:00Z")


def test_the_clients_own_message_id_is_kept():
    assert passed(track(message_id="ajs-next-1")).message_id == "ajs-next-1"


def test_a_call_without_an_id_has_one_that_follows_from_its_content():
    first, again, other = (passed(track(timestamp=NOW, properties={"x": x})).message_id for x in (1, 1, 2))
    assert first == again != other


def test_a_call_without_any_time_is_the_same_within_its_minute():
    from qualify.capture.known import Known
    from qualify.capture.pipeline import run
    from tests.capture.drafting import BROWSER, SOURCE

    first, again, later = (
        run([track()], SOURCE, BROWSER, NOW + ms, Known()).drafts[0].message_id for ms in (0, 59_000, 60_000)
    )
    assert first == again != later


def test_a_very_long_message_id_is_kept_as_its_hash():
    short, other = (passed(track(message_id=letter * 5000)).message_id for letter in "ab")
    assert len(short) < 50
    assert short != other
