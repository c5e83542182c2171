"""Whether a call may be kept: consent, machines, the source's list; and what is kept of addresses."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from qualify.capture.known import Known
from qualify.capture.model import Call, Request, Source
from qualify.capture.pipeline import Facts
from tests.capture.drafting import BROWSER, SOURCE, TRUSTED, dropped, passed, track

REFUSING = BROWSER._replace(tracking_refused=True)
STRICT = Source(id=1, name="strict", consent_required=True)
ANONYMOUS: dict[str, Any] = {"user_id": None, "anonymous_id": "b1"}


def preferring(**categories: bool) -> dict:
    return {"consent": {"categoryPreferences": categories}}


def without(*blocked: str) -> Source:
    return msgspec.structs.replace(SOURCE, blocked=blocked)


@pytest.mark.parametrize("headers", [{"dnt": "1"}, {"sec-gpc": "1"}])
def test_a_browser_that_asks_not_to_be_tracked_is_not(headers):
    facts = Facts.of(Request("POST", "", {}, headers, b""))
    assert dropped(track(**ANONYMOUS), facts=facts).reason == "no consent"
    assert passed(track(), facts=facts)
    assert passed(track(**ANONYMOUS, context=preferring(Analytics=True)), facts=facts)
    assert passed(track(**ANONYMOUS, email="ann@acme.com"), facts=facts)


def test_a_browser_that_does_not_ask_is_tracked():
    assert passed(track(**ANONYMOUS), facts=Facts.of(Request("POST", "", {}, {"dnt": "0"}, b"")))


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({}, False),
        ({"consent": {"process": True}}, True),
        ({"consent": {"email": True}}, False),
        ({"context": preferring(Analytics=True, Advertising=False)}, True),
        ({"context": preferring(Advertising=False)}, False),
        ({"context": preferring(Unheard=True)}, False),
        ({"context": {"consent": "yes"}}, False),
    ],
)
def test_a_source_may_need_consent(more, kept):
    if kept:
        given = passed(track(**more), STRICT).consent
        assert given and given["process"]
    else:
        assert dropped(track(**more), STRICT).reason == "no consent"


def test_what_is_refused_in_the_call_is_not_tracked_even_where_none_is_needed():
    assert dropped(track(context=preferring(Analytics=False))).reason == "no consent"


def test_a_withdrawal_is_always_kept():
    withdrawn = Call(type="identify", user_id="u1", consent={"process": False, "email": False})
    assert passed(withdrawn, STRICT).consent == {"process": False, "email": False}
    assert passed(withdrawn, facts=REFUSING).consent


def test_purposes_are_ours():
    draft = passed(track(context=preferring(Analytics=True, Email=False, SMS=True, Other=True)))
    assert draft.consent == {"process": True, "email": False, "phone": True}
    assert passed(track(consent={"process": True, "other": True})).consent == {"process": True}
    assert passed(track()).consent is None


def named_bot(user_agent: str, headless_is_bot: bool) -> str | None:
    return "declared bot" if "bot" in user_agent or (headless_is_bot and "Headless" in user_agent) else None


@pytest.mark.parametrize(
    ("more", "header", "machine"),
    [
        ({}, "Googlebot/2.1", "declared bot"),
        ({}, "Firefox/140", None),
        ({"context": {"userAgent": "Googlebot/2.1"}}, "Firefox/140", "declared bot"),
        (
            {"context": {"userAgent": "Firefox/140", "library": {"name": "analytics-python"}}},
            "Googlebot/2.1",
            "" or None,
        ),
        ({"context": {"library": {"name": "analytics-python"}}}, "python-bot/2", None),
        ({"context": {"library": {"name": "@segment/analytics-node"}}}, "node-bot", None),
        ({"context": {"library": {"name": "analytics.js"}}}, "Googlebot/2.1", "declared bot"),
        ({"context": {"library": {"name": "RudderLabs JavaScript SDK"}}}, "Googlebot/2.1", "declared bot"),
        ({"context": {"library": {"name": "web"}}}, "Googlebot/2.1", "declared bot"),
        ({}, "HeadlessChrome/140", "declared bot"),
    ],
)
def test_a_visitor_that_says_it_is_a_machine_is_labelled_and_kept(more, header, machine):
    assert passed(track(**more), facts=Facts("", header), known=Known(is_bot=named_bot)).machine == machine


def test_a_source_may_welcome_headless_browsers():
    tested = msgspec.structs.replace(SOURCE, headless_is_bot=False)
    assert passed(track(), tested, Facts("", "HeadlessChrome/140"), Known(is_bot=named_bot)).machine is None


def test_a_source_may_block_bots():
    assert dropped(track(), without("bots"), Facts("", "Googlebot"), Known(is_bot=named_bot)).reason == "bot"


def test_a_trusted_servers_own_address_and_agent_are_no_visitors():
    draft = passed(track(), TRUSTED, Facts("10.0.0.5", "bot"), Known(is_bot=named_bot))
    assert (draft.address, draft.user_agent, draft.machine) == ("", "", None)


@pytest.mark.parametrize(
    "blocked",
    ["203.0.113.77", "203.0.113.0/24", "ann@acme.com", "acme.com", "198.51.100.7", "198.51.100.0/28"],
)
def test_a_source_names_what_it_does_not_want(blocked):
    call = track(email="Ann@acme.com", context={"ip": "198.51.100.7"})
    assert dropped(call, without("other.com", "nonsense/x", blocked)).reason == "blocked"


def test_what_is_not_named_is_wanted():
    call = track(email="ann@acme.com", context={"ip": "not an address"})
    assert passed(call, without("cme.com", "203.0.113.7", "2001:db8::/32", "bots"))


@pytest.mark.parametrize(
    ("how", "address", "kept"),
    [
        ("truncate", "203.0.113.77", "203.0.113.0"),
        ("truncate", "2001:db8:1:2:3::4", "2001:db8:1::"),
        ("truncate", "::ffff:203.0.113.77", "203.0.113.0"),
        ("truncate", "fe80::1%eth0", "fe80::"),
        ("keep", "203.0.113.77", "203.0.113.77"),
        ("drop", "203.0.113.77", ""),
        ("keep", "nonsense", ""),
        ("keep", "9" * 5000, ""),
    ],
)
def test_addresses_are_kept_as_the_source_says(how, address, kept):
    source = msgspec.structs.replace(SOURCE, addresses=how)
    assert passed(track(), source, Facts(address)).address == kept
    assert passed(track(context={"ip": address}), source, Facts("192.0.2.1")).address == kept
