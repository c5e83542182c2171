"""The Segment HTTP API, with bytes as the real clients of Segment and RudderStack send them."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.cors import cors, preflight
from qualify.capture.doors import segment
from qualify.capture.doors.segment import DOOR, LARGEST_MESSAGE
from qualify.capture.model import Delivery, Refusal, Request
from tests.capture.arriving import ANYTHING, as_json, mangled, posted, read, refused, survives

TRACK = {
    "type": "track",
    "event": "Demo Requested",
    "userId": "u1",
    "messageId": "m1",
    "timestamp": "2026-01-02T03:04:05Z",
}


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def client(name: str) -> Request:
    """A request as this client makes it."""
    python = {
        "batch": [
            {
                **TRACK,
                "anonymousId": None,
                "context": {"library": {"name": "analytics-python"}},
                "integrations": {},
            }
        ]
    }
    sent = {**python, "sentAt": "2026-01-02T03:04:06+00:00"}
    single = {**TRACK, "anonymousId": "a1", "sentAt": "2026-01-02T03:04:06.000Z", "writeKey": "key"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    beacon = {
        "batch": [{**TRACK, "originalTimestamp": TRACK["timestamp"], "sentAt": "2026-01-02T03:04:06.000Z"}]
    }
    return {
        "segment-analytics-python": as_json("v1/batch", {**sent, "writeKey": "key"}, basic("key:")),
        "rudder-sdk-python": posted("v1/batch", gzip.compress(json.dumps(sent).encode(), mtime=0), basic("key:") | {"content-encoding": "gzip"}),
        "analytics-node": as_json("v1/batch", {**sent, "writeKey": "key"}, basic("key:")),
        "rudder-sdk-node": posted("v1/batch", gzip.compress(json.dumps(sent).encode(), mtime=0), basic("key:") | form),
        "analytics-next": as_json("v1/t", single, {"content-type": "text/plain"}),
        "analytics-next batching": as_json("v1/b", {**sent, "writeKey": "key"}, {"content-type": "text/plain"}),
        "rudder analytics-js": as_json("v1/track", single, basic("key:") | {"sentat": "2026-01-02T03:04:06.000Z"}),
        "rudder beacon": posted("beacon/v1/batch", json.dumps(beacon).encode(), {"content-type": "text/plain"}, writeKey="key"),
        "old import": as_json("v1/import", {**sent, "writeKey": "key"}),
    }[name]  # fmt: skip


CLIENTS = (
    *("segment-analytics-python", "rudder-sdk-python", "analytics-node", "rudder-sdk-node", "analytics-next"),
    *("analytics-next batching", "rudder analytics-js", "rudder beacon", "old import"),
)


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_is_understood(name):
    delivery = read(DOOR, client(name))
    [call] = delivery.calls
    assert delivery.key == "key"
    assert (call.type, call.event, call.user_id, call.message_id) == ("track", "Demo Requested", "u1", "m1")
    assert call.timestamp == "2026-01-02T03:04:05Z"
    assert str(call.sent_at).startswith("2026-01-02T03:04:06")
    assert not delivery.malformed
    assert json.loads(DOOR.answer(delivery).body) == {"success": True}


@pytest.mark.parametrize(
    ("headers", "body", "query", "key"),
    [
        (basic("abc:"), {}, {}, "abc"),
        (basic("abc"), {}, {}, "abc"),
        (basic("abc:"), {"writeKey": "other"}, {}, "abc"),
        ({"authorization": "Bearer token"}, {"writeKey": "abc"}, {}, "abc"),
        ({"authorization": "Basic ???"}, {"writeKey": "abc"}, {}, "abc"),
        ({}, {}, {"writeKey": "abc"}, "abc"),
        ({"x-write-key": "abc"}, {}, {}, "abc"),
        ({"x-write-key": "abc:secret"}, {}, {"writeKey": "abc:***"}, "abc"),
        ({}, {"writeKey": 5}, {}, None),
        (basic("a\nb:"), {}, {}, None),
        ({}, {}, {"writeKey": "a\0b"}, None),
        ({}, {"writeKey": "x" * 257}, {}, None),
        ({}, {}, {}, None),
    ],
)
def test_the_first_key_that_is_found_counts(headers, body, query, key):
    request = posted("v1/batch", json.dumps({"batch": [], **body}).encode(), headers, **query)
    assert read(DOOR, request).key == key


@pytest.mark.parametrize(
    ("path", "type_"),
    [("v1/i", "identify"), ("v1/t", "track"), ("v1/p", "page"), ("v1/s", "screen"), ("v1/g", "group"), ("v1/a", "alias"),
     ("v1/identify", "identify"), ("v1/page/", "page"), ("v1/alias", "alias"),
     ("api/s/track", "track"), ("api/s/s2s/identify", "identify")],
)  # fmt: skip
def test_the_path_says_what_kind_of_call_it_is(path, type_):
    assert read(DOOR, as_json(path, {"userId": "u"})).calls[0].type == type_


def test_one_bad_message_does_not_lose_the_batch():
    bad: list[object] = [
        5,
        None,
        [],
        {"type": "guess"},
        {"type": []},
        {"no": "type"},
        {**TRACK, "traits": "x" * LARGEST_MESSAGE},
    ]
    delivery = read(
        DOOR, as_json("v1/batch", {"batch": [TRACK, *bad, TRACK], "sentAt": "2026-01-02T03:04:06Z"})
    )
    assert len(delivery.calls) == 2
    assert {call.sent_at for call in delivery.calls} == {"2026-01-02T03:04:06Z"}
    assert len(delivery.malformed) == len(bad)
    assert json.loads(delivery.malformed[3].raw) == {"type": "guess"}
    assert [one.reason for one in delivery.malformed] == ["malformed"] * 6 + ["too large"]


def test_a_message_that_is_nested_too_deeply_does_not_lose_the_batch():
    deep = json.dumps({**TRACK, "properties": "DEEP"}).replace('"DEEP"', "[" * 500 + "]" * 500)
    body = f'{{"batch": [{json.dumps(TRACK)}, {deep}], "writeKey": "key"}}'
    delivery = read(DOOR, posted("v1/batch", body.encode()))
    assert [call.user_id for call in delivery.calls] == ["u1"]
    assert delivery.key == "key"
    assert "nested" in delivery.malformed[0].detail


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("u1", "u1"), (17, "17"), (17.0, "17"), (1.5, "1.5"), ("", None), (None, None), (True, None), ({}, None), (10**30, "1" + "0" * 30)],
)  # fmt: skip
def test_ids_may_be_numbers_and_anything_else_is_none(sent, expected):
    assert read(DOOR, as_json("v1/t", {**TRACK, "userId": sent})).calls[0].user_id == expected


def test_what_the_batch_says_counts_where_the_message_is_silent():
    around = {"context": {"ip": "203.0.113.9", "locale": "de"}, "timestamp": "2026-01-01T00:00:00Z"}
    quiet = {"type": "track", "event": "x", "userId": "u", "context": {"locale": "fr"}}
    [call] = read(DOOR, as_json("v1/batch", {"batch": [quiet], **around})).calls
    assert call.context == {"ip": "203.0.113.9", "locale": "fr"}
    assert call.timestamp == "2026-01-01T00:00:00Z"


def test_a_page_knows_its_name_and_category_whether_or_not_the_client_repeats_them():
    [call] = read(DOOR, as_json("v1/page", {"userId": "u", "name": "Pricing", "category": "Site"})).calls
    assert call.event == "Pricing"
    assert call.properties == {"name": "Pricing", "category": "Site"}


def test_the_browsers_id_may_come_in_a_header():
    headers = {"anonymousid": base64.b64encode(b"browser-1").decode()}
    assert read(DOOR, as_json("v1/page", {"userId": ""}, headers)).calls[0].anonymous_id == "browser-1"
    assert read(DOOR, as_json("v1/page", {"anonymousId": "b"}, headers)).calls[0].anonymous_id == "b"


def test_empty_objects_may_be_lists_as_php_writes_them():
    [call] = read(DOOR, as_json("v1/t", {**TRACK, "properties": [], "traits": [], "context": []})).calls
    assert (call.properties, call.traits, call.context) == ({}, {}, {})


def test_a_body_of_half_a_megabyte_is_taken():
    batch = {"batch": [{**TRACK, "properties": {"x": "y" * 300}} for _ in range(1200)]}
    request = as_json("v1/batch", batch)
    assert len(request.body) > 512_000
    assert len(read(DOOR, request).calls) == 1200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"nothing", 400), (b"[]", 400), (b'{"batch": 1}', 400), (b"{}", 400), (b"\x1f\x8b", 400), (b" " * 10_000_000, 413),
     (gzip.compress(b" " * 10_000_000, mtime=0), 413)],
)  # fmt: skip
def test_what_is_no_batch_is_refused_in_the_shape_that_clients_understand(body, status):
    refusal = refused(DOOR, posted("v1/batch", body))
    assert refusal.status == status
    assert json.loads(DOOR.refuse(refusal).body)["success"] is False


def test_a_refusal_keeps_its_headers():
    told = DOOR.refuse(Refusal(429, "rate_limited", "Wait.", {"Retry-After": "3"}))
    assert told.headers == {"Retry-After": "3"}


def test_browsers_get_their_settings():
    told = json.loads(segment.settings("key", "q.example.com").body)
    assert told["integrations"]["Segment.io"] == {
        "apiKey": "key",
        "apiHost": "q.example.com/v1",
        "protocol": "https",
    }
    source = json.loads(segment.source_config("key").body)["source"]
    assert (source["enabled"], source["writeKey"], source["destinations"]) == (True, "key", [])


def test_pages_of_any_origin_may_send_and_read_retry_after():
    page = Request("OPTIONS", "v1/t", {}, {"origin": "https://acme.com"}, b"")
    told = preflight(page)
    assert told.status == 204
    assert told.headers["Access-Control-Allow-Origin"] == "https://acme.com"
    assert told.headers["Access-Control-Allow-Credentials"] == "true"
    assert told.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert {"authorization", "x-retry-count", "anonymousid", "sentat"} <= set(
        told.headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert cors(Request("POST", "", {}, {"origin": "https://a.com\r\nX: y"}, b"")) == {}
    assert cors(Request("POST", "", {}, {}, b"")) == {}


@given(
    mangled(
        {
            "batch": [{**TRACK, "context": {"page": {"url": "u"}}, "traits": {"email": "a@b.co"}}],
            "sentAt": "x",
        }
    )
)
def test_any_json_as_a_batch_is_survived(content):
    survives(DOOR, as_json("v1/batch", content))


@given(
    mangled({**TRACK, "context": {}, "name": "n", "category": "c", "originalTimestamp": "t"}),
    st.sampled_from("tipsga"),
)
def test_any_json_as_a_message_is_survived(content, letter):
    survives(DOOR, as_json(f"v1/{letter}", content))


@given(
    st.binary() | st.binary().map(gzip.compress) | ANYTHING.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(["v1/batch", "v1/t"]),
)
def test_any_bytes_are_survived(body, path):
    survives(DOOR, posted(path, body))


@pytest.mark.parametrize("message", ["1", "{}", '{"type":"track"}'])
def test_a_batch_of_too_many_messages_is_refused_before_they_are_looked_at(message):
    body = f'{{"batch":[{",".join([message] * 100_000)}]}}'.encode()
    assert refused(DOOR, posted("v1/batch", body)).status == 413


def test_an_empty_batch_is_no_mistake():
    assert read(DOOR, as_json("v1/batch", {"batch": []})) == Delivery(None, [])
