"""Addresses by which a lead unsubscribes: each names its lead, and nobody can make one up."""

from __future__ import annotations

import hmac
import re
from email.utils import parseaddr
from hashlib import sha256
from typing import Final

from django.conf import settings

PREFIX: Final = "u+"
_ADDRESS: Final = re.compile(r"u\+(\d{1,18})-([0-9a-f]{16})@")


def address_for(lead_id: int) -> str:
    """Where the lead writes to, so as to get no more mail."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"{PREFIX}{lead_id}-{_proof(lead_id)}@{domain}"


def lead_in(address: str) -> int | None:
    """The lead that the address names; None for any that we did not make."""
    found = _ADDRESS.match(address.lower())
    if found is None or not hmac.compare_digest(_proof(int(found[1])), found[2]):
        return None
    return int(found[1])


def _proof(lead_id: int) -> str:
    key = sha256(b"qualify unsubscribe\n" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, str(lead_id).encode(), sha256).hexdigest()[:16]
