"""Every page, as people see it: light and dark, wide and narrow, with and without scripts; no barriers, no strangers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Seen, Site, looking

PAGES = (
    ("/inbox", "rosa"),
    ("/leads", "mia"),
    ("/leads/{lead}", "rosa"),
    ("/leads/import", "mia"),
    ("/playbook", "max"),
    ("/playbook/icp", "mia"),
    ("/connect", "ada"),
    ("/connect/new", "ada"),
    ("/connect/new/script", "ada"),
    ("/connect/aside", "ada"),
    ("/connect/forms", "ada"),
    ("/connect/forms/new", "ada"),
    ("/connect/webhooks", "ada"),
    ("/connect/tokens", "ada"),
    ("/people", "ada"),
    ("/audit", "ada"),
    ("/account", "vic"),
    ("/help/keys", "ravi"),
    ("/sign-in", None),
)


def opened(seen: Seen, site: Site, path: str) -> None:
    """The page is there, says what it is, and fits into the window."""
    lead = site.leads[0] if site.leads else 0
    answer = seen.page.goto(site.url + path.format(lead=lead), wait_until="load")
    assert answer is not None
    assert answer.status == 200, (path, answer.status, seen.page.inner_text("body")[:500])
    assert seen.page.locator("h1").count() == 1, path
    assert seen.page.title().endswith("Qualify")
    over = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{path} is {over} px too wide"


@pytest.mark.parametrize(("path", "who"), PAGES)
def test_it_has_no_barriers_in_light_dark_and_narrow(
    path: str, who: str | None, site: Site, chrome: Browser, axe: str
) -> None:
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360)):
        with looking(chrome, site, who, width=width, color_scheme=scheme) as seen:
            opened(seen, site, path)
            found = seen.page.evaluate(axe + "; axe.run(document, {resultTypes: ['violations']})")
            serious = [
                f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
                for each in found["violations"]
                if each["impact"] in {"serious", "critical"}
            ]
            assert not serious, f"{path} ({scheme}, {width} px):\n" + "\n".join(serious)


@pytest.mark.parametrize(("path", "who"), PAGES)
def test_it_works_without_scripts_and_weighs_little(
    path: str, who: str | None, site: Site, chrome: Browser
) -> None:
    with looking(chrome, site, who, java_script_enabled=False) as seen:
        lead = site.leads[0]
        answer = seen.page.goto(site.url + path.format(lead=lead))
        assert answer is not None
        assert answer.status == 200
        assert len(answer.body()) <= 60_000, f"{path} weighs {len(answer.body()):,} bytes"
        assert seen.page.locator("h1").is_visible()
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "'self'" in policy


@pytest.mark.parametrize(("path", "who"), [each for each in PAGES if "{lead}" not in each[0]])
def test_it_says_something_when_there_is_nothing(
    path: str, who: str | None, empty_site: Site, chrome: Browser
) -> None:
    with looking(chrome, empty_site, who) as seen:
        opened(seen, empty_site, path)


@pytest.mark.parametrize(("path", "who"), [each for each in PAGES if each[1] is not None])
def test_it_can_be_gone_through_by_keyboard(path: str, who: str | None, site: Site, chrome: Browser) -> None:
    with looking(chrome, site, who) as seen:
        opened(seen, site, path)
        seen.page.keyboard.press("Tab")
        assert "Skip" in seen.page.evaluate("document.activeElement.textContent")
        places = set()
        for _ in range(12):
            seen.page.keyboard.press("Tab")
            places.add(seen.page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
            outline = seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{path}: one does not see where one is"
        assert len(places) >= 8, f"{path}: the focus is caught"
