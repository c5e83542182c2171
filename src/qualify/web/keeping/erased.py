"""Who was erased, without knowing who: what lists of others may not bring back.

Of each address and id of somebody who was erased a digest is kept, keyed with the server's secret. It is needed to
keep the promise: a list that was exported before, and is imported again, would bring the person back. It serves
nothing else (GDPR art. 5(1)(c), 17(3)(b)).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable

from django.conf import settings

from qualify.capture.model import Identifier
from qualify.web.database import insert, run_many, those
from qualify.web.keeping.nodes import key_of


def digest_of(identifier: Identifier) -> str:
    """What is kept of an identifier of somebody who was erased."""
    return hmac.digest(f"erased\n{settings.SECRET_KEY}".encode(), key_of(identifier).encode(), "sha256").hex()


def remember(identifiers: Iterable[Identifier], lead_id: int, now: int) -> None:
    """Keep the digests of these; in the transaction that erases."""
    rows = [(digest_of(each), lead_id, now, 0) for each in identifiers]
    insert(
        "erased", "digest, lead_id, erased_at, refused", rows,
        "ON CONFLICT (digest) DO UPDATE SET lead_id = excluded.lead_id, erased_at = excluded.erased_at",
    )  # fmt: skip


def refused(identifiers: Collection[Identifier], now: int, *, count: bool = True) -> frozenset[Identifier]:
    """Those of the identifiers that named somebody who was erased; that a list named them is counted."""
    by_digest = {digest_of(each): each for each in identifiers}
    found = [
        digest for (digest,) in those("SELECT digest FROM erased WHERE digest IN ({})", sorted(by_digest))
    ]
    if not count:
        return frozenset(by_digest[digest] for digest in found)
    run_many(
        "UPDATE erased SET refused = refused + 1, refused_at = %s WHERE digest = %s",
        [(now, digest) for digest in found],
    )
    return frozenset(by_digest[digest] for digest in found)
