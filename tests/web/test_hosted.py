"""Forms with a page of their own, and the script for other people's pages."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from qualify.clock import now
from qualify.errors import InputError
from qualify.web.database import rows
from qualify.web.sources import create_key, create_source

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"

DEMO: dict[str, Any] = {
    "id": "demo",
    "name": "Ask for a demo",
    "title": "See it <live>",
    "least_seconds": 0,
    "event": "demo_requested",
    "consent_text": "You may process what I wrote.",
    "fields": [
        {"name": "email", "label": "Work e-mail", "type": "email", "required": True, "progressive": True},
        {"name": "first_name", "label": "First name", "progressive": True},
        {"name": "need", "label": "What do you need?", "type": "textarea"},
        {"name": "size", "label": "How many are you?", "type": "select", "options": ["1-10", "11-50"]},
        {"name": "plan", "type": "hidden"},
        {"name": "agreed", "type": "consent", "required": True},
    ],
}

FILLED = {
    "email": "ada@acme.example",
    "first_name": "Ada",
    "need": "Scores",
    "size": "11-50",
    "agreed": "yes",
}


@pytest.fixture
def visitor(store) -> Iterator[Client]:
    """Somebody with a browser, and a store to send things to."""
    from qualify.web.doors import BUCKETS
    from qualify.web.keeping.delivering import WRITER

    BUCKETS.levels.clear()
    yield Client(headers={"user-agent": BROWSER})
    WRITER.close()  # its thread holds a connection to this test's store


def form(more: dict[str, Any] | None = None, **settings: Any) -> int:
    """A form at /f/demo; the id of its source."""
    from qualify.web.hosted.stored import create_form

    source = create_source("site", "form", now(), settings)
    create_form(source, {**DEMO, **(more or {})}, now())
    return source


def shown(visitor: Client, url: str = "/f/demo", **headers: str) -> tuple[str, dict[str, str]]:
    """Where the form on that page is sent, and what its hidden fields hold."""
    text = visitor.get(url, headers=headers).content.decode()
    [action] = re.findall(r'action="([^"]*)"', text)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', text))
    return unescape(action), hidden


def events() -> list[tuple[str, dict[str, Any]]]:
    return [(kind, json.loads(text)) for kind, text in rows("SELECT kind, properties FROM event ORDER BY id")]


def learnt() -> list[dict[str, Any]]:
    return [json.loads(text) for (text,) in rows("SELECT traits FROM learnt ORDER BY id")]


def test_what_is_filled_in_is_kept_with_who_where_from_and_what_was_agreed(visitor):
    form()
    action, hidden = shown(
        visitor,
        "/f/demo?utm_source=news&utm_campaign=spring&plan=team",
        referer="https://acme.example/pricing",
    )
    answer = visitor.post(action, {**hidden, **FILLED})
    assert answer.status_code == 200
    assert "We have received your message" in answer.content.decode()
    [(kind, properties)] = events()
    assert kind == "demo_requested"
    assert properties["form_id"] == "demo"
    assert properties["campaign"] == "spring"
    assert properties["page"]["referrer"] == "https://acme.example/pricing"
    assert properties["page"]["path"] == "/f/demo"
    [traits] = learnt()
    assert traits == {
        "email": "ada@acme.example",
        "first_name": "Ada",
        "need": "Scores",
        "size": "11-50",
        "plan": "team",
    }
    assert (
        rows("SELECT purpose, given, proof FROM consent")
        == [("process", 1, "You may process what I wrote.")] * 2
    )


def looks_around(visitor: Client, browser: str) -> None:
    """A page view that q.js sends."""
    key = create_key(create_source(f"page of {browser}", "script", now()), "write", now())
    said = {"type": "page", "anonymousId": browser, "page": {"url": "https://www.acme.example/pricing"}}
    answer = visitor.post("/v1/q", json.dumps({"key": key, "batch": [said]}), content_type="text/plain")
    assert answer.status_code == 200


def owners() -> dict[str, int]:
    """By kind of event, whose they are."""
    return dict(rows("SELECT kind, owner_id FROM event"))


@pytest.mark.parametrize("embed", ["", "&embed=1"])
def test_what_is_sent_joins_the_history_of_the_visitor_that_q_js_knows(visitor, embed):
    form()
    looks_around(visitor, "mias-browser")
    action, hidden = shown(visitor, f"/f/demo?aid=mias-browser{embed}")
    visitor.post(action, {**hidden, **FILLED, "email": "ada"})  # and once more: the id is not lost on the way
    assert visitor.post(action, {**hidden, **FILLED}).status_code == 200
    found = owners()
    assert found["demo_requested"] == found["page_viewed"]
    [properties] = [told for kind, told in events() if kind == "demo_requested"]
    assert "aid" not in properties["page"]["url"], "it is nobody's campaign"


@pytest.mark.parametrize("given", ["", "null", "%00", "x" * 201])
def test_an_id_that_is_none_joins_nothing(visitor, given):
    form()
    action, hidden = shown(visitor, f"/f/demo?aid={given}")
    assert visitor.post(action, {**hidden, **FILLED}).status_code == 200
    assert not rows("SELECT 1 FROM identifier WHERE kind = 'anonymous_id'")


@pytest.mark.parametrize(("agreed", "joined"), [("yes", True), ("", False)])
def test_who_asks_not_to_be_tracked_is_joined_only_when_they_agree(visitor, agreed, joined):
    form({"fields": [{"name": "email", "type": "email"}, {"name": "agreed", "type": "consent"}]})
    looks_around(visitor, "mias-browser")
    action, hidden = shown(visitor, "/f/demo?aid=mias-browser")
    sent = {**hidden, "email": "ada@acme.example", **({"agreed": agreed} if agreed else {})}
    assert visitor.post(action, sent, headers={"sec-gpc": "1"}).status_code == 200
    found = owners()
    assert (found["demo_requested"] == found["page_viewed"]) is joined


def test_a_second_address_behind_one_link_is_a_second_person(visitor):
    form()
    looks_around(visitor, "mias-browser")
    for email in ("ada@acme.example", "bob@acme.example"):
        action, hidden = shown(visitor, "/f/demo?aid=mias-browser")
        assert visitor.post(action, {**hidden, **FILLED, "email": email}).status_code == 200
    assert len(set(rows("SELECT owner_id FROM identifier WHERE kind = 'email'"))) == 2


def test_an_impatient_second_click_is_the_same_submission(visitor):
    form()
    action, hidden = shown(visitor)
    for _ in range(2):
        assert visitor.post(action, {**hidden, **FILLED}).status_code == 200
    assert len(events()) == 1


def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(visitor):
    form()
    action, hidden = shown(visitor)
    answer = visitor.post(action, {**hidden, **FILLED, "email": "ada at acme", "need": 'a "plan" <b>'})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in text
    assert "Write an e-mail address" in text
    assert "a &quot;plan&quot; &lt;b&gt;" in text
    assert '<option value="11-50" selected>' in text
    assert re.search(r'type="checkbox"[^>]* checked', text)
    assert hidden["q_token"] in text  # who took the time once need not take it again
    assert events() == []


def test_who_is_too_quick_is_asked_again_and_a_filled_honeypot_is_thanked_and_put_aside(visitor):
    form({"least_seconds": 60})
    action, hidden = shown(visitor)
    assert "very quick" in visitor.post(action, {**hidden, **FILLED}).content.decode()
    answer = visitor.post(action, {**hidden, **FILLED, "q_more": "http://pills.example"})
    assert "We have received your message" in answer.content.decode()
    assert events() == []
    assert learnt() == []
    assert set(rows("SELECT step, reason, detail FROM aside")) == {
        ("counts", "spam", "the honeypot was filled in")
    }


@pytest.mark.parametrize("given", ["", "1.abc", "9999999999999." + "0" * 64])
def test_a_form_that_was_never_shown_is_not_taken(visitor, given):
    form()
    answer = visitor.post("/f/demo", {**FILLED, "q_token": given})
    assert "expired" in answer.content.decode()
    assert events() == []


def test_where_it_leads_afterwards(visitor):
    form({"success_redirect": "https://acme.example/thanks"})
    action, hidden = shown(visitor)
    answer = visitor.post(action, {**hidden, **FILLED})
    assert (answer.status_code, answer["Location"]) == (303, "https://acme.example/thanks")
    action, hidden = shown(visitor, "/f/demo?embed=1")
    answer = visitor.post(action, {**hidden, **FILLED})
    assert answer.status_code == 200
    assert '<a href="https://acme.example/thanks" target="_top">' in answer.content.decode()


def test_the_page_may_do_nothing_but_send_its_form(visitor):
    form(origins=["https://www.acme.example", "*.fabrik.example", "evil.example; script-src *"])
    alone, framed = visitor.get("/f/demo"), visitor.get("/f/demo?embed=1")
    for answer in (alone, framed):
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert "form-action 'self';" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store"
        assert "See it &lt;live&gt;" in answer.content.decode()
    assert alone["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert alone["X-Frame-Options"] == "DENY"
    assert framed["Content-Security-Policy"].endswith(
        "frame-ancestors https://www.acme.example *.fabrik.example:*"
    )
    assert "X-Frame-Options" not in framed


def test_without_origins_nobody_may_frame_it(visitor):
    form()
    assert visitor.get("/f/demo?embed=1")["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_a_signed_link_asks_only_what_is_not_known_and_shows_none_of_it(visitor):
    from qualify.web.hosted.stored import link

    form()
    action, hidden = shown(visitor)
    visitor.post(action, {**hidden, **FILLED})
    [(person,)] = rows("SELECT id FROM person")
    url = link("demo", person).removeprefix("http://127.0.0.1:8000")
    text = visitor.get(url).content.decode()
    assert "Work e-mail" not in text
    assert "First name" not in text
    assert "ada@acme.example" not in text
    assert "What do you need?" in text
    action, hidden = shown(visitor, url)
    assert visitor.post(action, {**hidden, "need": "A quote", "agreed": "yes"}).status_code == 200
    assert len(events()) == 2
    assert rows("SELECT DISTINCT owner_id FROM event") == [(person,)]
    for forged in (url[:-1] + "x", f"/f/demo?who={person}", f"/f/demo?who={person}:"):
        assert "Work e-mail" in visitor.get(forged).content.decode()


def test_an_address_fills_in_what_it_says_but_agrees_to_nothing(visitor):
    form()
    text = visitor.get("/f/demo?first_name=%22Ada%22&agreed=yes").content.decode()
    assert 'value="&quot;Ada&quot;"' in text
    assert " checked" not in text


def test_a_closed_form_and_one_of_a_closed_source_are_not_there(visitor):
    from qualify.web.hosted.stored import close_form

    form()
    assert visitor.get("/f/demo").status_code == 200
    assert close_form("demo", now())
    assert not close_form("demo", now())
    assert visitor.get("/f/demo").status_code == 404
    assert visitor.get("/f/never").status_code == 404


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"id": "Demo 1"}, "address"),
        ({"fields": [{"name": "first_name"}]}, "email or phone"),
        ({"fields": [{"name": "email"}, {"name": "email"}]}, "one name"),
        ({"fields": [{"name": "email"}, {"name": "q_more"}]}, "honeypot"),
        ({"fields": [{"name": "email"}, {"name": "a b"}]}, "letters, digits"),
        ({"fields": [{"name": "email"}, {"name": "size", "type": "select"}]}, "options"),
        ({"success_redirect": "javascript:alert(1)"}, "https://"),
        ({"success_redirect": "//evil.example"}, "https://"),
        ({"fields": "none"}, "Expected"),
    ],
)
def test_a_form_that_could_not_work_is_not_made(store, more, said):
    with pytest.raises(InputError, match=said):
        form(more)


def test_an_address_is_taken_once(store):
    from qualify.web.hosted.stored import create_form

    source = form()
    with pytest.raises(InputError, match="already"):
        create_form(source, DEMO, now())


def test_more_than_the_source_may_send_is_asked_to_wait_with_all_that_was_typed(visitor):
    form(rate=0.1)
    action, hidden = shown(visitor)
    assert visitor.post(action, {**hidden, **FILLED}).status_code == 200
    answer = visitor.post(action, {**hidden, **FILLED, "first_name": "Bob"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert 'value="Bob"' in answer.content.decode()


def test_a_store_that_is_busy_loses_nothing_that_was_typed(visitor, monkeypatch):
    from qualify.web.hosted import views

    def busy(*_: object) -> None:
        raise TimeoutError("busy")

    form()
    action, hidden = shown(visitor)
    monkeypatch.setattr(views, "keep_delivery", busy)
    answer = visitor.post(action, {**hidden, **FILLED})
    assert answer.status_code == 503
    assert "could not be kept" in answer.content.decode()
    assert 'value="Ada"' in answer.content.decode()


def test_a_browser_that_asks_not_to_be_tracked_may_still_send_a_form(visitor):
    form()
    action, hidden = shown(visitor)
    visitor.post(action, {**hidden, **FILLED}, headers={"sec-gpc": "1", "dnt": "1"})
    assert len(events()) == 1


def test_other_methods_and_broken_bodies_are_refused(visitor):
    form()
    assert visitor.put("/f/demo").status_code == 405
    broken = visitor.post("/f/demo", b"\x1f\x8bnot gzip", content_type="application/x-www-form-urlencoded")
    assert broken.status_code == 400


def test_the_script_is_the_same_for_every_key_small_and_asked_for_once(visitor):
    plain = visitor.get("/q.js?key=qw_1")
    assert plain["Content-Type"].startswith("text/javascript")
    assert plain["Cache-Control"] == "public, max-age=3600"
    packed = visitor.get("/q.js?key=qw_2", headers={"accept-encoding": "br, gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < 3 * 1024
    assert packed["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]
    again = visitor.get("/q.js", headers={"accept-encoding": "gzip", "if-none-match": packed["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get("/q.js", headers={"if-none-match": '"old"'}).status_code == 200
    assert visitor.post("/q.js").status_code == 405
