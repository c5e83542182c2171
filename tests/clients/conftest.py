"""A server for all tests of clients, and for each test a proxy before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
