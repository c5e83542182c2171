"""Plausible's events API, with bytes as its trackers send them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.plausible import DOOR
from qualify.capture.model import Request
from tests.capture.arriving import as_json, mangled, posted, read, refused, survives

VIEW = {"n": "pageview", "u": "https://acme.com/pricing?utm_source=x", "d": "acme.com", "r": None, "v": 36}


def seen_from(address: str, agent: str = "Firefox", salt: str | None = "monday"):
    request = Request("POST", "api/event", {}, {"user-agent": agent}, json.dumps(VIEW).encode(), address)
    return read(DOOR, request, {"visit_salt": salt} if salt else {}).calls[0].anonymous_id


def test_a_page_view_is_a_page_call_of_its_site():
    delivery = read(DOOR, as_json("api/event", VIEW, {"content-type": "text/plain"}))
    [call] = delivery.calls
    assert (delivery.key, call.type) == ("acme.com", "page")
    assert call.context["page"] == {"url": "https://acme.com/pricing?utm_source=x"}
    assert (DOOR.answer(delivery).status, DOOR.answer(delivery).body) == (202, b"ok")


@pytest.mark.parametrize("properties", [{"plan": "team"}, '{"plan": "team"}'])
def test_a_goal_is_an_event_with_its_properties_and_revenue(properties):
    sent = {**VIEW, "n": "Signup", "p": properties, "$": {"amount": 9, "currency": "EUR"}}
    [call] = read(DOOR, as_json("api/event", sent)).calls
    assert (call.type, call.event) == ("track", "Signup")
    assert call.properties == {"plan": "team", "amount": 9, "currency": "EUR"}


def test_the_properties_may_say_who_it_is():
    [call] = read(DOOR, as_json("api/event", {**VIEW, "p": {"user_id": "u1", "email": "ann@acme.com"}})).calls
    assert (call.user_id, call.email, call.properties) == ("u1", "ann@acme.com", {})


def test_a_visitor_is_one_for_a_day_and_only_if_the_source_wants_so():
    assert seen_from("203.0.113.7") == seen_from("203.0.113.7")
    assert (
        len(
            {
                seen_from("203.0.113.7"),
                seen_from("203.0.113.8"),
                seen_from("203.0.113.7", "Safari"),
                seen_from("203.0.113.7", salt="tuesday"),
            }
        )
        == 4
    )
    assert seen_from("203.0.113.7", salt=None) is None
    assert seen_from("") is None


@pytest.mark.parametrize(
    "content", [{}, {"n": "pageview"}, {"d": "acme.com"}, [], {"n": {}, "d": "acme.com"}]
)
def test_an_event_without_name_or_site_is_refused(content):
    assert refused(DOOR, as_json("api/event", content)).status == 400


@given(mangled({**VIEW, "p": {"user_id": "u", "email": "e"}, "$": {"amount": 1}}))
def test_any_json_is_survived(content):
    survives(DOOR, as_json("api/event", content))


@given(st.binary())
def test_any_bytes_are_survived(body):
    survives(DOOR, posted("api/event", body))
