"""Lead ads of Meta, LinkedIn and Google: notices that only hold ids, and the leads that are fetched for them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors import google_ads, linkedin, meta
from qualify.capture.model import Refusal, Request
from tests.capture.arriving import (
    UNSIGNED,
    as_json,
    identify,
    mangled,
    posted,
    read,
    refused,
    survives,
    track,
)  # fmt: skip
from tests.capture.signing import hexed

META, LINKEDIN, GOOGLE = "hooks/meta/wk_1", "hooks/linkedin/wk_1", "hooks/google-ads/wk_1"

LEADGEN: dict[str, Any] = {
    "object": "page",
    "entry": [
        {
            "id": "153125381133",
            "time": 1790000001,
            "changes": [
                {"field": "leadgen", "value": {"leadgen_id": "123", "page_id": "1", "form_id": 42, "ad_id": "9", "created_time": 1790000000}},
                {"field": "leadgen", "value": {"leadgen_id": 124, "form_id": "42"}},
                {"field": "feed", "value": {"item": "post"}},
            ],
        }
    ],
}  # fmt: skip
LEAD: dict[str, Any] = {
    "id": "123",
    "created_time": "2026-09-21T13:33:20+0000",
    "form_id": "42",
    "campaign_id": "c1",
    "campaign_name": "Spring",
    "is_organic": False,
    "platform": "ig",
    "field_data": [
        {"name": "email", "values": ["ada@fabrik.example"]},
        {"name": "full_name", "values": ["Ada Berg"]},
        {"name": "company_name", "values": ["Fabrik"]},
        {"name": "how_soon?", "values": ["this_month"]},
        {"name": "tools", "values": ["crm", "sheets"]},
    ],
    "custom_disclaimer_responses": [{"checkbox_key": "news", "is_checked": "1"}, {"checkbox_key": "b", "is_checked": ""}],
}  # fmt: skip


def subscribing(token: str) -> Request:
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
    return Request("GET", META, query, {}, b"")


def test_meta_is_given_its_challenge_back_when_it_knows_the_token():
    reply = meta.DOOR.answer(read(meta.DOOR, subscribing("tok"), {"verify_token": "tok"}))
    assert (reply.status, reply.body) == (200, b"1158201444")
    assert reply.content_type.startswith("text/plain")


@pytest.mark.parametrize("secrets", [{"verify_token": "other"}, {}, {"verify_token": ""}, UNSIGNED])
def test_meta_is_refused_when_it_does_not(secrets):
    assert refused(meta.DOOR, subscribing("tok"), secrets).status == 403


def test_meta_tells_ids_and_each_says_what_must_be_fetched():
    first, second = read(meta.DOOR, as_json(META, LEADGEN), UNSIGNED).calls
    assert (first.event, first.external_id, first.timestamp) == ("lead_announced", "123", 1_790_000_000_000)
    assert first.properties["fetch"] == {"from": "meta", "path": "/123", "fields": meta.FIELDS}
    assert first.properties["form_id"] == "42"
    assert second.external_id == "124"


def test_an_id_that_could_lead_elsewhere_is_not_fetched():
    body = {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "../me?x="}}]}]}
    assert "fetch" not in read(meta.DOOR, as_json(META, body), UNSIGNED).calls[0].properties


def test_a_lead_of_meta_is_who_they_are_and_which_ad_brought_them():
    calls = meta.lead_from_graph(LEAD)
    assert identify(calls).traits == {
        "email": "ada@fabrik.example", "name": "Ada Berg", "company": "Fabrik", "how_soon": "this_month",
        "tools": ["crm", "sheets"],
    }  # fmt: skip
    did = track(calls)
    assert (did.event, did.message_id, did.external_id) == ("form_submitted", "meta:123", "123")
    assert did.properties["platform"] == did.properties["utm_source"] == "instagram"
    assert (did.properties["utm_medium"], did.properties["utm_campaign"]) == ("paid_social", "Spring")
    assert did.properties["agreed"] == ["news"]


def test_an_announced_lead_and_the_fetched_one_are_one_person_and_two_calls():
    announced = read(meta.DOOR, as_json(META, LEADGEN), UNSIGNED).calls[0]
    fetched = track(meta.lead_from_graph(LEAD))
    assert announced.external_id == fetched.external_id
    assert announced.message_id != fetched.message_id


def test_an_error_of_the_graph_api_is_no_lead():
    with pytest.raises(Refusal, match="Unsupported get request"):
        meta.lead_from_graph({"error": {"message": "Unsupported get request", "code": 100}})


NOTICE: dict[str, Any] = {
    "type": "LEAD_ACTION",
    "leadGenFormResponse": "urn:li:leadGenFormResponse:aaaa-5",
    "leadGenForm": "urn:li:leadGenForm:3162",
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:522529623"},
    "leadType": "SPONSORED",
    "leadAction": "CREATED",
    "occurredAt": 1790000000000,
}
FORM: dict[str, Any] = {
    "name": "Demo",
    "content": {
        "questions": [
            {"questionId": 1, "name": "firstName", "predefinedField": "FIRST_NAME"},
            {"questionId": 2, "name": "email", "predefinedField": "EMAIL"},
            {"questionId": 3, "name": "howSoon", "question": {"localized": {"en_US": "How soon?"}},
             "questionDetails": {"multipleChoiceQuestionDetails": {"options": [
                 {"id": 1, "text": {"localized": {"en_US": "This month"}}}, {"id": 2, "text": "This year"}]}}},
        ]
    },
}  # fmt: skip
ANSWERED: dict[str, Any] = {
    "id": "aaaa-5",
    "submittedAt": 1790000000000,
    "leadType": "SPONSORED",
    "testLead": False,
    "versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
    "leadMetadataInfo": {"sponsoredLeadMetadataInfo": {"campaign": {"id": "367", "name": "Spring"}}},
    "form": FORM,
    "formResponse": {
        "answers": [
            {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "Ada"}}},
            {"questionId": 2, "answerDetails": {"textQuestionAnswer": {"answer": "ada@fabrik.example"}}},
            {"questionId": 3, "answerDetails": {"multipleChoiceAnswer": {"options": [1]}}},
        ]
    },
}


def test_linkedins_challenge_is_answered_with_its_signature():
    request = Request("GET", LINKEDIN, {"challengeCode": "890e4665-4dfe"}, {}, b"")
    reply = linkedin.DOOR.answer(read(linkedin.DOOR, request, {"secret": "s"}))
    assert json.loads(reply.body) == {
        "challengeCode": "890e4665-4dfe",
        "challengeResponse": hexed("s", b"890e4665-4dfe"),
    }
    assert refused(linkedin.DOOR, request).status == 401
    assert refused(linkedin.DOOR, request._replace(query={}), {"secret": "s"}).status == 400


@pytest.mark.parametrize("prefix", ["", "hmacsha256="])
@pytest.mark.parametrize("written_as", ["", "hmacsha256="])
def test_both_readings_of_linkedins_signature_are_accepted(prefix, written_as):
    body = json.dumps(NOTICE).encode()
    header = {"x-li-signature": written_as + hexed("s", prefix.encode() + body)}
    assert read(linkedin.DOOR, posted(LINKEDIN, body, header), {"secret": "s"}).calls


def test_linkedin_tells_an_id_and_what_must_be_fetched():
    [call] = read(linkedin.DOOR, as_json(LINKEDIN, NOTICE), UNSIGNED).calls
    assert (call.event, call.external_id, call.timestamp) == ("lead_announced", "aaaa-5", 1_790_000_000_000)
    assert call.properties["fetch"]["path"] == "/rest/leadFormResponses/aaaa-5"


def test_a_lead_that_linkedin_wants_deleted_is_not_fetched():
    [call] = read(linkedin.DOOR, as_json(LINKEDIN, {**NOTICE, "leadAction": "DELETED"}), UNSIGNED).calls
    assert call.event == "lead_deletion_asked"
    assert "fetch" not in call.properties


def test_an_id_of_linkedins_stays_one_part_of_a_path():
    told = {**NOTICE, "leadGenFormResponse": "urn:li:leadGenFormResponse:../../me?x"}
    [call] = read(linkedin.DOOR, as_json(LINKEDIN, told), UNSIGNED).calls
    assert call.properties["fetch"]["path"] == "/rest/leadFormResponses/..%2F..%2Fme%3Fx"


@pytest.mark.parametrize("given_apart", [False, True])
def test_answers_to_linkedin_get_their_meaning_from_the_form(given_apart):
    answer = {name: value for name, value in ANSWERED.items() if name != "form"} if given_apart else ANSWERED
    calls = linkedin.lead_from_response(answer, FORM if given_apart else None)
    assert identify(calls).traits == {
        "first_name": "Ada",
        "email": "ada@fabrik.example",
        "how_soon": "This month",
    }
    did = track(calls)
    assert (did.message_id, did.external_id, did.timestamp) == (
        "linkedin:aaaa-5",
        "aaaa-5",
        1_790_000_000_000,
    )
    assert did.properties["utm_campaign"] == "Spring"
    assert "test" not in did.properties


def test_a_test_lead_of_linkedins_is_marked_in_all_its_calls():
    calls = linkedin.lead_from_response({**ANSWERED, "testLead": True})
    assert [call.properties["test"] for call in calls] == [True, True]


def test_an_error_of_linkedins_is_no_lead():
    with pytest.raises(Refusal, match="Not enough permissions"):
        linkedin.lead_from_response({"message": "Not enough permissions", "status": 403})


GOOGLE_LEAD: dict[str, Any] = {
    "lead_id": "TeSter-123",
    "user_column_data": [
        {"column_name": "Full Name", "string_value": "Ada Berg", "column_id": "FULL_NAME"},
        {"column_name": "Work Email", "string_value": "ada@fabrik.example", "column_id": "WORK_EMAIL"},
        {"column_name": "Company Name", "string_value": "Fabrik", "column_id": "COMPANY_NAME"},
        {"column_name": "How soon do you want to start?", "string_value": "Now"},
    ],
    "api_version": "1.0",
    "form_id": 40000000000,
    "campaign_id": 10000000000,
    "gcl_id": "Tst-gclid",
    "is_test": False,
    "google_key": "shared",
    "new_field": {"ignored": True},
}


def test_a_google_lead_needs_the_shared_key():
    assert read(google_ads.DOOR, as_json(GOOGLE, GOOGLE_LEAD), {"google_key": "shared"}).calls
    assert refused(google_ads.DOOR, as_json(GOOGLE, GOOGLE_LEAD), {"google_key": "other"}).status == 401
    without = {**GOOGLE_LEAD, "google_key": None}
    assert refused(google_ads.DOOR, as_json(GOOGLE, without), {"google_key": "shared"}).status == 401


def test_a_google_lead_is_who_they_are_and_which_click_brought_them():
    delivery = read(google_ads.DOOR, as_json(GOOGLE, GOOGLE_LEAD), UNSIGNED)
    assert identify(delivery).traits == {
        "name": "Ada Berg", "email": "ada@fabrik.example", "company": "Fabrik",
        "how_soon_do_you_want_to_start": "Now",
    }  # fmt: skip
    did = track(delivery)
    assert (did.message_id, did.external_id) == ("google_ads:TeSter-123", "TeSter-123")
    assert did.properties == {
        "form_id": "40000000000", "campaign_id": "10000000000", "gclid": "Tst-gclid", "platform": "google_ads",
        "utm_source": "google", "utm_medium": "cpc",
    }  # fmt: skip


def test_a_test_lead_of_googles_is_marked_in_all_its_calls():
    delivery = read(google_ads.DOOR, as_json(GOOGLE, {**GOOGLE_LEAD, "is_test": True}), UNSIGNED)
    assert [call.properties["test"] for call in delivery.calls] == [True, True]


@pytest.mark.slow
@given(mangled(LEADGEN), mangled(NOTICE), mangled(GOOGLE_LEAD))
def test_any_json_is_read_or_refused(of_meta, of_linkedin, of_google):
    survives(meta.DOOR, as_json(META, of_meta), UNSIGNED)
    survives(linkedin.DOOR, as_json(LINKEDIN, of_linkedin), UNSIGNED)
    survives(google_ads.DOOR, as_json(GOOGLE, of_google), UNSIGNED)


@pytest.mark.slow
@given(mangled(LEAD), mangled(ANSWERED))
def test_any_answer_that_is_fetched_is_a_lead_or_is_refused(of_meta, of_linkedin):
    for read_lead, answer in ((meta.lead_from_graph, of_meta), (linkedin.lead_from_response, of_linkedin)):
        try:
            assert read_lead(answer if isinstance(answer, dict) else {})
        except Refusal as refusal:
            assert refusal.status == 400


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    survives(meta.DOOR, posted(META, body), UNSIGNED)
    survives(linkedin.DOOR, posted(LINKEDIN, body), UNSIGNED)
    survives(google_ads.DOOR, posted(GOOGLE, body), UNSIGNED)


@given(
    st.dictionaries(
        st.sampled_from(["hub.mode", "hub.challenge", "hub.verify_token", "challengeCode"]), st.text()
    )
)
def test_any_challenge_is_answered_or_refused(query):
    for door, path in ((meta.DOOR, META), (linkedin.DOOR, LINKEDIN)):
        survives(door, Request("GET", path, query, {}, b""), {"secret": "s", "verify_token": "t"})
