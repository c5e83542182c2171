"""@segment/analytics-node, unmodified, through busy servers and broken networks."""

from __future__ import annotations

import pytest

from tests.clients.node_tools import node
from tests.clients.test_python_clients import no_machine, numbers, once, people

pytestmark = [pytest.mark.slow, pytest.mark.node]


@pytest.mark.usefixtures("node_packages")
def test_segments_client_for_node_loses_nothing_and_sends_nothing_twice(server, proxy):
    source = server.source()
    proxy.will(["busy", "unheard", "slow down", "cut"])
    told = node("server_client.mjs", {"key": source.key, "host": proxy.url, "events": 60})
    assert told == {"failed": []}
    assert not proxy.faults
    assert numbers(server, source, "report_opened") == once(60)
    assert numbers(server, source, "seat_added") == once(60)
    [whose] = people(server, source, "report_opened")
    assert {
        "user_id:nora",
        "user_id:nora-before",
        "email:nora@acme.example",
        "anonymous_id:visitor-n",
    } <= whose
    assert people(server, source, "page_viewed") == {whose}
    assert people(server, source, "seat_added") == {frozenset({"user_id:ned"})}
    assert server.asides(source) == []
    no_machine(server, source)
