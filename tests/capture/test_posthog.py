"""PostHog's capture API, with bytes as its clients for Python, Node and pages send them."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.posthog import DOOR
from qualify.capture.doors.segment import LARGEST_MESSAGE
from qualify.capture.model import Refusal, Request
from qualify.capture.steps.timing import moment_of
from tests.capture.arriving import as_json, mangled, posted, read, refused, survives
from tests.capture.drafting import passed

EVENT = {
    "uuid": "m1",
    "event": "Demo Requested",
    "distinct_id": "u1",
    "timestamp": "2026-01-02T03:04:05Z",
    "properties": {"plan": "team"},
}
PYTHON = {
    "api_key": "key",
    "batch": [EVENT],
    "sent_at": "2026-01-02T03:04:06Z",
    "historical_migration": False,
}
V1 = {
    "authorization": "Bearer key",
    "posthog-sdk-info": "posthog-python/7.91.1",
    "posthog-request-timestamp": "2026-01-02T03:04:06+00:00",
}
PAGE = {
    "event": "$pageview",
    "properties": {"token": "key", "distinct_id": "d1", "$device_id": "d1", "$is_identified": False},
    "uuid": "m1",
}


def call_of(event, path="batch/"):
    [call] = read(DOOR, as_json(path, {"api_key": "key", "batch": [event]})).calls
    return call


@pytest.mark.parametrize(
    "request_",
    [
        as_json("batch/", PYTHON),
        posted("batch/", gzip.compress(json.dumps(PYTHON).encode(), mtime=0), {"content-encoding": "gzip"}),
        posted(
            "e/",
            gzip.compress(json.dumps([{**EVENT, "properties": {"token": "key"}}]).encode(), mtime=0),
            {"content-type": "text/plain"},
        ),
        posted(
            "e/",
            b"data=" + base64.b64encode(json.dumps({**EVENT, "api_key": "key"}).encode()),
            compression="base64",
        ),
        as_json("i/v0/e/", {**EVENT, "api_key": "key"}),
        as_json("capture/", {**EVENT, "api_key": "key"}),
    ],
    ids=["python", "node", "page", "page closing", "one event", "older"],
)
def test_every_client_is_understood(request_):
    delivery = read(DOOR, request_)
    [call] = delivery.calls
    assert delivery.key == "key"
    assert (call.type, call.event, call.user_id, call.message_id) == ("track", "Demo Requested", "u1", "m1")
    assert json.loads(DOOR.answer(delivery).body) == {"status": 1}


def test_a_visitor_who_is_not_identified_is_a_browser():
    call = call_of(PAGE, "e/")
    assert (call.type, call.anonymous_id, call.user_id) == ("page", "d1", None)


@pytest.mark.parametrize(
    "event",
    [
        {
            "event": "$identify",
            "distinct_id": "u1",
            "$set": {"email": "ann@acme.com"},
            "properties": {"$anon_distinct_id": "d1"},
        },
        {
            "event": "$identify",
            "distinct_id": "u1",
            "properties": {"$anon_distinct_id": "d1", "$set": {"email": "ann@acme.com"}},
        },
    ],
    ids=["page", "node"],
)
def test_identify_joins_the_browser_and_the_user_and_teaches_traits(event):
    call = call_of(event)
    assert (call.type, call.user_id, call.anonymous_id) == ("identify", "u1", "d1")
    assert call.traits == {"email": "ann@acme.com"}


def test_what_is_set_only_once_counts_least():
    call = call_of(
        {
            "event": "$set",
            "distinct_id": "u1",
            "properties": {"$set": {"plan": "b"}, "$set_once": {"plan": "a", "first": 1}},
        }
    )
    assert (call.type, call.traits) == ("identify", {"plan": "b", "first": 1})


@pytest.mark.parametrize(("user", "alias"), [("old", "new"), ("new", "old")])
def test_an_alias_names_both_ids(user, alias):
    call = call_of(
        {"event": "$create_alias", "distinct_id": user, "properties": {"distinct_id": user, "alias": alias}}
    )
    assert (call.type, {call.user_id, call.previous_id}) == ("alias", {"old", "new"})


def test_a_group_of_companies_is_an_account_and_others_are_events():
    told = {"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme"}}
    call = call_of({"event": "$groupidentify", "distinct_id": "u1", "properties": told})
    assert (call.type, call.group_id, call.traits) == ("group", "acme", {"name": "Acme"})
    assert (
        call_of(
            {"event": "$groupidentify", "distinct_id": "u1", "properties": {**told, "$group_type": "project"}}
        ).type
        == "track"
    )


def test_the_company_comes_with_any_event():
    call = call_of({**EVENT, "properties": {"$groups": {"project": "p", "company": "acme"}}})
    assert call.group_id == "acme"


def test_a_page_view_tells_its_page_and_campaign():
    told = {
        "$current_url": "https://acme.com/pricing",
        "$pathname": "/pricing",
        "$referrer": "https://google.com/",
        "title": "P",
        "$lib": "web",
    }
    call = call_of(
        {
            "event": "$pageview",
            "distinct_id": "u1",
            "properties": {**told, "utm_source": "x", "$screen_height": 5},
        }
    )
    assert call.context["page"] == {
        "url": "https://acme.com/pricing",
        "path": "/pricing",
        "referrer": "https://google.com/",
        "title": "P",
    }
    assert call.properties == {"title": "P", "utm_source": "x"}
    assert call.context["library"]["name"] == "web"


def test_a_page_may_tell_how_long_ago_it_was():
    call = call_of({**{name: value for name, value in EVENT.items() if name != "timestamp"}, "offset": 3000})
    sent_at, happened_at = moment_of(call.sent_at), moment_of(call.timestamp)
    assert sent_at is not None
    assert happened_at is not None
    assert sent_at - happened_at == 3000


def test_one_bad_event_does_not_lose_the_batch():
    bad: list[object] = [None, 5, {}, {"event": ""}, {"event": {}}, {**EVENT, "x": "y" * LARGEST_MESSAGE}]
    delivery = read(DOOR, as_json("batch/", {**PYTHON, "batch": [EVENT, *bad]}))
    assert (len(delivery.calls), len(delivery.malformed)) == (1, len(bad))
    assert [one.reason for one in delivery.malformed] == ["malformed"] * 5 + ["too large"]


def test_an_event_that_is_too_large_is_too_large_however_well_it_is_compressed():
    large = gzip.compress(
        json.dumps({**PYTHON, "batch": [EVENT, {**EVENT, "x": "y" * LARGEST_MESSAGE}]}).encode()
    )
    delivery = read(DOOR, posted("batch/", large))
    assert (len(delivery.calls), [one.reason for one in delivery.malformed]) == (1, ["too large"])


def test_who_sends_too_much_is_refused_so_that_posthog_js_sends_it_again():
    reply = DOOR.refuse(Refusal(429, "slow_down", "more than 60 calls a second", {"Retry-After": "3"}))
    assert (reply.status, reply.headers, json.loads(reply.body)["code"]) == (
        503,
        {"Retry-After": "3"},
        "slow_down",
    )


@pytest.mark.parametrize("path", ["flags/", "decide/"])
def test_there_are_no_flags(path):
    delivery = read(DOOR, as_json(path, {"token": "key", "distinct_id": "d1"}))
    assert (delivery.key, delivery.calls) == ("key", [])
    assert not json.loads(DOOR.answer(delivery).body).get("flags")


def test_pages_get_their_settings():
    config = read(DOOR, Request("GET", "array/phc_Key/config", {}, {}, b""))
    assert json.loads(DOOR.answer(config).body)["sessionRecording"] is False
    script = DOOR.answer(read(DOOR, Request("GET", "array/phc_Key/config.js", {}, {}, b"")))
    assert script.content_type == "application/javascript"
    assert b"['phc_Key']={" in script.body


@pytest.mark.parametrize("body", [b"", b"null", b"5", b'{"batch": {}}'])
def test_what_holds_no_event_is_refused(body):
    assert refused(DOOR, posted("batch/", body)).status == 400


@given(
    mangled(
        {
            **PYTHON,
            "batch": [
                {
                    **EVENT,
                    "offset": 5,
                    "$set": {"a": 1},
                    "properties": {"$groups": {"company": "a"}, "alias": "x", "$set": {}},
                }
            ],
        }
    )
)
def test_any_json_is_survived(content):
    survives(DOOR, as_json("batch/", content))


@given(
    st.sampled_from(["$identify", "$create_alias", "$groupidentify", "$pageview", "$screen"]),
    mangled({"distinct_id": "a", "$anon_distinct_id": "b", "$groups": {}}),
)
def test_any_properties_of_their_own_events_are_survived(name, told):
    survives(DOOR, as_json("batch/", {"batch": [{"event": name, "properties": told, "offset": told}]}))


@given(st.binary(), st.sampled_from(["batch/", "e/", "flags/", "decide/", "i/v1/analytics/events"]))
def test_any_bytes_are_survived(body, path):
    survives(DOOR, posted(path, body))


@given(mangled({"batch": [{**EVENT, "options": {"process_person_profile": True}, "session_id": "s"}]}))
def test_any_events_of_the_newer_api_are_survived(told):
    survives(DOOR, as_json("i/v1/analytics/events", told, V1))


def test_what_a_server_tells_of_an_organisation_makes_nobody_a_person():
    """`group_identify` without a person, as posthog 7.91.1 and posthog-node 5.70.0 send it."""
    told = {
        "$group_type": "company",
        "$group_key": "acme",
        "$group_set": {"name": "Acme"},
        "$lib": "posthog-python",
    }
    event = {"event": "$groupidentify", "distinct_id": "$company_acme", "properties": told, "uuid": "u1"}
    [call] = read(DOOR, as_json("batch/", {"api_key": "k", "batch": [event]})).calls
    draft = passed(call)
    assert (draft.subject, draft.identifiers) == (None, [])
    assert draft.account == ("group", "acme")
    assert draft.account_traits == {"company": "Acme"}


def test_the_newer_api_tells_of_each_event_what_became_of_it():
    event = {**EVENT, "options": {"process_person_profile": False}, "session_id": "s1"}
    sent = {"created_at": "2026-01-02T03:04:00Z", "batch": [event, {"uuid": "m2", "event": ""}, 5]}
    delivery = read(DOOR, as_json("i/v1/analytics/events", sent, V1))
    [call] = delivery.calls
    assert delivery.key == "key"
    assert (call.type, call.event, call.anonymous_id, call.message_id) == (
        "track",
        "Demo Requested",
        "u1",
        "m1",
    )
    assert (call.timestamp, call.sent_at) == ("2026-01-02T03:04:05Z", "2026-01-02T03:04:06+00:00")
    assert call.context == {"library": {"name": "posthog-python", "version": "7.91.1"}, "sessionId": "s1"}
    told = json.loads(DOOR.answer(delivery).body)["results"]
    assert told == {
        "m1": {"result": "ok"},
        "m2": {"result": "drop", "details": 'an event needs its name under "event"'},
    }
    assert len(delivery.malformed) == 2


def test_a_client_that_wants_no_correction_of_its_clock_gets_none():
    sent = {"batch": [{**EVENT, "options": {"disable_skew_correction": True}}]}
    [newer] = read(DOOR, as_json("i/v1/analytics/events", sent, V1)).calls
    older = call_of({**EVENT, "sent_at": "2026-01-02T03:04:06Z", "properties": {"$ignore_sent_at": True}})
    assert (newer.timestamp, newer.sent_at) == (older.timestamp, older.sent_at) == (EVENT["timestamp"], None)


@pytest.mark.parametrize("path", ["flags/definitions", "api/feature_flag/local_evaluation/"])
def test_a_server_that_decides_flags_itself_is_told_that_there_are_none(path):
    delivery = read(DOOR, Request("GET", path, {"token": "key", "send_cohorts": ""}, {}, b""))
    assert (delivery.key, delivery.calls) == ("key", [])
    assert json.loads(DOOR.answer(delivery).body)["flags"] == []
