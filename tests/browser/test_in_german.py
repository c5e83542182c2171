"""The pages that people live in, read by a browser that asks for German: longer words, other numbers, the same pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Site, looking
from tests.browser.pages import PAGES
from tests.browser.test_every_page import fits, opened

LIVED_IN = (
    "inbox", "leads/<int:lead_id>", "leads/<int:lead_id>/questions", "playbook", "day", "team", "alignment",
    "learning",
)  # fmt: skip


@pytest.mark.parametrize("name", LIVED_IN)
def test_a_page_in_german_fits_and_has_no_barriers(name: str, site: Site, chrome: Browser, axe: str) -> None:
    path, who = PAGES[name]
    with looking(chrome, site, who, locale="de-DE", color_scheme="dark") as seen:
        opened(seen, site, path)
        expect(seen.page.locator("html")).to_have_attribute("lang", "de")
        for figure in seen.page.locator("figure.chart").all():
            expect(figure.locator("svg").first).to_be_visible()
        fits(seen, 1280)
        found = barriers(seen, axe)
        fits(seen, 360)
        found += barriers(seen, axe)
        assert not found, "\n".join(found)


def test_the_words_of_a_lead_are_german(site: Site, chrome: Browser) -> None:
    with looking(chrome, site, "rosa", locale="de-DE") as seen:
        opened(seen, site, "/leads/{lead}")
        said = seen.page.locator("main").inner_text()
        assert "Phase" in said
        assert "Warum" in said
        assert "Stage" not in said


def test_what_is_kept_and_what_is_refused_is_german_too(site: Site, chrome: Browser) -> None:
    with looking(chrome, site, "rosa", locale="de-DE") as seen:
        seen.page.goto(site.at("/people"))
        said = seen.page.locator("main").inner_text()
        assert "Ihre Rolle, Vertrieb, umfasst das nicht" in said and "scope" not in said
        fits(seen, 360)
    with looking(chrome, site, "ada", locale="de-DE") as seen:
        opened(seen, site, "/audit")
        said = seen.page.locator("main").inner_text()
        assert "gegeben von" in said and "given by" not in said


def test_the_axis_of_a_chart_writes_shares_and_days_as_germans_do(site: Site, chrome: Browser) -> None:
    with looking(chrome, site, "rosa", locale="de-DE") as seen:
        opened(seen, site, "/leads/{lead}/history")
        expect(seen.page.locator("figure.chart svg").first).to_be_visible()
        days = seen.page.locator("figure.chart svg .role-axis-label text").all_text_contents()
        assert any(re.fullmatch(r"[1-3]?[0-9]\. [A-ZÄ][a-zä]{2}", each) for each in days), days
    with looking(chrome, site, "mia", locale="de-DE") as seen:
        opened(seen, site, "/learning")
        expect(seen.page.locator("figure.chart svg").first).to_be_visible()
        shares = seen.page.locator("figure.chart svg .role-axis-label text").all_text_contents()
        assert any(each.endswith("\N{NO-BREAK SPACE}%") for each in shares), shares
