"""Accounts as the store has them: what calls said of them, and their ids. Which one counts, the core says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qualify.capture.model import Identifier
from qualify.identity.accounts import Account, Membership
from qualify.web.keeping.nodes import found_or_made, identifier_of, there
from qualify.web.keeping.rows import PUT_INTO


def memberships(number: int, since: int, traits: Mapping[str, Any]) -> Iterator[Membership]:
    """What a row of traits says of the accounts that the person belongs to."""
    for told_by, name in PUT_INTO.items():
        key = traits.get(name)
        if isinstance(key, str):
            yield Membership(number, Account(*identifier_of(key)), told_by, since)


def known_account_ids(accounts: Mapping[int, Account | None]) -> dict[Account, int]:
    """The ids of those of these accounts that are there already; nothing is locked or made."""
    wanted = {Identifier(*each) for each in accounts.values() if each is not None}
    return {Account(each.kind, each.value): node.owner_id for each, node in there(wanted, held=False).items()}


def account_ids(accounts: Mapping[int, Account | None], now: int) -> dict[int, int | None]:
    """By person, the id of their account, which is made where there is none yet."""
    named = {who: None if account is None else Identifier(*account) for who, account in accounts.items()}
    wanted = {each: now for each in named.values() if each is not None}
    known, _ = found_or_made(wanted) if wanted else ({}, [])
    return {who: None if each is None else known[each].owner_id for who, each in named.items()}
