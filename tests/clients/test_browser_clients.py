"""Scripts in the pages of a real browser, on an origin of their own: analytics-next, unmodified, and our own."""

from __future__ import annotations

import pytest

from tests.clients.faults import Fault
from tests.clients.node_tools import Browser
from tests.clients.pages import site
from tests.clients.test_python_clients import numbers, once, people

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.usefixtures("chromium")]

NEXT = """<!doctype html><title>Pricing</title><script src="/analytics/index.js"></script><script>
window.client = AnalyticsNext.AnalyticsBrowser.load({{writeKey: "{key}", cdnURL: "{host}"}}, {options})
client.page("Pricing", {{n: {page}}})
</script>"""

BATCHES = '{integrations: {"Segment.io": {deliveryStrategy: {strategy: "batching", config: {size: 5, timeout: 300}}}}}'

OWN = """<!doctype html><title>Pricing</title>
<script>window.q=window.q||function(){{(q.q=q.q||[]).push(arguments)}}</script>
<script async src="{host}/q.js?key={key}"></script>
<form id="demo" data-q-form="demo_requested" action="/thanks.html"><input name="email" type="email">
<input name="First Name"><input name="password" type="password"><button>Send</button></form>"""

HOWEVER: list[Fault] = ["busy", "unheard", "slow down", "cut"]


@pytest.mark.parametrize("options", ["{}", BATCHES], ids=["one by one", "in batches"])
def test_segments_client_for_browsers_loses_nothing_and_sends_nothing_twice(
    server, proxy, node_packages, tmp_path, options
):
    source = server.source(headless_is_bot=False)
    who = "uma" if options == BATCHES else "una"
    package = {"analytics": node_packages / "@segment/analytics-next/dist/umd"}
    page = {"key": source.key, "host": proxy.url, "options": options}
    pages = {"a.html": NEXT.format(**page, page=0), "b.html": NEXT.format(**page, page=1)}
    with site(tmp_path, pages, package) as url, Browser() as browser:
        proxy.will(HOWEVER)
        browser("goto", url=f"{url}/a.html?utm_source=news&utm_campaign=spring")
        browser("run", script="for (let n = 0; n < 12; n++) client.track('Report Opened', {n})")
        browser("run", script=f"client.identify('{who}', {{email: '{who}@acme.example'}})")
        assert proxy.until(lambda: sum(numbers(server, source, "report_opened").values()) >= 12)
        browser("goto", url=f"{url}/b.html")
        browser("run", script="for (let n = 12; n < 20; n++) client.track('Report Opened', {n})")
        assert proxy.until(lambda: sum(numbers(server, source, "report_opened").values()) >= 20)
        assert proxy.until(lambda: sum(numbers(server, source, "page_viewed").values()) >= 2)
        assert proxy.until(lambda: bool(server.traits(source)))
    assert not proxy.faults
    assert numbers(server, source, "report_opened") == once(20)
    assert numbers(server, source, "page_viewed") == once(2)
    [whose] = people(server, source, "report_opened")
    assert people(server, source, "page_viewed") == {whose}
    assert {f"user_id:{who}", f"email:{who}@acme.example"} <= whose
    first = next(event for event in server.events(source) if event.kind == "page_viewed")
    assert first.properties["campaign"] == "spring"
    assert first.properties["page"]["path"] == "/a.html"
    assert {event.machine for event in server.events(source)} == {None}
    assert server.asides(source) == []


def test_our_own_script_loses_nothing_and_sends_nothing_twice(server, proxy, tmp_path):
    source = server.source("script", headless_is_bot=False)
    page = OWN.format(key=source.key, host=proxy.url)
    with site(tmp_path, {"a.html": page, "b.html": page, "thanks.html": page}) as url, Browser() as browser:
        proxy.will(HOWEVER)
        browser("goto", url=f"{url}/a.html?utm_source=news&gclid=g1")
        browser("run", script="q('consent', {process: true}, 'I agree.')")
        browser("run", script="for (let n = 0; n < 30; n++) q('track', 'Report Opened', {n})")
        browser("run", script="history.pushState({}, '', '/a.html?tab=2')")
        assert proxy.until(lambda: sum(numbers(server, source, "report_opened").values()) >= 30)
        browser("goto", url=f"{url}/b.html")
        browser("fill", selector="[name=email]", value="olga@acme.example")
        browser("fill", selector="[name='First Name']", value="Olga")
        browser("fill", selector="[name=password]", value="hunter2")
        browser("click", selector="button")
        assert proxy.until(lambda: bool(people(server, source, "demo_requested")))
        assert proxy.until(lambda: len([e for e in server.events(source) if e.kind == "page_viewed"]) >= 4)
        stored = browser("run", script="Object.keys(localStorage)")
        cookies = browser("run", script="document.cookie")
    assert not proxy.faults
    assert numbers(server, source, "report_opened") == once(30)
    assert [e.properties["page"]["path"] for e in server.events(source) if e.kind == "page_viewed"] == [
        "/a.html", "/a.html", "/b.html", "/thanks.html"
    ]  # fmt: skip
    [whose] = people(server, source, "demo_requested")
    assert "email:olga@acme.example" in whose
    assert people(server, source, "report_opened") == people(server, source, "page_viewed") == {whose}
    [(traits, _)] = [(t, w) for t, w in server.traits(source) if "email" in t]
    assert traits == {"email": "olga@acme.example", "first_name": "Olga"}
    assert cookies == ""
    assert all(name.startswith("q.") for name in stored)


def test_before_consent_our_script_keeps_nothing_in_the_browser(server, proxy, tmp_path):
    source = server.source("script", headless_is_bot=False)
    page = OWN.format(key=source.key, host=proxy.url)
    with site(tmp_path, {"a.html": page, "b.html": page}) as url, Browser() as browser:
        for name in ("a", "b"):
            browser("goto", url=f"{url}/{name}.html")
            assert proxy.until(lambda name=name: any(e.properties["page"]["path"] == f"/{name}.html" for e in server.events(source)))  # fmt: skip
        assert browser("run", script="Object.keys(localStorage).length + document.cookie.length") == 0
    assert len(people(server, source, "page_viewed")) == 2  # nobody can tell that it was one


def test_pages_that_may_not_use_a_key_are_refused(server, proxy, tmp_path, node_packages):
    refused = server.source(headless_is_bot=False, origins=["https://www.acme.example"])
    told = {"host": proxy.url, "options": "{}", "page": 0}
    package = {"analytics": node_packages / "@segment/analytics-next/dist/umd"}
    with (
        site(tmp_path, {"a.html": NEXT.format(key=refused.key, **told)}, package) as url,
        Browser() as browser,
    ):
        assert browser("answered", url=f"{url}/a.html", path="/v1/p") == 403
    assert server.events(refused) == []
