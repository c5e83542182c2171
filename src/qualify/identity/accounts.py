"""Which organisation a person belongs to: told by import or a group call, or else by the address's domain.

Domains, groups and a source's ids of accounts are nodes of their own (:mod:`qualify.identity.graph`), joined
with one another by links like people are, and with people by facts: :class:`Membership`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from qualify.identity.normalising import normal_email, registrable_domain
from qualify.reading.domains import domain_kind

TOLD_BY: Final = ("merged", "imported", "grouped")
"""How a membership came to be known, the surest first: by hand, from an import, by a group call."""


class Membership(NamedTuple):
    """The fact that a person belongs to an account, told by a word of :data:`TOLD_BY`.

    ``account_id`` is what the fact names (an account's node); ``since`` when it was so, ``known_at`` when we learnt
    it (epoch ms). A membership that was taken back is not given.
    """

    id: int
    account_id: int
    told_by: str
    since: int
    known_at: int


class AccountOf(NamedTuple):
    """A person's account, what told us, and since when we know; ``told_by`` may also be ``domain``."""

    account_id: int
    told_by: str
    known_at: int


def account_domain(email: str | None) -> str | None:
    """The domain that stands for the firm of an address: the registrable one; None when it says nothing of a firm.

    Free webmail and disposable domains say nothing, and neither do domains under a public suffix that many
    share.

    >>> account_domain("ann@mail.acme.co.uk"), account_domain("ann@gmail.com"), account_domain("ann@mailinator.com")
    ('acme.co.uk', None, None)
    """
    address = normal_email(email) if email else None
    if address is None or domain_kind(address) != "business":
        return None
    domain = registrable_domain(address)
    return domain if domain and domain_kind(domain) == "business" else None


def account_of(
    memberships: Iterable[Membership],
    emails: Iterable[tuple[str, int]],
    domain_node: Callable[[str], int | None],
    as_of: int,
) -> AccountOf | None:
    """The account of one person as it was known at ``as_of``; None when nothing tells.

    ``emails`` are the person's addresses, each with the moment since when it is known to be the person's;
    ``domain_node`` gives the node of a registrable domain. What is told by hand goes before an import, that
    before a group call, and all before an address; of the same sort the newest by ``since`` counts (ties: the
    larger id), of addresses the one known last (ties: the first by letters). The id is the node's:
    ask a resolution whose it is.
    """
    told = [each for each in memberships if each.known_at <= as_of and each.since <= as_of]
    if told:
        best = max(told, key=lambda each: (-TOLD_BY.index(each.told_by), each.since, each.id))
        return AccountOf(best.account_id, best.told_by, best.known_at)
    for email, known_at in sorted(emails, key=lambda each: (-each[1], each[0])):
        domain = account_domain(email) if known_at <= as_of else None
        node = domain_node(domain) if domain else None
        if node is not None:
            return AccountOf(node, "domain", known_at)
    return None


def by_account(accounts: Mapping[int, int | None]) -> dict[int, list[int]]:
    """The people of each account by id, from each person's account (None: has none)."""
    found: dict[int, list[int]] = {}
    for person_id, account_id in sorted(accounts.items()):
        if account_id is not None:
            found.setdefault(account_id, []).append(person_id)
    return found
