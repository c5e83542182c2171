"""HubSpot forms: its submissions, its consents, its answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.hubspot import DOOR, THANKS
from qualify.capture.model import Request
from tests.capture.arriving import as_json, identify, mangled, posted, read, refused, survives, track

PATH = "submissions/v3/integration/submit/62515/8cb2f6d6-2fcf"
SECURE = "submissions/v3/integration/secure/submit/62515/8cb2f6d6-2fcf"
BODY = {
    "submittedAt": "1790000000000",
    "fields": [
        {"objectTypeId": "0-1", "name": "email", "value": "ada@fabrik.example"},
        {"objectTypeId": "0-1", "name": "firstname", "value": "Ada"},
        {"objectTypeId": "0-1", "name": "jobtitle", "value": "Head of Production"},
        {"objectTypeId": "0-2", "name": "name", "value": "Fabrik"},
        {"objectTypeId": "0-1", "name": "budget_known", "value": "yes"},
        {"objectTypeId": "0-1", "name": "utm_campaign", "value": "spring"},
    ],
    "context": {
        "hutk": "60c2ccdfe4892f0fa0593940b12c11aa",
        "pageUri": "https://fabrik.example/demo?utm_source=x",
        "pageName": "Demo",
        "ipAddress": "203.0.113.9",
    },
    "legalConsentOptions": {
        "consent": {
            "consentToProcess": True,
            "text": "I agree to be answered.",
            "communications": [
                {"value": True, "subscriptionTypeId": 999, "text": "I agree to get mail."},
                {"value": False, "subscriptionTypeId": 998, "text": "I agree to be called."},
            ],
        }
    },
}


def test_a_submission_says_who_and_from_which_page():
    delivery = read(DOOR, as_json(PATH, BODY))
    assert delivery.key == DOOR.key(as_json(PATH, BODY), {"key": "62515"}) == "62515"
    who, did = identify(delivery), track(delivery)
    assert who.traits == {
        "email": "ada@fabrik.example", "first_name": "Ada", "job_title": "Head of Production",
        "company": "Fabrik", "budget_known": "yes",
    }  # fmt: skip
    assert who.anonymous_id == did.anonymous_id == "60c2ccdfe4892f0fa0593940b12c11aa"
    assert did.timestamp == 1_790_000_000_000
    assert did.properties["form_id"] == "8cb2f6d6-2fcf"
    assert did.properties["utm_campaign"] == "spring"
    assert did.context["page"] == {"url": "https://fabrik.example/demo?utm_source=x", "title": "Demo"}


def test_a_server_that_relays_is_not_taken_for_the_visitor():
    assert track(read(DOOR, as_json(PATH, BODY))).context["ip"] == "203.0.113.9"
    assert track(read(DOOR, as_json(PATH, BODY))).context["library"] == {"name": "hubspot"}


def test_consent_is_kept_with_its_words_and_an_empty_box_withdraws_nothing():
    who = identify(read(DOOR, as_json(PATH, BODY)))
    assert who.consent == {"process": True, "email": True}
    assert who.consent_text == "I agree to be answered.\nI agree to get mail."


def test_consent_that_was_refused_is_said():
    body = {**BODY, "legalConsentOptions": {"consent": {"consentToProcess": False}}}
    assert identify(read(DOOR, as_json(PATH, body))).consent == {"process": False}


def test_legitimate_interest_is_named_as_the_basis():
    interest = {"legitimateInterest": {"value": True, "legalBasis": "CUSTOMER", "text": "As a customer …"}}
    did = track(read(DOOR, as_json(PATH, {**BODY, "legalConsentOptions": interest})))
    assert (did.consent, did.properties["legal_basis"]) == ({"process": True}, "CUSTOMER")


def test_without_consent_options_nothing_is_said_of_consent():
    body = {name: value for name, value in BODY.items() if name != "legalConsentOptions"}
    assert track(read(DOOR, as_json(PATH, body))).consent is None


@pytest.mark.parametrize(
    ("secrets", "told"),
    [
        ({}, {"inlineMessage": THANKS}),
        ({"inline_message": "Bis bald"}, {"inlineMessage": "Bis bald"}),
        ({"redirect_uri": "https://fabrik.example/t"}, {"redirectUri": "https://fabrik.example/t"}),
    ],
)
def test_the_form_is_answered_as_by_hubspot(secrets, told):
    assert json.loads(DOOR.answer(read(DOOR, as_json(PATH, BODY), secrets)).body) == told


def test_pages_of_other_origins_may_read_the_answer():
    page = {"origin": "https://fabrik.example"}
    reply = DOOR.answer(read(DOOR, as_json(PATH, BODY, page)))
    assert reply.headers["Access-Control-Allow-Origin"] == "https://fabrik.example"
    asked = DOOR.answer(read(DOOR, Request("OPTIONS", PATH, {}, page, b"")))
    assert asked.status == 204
    assert "content-type" in asked.headers["Access-Control-Allow-Headers"]


def test_the_secure_path_needs_the_token():
    token = {"token": "pat-eu1-secret"}
    assert read(DOOR, as_json(SECURE, BODY, {"authorization": "Bearer pat-eu1-secret"}), token).calls
    assert refused(DOOR, as_json(SECURE, BODY, {"authorization": "Bearer other"}), token).status == 401
    assert refused(DOOR, as_json(SECURE, BODY), token).status == 401
    assert refused(DOOR, as_json(SECURE, BODY)).code == "unsigned"
    assert read(DOOR, as_json(SECURE, BODY), {"unsigned": "allow"}).calls


def test_a_submission_without_fields_is_put_aside():
    delivery = read(DOOR, as_json(PATH, {"fields": [{"name": "email"}]}))
    assert delivery.calls == []
    assert delivery.malformed[0].raw


def test_an_error_is_written_as_hubspot_does():
    refusal = refused(DOOR, posted(PATH, b"email=ada"))
    assert json.loads(DOOR.refuse(refusal).body)["status"] == "error"
    assert refusal.status == 400


@pytest.mark.slow
@given(mangled(BODY))
def test_any_json_is_read_or_refused(content):
    survives(DOOR, as_json(PATH, content))


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    survives(DOOR, posted(PATH, body))
