"""Which organisation somebody belongs to, and who told us."""

from __future__ import annotations

import pytest

from qualify.identity.accounts import AccountOf, Membership, account_domain, account_of, by_account

DOMAINS = {"acme.com": 100, "zenith.com": 200}
WORK, PRIVATE = ("ann@mail.acme.com", 10), ("ann@gmail.com", 5)


def told(number: int, account: int, by: str, since: int = 1, known: int = 1) -> Membership:
    return Membership(number, account, by, since, known)


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ann@eu.mail.acme.co.uk", "acme.co.uk"),
        ("ann@gmail.com", None),
        ("ann@mailinator.com", None),
        ("ann@sub.mailinator.com", None),
        ("ann", None),
        (None, None),
    ],
)
def test_the_registrable_domain_stands_for_the_firm(email, domain):
    assert account_domain(email) == domain


def test_a_work_address_tells_the_account_when_nothing_else_does():
    assert account_of([], [PRIVATE, WORK], DOMAINS.get, as_of=50) == AccountOf(100, "domain", 10)
    assert account_of([], [PRIVATE], DOMAINS.get, as_of=50) is None


def test_an_account_is_not_known_before_its_address_is():
    assert account_of([], [WORK], DOMAINS.get, as_of=9) is None


def test_of_two_work_addresses_the_newest_known_counts():
    found = account_of([], [WORK, ("ann@zenith.com", 20)], DOMAINS.get, as_of=50)
    assert found == AccountOf(200, "domain", 20)


def test_an_import_goes_before_a_group_call_and_both_before_the_address():
    group, imported, by_hand = (
        told(1, 7, "grouped", since=9),
        told(2, 8, "imported", since=2),
        told(3, 9, "merged"),
    )
    for facts, account in (([group], 7), ([group, imported], 8), ([imported, by_hand, group], 9)):
        found = account_of(facts, [WORK], DOMAINS.get, as_of=50)
        assert found is not None
        assert found.account_id == account


def test_of_two_group_calls_the_newest_counts_once_it_is_known():
    facts = [told(1, 7, "grouped", since=1, known=1), told(2, 8, "grouped", since=5, known=30)]
    assert [account_of(facts, [], DOMAINS.get, as_of=when) for when in (0, 29, 30)] == [
        None,
        AccountOf(7, "grouped", 1),
        AccountOf(8, "grouped", 30),
    ]


def test_people_of_one_account_come_together():
    assert by_account({3: 100, 1: 100, 2: None, 4: 200}) == {100: [1, 3], 200: [4]}
