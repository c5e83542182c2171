"""A served application with a simulated market in it, and a real browser in which the cast looks at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.clients import node_tools
from tests.web.servers import Server, serving

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
LEADS = 150
PATIENCE = 20_000.0
"""Milliseconds after which something is held to be missing: other tests may keep the machine busy."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are slow, need a browser, and share one served store."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("screens"))


class Site(NamedTuple):
    """Where the application is, the sessions of the cast, leads with a past, some who just came, and what else there
    is to look at, by the names that addresses use.
    """

    server: Server
    url: str
    sessions: dict[str, str]
    leads: list[int]
    came: list[int]
    things: dict[str, Any]
    addresses: list[str]

    def at(self, path: str) -> str:
        """The whole address of a page."""
        return self.url + path.format(lead=self.leads[0] if self.leads else 0, **self.things)

    def taken(self) -> int:
        """A lead who just came, for one test alone."""
        return self.came.pop()


class Seen(NamedTuple):
    """A page as somebody sees it, and everything that went wrong while they did."""

    page: Page
    trouble: list[str]

    def no_trouble(self) -> None:
        """Fail when the page asked another host, broke the policy or threw."""
        assert not self.trouble, "\n".join(self.trouble)


def made(folder: Path, leads: int, *words: str) -> dict[str, Any]:
    """A store in the folder."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.browser.members", str(leads), *words],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, "QUALIFY_DATA": str(folder), "QUALIFY_DATABASE_URL": ""},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return dict(json.loads(ran.stdout.splitlines()[-1]))


@contextmanager
def site_of(folder: Path, leads: int, *words: str) -> Iterator[Site]:
    """A served store."""
    folder.mkdir(parents=True, exist_ok=True)
    told = made(folder, leads, *words)
    with serving(folder) as server:
        yield Site(server, server.address, **told)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with a market in it. What tests change, they change of leads of their own."""
    with site_of(tmp_path_factory.mktemp("site"), LEADS) as found:
        yield found


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with people, and nothing else."""
    with site_of(tmp_path_factory.mktemp("empty"), 0) as found:
        yield found


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """A browser; gone after the last test of this folder: while it is there, a loop runs in this thread, and Django
    refuses to work beside one.
    """
    try:
        path = node_tools.chromium()
    except node_tools.Missing as missing:
        _go_without("browser", str(missing))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def window(chrome: Browser, site: Site, who: str | None, **more: Any) -> Seen:
    """A window of somebody's own browser."""
    told = {"locale": "en-GB", **more}
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, **told)
    context.set_default_timeout(PATIENCE)
    if who is not None:
        host = urlsplit(site.url).hostname or ""
        cookie = {"name": "qualify-session", "value": site.sessions[who], "domain": host, "path": "/"}
        context.add_cookies([cookie])  # type: ignore[list-item]
    seen = Seen(context.new_page(), [])
    _watch(context, seen, site.url)
    return seen


def _watch(context: BrowserContext, seen: Seen, url: str) -> None:
    def asked(request: Any) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            seen.trouble.append(f"{seen.page.url} asks {request.url}")

    def said(message: Any) -> None:
        # A refusal that is meant (409, 403) is told in the console too; what it is about is seen on the page.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            seen.trouble.append(f"{seen.page.url}: {message.text}")

    context.on("request", asked)
    context.on("console", said)
    context.on("weberror", lambda error: seen.trouble.append(f"{seen.page.url}: {error.error}"))


@contextmanager
def looking(chrome: Browser, site: Site, who: str | None, **more: Any) -> Iterator[Seen]:
    """A window in which somebody looks; fails when a page asks another host, breaks the policy or throws."""
    seen = window(chrome, site, who, **more)
    try:
        yield seen
    finally:
        seen.page.context.close()
    seen.no_trouble()


class Windows:
    """Windows that stay open from test to test: one for each of the cast, with scripts and without."""

    def __init__(self, chrome: Browser) -> None:
        self.chrome = chrome
        self.open: dict[tuple[str, str | None, bool], Seen] = {}

    def __call__(self, site: Site, who: str | None, *, scripts: bool = True) -> Seen:
        """The window of somebody, as wide as a desk's, in the light."""
        found = self.open.get((site.url, who, scripts))
        if found is None:
            found = window(self.chrome, site, who, java_script_enabled=scripts)
            self.open[site.url, who, scripts] = found
        found.trouble.clear()
        found.page.set_viewport_size({"width": 1280, "height": 900})
        found.page.emulate_media(color_scheme="light")
        return found


@pytest.fixture(scope="package")
def windows(chrome: Browser) -> Windows:
    """Windows for looking only: who signs out or in does so in one of their own."""
    return Windows(chrome)


@pytest.fixture(scope="session")
def axe() -> str:
    """What finds barriers on a page (axe-core, as published on npm)."""
    try:
        return (node_tools.installed() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    except node_tools.Missing as missing:
        _go_without("node", str(missing))


def _go_without(what: str, reason: str) -> NoReturn:
    if what in os.environ.get("QUALIFY_MUST_RUN", "").split():
        pytest.fail(f"{what} must run here (QUALIFY_MUST_RUN), but: {reason}", pytrace=False)
    pytest.skip(f"NOT RUN: {reason}")
