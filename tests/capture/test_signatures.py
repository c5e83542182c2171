"""What every door with a signature keeps to: nothing unsigned, nothing wrongly signed, nothing twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qualify.capture.doors import calendly, google_ads, linkedin, meta, tally, typeform
from qualify.capture.model import Request
from tests.capture.arriving import message_ids, posted, read, refused
from tests.capture.signing import based, hexed

SECRET = "a secret of the source"
BODIES: dict[str, Any] = {
    "typeform": {
        "event_id": "e1",
        "form_response": {"answers": [{"type": "email", "email": "a@b.example", "field": {"ref": "r"}}]},
    },
    "tally": {
        "eventType": "FORM_RESPONSE",
        "data": {"responseId": "r1", "fields": [{"key": "q", "label": "Email", "type": "INPUT_EMAIL", "value": "a@b.example"}]},
    },
    "calendly": {"event": "invitee.created", "payload": {"uri": "https://c/i/1", "email": "a@b.example"}},
    "meta": {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "444"}}]}]},
    "linkedin": {"leadGenFormResponse": "urn:li:leadGenFormResponse:abc", "leadAction": "CREATED"},
    "google_ads": {
        "lead_id": "l1", "google_key": SECRET,
        "user_column_data": [{"column_id": "EMAIL", "string_value": "a@b.example"}],
    },
}  # fmt: skip
DOORS: dict[str, Any] = {
    door.name: door
    for door in (typeform.DOOR, tally.DOOR, calendly.DOOR, meta.DOOR, linkedin.DOOR, google_ads.DOOR)
}
HEADERS = {
    "typeform": lambda secret, body: {"typeform-signature": f"sha256={based(secret, body)}"},
    "tally": lambda secret, body: {"tally-signature": based(secret, body)},
    "calendly": lambda secret, body: {
        "calendly-webhook-signature": f"t=1790000000,v1={hexed(secret, b'1790000000.' + body)}"
    },
    "meta": lambda secret, body: {"x-hub-signature-256": f"sha256={hexed(secret, body)}"},
    "linkedin": lambda secret, body: {"x-li-signature": hexed(secret, body)},
    "google_ads": lambda secret, body: {},
}
SECRETS = {name: {"google_key" if name == "google_ads" else "secret": SECRET} for name in DOORS}
SIGNED = [name for name in DOORS if name != "google_ads"]
every = pytest.mark.parametrize("name", list(DOORS))


def signed(name: str, secret: str = SECRET) -> Request:
    body = json.dumps(BODIES[name]).encode()
    return posted(f"hooks/{name.replace('_', '-')}/wk_1", body, HEADERS[name](secret, body))


@every
def test_what_is_rightly_signed_is_read(name):
    delivery = read(DOORS[name], signed(name), SECRETS[name])
    assert delivery.calls
    assert delivery.key == DOORS[name].key(signed(name), {"key": "wk_1"}) == "wk_1"
    assert DOORS[name].answer(delivery).status == 200


@pytest.mark.parametrize("name", SIGNED)
def test_what_is_signed_with_another_secret_is_refused(name):
    refusal = refused(DOORS[name], signed(name, "another"), SECRETS[name])
    assert (refusal.status, refusal.code) == (401, "wrong_signature")


@pytest.mark.parametrize("name", SIGNED)
def test_a_body_that_was_changed_on_the_way_is_refused(name):
    request = signed(name)
    assert refused(DOORS[name], request._replace(body=request.body + b" "), SECRETS[name]).status == 401


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize(
    "given", ["", "sha256=", "t=1,v1=", "ÄÖ\udcff", "é" * 64, "t=" + "9" * 99 + ",v1=00"]
)
def test_a_signature_that_is_none_is_refused(name, given):
    request = signed(name)
    headers = dict.fromkeys(request.headers, given)
    assert refused(DOORS[name], request._replace(headers=headers), SECRETS[name]).status == 401
    assert refused(DOORS[name], request._replace(headers={}), SECRETS[name]).code == "no_signature"


@every
def test_without_a_secret_nothing_is_believed(name):
    assert refused(DOORS[name], signed(name)).code == "unsigned"
    assert refused(DOORS[name], signed(name), {"unsigned": "no"}).status == 401


@every
def test_unsigned_requests_are_read_where_the_source_says_so(name):
    request = signed(name)._replace(headers={})
    assert read(DOORS[name], request, {"unsigned": "allow"}).calls


@pytest.mark.parametrize("name", SIGNED)
def test_a_secret_that_is_there_is_needed_whatever_else_the_source_says(name):
    request = signed(name)._replace(headers={})
    assert refused(DOORS[name], request, {**SECRETS[name], "unsigned": "allow"}).status == 401


@every
def test_what_is_sent_again_has_the_message_ids_it_had(name):
    first, again = (message_ids(read(DOORS[name], signed(name), SECRETS[name])) for _ in range(2))
    assert first == again
    assert None not in first
    assert len(set(first)) == len(first)


@every
def test_a_source_sends_by_its_own_server_not_by_the_persons_browser(name):
    calls = read(DOORS[name], signed(name), SECRETS[name]).calls
    assert {call.context["library"]["name"] for call in calls} == {name}


@every
def test_json_of_another_shape_is_put_aside_and_answered_so_that_it_is_not_sent_again(name):
    delivery = read(DOORS[name], signed(name)._replace(body=b'{"google_key": 1}'), {"unsigned": "allow"})
    assert delivery.calls == []
    assert delivery.malformed[0].raw == b'{"google_key": 1}'
    assert DOORS[name].answer(delivery).status == 200


@every
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff\xfe", b"null", b'"x"', b"a=1&b=2", b"\x1f\x8b\x08junk"]
)
def test_what_is_no_json_object_is_refused(name, body):
    assert refused(DOORS[name], signed(name)._replace(body=body), {"unsigned": "allow"}).status == 400


@every
def test_other_methods_are_refused(name):
    assert refused(DOORS[name], signed(name)._replace(method="DELETE"), SECRETS[name]).status == 405
