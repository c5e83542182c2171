"""A list comes in while the page that began it is closed."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, looking

MANY = 1_500


def test_an_import_that_is_closed_half_way_goes_on_and_keeps_nobody_twice(
    site: Site, chrome: Browser
) -> None:
    lines = "".join(f"guest{n}@big-fair.example,Guest {n}\n" for n in range(MANY))
    file = {"name": "fair.csv", "mimeType": "text/csv", "buffer": f"Email,First name\n{lines}".encode()}
    with looking(chrome, site, "mia") as seen:
        page = seen.page
        page.goto(site.url + "/leads/import")
        page.get_by_label("The file").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("h1")).to_contain_text("What are the columns")
        page.get_by_role("button", name="Try it out").click()
        expect(page.get_by_role("button", name="Import 1")).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="Import 1").click()
        page.wait_for_url("**/result")
        where = page.url
    with looking(chrome, site, "mia", java_script_enabled=False) as seen:
        page = seen.page
        page.goto(where)  # without scripts the page asks again by itself
        expect(page.locator("h1")).to_have_text("fair.csv is imported", timeout=60_000)
        assert page.locator(".figures dd.good").inner_text() == f"{MANY:,}"
    told = "SELECT count(DISTINCT owner_id), count(*) FROM identifier WHERE value LIKE '%@big-fair.example'"
    assert site.server.rows(told) == [(MANY, MANY)]
