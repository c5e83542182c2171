"""One form for each identifier, so that the same one written in two ways is one node."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from qualify.identity.graph import rank
from qualify.reading.domains import email_domain

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

LONGEST: Final = 255
"""The most characters of a user id, an anonymous id, a group's or an external id."""

_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})

PLUS_TAGS: Final = frozenset(
    {
        *("outlook.com", "hotmail.com", "live.com", "msn.com"),
        *("icloud.com", "me.com", "mac.com"),
        *("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
        *("fastmail.com", "fastmail.fm"),
        *("yandex.com", "yandex.ru", "ya.ru"),
        *("zoho.com", "zohomail.com", "hey.com", "posteo.de", "posteo.net", "mailbox.org", "runbox.com"),
    }
)
"""Consumer providers where ``ann+anything@`` is delivered to ``ann@`` (as their help pages say). Elsewhere a
plus is part of the address: a firm may well have two people, or a list, that way."""

JUNK: Final = frozenset(
    """
    null undefined nil none nan n/a true false
    anonymous anon guest visitor unknown unidentified unidentifiable notset not_set not-set
    user userid user_id user-id anonymousid anonymous_id anonymous-id distinct_id distinctid distinct-id
    id email test default
    0 -1 00 000 0000 00000 00000000 0.0 [] {} () "" '' - -- _ . ? *
    """.split()
) | {"not set", "(not set)", "not authenticated", "not logged in"}
"""What clients send as an id when they have none: names of nothing, and of the field itself."""

_JUNK_FORMS: Final = re.compile(
    r"\[object\s.*\]|%5bobject.*|[0-]+|[x-]{3,}|f{8}-f{4}-f{4}-f{4}-f{12}|\$\{.*\}|\{\{.*\}\}|<.*>|%s|%d",
    re.DOTALL,
)

ROLES: Final = frozenset(
    """
    abuse accounting accounts admin administration administrator all billing buchhaltung careers company compras
    contact contacto contact-us contactus customercare customerservice enquiries enquiry everyone finance hallo
    hello help helpdesk hi hola hostmaster hr info information inquiries inquiry invoice invoices it jobs kontakt
    legal mail mailbox marketing media news newsletter no-reply noreply do-not-reply donotreply nobody
    office orders order post postmaster press privacy purchasing rechnung recruiting reception root sales secretary
    security sekretariat service services shop staff subscribe support team tech unsubscribe ventas verkauf vertrieb web
    webmaster welcome
    """.split()
)
"""Local parts of addresses that several people read (after RFC 2142, and what firms use besides)."""


def normalise(kind: str, value: str | None, region: str | None = None) -> str | None:
    """An identifier in its one form; None when it identifies nobody.

    - ``email``: see :func:`normal_email`; ``phone``: see :func:`normal_phone` (``region``: the two-letter country
      of numbers written without one); ``domain``: see :func:`registrable_domain`.
    - all other kinds: space around it and control characters taken away, in Unicode's NFC, as it is
      written (``A1`` and ``a1`` are two ids); None when it is empty, longer than :data:`LONGEST`, or
      what clients send when they have no id (:data:`JUNK`).

    Raises :class:`ValueError` for a kind that does not exist.

    >>> normalise("email", " Ann.Lee+x@GoogleMail.com"), normalise("user_id", "undefined")
    ('annlee@gmail.com', None)
    """
    rank(kind)
    if not value or len(value) > 4 * LONGEST:
        return None
    match kind:
        case "email":
            return normal_email(value)
        case "phone":
            return normal_phone(value, region)
        case "domain":
            return registrable_domain(value)
        case _:
            return _normal_id(value)


def normal_email(value: str) -> str | None:
    """An address with its domain in ASCII and all in small letters; None when it is none.

    Gmail ignores dots and what follows a plus, and googlemail.com is gmail.com; the providers of
    :data:`PLUS_TAGS` ignore what follows a plus; elsewhere the address stays as written. Capitals in the
    local part are ignored everywhere: RFC 5321 lets a host tell them apart, none does.

    >>> normal_email("Jo+news@Outlook.com"), normal_email("jo+news@firm.com"), normal_email("jo@müller.de")
    ('jo@outlook.com', 'jo+news@firm.com', 'jo@xn--mller-kva.de')
    """
    domain = email_domain(value)
    if domain is None:
        return None
    text = value.strip()
    text = text[7:] if text[:7].lower() == "mailto:" else text
    written = text.strip("<>").partition("@")[0]
    local = unicodedata.normalize("NFC", written).lower()
    if domain in _GMAIL:
        local, domain = local.partition("+")[0].replace(".", ""), "gmail.com"
    elif domain in PLUS_TAGS:
        local = local.partition("+")[0]
    return f"{local}@{domain}" if local else None


def normal_phone(value: str, region: str | None = None) -> str | None:
    """A telephone number in E.164; None when it cannot be one.

    ``region`` is the two-letter country of numbers that are written without a country's code; without it
    those are not read. Extensions are left out: the line is the firm's.

    >>> normal_phone("030 901820", "DE"), normal_phone("+1 (415) 555-2671 ext. 9"), normal_phone("12345")
    ('+4930901820', '+14155552671', None)
    """
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

    try:
        number = parse(value, region.upper() if region else None)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_valid_number(number) else None


def registrable_domain(value: str) -> str | None:
    """The part of a domain that somebody registered, in ASCII; None for a public suffix and for what is no domain.

    By the public suffix list with its private part: what is under ``github.io`` is many firms'. An address of a
    page or of a person is read for its domain.

    >>> registrable_domain("https://shop.example.co.uk/a"), registrable_domain("co.uk")
    ('example.co.uk', None)
    """
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", value.strip().lower())
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    domain = email_domain(f"a@{host}")
    return _suffixes().privatesuffix(domain) if domain else None


def is_role_address(email: str) -> bool:
    """Whether an address is a post rather than a person: info@, sales@, no-reply@ … (:data:`ROLES`).

    >>> is_role_address("info@acme.com"), is_role_address("ann@acme.com"), is_role_address("sales+eu@acme.com")
    (True, False, True)
    """
    return email.partition("@")[0].partition("+")[0].casefold() in ROLES


def _normal_id(value: str) -> str | None:
    text = value.strip() if value.isascii() and value.isprintable() else _plain(value)
    folded = text.casefold()
    if not text or len(text) > LONGEST or folded in JUNK or _JUNK_FORMS.fullmatch(folded):
        return None
    return text


def _plain(value: str) -> str:
    """The text without control characters and half characters, composed."""
    text = "".join(sign for sign in value if unicodedata.category(sign) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", text).strip()


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=True)
