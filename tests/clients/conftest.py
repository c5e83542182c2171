"""A server for all tests of clients, for each test a proxy before it; Node's packages and a browser, where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.clients import node_tools
from tests.clients.faults import Proxy
from tests.clients.serving import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application on a fresh store."""
    with Server(tmp_path_factory.mktemp("served")).running() as running:
        yield running


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """A way to the server on which things go wrong when they are told to."""
    with Proxy(server.url).running() as running:
        yield running


@pytest.fixture(scope="session")
def node_packages() -> Path:
    """The clients for JavaScript, as they are published."""
    try:
        return node_tools.installed()
    except node_tools.Missing as missing:
        _go_without("node", str(missing))


@pytest.fixture(scope="session")
def chromium(node_packages: Path) -> str:
    """A browser."""
    try:
        return node_tools.chromium()
    except node_tools.Missing as missing:
        _go_without("browser", str(missing))


def _go_without(what: str, reason: str) -> NoReturn:
    if what in os.environ.get("QUALIFY_MUST_RUN", "").split():
        pytest.fail(f"{what} must run here (QUALIFY_MUST_RUN), but: {reason}", pytrace=False)
    pytest.skip(f"NOT RUN: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Say what the marks of this folder mean."""
    config.addinivalue_line("markers", "node: needs Node.js and npm, which installs other people's clients")
    config.addinivalue_line("markers", "browser: needs Chromium, and Node.js to drive it")
