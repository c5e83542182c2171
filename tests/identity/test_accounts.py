"""Which organisation somebody belongs to, and who told us."""

from __future__ import annotations

from itertools import permutations

import pytest

from qualify.identity.accounts import Account, Membership, ToldBy, account_domain, account_of

WORK, PRIVATE = ("ann@mail.acme.com", 10), ("ann@gmail.com", 50)
ACME = Account("domain", "acme.com")


def told(number: int, account: str, by: ToldBy, since: int = 1) -> Membership:
    return Membership(number, Account("group", account), by, since)


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
    assert account_of([], [WORK, PRIVATE]) == ACME
    assert account_of([], [PRIVATE]) is None


def test_of_two_work_addresses_the_one_known_last_counts_and_of_equals_the_first_by_letters():
    later, equal = ("ann@zenith.com", 20), ("ann@aardvark.com", 20)
    assert account_of([], [later, WORK]) == Account("domain", "zenith.com")
    for emails in permutations([WORK, later, equal]):
        assert account_of([], emails) == Account("domain", "aardvark.com")


def test_an_import_goes_before_a_group_call_and_both_before_the_address():
    group, imported = told(1, "seven", "grouped", since=9), told(2, "eight", "imported", since=2)
    assert account_of([group], [WORK]) == group.account
    for facts in permutations([group, imported]):
        assert account_of(facts, [WORK]) == imported.account


def test_of_two_of_the_same_sort_the_newest_counts_and_of_equals_the_one_kept_last():
    old, new, last = (
        told(number, str(number), "grouped", since) for number, since in ((3, 1), (1, 5), (2, 5))
    )
    assert account_of([new, old], []) == new.account
    assert account_of([last, new, old], []) == last.account
