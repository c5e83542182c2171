"""Which organisation a person belongs to: what an import says, else what the product says, else the address's domain.

Domains, groups and a source's ids of accounts are nodes of their own (:mod:`qualify.identity.graph`), joined
with one another by links like people are, and with people by facts: :class:`Membership`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from qualify.identity.normalising import normal_email, registrable_domain
from qualify.reading.domains import domain_kind

ToldBy = Literal["imported", "grouped"]

TOLD_BY: Final[tuple[ToldBy, ...]] = ("imported", "grouped")
"""How a membership came to be known, the surest first: from an import, by a group call."""


class Account(NamedTuple):
    """What an organisation goes by: a kind (domain, group or external_account:<source>) and its normalised value."""

    kind: str
    value: str


class Membership(NamedTuple):
    """The fact that a person belongs to an account, told by a word of :data:`TOLD_BY`; ``since`` when it was so
    (epoch ms).
    """

    id: int
    account: Account
    told_by: ToldBy
    since: int


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


def account_of(memberships: Iterable[Membership], emails: Iterable[tuple[str, int]]) -> Account | None:
    """The account of one person by what is given; None when nothing tells. For a past day give what was known then.

    ``emails`` are the person's addresses, each with the moment since when it is known to be the person's. What an
    import told goes before a group call, and both before an address; of the same sort the newest by ``since``
    counts (ties: the larger id), of addresses that tell anything the one known last (ties: the first by letters).
    """
    told = max(memberships, key=_weight, default=None)
    if told is not None:
        return told.account
    for email, _ in sorted(emails, key=lambda each: (-each[1], each[0])):
        domain = account_domain(email)
        if domain is not None:
            return Account("domain", domain)
    return None


def _weight(membership: Membership) -> tuple[int, int, int]:
    """The greater, the more it counts."""
    return -TOLD_BY.index(membership.told_by), membership.since, membership.id
