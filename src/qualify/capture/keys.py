"""The key that a request came with, wherever its client puts it."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from qualify.capture.model import Request

LONGEST: Final = 256
"""More characters than any key has; what is longer is none."""


def key_of(request: Request, in_body: Any = None) -> str | None:
    """The key of a request: Basic authorization (with or without its colon), body, query, X-Write-Key.

    With Bearer authorization (OAuth) the key is the one in the body.
    """
    found = (
        _basic(request.headers.get("authorization", "")),
        in_body,
        request.query.get("writeKey"),
        request.headers.get("x-write-key"),
    )
    # Jitsu's clients want a key to be "key:secret", and send it so.
    keys = (one.partition(":")[0] for one in found if isinstance(one, str))
    return next(filter(may_be_key, keys), None)


def may_be_key(found: Any) -> bool:
    """Whether it looks like a key: a text that can be printed, and is no longer than any."""
    return isinstance(found, str) and 0 < len(found) <= LONGEST and found.isprintable()


def _basic(authorization: str) -> str | None:
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    text = decoded(value.strip())
    return text.partition(":")[0] if text else None


def decoded(value: str) -> str | None:
    """The text in base64, with or without its padding; None when it is none."""
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode().replace("\0", "")
    except (binascii.Error, ValueError):
        return None
