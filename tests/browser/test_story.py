"""The whole story, with its cast: from a stranger on a web site to a deal that the alignment page counts.

Two reps (Rosa and Ravi), a marketer (Mia) and a manager (Max) at the application as it is served, a stranger with a
browser of their own on the company's site, and a real server for mail. Where the story says that days pass, the
application is started again on the same store with its clock ahead.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Seen, Site, window
from tests.clients.pages import site as web_site
from tests.web.handing.letters import Post
from tests.web.servers import BROWSER, Server, serving, until

REPOSITORY = Path(__file__).parents[2]
AHEAD = Path(__file__).parent / "later"
DAY = 86_400_000
NAMES = {"rosa@qualify.example": "rosa", "ravi@qualify.example": "ravi"}

SITE = """<!doctype html><html lang="en"><title>Prices</title>
<script>window.q=window.q||function(){{(q.q=q.q||[]).push(arguments)}}</script>
<script async src="{server}/q.js?key={key}"></script>
<h1>Prices</h1><p><a href="{server}/f/demo?utm_source=newsletter&utm_medium=email">Ask for a demo</a></p></html>"""

WHO = {
    "Work e-mail": "dana@fabrik.example", "Name": "Dana Fabrik", "Company": "Fabrik GmbH",
    "Job title": "VP Marketing", "How many are you?": "120", "Country": "DE", "Industry": "software",
}  # fmt: skip


class Stage(NamedTuple):
    """Where the story plays: the store, the sessions of the cast, the key of the web site, the server for mail."""

    folder: Path
    sessions: dict[str, str]
    key: str
    post: Post


class Act(NamedTuple):
    """A part of the story: the application as it runs then, and windows into it, one for each of the cast."""

    stage: Stage
    server: Server
    chrome: Browser
    windows: dict[str, Seen]
    axe: str

    def page(self, who: str) -> Page:
        """The page in front of somebody."""
        if who not in self.windows:
            site = Site(self.server, self.server.address, self.stage.sessions, [], [], {}, [])
            self.windows[who] = window(self.chrome, site, who)
        return self.windows[who].page

    def goes(self, who: str, path: str) -> Page:
        """Somebody opens a page."""
        page = self.page(who)
        answer = page.goto(self.server.address + path)
        assert answer is not None and answer.status == 200, path
        return page

    def nothing_is_in_the_way(self, who: str) -> None:
        """What somebody looks at can be used by everybody."""
        assert not barriers(self.windows[who], self.axe), self.windows[who].page.url

    def one(self, statement: str) -> Any:
        """What the store says, as soon as it says anything."""
        return until(lambda: self.server.rows(statement))[0][0]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The stage, with the cast on it."""
    folder = tmp_path / "store"
    folder.mkdir()
    ran = subprocess.run(
        [sys.executable, "-m", "tests.browser.storytelling"], capture_output=True, text=True, check=False,
        cwd=REPOSITORY, env={**os.environ, "QUALIFY_DATA": str(folder), "QUALIFY_DATABASE_URL": ""},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told, post = json.loads(ran.stdout.splitlines()[-1]), Post()
    post.up()
    yield Stage(folder, told["sessions"], told["key"], post)
    post.down()


@contextmanager
def act(stage: Stage, chrome: Browser, axe: str, days: int = 0) -> Iterator[Act]:
    """The application runs, so many days after the story began."""
    environment = {
        "QUALIFY_MAIL_URL": f"smtp://127.0.0.1:{stage.post.port}?tls=no", "QUALIFY_TESTS_AHEAD": str(days * DAY),
        "PYTHONPATH": os.pathsep.join([str(AHEAD), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }  # fmt: skip
    (stage.folder / "said.txt").unlink(missing_ok=True)  # it names the address of the act before
    with serving(stage.folder, **environment) as server:
        found = Act(stage, server, chrome, {}, axe)
        try:
            yield found
        finally:
            for seen in found.windows.values():
                seen.page.context.close()
    for seen in found.windows.values():
        seen.no_trouble()


def said(page: Page) -> str:
    """What the page says of what was just done."""
    return page.locator("#notices .success p").inner_text()


def the_stranger_asks_for_a_demo(at: Act, folder: Path) -> int:
    """They look at prices, follow the link to the form, and fill it in; the lead that they are."""
    folder.mkdir()
    prices = SITE.format(server=at.server.address, key=at.stage.key)
    with web_site(folder, {"pricing.html": prices}) as address:
        context = at.chrome.new_context(user_agent=BROWSER, locale="en-GB")
        page = context.new_page()
        with page.expect_response("**/v1/q*") as sent:
            page.goto(f"{address}/pricing.html")
        assert sent.value.ok
        page.get_by_role("link", name="Ask for a demo").click()
        for label, value in WHO.items():
            page.get_by_label(label).fill(value)
        page.get_by_role("button").click()
        expect(page.locator(".q-done")).to_contain_text("received")
        context.close()
    lead = at.one("SELECT owner_id FROM identifier WHERE key = 'email:dana@fabrik.example'")
    found = at.server.rows(f"SELECT kind FROM event WHERE owner_id = {lead} ORDER BY kind")
    assert found == [("demo_requested",), ("page_viewed",)], "the visit and the form are one person's"
    return int(lead)


def the_rep_who_is_told(at: Act, many: int) -> str:
    """Who got the newest mail, which is the many-th; it says who waits, why now, and what to ask."""
    until(lambda: len(at.stage.post.got) >= many)
    mail, text = at.stage.post.got[-1], at.stage.post.text_of(-1)
    assert mail["Subject"] == "Dana Fabrik is yours now"
    assert "VP Marketing, Fabrik GmbH" in text
    assert "What to ask:" in text
    assert "asked for a demo" in text
    return NAMES[mail["To"]]


def is_rejected(at: Act, who: str, lead: int) -> None:
    """The rep reads why it is theirs, and sends it back until next week."""
    page = at.goes(who, "/inbox?show=mine")
    row = page.locator("[data-row]").filter(has_text="Dana Fabrik")
    expect(row).to_contain_text("1 h 5")  # of two hours, whatever the time of the day or the week
    row.get_by_role("link", name="Dana Fabrik").click()
    panel = page.locator(".handed")
    expect(panel).to_contain_text("You have it")
    expect(panel).to_contain_text("Why did you get it?")
    expect(panel).to_contain_text("Asked for a demo: their turn among 2 of team sales")
    expect(page.locator(".brief")).to_contain_text("What is the problem, and what does it cost them")
    at.nothing_is_in_the_way(who)
    page.get_by_role("link", name="Reject…").click()
    page.wait_for_url("**/reject?**")
    at.nothing_is_in_the_way(who)
    page.get_by_label("In your own words").fill("their budget is decided next week")
    page.get_by_label("Comes back on").fill((dt.datetime.now() + dt.timedelta(days=8)).date().isoformat())
    page.get_by_role("button", name="Wrong timing").click()
    assert said(page) == "Dana Fabrik is rejected"
    assert page.url.endswith(f"/leads/{lead}")
    expect(page.locator(".lead-figures")).to_contain_text("Recycled")


def is_accepted_by_another(at: Act, who: str, refused: str, lead: int) -> None:
    """The other rep reads what was said before, accepts it, calls, and the clock stops."""
    page = at.goes(who, f"/leads/{lead}")
    panel = page.locator(".handed")
    expect(panel).to_contain_text("You have it")
    expect(panel).to_contain_text("Wrong timing (their budget is decided next week)")
    expect(panel).to_contain_text(refused.capitalize())
    expect(page.locator(".brief")).to_contain_text("We spoke before")
    page.get_by_role("button", name="Accept", exact=True).click()
    assert said(page) == "Accepted."
    page.get_by_label("What happened?").select_option(label="We talked")
    page.get_by_role("button", name="Write it down").click()
    assert "The clock has stopped" in said(page)
    assert "the promise is kept" in said(page)
    at.nothing_is_in_the_way(who)


def is_qualified_and_won(at: Act, who: str, lead: int) -> None:
    """The four questions are answered, sales confirms, and wins."""
    answers = {"need": "Three tools, two of them end", "budget": "40,000 a year", "authority": "Dana signs",
               "timeline": "by March"}  # fmt: skip
    for question, answer in answers.items():
        page = at.goes(who, f"/leads/{lead}/questions?ask={question}")
        page.get_by_label("What they said").fill(answer)
        page.get_by_label("Good enough for us?").select_option(label="yes, good enough")
        page.get_by_role("button", name="Write the answer down").click()
        assert said(page) == "The answer is written down."
    page = at.goes(who, f"/leads/{lead}")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator(".lead-figures")).to_contain_text("SQL")
    page.get_by_text("Won…").click()
    page.locator("#amount-won").fill("40000")
    page.get_by_role("button", name="Won", exact=True).click()
    expect(page.locator(".lead-figures")).to_contain_text("Customer")


def everybody_sees_what_became_of_it(at: Act, lead: int, refused: str, accepted: str) -> None:
    """The manager and the marketer read the same numbers; the timeline tells all of it."""
    for who in ("max", "mia"):
        text = " ".join(at.goes(who, "/alignment").locator("main").inner_text().split())
        assert re.search(r"Handed over\W+2\b", text, re.IGNORECASE), text
        assert re.search(r"Won\W+1\b", text, re.IGNORECASE), text
        assert "40,000" in text
        assert "Wrong timing" in text
    page = at.goes("mia", f"/leads/{lead}/timeline")
    told = page.locator("main").inner_text()
    for sentence in ("Demo requested", f"Given to {refused.capitalize()}", f"Rejected by {refused.capitalize()}",
                     f"Given to {accepted.capitalize()}", f"Accepted by {accepted.capitalize()}",
                     "Called: we talked", "was told by mail", "SAL → SQL", "SQL → Customer"):  # fmt: skip
        assert sentence in told, sentence
    page.get_by_role("link", name="Contacts").click()
    expect(page.locator(".lead-days")).to_contain_text("Called: we talked")
    expect(page.locator(".lead-days")).not_to_contain_text("Demo requested")


def test_from_a_stranger_on_the_site_to_a_deal_that_both_sides_see(
    stage: Stage, chrome: Browser, axe: str, tmp_path: Path
) -> None:
    with act(stage, chrome, axe) as now:
        lead = the_stranger_asks_for_a_demo(now, tmp_path / "site")
        refused = the_rep_who_is_told(now, 1)
        is_rejected(now, refused, lead)
    with act(stage, chrome, axe, days=9) as later:
        again = the_rep_who_is_told(later, 2)
        assert again != refused
        cycle = later.one(f"SELECT cycle FROM standing WHERE person_id = {lead} AND stage = 'mql'")
        assert cycle == 2
        is_accepted_by_another(later, again, refused, lead)
        is_qualified_and_won(later, again, lead)
        everybody_sees_what_became_of_it(later, lead, refused, again)
