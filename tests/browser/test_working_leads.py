"""Reps at work: by keys alone, two at once, twice by mistake, and in a tab that is a week old."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Seen, Site, looking


def decisions(site: Site, lead: int) -> list[str]:
    """What holds of a lead, as it is kept: what was taken back does not."""
    told = f"SELECT decision FROM decision WHERE owner_id = {lead} AND taken_back_at IS NULL ORDER BY id"
    return [decision for (decision,) in site.server.rows(told)]


def marked(page: Page) -> int:
    """The lead of the row that is marked."""
    address = page.locator("[data-row].here a[data-open]").get_attribute("href")
    assert address
    return int(address.rpartition("/")[2])


def said(page: Page) -> str:
    """What the page tells of what was just done."""
    return page.locator("#notices .notice p").first.inner_text()


def row_of(page: Page, lead: int) -> str:
    """Where a lead's row is in the inbox."""
    return f'[data-row]:has(a[href="/leads/{lead}"])'


def test_a_rep_works_the_inbox_by_keys_alone(site: Site, chrome: Browser) -> None:
    with looking(chrome, site, "rosa") as seen:
        page, keys = seen.page, seen.page.keyboard
        page.goto(site.url + "/inbox")
        keys.press("j")
        first = marked(page)
        keys.press("j")
        second = marked(page)
        keys.press("k")
        assert marked(page) == first != second

        keys.press("a")
        expect(page.locator("#notices .success")).to_contain_text("is yours now")
        assert decisions(site, first) == ["accepted"]
        assert marked(page) == second, "one goes on where one was"

        keys.press("z")
        expect(page.locator("#notices .success")).to_contain_text("Undone")
        assert decisions(site, first) == []

        keys.press("j")
        keys.press("j")
        third = marked(page)
        site.came[:] = [each for each in site.came if each not in (first, second, third)]
        keys.press("r")
        page.wait_for_url("**/reject?**")
        keys.press("2")
        page.wait_for_url("**/inbox")
        expect(page.locator("#notices .success")).to_contain_text("is rejected")
        assert decisions(site, third) == ["rejected"]

        keys.press("j")
        opened = marked(page)
        keys.press("Enter")
        page.wait_for_url(f"**/leads/{opened}")
        keys.press("/")
        keys.type("Zzz nobody")
        keys.press("Enter")
        page.wait_for_url("**/leads?q=*")
        expect(page.locator("main")).to_contain_text("Nobody")
        keys.press("?")
        page.wait_for_url("**/help/keys")


def test_several_are_shown_before_they_are_accepted_and_can_be_undone_together(
    site: Site, chrome: Browser
) -> None:
    one, other = site.taken(), site.taken()
    with looking(chrome, site, "ravi") as seen:
        page = seen.page
        page.goto(site.url + "/inbox")
        for lead in (one, other):
            page.locator(row_of(page, lead)).locator("input[name=lead]").check()
        assert page.locator("[data-ticked]").inner_text() == "2"
        page.get_by_role("button", name="Accept those ticked…").click()
        expect(page.locator("h1")).to_have_text("Accept 2 leads?")
        assert decisions(site, one) == decisions(site, other) == []
        page.locator("main").get_by_role("button", name="Accept").click()
        assert said(page) == "2 leads are yours now"
        assert decisions(site, one) == decisions(site, other) == ["accepted"]
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#notices .success")).to_contain_text("Undone")
        assert decisions(site, one) == decisions(site, other) == []


def test_two_reps_act_on_one_lead_at_once(site: Site, chrome: Browser) -> None:
    lead = site.taken()
    with looking(chrome, site, "rosa") as rosa, looking(chrome, site, "ravi") as ravi:
        for seen in (rosa, ravi):
            seen.page.goto(site.url + "/inbox")
        rosa.page.locator(row_of(rosa.page, lead)).get_by_role("button", name="Accept").click()
        assert "is yours now" in said(rosa.page)
        ravi.page.locator(row_of(ravi.page, lead)).get_by_role("button", name="Accept").click()
        expect(ravi.page.locator("h1")).to_have_text("Somebody was quicker")
        told = ravi.page.locator(".lede").inner_text()
        assert "Rosa" in told
        assert "just now" in told
        ravi.page.get_by_role("link", name="Back", exact=True).click()
        expect(ravi.page.locator("h1")).to_have_text("Inbox")
    assert decisions(site, lead) == ["accepted"]
    [(who,)] = site.server.rows(f"SELECT decided_by FROM decision WHERE owner_id = {lead}")
    assert who == "rosa@qualify.example"


