"""Requests at the front doors end to end: whose key it is, what is checked, what is kept, what a client is told."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from qualify.capture.doors.plausible import SALT
from qualify.clock import now
from qualify.errors import InputError
from qualify.web.database import rows
from qualify.web.sources import create_alias, create_key, create_source
from tests.capture.signing import based

PAGE = {"origin": "https://www.acme.example"}
RESPONSE = {
    "event_id": "01H",
    "event_type": "form_response",
    "form_response": {
        "form_id": "f1",
        "submitted_at": "2019-01-18T18:17:02Z",
        "definition": {
            "title": "Ask",
            "fields": [{"id": "1", "ref": "e", "type": "email", "title": "E-mail"}],
        },
        "answers": [
            {"type": "email", "email": "ada@acme.example", "field": {"id": "1", "ref": "e", "type": "email"}}
        ],
    },
}


@pytest.fixture
def client(store) -> Iterator[Client]:
    from qualify.web.doors import BUCKETS, KEYS
    from qualify.web.keeping.delivering import WRITER

    BUCKETS.levels.clear()
    KEYS.known.clear()  # what they opened in another test's store
    yield Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36"})
    WRITER.close()


def source(
    kind: str = "segment", secrets: dict[str, str] | None = None, key: str = "write", **settings: Any
) -> str:
    """The key of a new source."""
    return create_key(create_source(f"{kind} {now()}", kind, now(), settings, secrets), key, now())


def basic(key: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def sent(client: Client, key: str, message: dict[str, Any], **headers: str) -> Any:
    told = {**basic(key), **headers}
    return client.post("/v1/track", json.dumps(message), content_type="application/json", headers=told)


def kinds() -> list[str]:
    return [kind for (kind,) in rows("SELECT kind FROM event ORDER BY id")]


TRACK = {"event": "Demo Requested", "userId": "ada", "messageId": "m1"}


def test_a_signed_webhook_is_checked_with_the_secret_of_its_source_and_then_believed(client):
    key, body = source("typeform", {"secret": "s3"}), json.dumps(RESPONSE).encode()
    url, json_type = f"/hooks/typeform/{key}", "application/json"
    wrong = client.post(
        url, body, content_type=json_type, headers={"typeform-signature": "sha256=" + based("no", body)}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_signature")
    right = client.post(
        url, body, content_type=json_type, headers={"typeform-signature": "sha256=" + based("s3", body)}
    )
    assert right.status_code == 200
    # Seven years ago: a stranger's word for that would not do.
    assert rows("SELECT kind, happened_at FROM event") == [("form_submitted", 1_547_835_422_000)]


def test_what_is_not_signed_is_not_believed_even_where_it_is_allowed(client):
    key = source("typeform", {"unsigned": "allow"})
    answer = client.post(f"/hooks/typeform/{key}", json.dumps(RESPONSE), content_type="application/json")
    assert answer.status_code == 200
    assert kinds() == []
    assert {reason for (reason,) in rows("SELECT reason FROM aside")} == {"too old"}


def test_a_form_made_for_salesforce_leads_only_where_its_source_says(client):
    number = create_source("w2l", "salesforce", now(), {}, {"redirects": "www.acme.example"})
    create_alias(number, "00D58000000abcd", now())
    form = {"oid": "00D58000000abcd", "email": "ada@acme.example", "last_name": "Berg", "company": "Acme"}
    url = "/servlet/servlet.WebToLead?encoding=UTF-8"
    good = client.post(url, {**form, "retURL": "https://www.acme.example/thanks"})
    assert (good.status_code, good["Location"]) == (303, "https://www.acme.example/thanks")
    evil = client.post(url, {**form, "retURL": "https://evil.example/", "email": "bob@acme.example"})
    assert evil.status_code == 200
    assert kinds() == ["form_submitted"] * 2
    assert client.post(url, {**form, "oid": "00Dnobodys"}).status_code == 401


def test_an_alias_opens_one_source(client):
    number = create_source("site", "plausible", now())
    create_alias(number, "acme.example", now())
    event = {"n": "Signup", "u": "https://acme.example/", "d": "acme.example", "p": {"user_id": "ada"}}
    answer = client.post("/api/event", json.dumps(event), content_type="text/plain")
    assert (answer.status_code, answer.content) == (202, b"ok")
    assert kinds() == ["signup"]
    for taken in ("acme.example", "", "x" * 201, "a\nb"):
        with pytest.raises(InputError):
            create_alias(number, taken, now())


def test_plausibles_visitors_are_told_apart_where_the_source_has_a_salt(client):
    number = create_source("site", "plausible", now(), {}, {SALT: "pepper"})
    create_alias(number, "acme.example", now())
    for url in ("a", "b"):
        event = {"n": "pageview", "u": f"https://acme.example/{url}", "d": "acme.example"}
        client.post("/api/event", json.dumps(event), content_type="text/plain")
    assert rows("SELECT reason, detail FROM aside") == []
    assert len(rows("SELECT DISTINCT owner_id FROM event")) == 1
    assert kinds() == ["page_viewed"] * 2


def test_tests_and_spam_are_put_aside_with_their_reason(client):
    key = source()
    sent(client, key, {**TRACK, "properties": {"test": True}})
    sent(client, key, {**TRACK, "messageId": "m2", "properties": {"spam": "a link in the name"}})
    sent(client, key, {**TRACK, "messageId": "m3", "properties": {"test": "A/B", "spam": True}})
    assert kinds() == ["demo_requested"]
    assert rows("SELECT reason, detail FROM aside ORDER BY id") == [
        ("test", "its sender says that it is a test"),
        ("spam", "a link in the name"),
    ]


@pytest.mark.parametrize(
    ("agent", "context", "machine"),
    [
        ("python-requests/2.34", {}, None),
        ("Go-http-client/2.0", {}, None),
        ("analytics-python/2.4.0", {"library": {"name": "analytics-python"}}, None),
        (
            "python-requests/2.34",
            {"userAgent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
            "declared_bot",
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", {}, "declared_bot"),
    ],
)
def test_a_servers_library_is_no_bot_and_a_bot_is(client, agent, context, machine):
    sent(client, source(), {**TRACK, "context": context}, **{"user-agent": agent})
    assert rows("SELECT machine FROM event") == [(machine,)]


def test_a_page_may_read_the_answer_and_how_long_to_wait(client):
    key = source(rate=0.1)
    asked = client.options(
        "/v1/t", headers={**PAGE, "access-control-request-headers": "authorization,x-retry-count"}
    )
    assert asked.status_code == 204
    assert "x-retry-count" in asked["Access-Control-Allow-Headers"]
    first, second = sent(client, key, TRACK, **PAGE), sent(client, key, {**TRACK, "messageId": "m2"}, **PAGE)
    assert (first.status_code, second.status_code) == (200, 429)
    assert 1 <= int(second["Retry-After"]) <= 10
    for answer in (asked, first, second):
        assert answer["Access-Control-Allow-Origin"] == PAGE["origin"]
        assert answer["Access-Control-Allow-Credentials"] == "true"
    assert second["Access-Control-Expose-Headers"] == "Retry-After"
    assert {"code", "message"} <= second.json().keys()


@pytest.mark.parametrize(
    "path",
    ["/i/v1/analytics/events", "/api/s/track", "/flags/definitions", "/api/feature_flag/local_evaluation/"],
)
def test_the_addresses_of_newer_and_older_clients_lead_to_a_door(client, path):
    assert client.post(path, {"batch": []}, "application/json").json()["code"] == "bad_key"


@pytest.mark.parametrize("path", ["/v1/projects/k/settings", "/sourceConfig/?writeKey=k"])
def test_a_page_may_ask_for_settings_with_its_key_in_a_header(client, path):
    asked = client.options(path, headers={**PAGE, "access-control-request-headers": "authorization"})
    assert asked.status_code == 204
    assert "authorization" in asked["Access-Control-Allow-Headers"]
    told = client.get(path, headers=PAGE, SERVER_NAME="localhost")
    assert told["Access-Control-Allow-Origin"] == PAGE["origin"]


def test_an_encrypted_page_is_sent_nowhere_that_is_not(client, monkeypatch):
    from django.conf import settings

    def told(host: str, **headers: str) -> tuple[str, str]:
        answer = client.get("/v1/projects/k/settings", headers=headers, SERVER_NAME=host).json()
        found = answer["integrations"]["Segment.io"]
        return found["apiHost"], found["protocol"]

    assert told("localhost") == ("localhost/v1", "http")
    assert told("localhost", **{"x-forwarded-proto": "https"}) == (
        "localhost/v1",
        "http",
    )  # anybody can say so
    monkeypatch.setattr(settings, "TRUSTED_PROXIES", 1)
    assert told("localhost", **{"x-forwarded-proto": "https"}) == ("localhost/v1", "https")
    monkeypatch.setattr(settings, "BASE_URL", "https://localhost")
    assert told("localhost") == ("localhost/v1", "https")


@pytest.mark.parametrize("trouble", [OperationalError("disk I/O error"), TimeoutError()])
def test_what_could_not_be_kept_is_asked_for_again(client, monkeypatch, trouble):
    from qualify.web.keeping.delivering import WRITER

    def fails(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(WRITER, "keep", fails)
    answer = sent(client, source(), TRACK, **PAGE)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    assert answer["Access-Control-Expose-Headers"] == "Retry-After"
    assert {"code", "message"} <= answer.json().keys()


@pytest.mark.parametrize("path", ["/v1/track", "/batch/", "/v1/q", "/api/event", "/hooks/typeform/nobodys"])
def test_a_refusal_always_says_code_and_message(client, path):
    for body in (b"{", b"[]", b'{"api_key": "nobodys", "key": "nobodys", "batch": []}'):
        answer = client.post(path, body, content_type="application/json")
        assert 400 <= answer.status_code < 500
        assert {"code", "message"} <= answer.json().keys()
