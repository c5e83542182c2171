"""Takes the pictures of the documentation, of a simulated market (`make screenshots`): few, current, and light."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, Site, Windows, site_of
from tests.clients import node_tools

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LEADS = 2_000
MOST = 200_000
"""Bytes of a picture."""

PICTURES = {
    "inbox": ("/inbox", "rosa", 740),
    "lead": ("/leads/{lead}", "rosa", 1165),
    "playbook": ("/playbook", "max", 1000),
    "plan": ("/playbook/drafts/{draft}/plan", "max", 1000),
}
"""By name: the page, who looks at it, and how high the window is."""


def main() -> None:
    """All of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="qualify-pictures-") as folder:
        print(f"Simulating a market of {LEADS:,} leads")
        with site_of(Path(folder), LEADS, "pictures") as site, sync_playwright() as playwright:
            chrome = playwright.chromium.launch(executable_path=node_tools.chromium(), args=FLAGS)
            windows = Windows(chrome)
            too_large = [name for name in PICTURES if taken(windows, site, name).stat().st_size > MOST]
            chrome.close()
    if too_large:
        sys.exit(f"larger than {MOST:,} bytes: {', '.join(too_large)}")


def taken(windows: Windows, site: Site, name: str) -> Path:
    """A picture of what is in the window, with its charts drawn; its file."""
    path, who, height = PICTURES[name]
    seen = windows(site, who)
    seen.page.set_viewport_size({"width": 1280, "height": height})
    seen.page.goto(site.at(path), wait_until="networkidle")
    for figure in seen.page.locator("figure.chart").all():
        figure.locator("svg").wait_for()
    seen.no_trouble()
    file = FOLDER / f"{name}.png"
    seen.page.screenshot(path=file, animations="disabled")
    print(f"{file.relative_to(FOLDER.parents[1])}: {file.stat().st_size:,} bytes")
    return file


if __name__ == "__main__":
    main()
