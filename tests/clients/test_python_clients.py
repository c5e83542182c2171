"""Analytics clients for Python, unmodified, through busy servers and broken networks: each event once, under its person."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.clients.faults import Fault
from tests.clients.serving import Server, Source

segment = pytest.importorskip("segment.analytics.client", reason="segment-analytics-python is not installed")
rudder = pytest.importorskip("rudderstack.analytics.client", reason="rudder-sdk-python is not installed")
posthog = pytest.importorskip("posthog", reason="posthog is not installed")

pytestmark = pytest.mark.slow

HOWEVER: list[Fault] = ["busy", "unheard", "slow down", "cut", "busy"]
"""What happens to the first five requests."""


def numbers(server: Server, source: Source, of: str) -> Counter[int]:
    """How often each event of that kind is kept, by the number it was sent with."""
    return Counter(event.properties["n"] for event in server.events(source) if event.kind == of)


def people(server: Server, source: Source, of: str) -> set[frozenset[str]]:
    """Whose the events of that kind are."""
    return {event.who for event in server.events(source) if event.kind == of}


def once(count: int) -> Counter[int]:
    return Counter(range(count))


def as_sent(client: Any, events: int = 250) -> None:
    """What a backend sends of two people: one was a visitor first."""
    client.page(anonymous_id="visitor-1", name="Pricing", properties={"n": 0, "path": "/pricing"})
    client.identify("ada", {"email": "ada@acme.example", "title": "CTO"}, anonymous_id="visitor-1")
    for n in range(events):
        client.track("ada", "Report Opened", {"n": n})
        client.track("bob", "Seat Added", {"n": n})
    client.group("ada", "acme", {"name": "Acme", "employees": 120})
    client.alias("ada-before", "ada")


def check(server: Server, source: Source, events: int = 250) -> None:
    """Everything of :func:`as_sent` is there once."""
    ada = {"user_id:ada", "user_id:ada-before", "email:ada@acme.example", "anonymous_id:visitor-1"}
    assert numbers(server, source, "report_opened") == once(events)
    assert numbers(server, source, "seat_added") == once(events)
    assert numbers(server, source, "page_viewed") == once(1)
    [whose] = people(server, source, "report_opened")
    assert ada <= whose
    assert people(server, source, "page_viewed") == {whose}
    assert people(server, source, "seat_added") == {frozenset({"user_id:bob"})}
    assert [traits for traits, who in server.traits(source) if "job_title" in traits and who == whose] == [
        {"email": "ada@acme.example", "job_title": "CTO"}
    ]
    assert server.asides(source) == []


def no_machine(server: Server, source: Source) -> None:
    """A server's library is not taken for a bot."""
    assert {event.machine for event in server.events(source)} == {None}


@pytest.mark.parametrize("gzip", [False, True])
def test_segments_client_loses_nothing_and_sends_nothing_twice(server, proxy, gzip):
    source = server.source()
    proxy.will(HOWEVER)
    failed: list[Exception] = []
    client = segment.Client(
        source.key, host=proxy.url, gzip=gzip, on_error=lambda error, _: failed.append(error)
    )
    as_sent(client)
    client.shutdown()
    assert not failed
    assert not proxy.faults
    check(server, source)
    no_machine(server, source)


def test_rudderstacks_client_loses_nothing_and_sends_nothing_twice(server, proxy):
    source = server.source()
    proxy.will(HOWEVER)
    failed: list[Exception] = []
    client = rudder.Client(source.key, host=proxy.url, on_error=lambda error, _: failed.append(error))
    as_sent(client)
    client.shutdown()
    assert not failed
    assert not proxy.faults
    check(server, source)
    no_machine(server, source)


def test_posthogs_client_loses_nothing_and_sends_nothing_twice(server, proxy):
    source = server.source("posthog")
    proxy.will(HOWEVER[:3])  # it tries four times in all
    failed: list[Exception] = []
    client = posthog.Posthog(
        source.key, host=proxy.url, on_error=lambda error, _: failed.append(error), disable_geoip=False
    )
    client.capture(
        "$pageview", distinct_id="visitor-9", properties={"n": 0, "$current_url": "https://acme.example/"}
    )
    client.alias("visitor-9", "eve")
    client.set(distinct_id="eve", properties={"email": "eve@acme.example", "title": "CFO"})
    for n in range(250):
        client.capture("report opened", distinct_id="eve", properties={"n": n})
        client.capture("seat added", distinct_id="max", properties={"n": n})
    client.group_identify("company", "acme", {"name": "Acme"})
    client.shutdown()
    assert not failed
    assert not proxy.faults
    assert numbers(server, source, "report_opened") == once(250)
    assert numbers(server, source, "seat_added") == once(250)
    [whose] = people(server, source, "report_opened")
    assert {"user_id:eve", "email:eve@acme.example"} <= whose
    assert people(server, source, "page_viewed") == {whose}
    assert server.rows("SELECT value FROM identifier WHERE kind = 'user_id' AND value LIKE '$%'") == []
    assert '{"company":"Acme"}' in {traits for (traits,) in server.rows("SELECT traits FROM account_learnt")}
    assert all("user_id:max" in who for who in people(server, source, "seat_added"))
    assert server.asides(source) == []
    no_machine(server, source)


@pytest.mark.parametrize("make", [segment.Client, rudder.Client])
def test_a_client_that_sends_too_much_is_told_to_wait_and_loses_nothing(server, proxy, make):
    source = server.source(rate=60)  # so that its bucket holds 600
    client = make(source.key, host=proxy.url)
    for n in range(900):
        client.track("carl", "Row Added", {"n": n})
    client.shutdown()
    assert numbers(server, source, "row_added") == once(900)
    assert len(proxy.seen) > 9  # some of them were sent again


@pytest.mark.parametrize("make", [segment.Client, rudder.Client])
def test_a_key_that_opens_nothing_is_not_tried_for_ever(proxy, make):
    failed: list[Exception] = []
    client = make("nobodys-key", host=proxy.url, on_error=lambda error, _: failed.append(error))
    client.track("carl", "Row Added")
    client.shutdown()
    assert len(failed) == 1
    assert len(proxy.seen) == 1
