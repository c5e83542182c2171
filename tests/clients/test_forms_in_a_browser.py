"""A form of our own in a real browser: on its own page and in somebody else's, without a script, with a keyboard."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.clients.node_tools import Browser
from tests.clients.pages import site
from tests.clients.serving import Server, Source
from tests.web.servers import until

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.usefixtures("chromium")]

FORM: dict[str, Any] = {
    "name": "Ask for a demo",
    "title": "See Qualify at work",
    "event": "demo_requested",
    "least_seconds": 0,
    "submit_label": "Ask for a demo",
    "consent_text": "You may use what I wrote to answer me. I can take that back at any time.",
    "fields": [
        {"name": "email", "label": "Work e-mail", "type": "email", "required": True},
        {"name": "first_name", "label": "First name"},
        {
            "name": "size",
            "label": "How many people work with you?",
            "type": "select",
            "options": ["1–10", "11–50"],
        },
        {
            "name": "tools",
            "label": "What do you use today?",
            "type": "checkbox",
            "options": ["A spreadsheet", "A CRM"],
        },
        {"name": "need", "label": "What would you like to see?", "type": "textarea", "max_length": 2000},
        {"name": "agreed", "type": "consent", "required": True},
    ],
}

MAKE = """
import json, sys
from qualify.web.starting import start
start()
from qualify.clock import now
from qualify.web.hosted.stored import create_form
source, spec = json.loads(sys.argv[1])
create_form(source, spec, now())
"""


def form(server: Server, name: str, more: Mapping[str, Any] | None = None, **settings: Any) -> Source:
    """A form at /f/ and that name."""
    source = server.source("form", headless_is_bot=False, **settings)
    told = json.dumps([source.id, {**FORM, "id": name, **(more or {})}])
    subprocess.run([sys.executable, "-c", MAKE, told], env=server.environment, check=True)
    return source


def fill(browser: Browser, **where: str) -> None:
    browser("fill", selector="[name=email]", value="lena@acme.example", **where)
    browser("fill", selector="[name=first_name]", value="Lena", **where)
    browser("choose", selector="[name=size]", value="11–50", **where)
    browser("tick", selector="text=A CRM", **where)
    browser("tick", selector="[name=agreed]", **where)


def violations(browser: Browser) -> list[str]:
    return [line for line in browser("said") if "Content Security Policy" in line]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_form_is_filled_in_mended_and_sent(server, scripts):
    name = f"own-{scripts}".lower()
    source = form(server, name)
    with Browser(javaScriptEnabled=scripts) as browser:
        assert browser("goto", url=f"{server.url}/f/{name}?utm_source=news")["status"] == 200
        fill(browser)
        browser("fill", selector="[name=email]", value="lena")
        browser("click", selector="button")
        assert "Write an e-mail address" in browser("text", selector=".q-errors")
        browser("fill", selector="[name=email]", value="lena@acme.example")
        browser("click", selector="button")
        assert "We have received your message" in browser("text", selector=".q-done")
        assert violations(browser) == []
    [event] = server.events(source)
    assert (event.kind, event.properties["utm_source"], event.machine) == ("demo_requested", "news", None)
    assert event.who == {"email:lena@acme.example"}
    [(traits, _)] = server.traits(source)
    assert traits == {
        "email": "lena@acme.example", "first_name": "Lena", "size": "11–50", "tools": ["A CRM"]
    }  # fmt: skip


def test_a_form_is_sent_from_a_frame_by_pages_of_the_source_and_by_no_other(server, tmp_path):
    frame = '<!doctype html><title>Us</title><h1>Us</h1><iframe src="{}" title="Demo" width="340" height="900"></iframe>'
    with site(tmp_path, {}) as url, Browser() as browser:
        ours = form(server, "framed", {"success_redirect": "https://acme.example/thanks"}, origins=[url])
        form(server, "elsewhere", origins=["https://www.acme.example"])
        for name in ("framed", "elsewhere"):
            (tmp_path / f"{name}.html").write_text(frame.format(f"{server.url}/f/{name}?embed=1"))
        browser("goto", url=f"{url}/framed.html")
        fill(browser, frame="iframe")
        browser("click", selector="button", frame="iframe")
        assert "We have received your message" in browser("text", selector=".q-done", frame="iframe")
        assert browser("count", selector="a[target=_top]", frame="iframe") == 1
        browser("goto", url=f"{url}/elsewhere.html")
        assert browser("count", selector="form", frame="iframe") == 0
        assert violations(browser)
    [event] = server.events(ours)
    assert event.properties["page"]["referrer"] == f"{url}/"


@pytest.mark.parametrize("way", ["in a frame", "behind a link"])
def test_what_is_sent_joins_the_page_views_of_the_same_visitor(server, tmp_path, way):
    inside = {
        "in a frame": '<iframe src="{}?embed=1" title="Demo" width="340" height="900"></iframe>',
        "behind a link": '<a href="{}">Ask</a>',
    }[way]
    with site(tmp_path, {}) as url, Browser() as browser:
        name = way.replace(" ", "-")
        source = form(server, name, origins=[url])
        script = f'<script async src="{server.url}/q.js?key={source.key}"></script>'
        shown = inside.format(f"{server.url}/f/{name}")
        (tmp_path / "us.html").write_text(f"<!doctype html><title>Us</title><h1>Us</h1>{shown}{script}")
        browser("goto", url=f"{url}/us.html")
        until(lambda: [event.kind for event in server.events(source)] == ["page_viewed"])
        if way == "behind a link":
            browser("click", selector="a")
            fill(browser)
            browser("click", selector="button")
            assert "We have received" in browser("text", selector=".q-done")
        else:
            fill(browser, frame="iframe")
            browser("click", selector="button", frame="iframe")
            assert "We have received" in browser("text", selector=".q-done", frame="iframe")
    viewed, asked = server.events(source)
    assert asked.kind == "demo_requested"
    assert viewed.who == asked.who
    assert {kind.partition(":")[0] for kind in asked.who} == {"email", "anonymous_id"}


def test_a_form_leads_on_to_another_site_however_often_that_leads_further(server, tmp_path):
    with (
        site(tmp_path, {"index.html": "<title>thanks</title>Thank you from us"}) as url,
        Browser() as browser,
    ):
        (tmp_path / "thanks").mkdir()
        (tmp_path / "thanks" / "index.html").write_text("<title>x</title><p class=there>There</p>")
        # Another host, and from /thanks on to /thanks/: browsers hold each step against the form's policy.
        form(server, "leading", {"success_redirect": f"{url.replace('127.0.0.1', 'localhost')}/thanks"})
        browser("goto", url=f"{server.url}/f/leading")
        fill(browser)
        browser("click", selector="button")
        assert browser("text", selector=".there") == "There"


def test_people_with_a_keyboard_get_through_and_never_meet_the_honeypot(server):
    source = form(server, "keys")
    with Browser() as browser:
        browser("goto", url=f"{server.url}/f/keys")
        for keys in (["Tab"], list("kim@acme.example"), ["Tab"] * 6, ["Space"], ["Tab"], ["Enter"]):
            for key in keys:
                browser("press", key=key)
        assert "We have received your message" in browser("text", selector=".q-done")
        x = browser("run", script="document.documentElement.scrollWidth <= innerWidth")
        assert x
    [event] = server.events(source)
    assert event.who == {"email:kim@acme.example"}


@pytest.mark.parametrize("width", [320, 360, 1200])
def test_nothing_has_to_be_scrolled_sideways(server, width, tmp_path):
    form(
        server,
        f"wide-{width}",
        {"title": "A very long title with Donaudampfschifffahrtsgesellschaftskapitän in it"},
    )
    with Browser(viewport={"width": width, "height": 800}) as browser:
        browser("goto", url=f"{server.url}/f/wide-{width}")
        browser("click", selector="button")
        assert browser(
            "run", script="document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
