"""Secrets that have to be read again (for signatures) are kept enciphered; tokens are kept as hashes only."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from qualify.errors import QualifyError


@cache
def _fernet() -> Fernet:
    return Fernet(
        base64.urlsafe_b64encode(sha256(b"qualify secrets\n" + settings.SECRET_KEY.encode()).digest())
    )


def enciphered(values: Mapping[str, str]) -> str:
    """Secrets by name, as text that only this server's secret key can read."""
    return _fernet().encrypt(json.dumps(dict(values)).encode()).decode()


def deciphered(text: str) -> dict[str, str]:
    """The secrets again; raises :class:`~qualify.errors.QualifyError` when the secret key is another one."""
    if text in ("", "{}"):
        return {}
    try:
        return dict(json.loads(_fernet().decrypt(text.encode())))
    except InvalidToken as error:
        raise QualifyError(
            "a secret in the store was enciphered with another QUALIFY_SECRET_KEY; set that one, or enter it anew"
        ) from error


def token(prefix: str) -> str:
    """A new token of 192 random bits, with a prefix that says what it is."""
    return f"{prefix}_{secrets.token_urlsafe(24)}"


def digest(token: str) -> str:
    """What is kept of a token. It is random, so that a plain hash cannot be guessed back."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
