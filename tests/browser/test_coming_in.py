"""Coming in: by password, after guessing, in a tab from before; and what one changes there of how one comes in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Site, looking
from tests.browser.pages import AFTER_SHOWING_ONCE_MORE


def sign_in(page: Page, who: str, password: str = "") -> None:
    """Fill in the page of the door."""
    page.get_by_label("E-mail").fill(f"{who}@qualify.example")
    page.get_by_label("Password").fill(password or f"{who} knows the words")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()


def test_one_comes_in_by_password_to_where_one_wanted_to_go(site: Site, chrome: Browser, axe: str) -> None:
    with looking(chrome, site, None) as seen:
        page = seen.page
        page.goto(site.at("/leads/{lead}/timeline"))
        assert "/sign-in?next=" in page.url
        sign_in(page, "rita")
        assert page.url == site.at("/leads/{lead}/timeline")
        for path in sorted(AFTER_SHOWING_ONCE_MORE):
            page.goto(f"{site.url}/{path}")
            if "/account/confirm" in page.url:
                page.get_by_label("Your password").fill("rita knows the words")
                page.get_by_role("button", name="Go on").click()
            page.wait_for_url(f"{site.url}/{path}")
            assert not barriers(seen, axe), path


def test_a_tab_from_before_one_signed_in_anew_says_what_to_do_and_loses_nothing(
    site: Site, chrome: Browser
) -> None:
    lead = site.taken()
    with looking(chrome, site, None) as seen:
        old = seen.page
        old.goto(site.url + "/sign-in")
        sign_in(old, "rita")
        old.goto(site.at(f"/leads/{lead}/questions"))
        old.get_by_label("What they said").fill("They need it by spring")
        tab = old.context.new_page()
        tab.goto(site.url + "/account")
        tab.locator("details.menu summary").filter(has_text="Rita").click()
        tab.locator("details.menu").get_by_role("button", name="Sign out").click()
        tab.wait_for_load_state()
        tab.goto(site.url + "/sign-in")
        sign_in(tab, "rita")
        old.get_by_role("button", name="Write the answer down").click()
        expect(old.locator("h1")).to_have_text("Once more, please")
        old.go_back()
        assert old.get_by_label("What they said").input_value() == "They need it by spring"
        old.reload()
        old.get_by_label("What they said").fill("They need it by spring")
        old.get_by_role("button", name="Write the answer down").click()
        expect(old.locator("#notices .success")).to_be_visible()
    told = f"SELECT count(*) FROM answer WHERE owner_id = {lead}"
    assert site.server.rows(told) == [(1,)]


def test_who_guesses_is_told_to_wait_and_so_is_who_knows(site: Site, chrome: Browser) -> None:
    with looking(chrome, site, None) as seen:
        page = seen.page
        page.goto(site.url + "/sign-in")
        for _ in range(12):
            sign_in(page, "rolf", "just a guess")
            if "please wait" in page.locator(".notice.error").inner_text():
                break
        else:
            pytest.fail("one may guess for ever")
        sign_in(page, "rolf")
        assert "please wait" in page.locator(".notice.error").inner_text()
        assert page.get_by_label("E-mail").input_value() == "rolf@qualify.example"


def test_whoever_is_invited_comes_in_by_the_link_alone(site: Site, chrome: Browser) -> None:
    """Its address is a secret, and yet the browser has to say where the form comes from."""
    with looking(chrome, site, "ada") as seen:
        page = seen.page
        page.goto(site.url + "/people")
        page.get_by_label("E-mail").fill("nils@qualify.example")
        page.get_by_label("Role").select_option("viewer")
        page.locator("section.panel form button").click()
        page.wait_for_load_state()
        link = page.locator("main").inner_text().partition("/join/")[2].split()[0]
    with looking(chrome, site, None) as seen:
        page = seen.page
        page.goto(f"{site.url}/join/{link}")
        page.get_by_label("Name").fill("Nils")
        for field in page.locator("input[type=password]").all():
            field.fill("nils knows the words")
        page.locator("main form button").last.click()
        page.wait_for_load_state()
        assert "/join/" not in page.url
        expect(page.locator("h1")).not_to_have_text("Once more, please")
        expect(page.get_by_text("Nils").first).to_be_visible()
