"""A record of a person as it was typed, and what of it can be compared with another."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from qualify.identity.normalising import is_role_address, normal_email, normal_phone, registrable_domain
from qualify.reading.countries import country
from qualify.reading.domains import domain_kind, email_domain

_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|llc|ltd|limited|plc|corp|corporation|co|gmbh|ag|kg|ug|se|sas|sarl|sa|srl|spa|sl|ltda|bv|nv|ab|as|oy|aps"
    r"|pvt|private|pty|pte|gmbh co kg)$"
)
_LEAST_DIGITS = 8


class Record(NamedTuple):
    """A person as one source has it; every field but the id may be unknown (None or empty).

    ``id`` is any text that is this record's alone; ``region`` the two-letter country of telephone numbers written
    without one.
    """

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: str | None = None
    country: str | None = None
    job_title: str | None = None
    region: str | None = None


class Comparable(NamedTuple):
    """What of a record is compared, in letters a to z and digits alone; None where nothing is known.

    ``full_name`` is first and last name; ``short_name`` the initial and the last name, or what of
    the address stands for both; ``beginning`` its first three letters; ``workplace`` the company's name, or else its
    domain's.
    """

    first_name: str | None
    last_name: str | None
    full_name: str | None
    short_name: str | None
    beginning: str | None
    workplace: str | None
    phone: str | None
    country: str | None
    job_title: str | None
    address: str | None
    domain: str | None


def comparable(record: Record) -> Comparable:
    """What of a record can be compared with others: names from the address where none are given."""
    handle = _handle(record.email)
    first, last = _names(letters(record.first_name), letters(record.last_name), handle or "")
    initial = (first or handle or "")[:1]
    short = initial + last if last else (handle or "").replace(" ", "") or None
    address = normal_email(record.email) if record.email else None
    return Comparable(
        first_name=first,
        last_name=last,
        full_name=f"{first} {last}" if first and last else None,
        short_name=short,
        beginning=short[:3] if short else None,
        workplace=_workplace(record),
        phone=_phone(record),
        country=country(record.country),
        job_title=letters(record.job_title),
        address=address,
        domain=address.partition("@")[2] if address else None,
    )


def _names(first: str | None, last: str | None, handle: str) -> tuple[str | None, str | None]:
    """First and last name, what is missing taken from the address: ann.lee@, or alee@ where one of the two is known."""
    parts = handle.split()
    if len(parts) == 2 and min(map(len, parts)) > 1:
        return first or parts[0], last or parts[1]
    if len(parts) == 1 and first and not last and handle != first and handle[0] == first[0]:
        rest = handle.removeprefix(first)
        last = (rest if rest != handle else handle[1:]) or None
    if len(parts) == 1 and last and not first and handle.endswith(last):
        before = handle.removesuffix(last)
        first = before if len(before) > 1 else None
    return first, last


def letters(text: str | None) -> str | None:
    """A text in small letters a to z and digits, with one space between words; None when nothing is left.

    >>> letters(" Jörg-Peter  O'Brien "), letters("Straße"), letters("–")
    ('jorg peter o brien', 'strasse', None)
    """
    if not text:
        return None
    plain = unicodedata.normalize("NFKD", text.casefold())
    return (
        " ".join(re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign))))
        or None
    )


def _handle(email: str | None) -> str | None:
    """The words of an address's local part without digits; of a role address none."""
    if not email or email_domain(email) is None or is_role_address(email.strip()):
        return None
    local = email.strip().partition("@")[0].partition("+")[0]
    return letters(re.sub(r"[\d._-]+", " ", local))


def _workplace(record: Record) -> str | None:
    named = letters(record.company)
    if named:
        bare = _LEGAL_FORM.sub("", _LEGAL_FORM.sub("", named.replace(" s l", " sl").replace(" b v", " bv")))
        return bare.replace(" ", "")
    if record.email and domain_kind(record.email) == "business":
        domain = registrable_domain(record.email)
        return (letters(domain.partition(".")[0]) or "").replace(" ", "") or None if domain else None
    return None


def _phone(record: Record) -> str | None:
    """The number in E.164, or the digits as they stand when no such number is given out."""
    if not record.phone:
        return None
    digits = re.sub(r"\D", "", record.phone)
    return normal_phone(record.phone, record.region) or (digits if len(digits) >= _LEAST_DIGITS else None)
