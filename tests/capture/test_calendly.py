"""Calendly: meetings booked, moved and cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.calendly import DOOR
from tests.capture.arriving import UNSIGNED, as_json, identify, mangled, posted, read, survives, track

PATH = "hooks/calendly/wk_1"
INVITEE = "https://api.calendly.com/scheduled_events/GBGB/invitees/AAAA"
MOVED = "https://api.calendly.com/scheduled_events/HCHC/invitees/BBBB"
BOOKED: dict[str, Any] = {
    "event": "invitee.created",
    "created_at": "2026-11-22T10:00:00.000000Z",
    "created_by": "https://api.calendly.com/users/UUUU",
    "payload": {
        "uri": INVITEE,
        "email": "ada@fabrik.example",
        "name": "Ada Berg",
        "first_name": None,
        "last_name": None,
        "timezone": "Europe/Berlin",
        "text_reminder_number": "+49301234567",
        "rescheduled": False,
        "old_invitee": None,
        "new_invitee": None,
        "questions_and_answers": [
            {"question": "Company", "answer": "Fabrik", "position": 0},
            {"question": "What do you need?", "answer": "A demo", "position": 1},
        ],
        "tracking": {
            "utm_source": "ads",
            "utm_campaign": "spring",
            "utm_term": None,
            "salesforce_uuid": None,
        },
        "scheduled_event": {
            "uri": "https://api.calendly.com/scheduled_events/GBGB",
            "name": "Demo",
            "start_time": "2026-12-01T09:00:00.000000Z",
            "end_time": "2026-12-01T09:30:00.000000Z",
        },
    },
}


def event(kind: str, **payload: Any) -> dict[str, Any]:
    return {**BOOKED, "event": kind, "payload": {**BOOKED["payload"], **payload}}


def test_a_booking_says_who_will_meet_us_when_and_what_they_told():
    delivery = read(DOOR, as_json(PATH, BOOKED), UNSIGNED)
    assert identify(delivery).traits == {
        "email": "ada@fabrik.example", "name": "Ada Berg", "timezone": "Europe/Berlin", "phone": "+49301234567",
        "company": "Fabrik", "what_do_you_need": "A demo",
    }  # fmt: skip
    did = track(delivery)
    assert (did.event, did.message_id) == ("meeting_booked", f"calendly:invitee.created:{INVITEE}")
    assert did.timestamp == "2026-11-22T10:00:00.000000Z"
    assert did.properties == {
        "meeting_name": "Demo", "meeting": "https://api.calendly.com/scheduled_events/GBGB",
        "starts_at": "2026-12-01T09:00:00.000000Z", "ends_at": "2026-12-01T09:30:00.000000Z",
        "utm_source": "ads", "utm_campaign": "spring",
    }  # fmt: skip


def test_a_cancellation_says_why():
    told = event("invitee.canceled", cancellation={"reason": "ill", "canceler_type": "invitee"})
    did = track(read(DOOR, as_json(PATH, told), UNSIGNED))
    assert did.event == "meeting_canceled"
    assert (did.properties["reason"], did.properties["canceled_by"]) == ("ill", "invitee")


def test_a_meeting_that_is_moved_is_not_taken_for_one_that_is_cancelled():
    old = event("invitee.canceled", rescheduled=True, new_invitee=MOVED)
    new = event("invitee.created", uri=MOVED, old_invitee=INVITEE)
    left, came = (track(read(DOOR, as_json(PATH, one), UNSIGNED)) for one in (old, new))
    assert (left.event, came.event) == ("meeting_rescheduled", "meeting_booked")
    assert left.properties["new_invitee"] == MOVED
    assert (came.properties["rescheduled"], came.properties["old_invitee"]) == (True, INVITEE)


def test_booking_and_cancelling_are_two_events_of_one_invitee():
    kinds = ("invitee.created", "invitee.canceled")
    ids = {track(read(DOOR, as_json(PATH, event(kind)), UNSIGNED)).message_id for kind in kinds}
    assert len(ids) == 2


@pytest.mark.parametrize("kind", ["routing_form_submission.created", "", None])
def test_other_events_are_put_aside(kind):
    assert read(DOOR, as_json(PATH, {**BOOKED, "event": kind}), UNSIGNED).malformed


@given(mangled(BOOKED))
def test_any_json_is_read_or_refused(content):
    survives(DOOR, as_json(PATH, content), UNSIGNED)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    survives(DOOR, posted(PATH, body), UNSIGNED)
