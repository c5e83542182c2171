"""Whose call it is, what it links, and which organisation it is about."""

from __future__ import annotations

import msgspec
import pytest

from qualify.capture.model import Call, Source
from tests.capture.drafting import SOURCE, dropped, names, passed, track

UUID = "53e3061d-dc68-4e6c-9c1d-089784f2756d"


def linked(call, source=SOURCE):
    return [(tuple(link.one), tuple(link.other), link.evidence) for link in passed(call, source).links]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (track(), [("user_id", "u1")]),
        (track(user_id="Ann@Acme.com "), [("email", "ann@acme.com")]),
        (track(user_id=None, anonymous_id=UUID), [("anonymous_id", UUID)]),
        (track(anonymous_id="b1"), [("user_id", "u1"), ("anonymous_id", "b1")]),
        (track(user_id=None, email="ann@acme.com"), [("email", "ann@acme.com")]),
        (track(user_id=None, traits={"email": "ann@acme.com"}), [("email", "ann@acme.com")]),
        (track(user_id=None, context={"traits": {"email": "ann@acme.com"}}), [("email", "ann@acme.com")]),
        (track(user_id="ann@acme.com", traits={"email": "ANN@acme.com"}), [("email", "ann@acme.com")]),
        (track(traits={"phone": "+1 415 555 2671"}), [("user_id", "u1"), ("phone", "+14155552671")]),
        (track(external_id="00Q1"), [("user_id", "u1"), ("external:web", "00Q1")]),
        (track(user_id="null", anonymous_id="b1"), [("anonymous_id", "b1")]),
        (
            track(user_id="undefined", anonymous_id=UUID, traits={"email": "no address"}),
            [("anonymous_id", UUID)],
        ),
    ],
)
def test_a_person_goes_by_everything_that_the_call_says_strongest_first(call, expected):
    assert names(passed(call)) == expected
    assert passed(call).subject == passed(call).identifiers[0]


@pytest.mark.parametrize(
    "junk",
    [None, "", "null", "undefined", "00000000-0000-0000-0000-000000000000", "  ", "x" * 5000, "{{user.id}}"],
)
def test_junk_identifies_nobody(junk):
    assert dropped(track(user_id=junk)).reason == "no identifier"


def test_phone_numbers_without_a_country_are_of_the_sources():
    german = msgspec.structs.replace(SOURCE, region="DE")
    assert ("phone", "+4930901820") in names(passed(track(traits={"phone": "030 901820"}), german))


def test_what_one_call_says_together_is_one_person():
    assert linked(track(anonymous_id="b1")) == [(("user_id", "u1"), ("anonymous_id", "b1"), "identified")]
    assert linked(track()) == []


def test_links_say_how_they_are_known():
    form = track("Form Submitted", user_id=None, email="ann@acme.com", anonymous_id="b1")
    assert {evidence for _, _, evidence in linked(form)} == {"form"}
    listed = Source(id=1, name="list", kind="import")
    assert {evidence for _, _, evidence in linked(track(anonymous_id="b1"), listed)} == {"imported"}


def test_an_alias_links_the_former_id_whether_it_was_a_users_or_a_browsers():
    found = linked(Call(type="alias", user_id="new", previous_id="old"))
    assert (("user_id", "new"), ("user_id", "old"), "aliased") in found
    assert (("user_id", "new"), ("anonymous_id", "old"), "aliased") in found


def test_an_alias_links_the_same_whichever_id_comes_first():
    def joined(call):
        return {frozenset((one, other)) for one, other, _ in linked(call)}

    there, back = (
        Call(type="alias", user_id="a", previous_id="b"),
        Call(type="alias", user_id="b", previous_id="a"),
    )
    assert joined(there) == joined(back)


def test_an_alias_of_an_address_links_the_address():
    found = linked(Call(type="alias", user_id="u1", previous_id="Ann@acme.com"))
    assert (("user_id", "u1"), ("email", "ann@acme.com"), "aliased") in found


def test_a_group_call_names_the_account_and_its_domain():
    draft = passed(
        Call(
            type="group",
            user_id="u1",
            group_id="acme",
            traits={"name": "Acme", "website": "https://www.acme.com/about", "employees": 80},
        )
    )
    assert draft.account == ("group", "acme")
    assert draft.account_traits == {
        "company": "Acme",
        "website": "https://www.acme.com/about",
        "employees": 80,
    }
    assert draft.traits == {}
    assert (("group", "acme"), ("domain", "acme.com"), "grouped") in [
        (tuple(one), tuple(other), said) for one, other, said in draft.links
    ]


@pytest.mark.parametrize(
    ("more", "account"),
    [
        ({"group_id": "acme"}, ("group", "acme")),
        ({"context": {"groupId": "acme"}}, ("group", "acme")),
        ({"traits": {"company": {"id": "acme", "name": "Acme"}}}, ("group", "acme")),
        ({"traits": {"company": {"id": 5}}}, ("group", "5")),
        ({"traits": {"company": {"domain": "acme.com"}}}, ("domain", "acme.com")),
        ({"context": {"traits": {"company": {"website": "https://acme.com"}}}}, ("domain", "acme.com")),
        ({"traits": {"company": {"name": "Acme"}}}, None),
        ({"traits": {"company": "Acme"}}, None),
        ({"group_id": "null"}, None),
        ({}, None),
    ],
)
def test_the_account_is_known_by_id_or_domain_never_by_its_name(more, account):
    assert passed(track(**more)).account == account


def test_people_are_never_linked_with_their_account():
    draft = passed(track(group_id="acme", anonymous_id="b1"))
    assert all("group" not in (link.one.kind, link.other.kind) for link in draft.links)
