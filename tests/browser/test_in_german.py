"""The pages that people live in, read by a browser that asks for German: longer words, other numbers, the same pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Site, looking
from tests.browser.pages import PAGES
from tests.browser.test_every_page import fits, opened

LIVED_IN = (
    "inbox", "leads/<int:lead_id>", "leads/<int:lead_id>/questions", "playbook", "day", "team", "alignment",
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
