"""The domain of an e-mail address, and whether it says anything about the person's firm."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from qualify.reading.words import data_text

Kind = Literal["free", "disposable", "business"]

_LONGEST_ADDRESS = 320  # 64 before the @, 255 after it: RFC 5321 section 4.5.3.1
_LOCAL = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f\ud800-\udfff]{1,64}")
_DOMAIN = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})"
)


def email_domain(email: str | None) -> str | None:
    """The domain of an e-mail address in lower case and its ASCII (IDNA) form; None when it is no address.

    Space around the address, angle brackets around it, `mailto:` before it and one dot at its end are
    forgiven. Addresses with quoted local parts or at an IP number are valid in the RFCs, but not read: in
    forms they are nearly always mistakes.

    >>> email_domain(" Ann@Example.COM "), email_domain("jo@müller.de"), email_domain("jo@localhost")
    ('example.com', 'xn--mller-kva.de', None)
    """
    if not email or len(email) > _LONGEST_ADDRESS:
        return None
    text = email.strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    local, at, domain = text.partition("@")
    if not at or not _LOCAL.fullmatch(local):
        return None
    return _ascii_domain(domain)


def looks_like_email(email: str | None) -> bool:
    """Whether a text has the form of an e-mail address; whether anybody reads it there is another matter.

    >>> looks_like_email("ann@example.com"), looks_like_email("ann@example")
    (True, False)
    """
    return email_domain(email) is not None


def domain_kind(email_or_domain: str | None) -> Kind | None:
    """What an address or a domain says about the firm; None when it is neither.

    "free" is where anybody can have a personal address (`data/free_domains.txt`), "disposable" is where
    addresses last minutes (the domains of the `disposable-email-domains` package and all under them),
    "business" is any other. A domain on both lists is free.

    >>> [domain_kind(text) for text in ("ann@gmail.com", "x@mailinator.com", "acme.com", "acme")]
    ['free', 'disposable', 'business', None]
    """
    if not email_or_domain:
        return None
    domain = (
        email_domain(email_or_domain) if "@" in email_or_domain else _ascii_domain(email_or_domain.strip())
    )
    if domain is None:
        return None
    if domain in _free():
        return "free"
    return "disposable" if _is_disposable(domain) else "business"


def _ascii_domain(domain: str) -> str | None:
    domain = domain.lower().removesuffix(".")
    if not domain.isascii():
        domain = _idna(domain)
    return domain if _DOMAIN.fullmatch(domain) else None


def _idna(domain: str) -> str:
    """The domain in its ASCII form, or "" when it has none."""
    if len(domain) > 253:
        return ""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _is_disposable(domain: str) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[at:]) in _disposable() for at in range(len(labels) - 1))


@lru_cache(maxsize=1)
def _free() -> frozenset[str]:
    lines = (line.partition("#")[0] for line in data_text("free_domains.txt").splitlines())
    return frozenset(domain for line in lines for domain in line.split())


@lru_cache(maxsize=1)
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
