"""Marketing drafts, looks at what it would do, and agrees; a second person of sales agrees; it comes into force."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Site, looking


def test_a_change_goes_from_a_draft_by_a_plan_to_an_agreement(site: Site, chrome: Browser, axe: str) -> None:
    with looking(chrome, site, "mia") as mia, looking(chrome, site, "max") as manager:
        page = mia.page
        page.goto(site.url + "/playbook")
        page.get_by_role("button", name="Change it: begin a draft").click()
        page.wait_for_url("**/playbook/drafts/*")
        where = page.url
        page.get_by_role("link", name="Edit as text").click()
        area = page.locator("textarea").first
        text = area.input_value()
        area.fill(text.replace("points: 40", "points: forty", 1))
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".problems, .error, .notice").first).to_be_visible()
        assert "forty" in page.locator("textarea").first.input_value(), "nothing that was written is lost"
        page.locator("textarea").first.fill(text.replace("points: 30", "points: 5", 1))
        page.get_by_role("button", name="Save").click()
        page.wait_for_load_state()

        page.goto(where + "/plan")
        page.get_by_label("New leads that sales can work in a week").fill("5")
        page.get_by_role("button", name="Find out what it would do").click()
        expect(page.locator("#planned .figures")).to_contain_text("would change", timeout=120_000)
        expect(page.locator("figure.chart svg").first).to_be_visible()
        assert not barriers(mia, axe)

        page.goto(where)
        page.get_by_role("button", name="Agree for Marketing").click()
        expect(page.locator("#notices .success")).to_contain_text("when the other side agrees")
        assert page.get_by_role("button", name="Agree for Sales").count() == 0, "one person is not two"

        manager.page.goto(where)
        manager.page.get_by_role("button", name="Agree for Sales and publish").click()
        expect(manager.page.locator("#notices .success")).to_contain_text("is in force")
        expect(manager.page.locator("main")).to_contain_text("mia@qualify.example")
    [(text,)] = site.server.rows("SELECT text FROM playbook_version ORDER BY id DESC LIMIT 1")
    assert "points: 5\n" in text


def test_who_loses_the_right_meanwhile_is_told_and_keeps_what_was_written(
    site: Site, chrome: Browser
) -> None:
    with looking(chrome, site, "mona") as mona, looking(chrome, site, "ada") as ada:
        mona.page.goto(site.at("/playbook/drafts/{draft}/text"))
        before = site.server.rows(f"SELECT digest FROM draft WHERE id = {site.things['draft']}")
        mona.page.locator("textarea").first.fill("name: mine\n")
        [(number,)] = site.server.rows("SELECT id FROM member WHERE email = 'mona@qualify.example'")
        ada.page.goto(f"{site.url}/people/{number}")
        ada.page.get_by_label("Viewer").check()
        ada.page.get_by_role("button", name="Change the role").click()
        expect(ada.page.locator("#notices .success")).to_be_visible()
        mona.page.get_by_role("button", name="Save").click()
        expect(mona.page.locator("h1")).to_have_text("This is not for you")
        assert mona.page.get_by_label("What you wrote").input_value() == "name: mine\n"
        assert site.server.rows(f"SELECT digest FROM draft WHERE id = {site.things['draft']}") == before
