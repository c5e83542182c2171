"""What Qualify's own script posts, as the door reads it; and the script as it is served."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.script import DOOR
from qualify.capture.model import Request
from qualify.capture.script import STUB, served, written
from tests.capture.arriving import as_json, identify, mangled, posted, read, refused, survives, track

PATH = "v1/q"
PAGE = {"url": "https://x.example/a?utm_source=ads", "referrer": "", "title": "A"}
STAMP = {"timestamp": "2026-11-22T10:00:00.000Z", "anonymousId": "anon-1", "page": PAGE}
BODY: dict[str, Any] = {
    "key": "wk_1",
    "sentAt": "2026-11-22T10:00:01.000Z",
    "batch": [
        {"type": "page", "messageId": "m1", "agreed": True, **STAMP},
        {"type": "track", "messageId": "m2", "event": "demo_requested", "properties": {"plan": "team"}, **STAMP},
        {"type": "identify", "messageId": "m3", "userId": "u1", "traits": {"email": "ada@fabrik.example"}, **STAMP},
        {"type": "group", "messageId": "m4", "groupId": "g1", "traits": {"name": "Fabrik"}, **STAMP},
        {"type": "consent", "messageId": "m5", "consent": {"process": True, "x": True}, "text": "I agree", **STAMP},
        {"type": "form", "messageId": "m6", "email": "ada@fabrik.example", "form": {"id": "f", "name": None},
         "values": {"your-email": "ada@fabrik.example", "fname": "Ada", "tools": ["a", "b"], "utm_term": "t"}, **STAMP},
    ],
}  # fmt: skip


def test_each_message_is_the_call_that_it_says():
    delivery = read(DOOR, as_json(PATH, BODY, {"user-agent": "Firefox"}))
    assert delivery.key == DOOR.key(as_json(PATH, BODY), {}) == "wk_1"
    kinds = ["page", "track", "identify", "group", "identify", "identify", "track"]
    assert [call.type for call in delivery.calls] == kinds
    page, did, who, group, agreed, *_ = delivery.calls
    assert page.context["page"] == {"url": "https://x.example/a?utm_source=ads", "title": "A"}
    assert (page.anonymous_id, page.timestamp, page.sent_at) == ("anon-1", STAMP["timestamp"], BODY["sentAt"])
    assert page.context["userAgent"] == "Firefox"
    assert (did.event, did.properties) == ("demo_requested", {"plan": "team"})
    assert (who.user_id, who.traits) == ("u1", {"email": "ada@fabrik.example"})
    assert (group.group_id, group.traits) == ("g1", {"name": "Fabrik"})
    assert (agreed.consent, agreed.consent_text) == ({"process": True}, "I agree")


def test_what_was_agreed_to_before_is_stamped_on_the_calls_after_it():
    first, second, *_ = read(DOOR, as_json(PATH, BODY)).calls
    assert first.context["consent"] == {"categoryPreferences": {"process": True}}
    assert "consent" not in second.context


def test_a_watched_form_identifies_by_its_e_mail_field():
    delivery = read(DOOR, as_json(PATH, {**BODY, "batch": BODY["batch"][-1:]}))
    who, did = identify(delivery), track(delivery)
    assert who.email == did.email == "ada@fabrik.example"
    assert who.traits == {"email": "ada@fabrik.example", "first_name": "Ada", "tools": ["a", "b"]}
    assert (did.event, did.message_id, who.message_id) == ("form_submitted", "m6", "m6:identify")
    assert did.properties == {"form_id": "f", "utm_term": "t"}


def test_one_message_that_is_none_does_not_harm_the_others():
    delivery = read(DOOR, as_json(PATH, {**BODY, "batch": [7, {"type": "x"}, BODY["batch"][0]]}))
    assert len(delivery.calls) == 1
    assert len(delivery.malformed) == 1


def test_the_key_may_stand_in_the_query():
    request = as_json(PATH, {"batch": BODY["batch"]})._replace(query={"key": "wk_2"})
    assert read(DOOR, request).key == "wk_2"


def test_pages_of_other_origins_may_send():
    origin = {"origin": "https://x.example"}
    reply = DOOR.answer(read(DOOR, as_json(PATH, BODY, origin)))
    assert reply.headers["Access-Control-Allow-Origin"] == "https://x.example"
    assert reply.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert DOOR.answer(read(DOOR, Request("OPTIONS", PATH, {}, origin, b""))).status == 204


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"key=1"])
def test_what_is_no_json_object_is_refused(body):
    assert refused(DOOR, posted(PATH, body)).status == 400


@given(mangled(BODY))
def test_any_json_is_read_or_refused(content):
    survives(DOOR, as_json(PATH, content))


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    survives(DOOR, posted(PATH, body))


def test_the_script_is_small():
    assert len(gzip.compress(served(), 9, mtime=0)) < 3 * 1024


def test_what_is_served_is_what_was_written_without_comments_and_indentation():
    kept = [
        line.strip() for line in written().splitlines() if line.strip() and not line.strip().startswith("//")
    ]
    assert served().decode().splitlines() == kept


def test_no_cookie_is_ever_touched():
    assert "cookie" not in served().decode().lower()


def test_the_stub_of_the_script_is_the_one_that_it_tells_of():
    assert f"<script>{STUB}</script>" in written()
