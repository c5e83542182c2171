"""One identifier written in two ways is one; what identifies nobody is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.identity.normalising import LONGEST, is_role_address, normalise

EMAILS = {
    " Ann@Example.COM ": "ann@example.com",
    "mailto:ann@example.com": "ann@example.com",
    "<ann@example.com>": "ann@example.com",
    "ann.lee+crm@gmail.com": "annlee@gmail.com",
    "a.n.n.lee@googlemail.com": "annlee@gmail.com",
    "ann.lee+crm@outlook.com": "ann.lee@outlook.com",
    "ann.lee+crm@firm.example": "ann.lee+crm@firm.example",
    "jo@müller.de": "jo@xn--mller-kva.de",
    "jo@XN--MLLER-KVA.de": "jo@xn--mller-kva.de",
    "ann@example": None,
    "ann": None,
    "a@b@c.example": None,
    "+tag@gmail.com": None,
    "": None,
}
PHONES = {
    ("030 901820", "DE"): "+4930901820",
    ("+49 (0)30 901820", None): "+4930901820",
    ("0049 30 901820", "DE"): "+4930901820",
    ("030 901820", None): None,
    ("12345", "DE"): None,
    ("call me", "DE"): None,
    ("030 901820", "XX"): None,
}
JUNK = [
    "null undefined anonymous guest 0 -1 none nan NaN NULL None Undefined".split(),
    [
        "[object Object]",
        "00000000-0000-0000-0000-000000000000",
        "  ",
        "\x00",
        "{{user.id}}",
        "y" * (LONGEST + 1),
    ],
]
DOMAINS = {
    "https://Shop.Example.co.uk:8080/a?b": "example.co.uk",
    "www.acme.com": "acme.com",
    "ann@mail.acme.com": "acme.com",
    "somebody.github.io": "somebody.github.io",
    "müller.de": "xn--mller-kva.de",
    "co.uk": None,
    "localhost": None,
    "10.0.0.1": None,
}


@pytest.mark.parametrize(("written", "meant"), EMAILS.items())
def test_an_email_has_one_form(written, meant):
    assert normalise("email", written) == meant


@pytest.mark.parametrize(("written", "meant"), PHONES.items())
def test_a_telephone_number_is_written_with_its_country(written, meant):
    assert normalise("phone", *written) == meant


@pytest.mark.parametrize(("written", "meant"), DOMAINS.items())
def test_a_domain_is_the_part_that_somebody_registered(written, meant):
    assert normalise("domain", written) == meant


@pytest.mark.parametrize("kind", ["user_id", "anonymous_id", "external:crm", "group"])
@pytest.mark.parametrize("junk", [*JUNK[0], *JUNK[1]])
def test_what_clients_send_for_nobody_identifies_nobody(kind, junk):
    assert normalise(kind, junk) is None


@pytest.mark.parametrize(
    "real", ["1", "42", "A1", "00u1ab2", "6f1c0b0e-0000-4000-8000-000000000000", "ann@x", "y" * LONGEST]
)
def test_real_ids_stay_as_they_are(real):
    assert normalise("user_id", f" {real}\x00") == real


def test_ids_keep_their_capitals():
    assert normalise("user_id", "Ab") != normalise("user_id", "aB")


def test_role_addresses_are_told_from_people():
    assert [
        is_role_address(f"{local}@x.example") for local in ("info", "Sales", "no-reply", "infonauta", "ann")
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="external:<source>"):
        normalise("external:", "1")


@pytest.mark.slow
@given(st.sampled_from(["email", "phone", "domain", "user_id"]), st.text(max_size=300) | st.emails())
def test_normalising_twice_changes_nothing(kind, value):
    once = normalise(kind, value, "DE")
    assert once is None or normalise(kind, once, "DE") == once
