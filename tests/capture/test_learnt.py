"""What events are called and what was learnt, under the names that playbooks use."""

from __future__ import annotations

import msgspec
import pytest

from qualify.capture.known import Known, Limits
from qualify.capture.model import Call
from qualify.capture.steps.naming import kind_of
from tests.capture.drafting import SOURCE, dropped, passed, track


@pytest.mark.parametrize(
    "name",
    [
        "Demo Requested",
        "demoRequested",
        "demo-requested",
        "DEMO_REQUESTED",
        " demo  requested! ",
        "DemoRequested",
        "Demo.Requested",
    ],
)
def test_however_an_event_is_written_it_is_one_kind(name):
    assert passed(track(name)).kind == "demo_requested"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Größe gewählt", "größe_gewählt"), ("デモ 申込", "デモ_申込"), ("HTTPError", "http_error"), ("step2Done", "step2_done"), ("x" * 300, "x" * 100)],
)  # fmt: skip
def test_names_of_any_script_stay(name, kind):
    assert kind_of(name) == kind
    assert kind_of(kind) == kind


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("page", "page_viewed"),
        ("screen", "screen_viewed"),
        ("identify", "identify"),
        ("group", "group"),
        ("alias", "alias"),
    ],
)
def test_calls_without_an_event_have_a_kind_of_their_own(type_, kind):
    assert passed(Call(type=type_, user_id="u1", event="Home")).kind == kind


def test_the_sources_own_mapping_goes_first():
    mapped = msgspec.structs.replace(SOURCE, event_names={"Lead: Demo": "demo_requested"})
    assert passed(track("Lead: Demo"), mapped).kind == "demo_requested"
    assert passed(track("Lead: Other"), mapped).kind == "lead_other"


@pytest.mark.parametrize("name", [None, "", "!?", "  "])
def test_a_track_call_needs_a_name(name):
    assert dropped(track(name)).reason == "malformed"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"firstName": "Ann", "last_name": "Lee"}, {"first_name": "Ann", "last_name": "Lee"}),
        ({"title": "VP"}, {"job_title": "VP"}),
        ({"title": "Dr", "job_title": "VP"}, {"job_title": "VP"}),
        ({"job_title": "VP", "title": "Dr"}, {"job_title": "VP"}),
        ({"company": "Acme"}, {"company": "Acme"}),
        (
            {"company": {"name": "Acme", "employee_count": 80, "industry": "Software", "plan": "x"}},
            {"company": "Acme", "employees": 80, "industry": "Software"},
        ),
        ({"company": {"name": "Acme"}, "industry": "Steel"}, {"company": "Acme", "industry": "Steel"}),
        (
            {"address": {"city": "Graz", "country": "AT", "postalCode": "8010", "planet": "x"}},
            {"city": "Graz", "country": "AT", "postal_code": "8010"},
        ),
        ({"phoneNumber": "1"}, {"phone": "1"}),
        ({"Favourite Colour": "red", "$plan": "team"}, {"favourite_colour": "red", "plan": "team"}),
        (
            {"a": None, "b": "", "c": "  x ", "d": False, "e": 0, "": 1, "!": 2},
            {"c": "x", "d": False, "e": 0},
        ),
        (
            {"tags": ["a", "b"], "none": [], "nested": {"a": {"b": 1}}},
            {"tags": ["a", "b"], "nested": {"a": {"b": 1}}},
        ),
        ({"big": ["x" * 100] * 100, "text": "y" * 20_000}, {"text": "y" * 10_000}),
    ],
)
def test_traits_have_the_names_that_playbooks_use(sent, expected):
    assert passed(Call(type="identify", user_id="u1", traits=sent)).traits == expected


def test_traits_in_the_context_are_learnt_too_and_the_calls_own_go_before_them():
    call = Call(
        type="identify", user_id="u1", traits={"plan": "b"}, context={"traits": {"plan": "a", "city": "Graz"}}
    )
    assert passed(call).traits == {"plan": "b", "city": "Graz"}


def test_only_so_many_traits_are_kept():
    call = Call(type="identify", user_id="u1", traits={f"t{number}": number for number in range(300)})
    assert len(passed(call).traits) == 200
    assert len(passed(call, known=Known(limits=Limits(traits=3))).traits) == 3


def test_nothing_is_learnt_of_who_withdraws_consent():
    draft = passed(
        Call(
            type="identify",
            user_id="u1",
            traits={"email": "ann@acme.com", "city": "Graz"},
            consent={"process": False},
        )
    )
    assert (draft.traits, draft.account_traits, draft.consent) == ({}, {}, {"process": False})
