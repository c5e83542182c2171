"""Every page, as people see it: light and dark, wide and narrow, by keyboard and without scripts; no barriers, no
strangers.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Response, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Seen, Site, Windows
from tests.browser.pages import AFTER_SHOWING_ONCE_MORE, NEEDS_SOMETHING, NO_PAGES, PAGES

ALL = list(PAGES.values())
REFUSED = {"/sign-in/company/error": 401}
"""Pages whose status says that something was refused."""

MOST_TABS = 25
"""So many places of a page are gone to by keyboard; those after them are like those before."""

FOCUSABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(each => each.tabIndex >= 0 && !each.disabled && each.type !== "radio" && each.type !== "hidden"
            && each.checkVisibility({visibilityProperty: true}) && !each.closest("details:not([open]) > :not(summary)")).length"""
HERE = """() => { const at = document.activeElement; (window.been ||= new Set()).add(at);
    const style = getComputedStyle(at);
    return [window.been.size, style.outlineStyle !== "none" || style.boxShadow !== "none", at.outerHTML.slice(0, 150)]; }"""
UNSAID = """() => [...document.querySelectorAll("main *")].filter(each => !each.children.length
    && /^(None|null|undefined|NaN|True|False|\\[object Object\\])$|\\{\\{|\\{%|%\\(/.test(each.textContent.trim()))
    .map(each => each.outerHTML.slice(0, 150))"""


def opened(seen: Seen, site: Site, path: str) -> Response:
    """The page is there, says what it is, and says nothing that only a program could mean."""
    answer = seen.page.goto(site.at(path), wait_until="load")
    assert answer is not None
    assert answer.status == REFUSED.get(path, 200), (path, answer.status, seen.page.inner_text("body")[:500])
    assert seen.page.locator("h1").count() == 1, path
    assert seen.page.title().endswith("Qualify")
    assert not (unsaid := seen.page.evaluate(UNSAID)), unsaid
    return answer


def fits(seen: Seen, width: int) -> None:
    """Nothing is wider than the window."""
    seen.page.set_viewport_size({"width": width, "height": 800})
    over = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"at {width} px it is {over} px too wide"


def gone_through(seen: Seen) -> None:
    """The Tab key goes from the way past the navigation to everything that can be used; one sees where one is."""
    page = seen.page
    wanted = min(MOST_TABS, page.evaluate(FOCUSABLE))
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.evaluate(
        "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')"
    )
    page.keyboard.press("Tab")
    assert "Skip" in page.evaluate("document.activeElement.textContent")
    for _ in range(4 * wanted):  # a field for a day has several places of its own
        been, visible, where = page.evaluate(HERE)
        assert visible, f"one does not see where one is: {where}"
        if been >= wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the focus is caught: {been} of {wanted}, at {where}")


@pytest.mark.parametrize(("path", "who"), ALL, ids=list(PAGES))
def test_everybody_can_use_it(path: str, who: str | None, site: Site, windows: Windows, axe: str) -> None:
    seen = windows(site, who)
    opened(seen, site, path)
    for figure in seen.page.locator("figure.chart").all():
        expect(figure.locator("svg").first).to_be_visible()
    fits(seen, 1280)
    gone_through(seen)
    found = barriers(seen, axe)
    seen.page.emulate_media(color_scheme="dark")  # no barrier hangs on both, so each is looked at once
    fits(seen, 360)
    found += barriers(seen, axe)
    assert not found, "\n".join(found)
    seen.no_trouble()


@pytest.mark.parametrize(("path", "who"), ALL, ids=list(PAGES))
def test_it_works_without_scripts_and_weighs_little(
    path: str, who: str | None, site: Site, windows: Windows
) -> None:
    seen = windows(site, who, scripts=False)
    answer = seen.page.goto(site.at(path))
    assert answer is not None
    assert answer.status == REFUSED.get(path, 200)
    assert len(answer.body()) <= 60_000, f"{path} weighs {len(answer.body()):,} bytes"
    assert seen.page.locator("h1").is_visible()
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    seen.no_trouble()


@pytest.mark.parametrize(("path", "who"), [each for each in ALL if each[0] not in NEEDS_SOMETHING])
def test_it_says_something_when_there_is_nothing(
    path: str, who: str | None, empty_site: Site, windows: Windows
) -> None:
    seen = windows(empty_site, who)
    opened(seen, empty_site, path)
    fits(seen, 360)
    seen.no_trouble()


def test_an_address_that_is_none_is_a_page_too(site: Site, windows: Windows, axe: str) -> None:
    seen = windows(site, "rosa")
    answer = seen.page.goto(site.url + "/nowhere")
    assert answer is not None
    assert answer.status == 404
    assert seen.page.locator("h1").inner_text() == "There is nothing here"
    assert not barriers(seen, axe)


def test_no_page_is_left_out(site: Site) -> None:
    told = {*PAGES, *AFTER_SHOWING_ONCE_MORE, *(each for among in NO_PAGES.values() for each in among)}
    assert set(site.addresses) - told == set(), "look at it here, too (tests/browser/pages.py)"
    assert told - set(site.addresses) == set(), "this is no address any more"
