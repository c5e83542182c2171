"""Which addresses are addresses, and what their domain says."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.reading.domains import domain_kind, email_domain, looks_like_email


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("Ann.Lee+demo@Example.CO.UK", "example.co.uk"),
        ("  ann@example.com\n", "example.com"),
        ("mailto:ann@example.com", "example.com"),
        ("<ann@example.com>", "example.com"),
        ("ann@example.com.", "example.com"),
        ("ann@müller.de", "xn--mller-kva.de"),
        ("ann@xn--mller-kva.de", "xn--mller-kva.de"),
        ("änn@日本.jp", "xn--wgv71a.jp"),
    ],
)
def test_the_domain_of_an_address(email, domain):
    assert email_domain(email) == domain
    assert looks_like_email(email)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@localhost",
        "ann@@example.com",
        "ann lee@example.com",
        "ann@example..com",
        "ann@-example.com",
        "ann@exa_mple.com",
        "ann@192.168.1.1",
        "ann@example.c",
        "ann@\ud800.com",
        "ann@example.com, bob@example.com",
        "x" * 65 + "@example.com",
        "ann@" + "x" * 64 + ".com",
        "a@" + "b." * 1_000_000,
    ],
)
def test_texts_that_are_no_address(text):
    assert email_domain(text) is None
    assert not looks_like_email(text)


@pytest.mark.parametrize(
    "text", ["ann@gmail.com", "gmail.com", "GMX.de", "ann@hotmail.co.uk", "x@qq.com", "x@yandex.ru"]
)
def test_webmail_is_free(text):
    assert domain_kind(text) == "free"


@pytest.mark.parametrize("text", ["x@mailinator.com", "guerrillamail.com", "x@inbox.mailinator.com"])
def test_throw_away_domains_and_all_under_them_are_disposable(text):
    assert domain_kind(text) == "disposable"


@pytest.mark.parametrize(
    "text", ["ann@acme.com", "acme.co.uk", "ann@google.com", "ann@mail.gmail.com", "notgmail.com"]
)
def test_any_other_domain_is_a_business(text):
    assert domain_kind(text) == "business"


@pytest.mark.parametrize("text", [None, "", "acme", "ann@acme", "ann@", "https://acme.com"])
def test_what_is_neither_address_nor_domain_has_no_kind(text):
    assert domain_kind(text) is None


def test_a_domain_on_both_lists_is_free():
    from disposable_email_domains import blocklist

    assert "21cn.com" in blocklist
    assert domain_kind("21cn.com") == "free"


def test_the_list_of_free_domains_is_tidy():
    text = (files("qualify.reading") / "data" / "free_domains.txt").read_text(encoding="utf-8")
    domains = [domain for line in text.splitlines() if not line.startswith("#") for domain in line.split()]
    assert len(domains) == len(set(domains))
    assert len(domains) > 1_000
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) for domain in domains)
    assert all(domain_kind(domain) == "free" for domain in domains)


@given(st.text() | st.from_regex(r"[^@]{1,5}@[^@]{1,20}\.[^@]{1,5}"))
def test_any_text_is_read_without_an_error_and_alike_each_time(text):
    domain = email_domain(text)
    assert domain is None or (
        domain.isascii() and domain == domain.lower() and email_domain(f"x@{domain}") == domain
    )
    assert domain_kind(text) in {"free", "disposable", "business", None}
