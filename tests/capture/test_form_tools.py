"""Typeform and Tally: what was answered, under the names that playbooks use."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors import tally, typeform
from tests.capture.arriving import UNSIGNED, as_json, identify, mangled, posted, read, survives, track

TYPEFORM = "hooks/typeform/wk_1"
TALLY = "hooks/tally/wk_1"


def question(ref: str, kind: str, title: str) -> dict[str, str]:
    return {"id": f"id-{ref}", "ref": ref, "type": kind, "title": title}


def answer(ref: str, kind: str, value: Any, field_type: str = "short_text") -> dict[str, Any]:
    return {"type": kind, kind: value, "field": {"id": f"id-{ref}", "ref": ref, "type": field_type}}


UUID = "01FA5C7A-3b1e-4d1f-9a57-0a2b3c4d5e6f".lower()
RESPONSE: dict[str, Any] = {
    "event_id": "01HEVENT",
    "event_type": "form_response",
    "form_response": {
        "form_id": "lT4Z3j",
        "token": "a3a12ec67a1365927098a606107fac15",
        "landed_at": "2026-01-18T18:07:02Z",
        "submitted_at": "2026-01-18T18:17:02Z",
        "hidden": {"utm_source": "newsletter", "gclid": "g1", "plan": "team"},
        "definition": {
            "id": "lT4Z3j",
            "title": "Ask for a demo",
            "fields": [
                question("a", "short_text", "What is your first name?"),
                question(UUID, "multiple_choice", "Which tools do you use?"),
                question("team_size", "number", "How many are you?"),
                question("c", "short_text", "Company"),
            ],
        },
        "answers": [
            answer("m", "email", "ada@fabrik.example", "email"),
            answer("p", "phone_number", "+49301234567", "phone_number"),
            answer("c", "text", "Fabrik"),
            answer("first_name", "text", "Ada"),
            answer(UUID, "choices", {"labels": ["CRM", "Sheets"], "other": "Paper"}, "multiple_choice"),
            answer("team_size", "number", 240, "number"),
            answer("start", "date", "2026-03-01", "date"),
            answer("decides", "boolean", False, "yes_no"),
            answer("urgency", "choice", {"label": "This month"}, "multiple_choice"),
            answer("site", "url", "https://fabrik.example", "website"),
        ],
    },
}


def test_typeform_answers_stand_under_the_key_that_their_type_names():
    who = identify(read(typeform.DOOR, as_json(TYPEFORM, RESPONSE), UNSIGNED))
    assert who.email == "ada@fabrik.example"
    assert who.traits == {
        "email": "ada@fabrik.example", "phone": "+49301234567", "company": "Fabrik", "first_name": "Ada",
        "which_tools_do_you_use": ["CRM", "Sheets", "Paper"], "team_size": 240, "start": "2026-03-01",
        "decides": False, "urgency": "This month", "site": "https://fabrik.example", "plan": "team",
    }  # fmt: skip


def test_a_typeform_response_says_where_from_and_when():
    did = track(read(typeform.DOOR, as_json(TYPEFORM, RESPONSE), UNSIGNED))
    assert did.message_id == "typeform:01HEVENT"
    assert did.timestamp == "2026-01-18T18:17:02Z"
    assert did.properties == {
        "form_id": "lT4Z3j", "form_name": "Ask for a demo", "utm_source": "newsletter", "gclid": "g1",
    }  # fmt: skip


def test_a_typeform_response_without_an_event_id_goes_by_its_token():
    body = {"form_response": {"token": "t1", "answers": []}}
    assert track(read(typeform.DOOR, as_json(TYPEFORM, body), UNSIGNED)).message_id == "typeform:t1"


def test_a_typeform_response_without_answers_is_still_an_event():
    delivery = read(typeform.DOOR, as_json(TYPEFORM, {"form_response": {"form_id": "f"}}), UNSIGNED)
    assert [call.type for call in delivery.calls] == ["track"]


SUBMITTED: dict[str, Any] = {
    "eventId": "a4cb511e-d513-4fa5-baee-b815d718dfd1",
    "eventType": "FORM_RESPONSE",
    "createdAt": "2026-06-28T15:00:21.889Z",
    "data": {
        "responseId": "2wgx4n",
        "submissionId": "2wgx4n",
        "respondentId": "dwQKYm",
        "formId": "VwbNEw",
        "formName": "Demo",
        "createdAt": "2026-06-28T15:00:21.000Z",
        "fields": [
            {"key": "question_1", "label": "Work email", "type": "INPUT_EMAIL", "value": "ada@fabrik.example"},
            {"key": "question_2", "label": "First name", "type": "INPUT_TEXT", "value": "Ada"},
            {"key": "question_3", "label": "How soon?", "type": "MULTIPLE_CHOICE", "value": ["o2"],
             "options": [{"id": "o1", "text": "This month"}, {"id": "o2", "text": "This year"}]},
            {"key": "question_4", "label": "Tools", "type": "CHECKBOXES", "value": ["x", "y"],
             "options": [{"id": "x", "text": "CRM"}, {"id": "y", "text": "Sheets"}]},
            {"key": "question_4_x", "label": "Tools (CRM)", "type": "CHECKBOXES", "value": True},
            {"key": "question_5", "label": "Size", "type": "DROPDOWN", "value": "d", "options": [{"id": "d", "text": "11–50"}]},
            {"key": "question_6", "label": "utm_campaign", "type": "HIDDEN_FIELDS", "value": "spring"},
            {"key": "question_7", "label": "Contract", "type": "FILE_UPLOAD", "value": [{"url": "https://x"}]},
            {"key": "question_8", "label": "Seats", "type": "INPUT_NUMBER", "value": 12},
            {"key": "question_9", "label": "Note", "type": "TEXTAREA", "value": None},
        ],
    },
}  # fmt: skip


def test_tally_choices_are_their_texts_not_their_ids():
    who = identify(read(tally.DOOR, as_json(TALLY, SUBMITTED), UNSIGNED))
    assert who.traits == {
        "email": "ada@fabrik.example", "first_name": "Ada", "how_soon": "This year", "tools": ["CRM", "Sheets"],
        "size": "11–50", "seats": 12,
    }  # fmt: skip


def test_a_tally_response_goes_by_its_response_id():
    did = track(read(tally.DOOR, as_json(TALLY, SUBMITTED), UNSIGNED))
    assert did.message_id == "tally:2wgx4n"
    assert did.anonymous_id == "tally:dwQKYm"
    assert did.timestamp == "2026-06-28T15:00:21.000Z"
    assert did.properties == {"form_id": "VwbNEw", "form_name": "Demo", "utm_campaign": "spring"}


@pytest.mark.parametrize("kind", ["FORM_CREATED", None, 7])
def test_other_events_of_tally_are_put_aside(kind):
    delivery = read(tally.DOOR, as_json(TALLY, {**SUBMITTED, "eventType": kind}), UNSIGNED)
    assert delivery.calls == []
    assert delivery.malformed


@given(mangled(RESPONSE))
def test_any_json_at_typeforms_door_is_read_or_refused(content):
    survives(typeform.DOOR, as_json(TYPEFORM, content), UNSIGNED)


@given(mangled(SUBMITTED))
def test_any_json_at_tallys_door_is_read_or_refused(content):
    survives(tally.DOOR, as_json(TALLY, content), UNSIGNED)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    survives(typeform.DOOR, posted(TYPEFORM, body), UNSIGNED)
    survives(tally.DOOR, posted(TALLY, body), UNSIGNED)