def test_a_form_that_is_sent_twice_counts_once(site: Site, chrome: Browser) -> None:
    lead = site.taken()
    with looking(chrome, site, "ravi") as seen:
        page = seen.page
        page.goto(site.at(f"/leads/{lead}"))
        button = page.get_by_role("button", name="Accept", exact=True)
        form = button.evaluate("""button => Object.fromEntries(new FormData(button.form, button))""")
        button.dblclick(no_wait_after=True)
        expect(page.locator("#notices .success")).to_contain_text("Accepted")
        again = page.request.post(site.at(f"/leads/{lead}/decide"), form=form, headers={"Origin": site.url})
        assert again.status == 200, again.text()
    assert decisions(site, lead) == ["accepted"]


def test_a_tab_that_is_a_week_old_overrides_nothing(site: Site, chrome: Browser) -> None:
    lead = site.taken()
    with looking(chrome, site, "rolf") as old, looking(chrome, site, "rosa") as rosa:
        old.page.goto(site.at(f"/leads/{lead}"))
        rosa.page.goto(site.at(f"/inbox/{lead}/reject"))
        rosa.page.get_by_role("button", name="No intent to buy").click()
        old.page.get_by_role("button", name="Accept", exact=True).click()
        expect(old.page.locator("h1")).to_have_text("Somebody was quicker")
        assert "Rosa rejected" in old.page.locator(".lede").inner_text()
    assert decisions(site, lead) == ["rejected"]


def test_who_writes_why_and_presses_enter_says_it_in_their_own_words(site: Site, chrome: Browser) -> None:
    lead = site.taken()
    with looking(chrome, site, "ravi") as seen:
        page, keys = seen.page, seen.page.keyboard
        page.goto(site.at(f"/inbox/{lead}/reject?next=/inbox"))
        keys.press("8")
        keys.type("moves offices first")
        keys.press("Enter")
        page.wait_for_url("**/inbox")
        expect(page.locator("#notices .success")).to_contain_text("is rejected")
    [(reason,)] = site.server.rows(f"SELECT reason FROM decision WHERE owner_id = {lead}")
    assert reason == "other: moves offices first"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_rep_decides_with_and_without_scripts(scripts: bool, site: Site, chrome: Browser) -> None:
    lead = site.taken()
    with looking(chrome, site, "ravi", java_script_enabled=scripts) as seen:
        page = seen.page
        page.goto(site.at(f"/leads/{lead}"))
        page.get_by_role("link", name="Reject…").click()
        page.get_by_role("button", name="No intent to buy").click()
        page.wait_for_url(f"**/leads/{lead}")
        expect(page.locator("#notices .success")).to_contain_text("is rejected")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#notices .success")).to_contain_text("Undone")
    assert decisions(site, lead) == []


def test_the_chart_of_a_lead_is_drawn_under_the_policy(site: Site, chrome: Browser) -> None:
    with looking(chrome, site, "rosa") as seen:
        seen.page.goto(site.at("/leads/{lead}/history"))
        _drawn(seen)
    with looking(chrome, site, "rosa", java_script_enabled=False) as seen:
        seen.page.goto(site.at("/leads/{lead}/history"))
        seen.page.get_by_text("The figures").click()
        assert seen.page.locator(".chart table tbody tr").count() >= 2, (
            "without scripts there are the figures"
        )


def _drawn(seen: Seen) -> None:
    line = seen.page.locator("figure.chart svg .mark-line path").first
    expect(line).to_be_attached()
    assert len(line.get_attribute("d") or "") > 20
    assert seen.page.locator("figure.chart svg").bounding_box()["width"] > 600  # type: ignore[index]
