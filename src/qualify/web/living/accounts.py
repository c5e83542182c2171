"""Which account a person belongs to: the one they were put into last, else that of their e-mail's domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qualify.capture.model import Identifier
from qualify.identity.accounts import account_domain
from qualify.web.keeping.nodes import found_or_made
from qualify.web.keeping.rows import PUT_INTO

AccountKey = Identifier


def account_key(emails: Sequence[str], traits: Mapping[str, Any]) -> AccountKey | None:
    """What the person's account goes by; None when nothing says which it is."""
    told = traits.get(PUT_INTO)
    if isinstance(told, str) and ":" in told:
        kind, _, value = told.rpartition(":") if told.startswith("external_account:") else told.partition(":")
        return Identifier(kind, value)
    for email in reversed(emails):
        domain = account_domain(email)
        if domain is not None:
            return Identifier("domain", domain)
    return None


def account_ids(keys: Mapping[int, AccountKey | None], now: int) -> dict[int, int | None]:
    """By person, the id of their account, which is made where there is none yet."""
    wanted = {key: now for key in keys.values() if key is not None}
    known, _ = found_or_made(wanted) if wanted else ({}, [])
    return {who: None if key is None else known[key].owner_id for who, key in keys.items()}
