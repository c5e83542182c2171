"""Is it really who it says it is? What a source signed is compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping

from qualify.capture.model import Refusal


def digest(secret: str, signed: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104) of what was signed."""
    return hmac.digest(_bytes(secret), signed, "sha256")


def hexadecimal(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in hexadecimal, lower case."""
    return digest(secret, signed).hex()


def base_64(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in base64 with its padding."""
    return binascii.b2a_base64(digest(secret, signed), newline=False).decode()


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how far they are."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def needed(secrets: Mapping[str, str], name: str) -> str | None:
    """The source's secret of that name; None when the source says that unsigned requests are fine.

    Raises :class:`Refusal` (401) when there is neither: what cannot be checked is not believed.
    """
    if secret := secrets.get(name):
        return secret
    if secrets.get("unsigned") == "allow":
        return None
    raise Refusal(401, "unsigned", f"this source has no {name} yet: requests to it cannot be checked")


def check(given: str | None, accepted: Iterable[str], header: str) -> None:
    """Raise :class:`Refusal` (401) unless what was given is one of the accepted; all are compared."""
    if not given:
        raise Refusal(401, "no_signature", f"the request has no {header}")
    matches = sum(same(given, good) for good in accepted)  # each is compared, whichever is right
    if not matches:
        raise Refusal(401, "wrong_signature", f"{header} does not match: check the secret on both sides")


def check_shared(given: str | None, secrets: Mapping[str, str], name: str, where: str) -> None:
    """Check a secret that is sent along as it is; raises :class:`Refusal` (401)."""
    secret = needed(secrets, name)
    if secret is not None:
        check(given, [secret], where)


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of an ``Authorization: Bearer`` header, or the password of a Basic one."""
    scheme, _, rest = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(rest.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
    return decoded.partition(":")[2] or None


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
