"""Qualify's own script in Node, in as much of a browser as it looks at. Real browsers have tests of their own."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from qualify.capture.doors.script import DOOR
from qualify.capture.script import STUB, served
from tests.capture.arriving import identify, posted, read

NODE = shutil.which("node")
BROWSER = Path(__file__).with_name("fake_browser.js")
MUST = "node" in os.environ.get("QUALIFY_MUST_RUN", "").split()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NODE is None and not MUST, reason="NOT RUN: node is not installed"),
]


def played(scenario: str) -> Any:
    """What a scenario returns."""
    assert NODE, "node is not installed, and QUALIFY_MUST_RUN asks for it"
    given = json.dumps({"script": served().decode(), "stub": STUB, "scenario": scenario})
    done = subprocess.run([NODE, str(BROWSER)], input=given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_visit_is_a_page_view_posted_as_text_without_credentials():
    [request] = played("return (await visit({referrer: 'https://g.example/'}).wait()).sent")
    assert request["url"] == "https://q.example/v1/q"
    assert (request["method"], request["credentials"], request["keepalive"]) == ("POST", "omit", True)
    assert request["headers"] == {"Content-Type": "text/plain"}
    assert request["body"]["key"] == "wk_1"
    [message] = request["body"]["batch"]
    assert message["type"] == "page"
    assert message["page"] == {
        "url": "https://x.example/a",
        "referrer": "https://g.example/",
        "title": "A page",
    }
    assert len(message["messageId"]) == 36


def test_before_consent_nothing_is_kept_in_the_browser():
    storage, touched = played("""
        const page = visit(); page.q('track', 'x'); page.q('identify', 'u1'); page.q('reset'); await page.wait();
        return [page.storage, page.touched]""")
    assert (storage, touched) == ({}, [])


def test_an_id_without_consent_lasts_for_one_page():
    first, same, other = played("""
        const page = visit(); page.q('track', 'x'); const [a, b] = (await page.wait()).messages();
        const [c] = (await visit({storage: page.storage}).wait()).messages();
        return [a.anonymousId, b.anonymousId, c.anonymousId]""")
    assert first == same != other


@pytest.mark.parametrize("how", ["page.q('consent', {process: true, email: true}, 'I agree')", ""])
def test_an_id_with_consent_lasts(how):
    granted = "{}" if how else "{'data-consent': 'granted'}"
    ids = played(f"""
        const page = visit({{attributes: {granted}}}); {how}; await page.wait();
        const next = await visit({{storage: page.storage}}).wait();
        return [...page.messages(), ...next.messages()].map((m) => m.anonymousId)""")
    assert len(set(ids)) == 1


def test_consent_is_told_once_with_its_words():
    messages = played("""
        const page = visit({early: [['consent', {process: true}, 'I agree']]}); await page.wait();
        const next = await visit({storage: page.storage, early: [['consent', {process: true}, 'I agree']]}).wait();
        return [...page.messages(), ...next.messages()]""")
    told = [message for message in messages if message["type"] == "consent"]
    assert [(one["consent"], one["text"]) for one in told] == [({"process": True}, "I agree")]
    assert [one["agreed"] for one in messages if one["type"] == "page"] == [True, True]


def test_withdrawal_is_told_under_the_old_id_and_then_there_is_silence():
    storage, messages, after = played("""
        const page = visit({attributes: {'data-consent': 'granted'}}); page.q('identify', 'u1'); await page.wait();
        page.q('track', 'unsent'); page.q('consent', {process: false}); page.q('track', 'y'); await page.wait();
        const before = page.messages().length; page.q('page'); page.q('identify', 'u1'); await page.wait();
        return [page.storage, page.messages(), page.messages().length - before]""")
    assert storage == {}
    last = messages[-1]
    assert (last["type"], last["consent"], last["userId"]) == ("consent", {"process": False}, "u1")
    assert last["anonymousId"] == messages[0]["anonymousId"]
    assert [message.get("event") for message in messages if message["type"] == "track"] == []
    assert after == 0


@pytest.mark.parametrize("wish", ["gpc: true", "dnt: true"])
def test_who_does_not_want_to_be_tracked_is_not(wish):
    assert played(f"""
        const page = visit({{{wish}}}); page.q('track', 'x'); page.q('identify', 'u1'); page.q('page');
        page.window.history.pushState(0, '', '/b'); await page.wait(); return page.sent""") == []  # fmt: skip


@pytest.mark.parametrize("wish", ["gpc: true", "dnt: true"])
def test_a_form_that_they_send_arrives_all_the_same_without_an_id(wish):
    [message] = played(f"""
        const page = visit({{{wish}}});
        page.fire('submit', {{target: form({{'data-q-form': ''}}, ['email', 'ada@fabrik.example', 'email'])}});
        return (await page.wait()).messages()""")
    assert message["email"] == "ada@fabrik.example"
    assert "anonymousId" not in message


def test_consent_given_here_goes_before_what_the_browser_says():
    kinds = played("""
        const page = visit({gpc: true}); page.q('consent', {process: true}); await page.wait();
        return page.messages().map((m) => m.type)""")
    assert kinds == ["consent", "page"]


def test_pages_that_change_without_loading_are_page_views():
    urls = played("""
        const page = visit(); const h = page.window.history;
        h.pushState(0, '', '/b?x=1'); await page.wait(); h.replaceState(0, '', '/b?x=1#top'); await page.wait();
        h.pushState(0, '', '/c'); await page.wait(); page.window.location.href = 'https://x.example/a'; page.fire('popstate');
        return (await page.wait()).messages().map((m) => [m.page.url, m.page.referrer])""")
    assert urls == [
        ["https://x.example/a", ""],
        ["https://x.example/b?x=1", "https://x.example/a"],
        ["https://x.example/c", "https://x.example/b?x=1"],
        ["https://x.example/a", "https://x.example/c"],
    ]


def test_what_was_called_before_the_script_came_is_done():
    messages = played("""
        const early = [['identify', 'u1', {plan: 'team'}], ['track', 'trial_started', {seats: 3}], ['group', 'g1', {name: 'F'}]];
        return (await visit({early}).wait()).messages()""")
    assert [message["type"] for message in messages] == ["identify", "track", "group", "page"]
    assert {message["userId"] for message in messages} == {"u1"}
    assert (messages[1]["event"], messages[1]["properties"]) == ("trial_started", {"seats": 3})
    assert messages[2]["groupId"] == "g1"


def test_reset_makes_a_new_person():
    messages = played("""
        const page = visit({attributes: {'data-consent': 'granted'}}); page.q('identify', 'u1'); page.q('reset');
        page.q('track', 'x'); await page.wait();
        return [...page.messages(), ...(await visit({storage: page.storage}).wait()).messages()]""")
    before, after, later = messages[1], messages[2], messages[3]
    assert before["userId"] == "u1"
    assert after["userId"] is None
    assert before["anonymousId"] != after["anonymousId"] == later["anonymousId"]
    assert "userId" not in later


FIELDS = """['email', 'ada@fabrik.example', 'email'], ['first_name', 'Ada'], ['password', 'x1', 'password'],
    ['number', '4111 1111 1111 1111'], ['cc', '12', 'text', {autocomplete: 'cc-csc'}], ['cvc', '123'],
    ['csrf_token', 'abc', 'hidden'], ['plan', 'team', 'hidden'], ['phone', '+49 30 1234567', 'tel'],
    ['tools', 'CRM', 'checkbox', {checked: true}], ['tools', 'Sheets', 'checkbox', {checked: true}],
    ['tools', 'Paper', 'checkbox', {checked: false}], ['cv', 'a.pdf', 'file'], ['', 'nameless'],
    ['off', 'x', 'text', {disabled: true}], ['go', 'Send', 'submit']"""


def watched(attributes: str, before: str = "") -> list[dict[str, Any]]:
    return list(played(f"""
        const page = visit({{attributes: {{'data-auto': 'false'}}}}); {before};
        page.fire('submit', {{target: form({attributes}, {FIELDS})}});
        return (await page.wait()).messages()"""))  # fmt: skip


def test_a_watched_form_is_sent_without_secrets():
    [message] = watched("{'data-q-form': 'demo_requested', id: 'demo', name: 'd'}")
    assert (message["type"], message["event"]) == ("form", "demo_requested")
    assert message["form"] == {"id": "demo", "name": "d"}
    assert message["email"] == "ada@fabrik.example"
    assert message["values"] == {
        "email": "ada@fabrik.example", "first_name": "Ada", "phone": "+49 30 1234567", "tools": ["CRM", "Sheets"],
    }  # fmt: skip


def test_hidden_fields_are_sent_when_they_are_named():
    [message] = watched("{'data-q-form': '', 'data-q-include': 'plan, other'}")
    assert message["values"]["plan"] == "team"
    assert "csrf_token" not in message["values"]


def test_a_password_is_not_sent_even_when_it_is_named():
    [message] = watched("{'data-q-form': '', 'data-q-include': 'password'}")
    assert "password" not in message["values"]


def test_only_forms_that_it_is_told_to_watch_are_watched():
    assert watched("{id: 'login'}") == []
    assert len(watched("{id: 'demo'}", "page.q('watch', '#demo')")) == 1


def test_what_it_posts_of_a_form_the_door_reads():
    request = played(f"""
        const page = visit({{attributes: {{'data-auto': 'false'}}}});
        page.fire('submit', {{target: form({{'data-q-form': ''}}, {FIELDS})}});
        return (await page.wait()).sent[0].body""")
    who = identify(read(DOOR, posted("v1/q", json.dumps(request).encode())))
    assert who.email == "ada@fabrik.example"
    assert who.traits["first_name"] == "Ada"
    assert who.anonymous_id


def test_what_fails_is_sent_again_later_and_later_with_the_same_id():
    sent = played("""
        const page = visit({replies: [503, 'down', 500, 200]}); await page.wait(60000);
        return page.sent.map((r) => [r.at, r.body.batch[0].messageId])""")
    times = [at for at, _ in sent]
    assert [later - earlier for earlier, later in itertools.pairwise(times)] == [1000, 2000, 4000]
    assert len({message_id for _, message_id in sent}) == 1


def test_retry_after_is_obeyed():
    times = played("""
        const page = visit({replies: [{status: 429, headers: {'Retry-After': '7'}}, 200]}); await page.wait(60000);
        return page.sent.map((r) => r.at)""")
    assert times[1] - times[0] == 7000


@pytest.mark.parametrize("status", [400, 401, 413])
def test_what_is_refused_is_not_sent_again(status):
    assert played(f"const p = visit({{replies: [{status}]}}); await p.wait(90000); return p.sent.length") == 1


def test_many_events_go_in_batches_and_the_queue_has_an_end():
    sizes = played("""
        const page = visit({replies: ['down']}); for (let i = 0; i < 300; i++) page.q('track', 'x' + i);
        await page.wait(90000); return page.sent.map((r) => r.body.batch.length)""")
    assert max(sizes) == 20
    assert sum(sizes[1:]) == 100


def test_a_large_batch_goes_without_keepalive_as_browsers_refuse_it():
    [request] = played("""
        const page = visit(); page.q('track', 'x', {long: 'a'.repeat(70000)}); return (await page.wait()).sent""")
    assert request["size"] > 64_000
    assert request["keepalive"] is False


@pytest.mark.parametrize(
    "going",
    [
        "page.fire('pagehide')",
        "page.window.document.visibilityState = 'hidden'; page.fire('visibilitychange')",
    ],
)
def test_what_is_left_when_the_page_goes_is_sent_by_beacon(going):
    beacons, later = played(f"""
        const page = visit(); page.q('track', 'x'); {going}; await page.wait(); return [page.beacons, page.sent.length]""")
    assert [message["type"] for message in beacons[0]["batch"]] == ["page", "track"]
    assert later == 0


@pytest.mark.parametrize(("granted", "there"), [("{'data-consent': 'granted'}", 2), ("{}", 1)])
def test_what_could_not_be_sent_waits_for_the_next_page_only_with_consent(granted, there):
    count = played(f"""
        const page = visit({{attributes: {granted}, replies: ['down', 'down'], beacon: false}}); await page.wait();
        page.fire('pagehide'); const next = visit({{storage: page.storage, attributes: {granted}}});
        return (await next.wait()).messages().length""")
    assert count == there


def test_it_works_where_storage_is_forbidden_and_browsers_are_old():
    messages, errors = played("""
        const page = visit({noStorage: true, old: true, attributes: {'data-consent': 'granted'}});
        page.q('track', 'x'); await page.wait(); return [page.messages(), page.errors]""")
    assert [message["type"] for message in messages] == ["page", "track"]
    assert len({message["messageId"] for message in messages}) == 2
    assert errors == []


def test_a_mistaken_call_is_told_in_the_console_and_harms_nothing():
    kinds, errors = played("""
        const page = visit({early: [['trak', 'x'], ['consent']]}); const loop = {}; loop.self = loop;
        page.q('track', 'x', loop); page.q('track', 'y'); await page.wait();
        return [page.messages().map((m) => m.type), page.errors]""")
    assert kinds == ["page", "track"]
    assert len(errors) == 3


def test_loading_it_twice_counts_once():
    assert (
        played(
            "const p = visit(); p.load(); await p.wait(); p.load(); return (await p.wait()).messages().length"
        )
        == 1
    )


OURS = "https://q.example/f/demo?embed=1"


def test_frames_with_our_forms_are_told_whose_browser_it_is():
    ours, theirs, once, anonymous = played(f"""
        const frames = [{{src: '{OURS}'}}, {{src: 'https://x.example/f/demo'}}, {{src: '{OURS}&aid=mine'}}];
        const page = visit({{frames}}); const [view] = (await page.wait()).messages();
        return [...frames.map((frame) => frame.src), view.anonymousId]""")
    assert ours == f"{OURS}&aid={anonymous}"
    assert (theirs, once) == ("https://x.example/f/demo", f"{OURS}&aid=mine")


def test_a_frame_that_comes_later_is_told_too_and_none_twice():
    late, first = played(f"""
        const page = visit({{frames: [{{src: '{OURS}'}}]}}); const before = page.frames[0].src;
        page.frames.push({{src: '{OURS}'}}); page.fire('DOMContentLoaded');
        page.frames.push({{src: '{OURS}'}}); page.click(null); await page.wait();
        return [page.frames.map((frame) => frame.src), before]""")
    assert late == [first] * 3


def test_a_frame_that_somebody_is_in_is_left_alone():
    src = played(f"""
        const page = visit(); page.frames.push({{src: '{OURS}'}});
        page.window.document.activeElement = page.frames[0]; page.fire('DOMContentLoaded');
        page.window.document.activeElement = null; page.fire('DOMContentLoaded');
        return page.frames[0].src""")
    assert src == OURS


def test_links_to_our_forms_are_told_when_they_are_followed_and_others_never():
    ours, theirs, anonymous = played("""
        const ours = {href: 'https://q.example/f/demo'}, theirs = {href: 'https://x.example/f/demo'};
        const page = visit(); page.click(ours); page.click(theirs); const [view] = (await page.wait()).messages();
        return [ours.href, theirs.href, view.anonymousId]""")
    assert (ours, theirs) == (f"https://q.example/f/demo?aid={anonymous}", "https://x.example/f/demo")


@pytest.mark.parametrize("refusal", ["gpc: true", "dnt: true"])
def test_who_asks_not_to_be_tracked_is_told_of_to_no_form(refusal):
    frame, link = played(f"""
        const link = {{href: 'https://q.example/f/demo'}};
        const page = visit({{{refusal}, frames: [{{src: '{OURS}'}}]}}); page.click(link); await page.wait();
        return [page.frames[0].src, link.href]""")
    assert (frame, link) == (OURS, "https://q.example/f/demo")
