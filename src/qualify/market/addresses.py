"""E-mail addresses and telephone numbers, none of which can reach a stranger's company.

Companies live under `.example` (RFC 2606); telephone numbers use codes that no operator was given (+1 555,
and +999 followed by the country's own code).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.market import countries, names
from qualify.market.accounts import Accounts
from qualify.market.chance import Chance, Ints, pick, stream, turn_of
from qualify.market.columns import either, flags_of, joined, numbers, texts
from qualify.market.people import COMPANY_MAIL, DISPOSABLE_MAIL, FREE_MAIL, People, first_names, last_names

if TYPE_CHECKING:
    from qualify.market.leads import Leads

FREE_DOMAINS = (
    "gmail.com",
    "outlook.com",
    "yahoo.com",
    "hotmail.com",
    "icloud.com",
    "gmx.de",
    "web.de",
    "orange.fr",
)
FREE_SHARES = (0.52, 0.14, 0.1, 0.08, 0.08, 0.04, 0.02, 0.02)
DISPOSABLE_DOMAINS = ("mailinator.com", "yopmail.com", "guerrillamail.com", "10minutemail.com")
DISPOSABLE_SHARES = (0.4, 0.3, 0.2, 0.1)

ORIGINAL, OTHER_ADDRESS, MISTYPED = range(3)
"""How the address of a human's record differs from the first one."""

DIALLING = {
    "GB": "44",
    "DE": "49",
    "FR": "33",
    "ES": "34",
    "NL": "31",
    "AU": "61",
    "IN": "91",
    "SE": "46",
    "AT": "43",
    "CH": "41",
    "BR": "55",
    "MX": "52",
}


def addresses(leads: Leads, people: People, accounts: Accounts, seed: int) -> pa.Array:
    """An address for every lead record; no two records share one, so a shared address is never chance."""
    chance = stream(seed, "addresses")
    person = leads.person
    other = leads.variety == OTHER_ADDRESS
    mailbox = people.mailbox[person]
    # Who comes again under another address comes from home, or, if known from home, from another mailbox.
    mailbox = np.where(other, FREE_MAIL, mailbox)
    local = _local_parts(chance, people, person, accounts.address_style[people.account[person]], mailbox)
    address = _numbered_when_taken(local, _domains(chance, people, person, mailbox, accounts))
    return _mistyped(chance, leads, address)


def phones(person: Ints, country: Ints) -> pa.Array:
    """A telephone number per human, written in one of a few ways; different humans have different numbers."""
    digits = pc.utf8_lpad(numbers(2_000_000 + person * 7_919 % 8_000_000), width=7, padding="0")
    middle, last = pc.utf8_slice_codeunits(digits, 0, 3), pc.utf8_slice_codeunits(digits, 3, 7)
    ways = [
        joined(pa.scalar("+1 555 "), middle, pa.scalar(" "), last),
        joined(pa.scalar("(555) "), middle, pa.scalar("-"), last),
        joined(pa.scalar("+1555"), digits),
        joined(texts([f"+999 {DIALLING.get(code, '')} " for code in countries.codes()], country), digits),
    ]
    abroad = flags_of([code in DIALLING for code in countries.codes()], country)
    return pc.choose(pa.array(np.where(abroad, 3, person % 3)), *ways)


def _local_parts(chance: Chance, people: People, person: Ints, style: Ints, mailbox: Ints) -> pa.Array:
    first = texts([names.plain(name) for name in first_names()], people.first[person])
    last = texts([names.plain(name) for name in last_names()], people.last[person])
    initial = pc.utf8_slice_codeunits(first, 0, 1)
    ways = [
        joined(first, pa.scalar("."), last),
        joined(initial, last),
        first,
        joined(first, pa.scalar("_"), last),
        joined(first, pa.scalar("."), last, numbers(chance.integers(1, 1_000, len(person)))),
        joined(first, numbers(chance.integers(100, 100_000, len(person)))),
    ]
    code = np.where(mailbox == COMPANY_MAIL, style, np.where(mailbox == DISPOSABLE_MAIL, 5, 4))
    return pc.choose(pa.array(code), *ways)


def _domains(chance: Chance, people: People, person: Ints, mailbox: Ints, accounts: Accounts) -> pa.Array:
    size = len(person)
    return pc.choose(
        pa.array(mailbox),
        texts(accounts.domains(), people.account[person]),
        texts(FREE_DOMAINS, pick(chance, FREE_SHARES, size)),
        texts(DISPOSABLE_DOMAINS, pick(chance, DISPOSABLE_SHARES, size)),
    )


def _numbered_when_taken(local: pa.Array, domain: pa.Array) -> pa.Array:
    address = joined(local, pa.scalar("@"), domain)
    turn = turn_of(np.asarray(address.dictionary_encode().indices, dtype=np.int64))
    # A dot before the number: "anna37" as second "anna3" plus 7 would collide with a true "anna37".
    again = joined(local, pa.scalar("."), numbers(turn + 1), pa.scalar("@"), domain)
    return either(turn > 0, again, address)


def _mistyped(chance: Chance, leads: Leads, address: pa.Array) -> pa.Array:
    rows = np.flatnonzero(leads.variety == MISTYPED)
    right = address.take(pa.array(leads.duplicate_of[rows])).to_pylist()
    taken = set(address.to_pylist())
    wrong: list[str] = []
    for text, where in zip(right, chance.random(len(rows)), strict=True):
        wrong.append(_slip(text, float(where), taken))
        taken.add(wrong[-1])
    column = pa.array(wrong, pa.string())
    place = np.zeros(len(leads), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return either(leads.variety == MISTYPED, column.take(pa.array(place)), address) if len(rows) else address


def _slip(address: str, where: float, taken: set[str]) -> str:
    """The address with one letter before the @ dropped or, where that is somebody's own, repeated."""
    local, _, domain = address.partition("@")
    at = int(where * len(local))
    slip = f"{local[:at]}{local[at + 1 :]}@{domain}"
    while slip in taken or len(local) < 4 or slip[0] == ".":
        local = f"{local[: at + 1]}{local[at].replace('.', 'n')}{local[at + 1 :]}"
        slip = f"{local}@{domain}"
    return slip
