"""Countries as people write them, and the groups of countries that firms sell to."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from qualify.reading.words import data_text, plain

_LONGEST_READ = 100
_WORDS = re.compile(r"[^\W_]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_DROPPED = str.maketrans("", "", ".'’`´")
_SMALL = frozenset(["the", "and"])
# "State of" is missing: the State of Georgia is no country.
_STYLES = frozenset(["republic", "kingdom", "principality", "commonwealth", "union", "duchy", "sultanate"])
_FLAG_A = ord("🇦")

_SALES_REGION = {
    "north_america": ("Northern America",),
    "latin_america": ("Latin America",),
    "apac": ("Eastern Asia", "South-eastern Asia", "Southern Asia", "Oceania"),
}
_NAMED = {
    # The 27 members of the European Union since 1 February 2020.
    "eu": "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK",
    "dach": "DE AT CH",
    # The members of the Nordic Council with their autonomous areas.
    "nordics": "DK FI IS NO SE AX FO GL",
    "benelux": "BE NL LU",
    "baltics": "EE LV LT",
    # The OECD's list of Central and Eastern European countries, and the rest of what was Yugoslavia.
    "cee": "AL BG HR CZ HU PL RO SK SI EE LV LT BA ME MK RS XK",
    "uk_ireland": "GB IE",
    "anz": "AU NZ",
    # The World Bank's Middle East and North Africa, without Malta (EU) and Djibouti (sub-Saharan in UN M49).
    "mena": "AE BH DZ EG EH IL IQ IR JO KW LB LY MA OM PS QA SA SY TN YE",
    # The members of the Gulf Cooperation Council.
    "gcc": "AE BH KW OM QA SA",
    # The Association of Southeast Asian Nations, with its eleventh member since October 2025, Timor-Leste.
    "asean": "BN ID KH LA MM MY PH SG TH TL VN",
}
_EEA_BESIDES_EU = "IS LI NO"


class _Country(NamedTuple):
    alpha2: str
    alpha3: str
    region: str
    name: str
    others: tuple[str, ...]


def country(text: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code of the country that a text names; None when it names none.

    Reads alpha-2 and alpha-3 codes, English names (ISO's and everyday ones), own names, the larger countries'
    names in German, French, Spanish, Italian, Dutch and Portuguese, parts that people give as a country
    ("Scotland", "Dubai"), and flags. Case, accents, punctuation and "the" do not matter. Kosovo is XK, which
    is no official code but the one in use. A text that could be a country or something smaller is the
    country: "Georgia" is GE, "CA" is Canada, "NA" is Namibia. Only the first 100 characters are looked at.

    >>> [country(text) for text in ("USA", "U.K.", "deutschland", "Korea, Republic of", "TÜRKİYE", "🇳🇱")]
    ['US', 'GB', 'DE', 'KR', 'TR', 'NL']
    >>> country("Atlantis") is None
    True
    """
    if not text:
        return None
    text = text[:_LONGEST_READ]
    key = _key(text)
    found = _codes().get(key)
    if found is None and "(" in text:
        found = _codes().get(_key(_IN_BRACKETS.sub(" ", text)))
    return found or _from_full_style(key) or _from_flag(text.strip())


class _Groups(Mapping[str, frozenset[str]]):
    """The groups by name, made when the first is asked for."""

    def __getitem__(self, group: str) -> frozenset[str]:
        return _groups()[group]

    def __iter__(self) -> Iterator[str]:
        return iter(_groups())

    def __len__(self) -> int:
        return len(_groups())


GROUPS: Mapping[str, frozenset[str]] = _Groups()
"""Groups of alpha-2 codes by name. Regions follow UN M49, sales regions are made of them.

`emea`, `apac`, `north_america` and `latin_america` share no country and leave out Antarctica alone: Mexico
and the Caribbean are Latin America, Greenland and Bermuda are North America, Turkey, the Caucasus and Central
Asia are EMEA, Iran is in `mena`. `europe` is M49's with Cyprus and Kosovo; Russia is in it, Turkey is not.
"""


def _key(text: str) -> str:
    """What two spellings of a country's name have in common ("St. Lucia" and "saint lucia")."""
    words = _WORDS.findall(plain(text).translate(_DROPPED))
    if len(words) < 2:  # AND is Andorra, ST is Sao Tome
        return "".join(words)
    return " ".join("saint" if word == "st" else word for word in words if word not in _SMALL)


def _from_full_style(key: str) -> str | None:
    """The country of a key like "federal republic of somalia"."""
    style, of, rest = key.partition(" of ")
    return _codes().get(rest) if of and style.rpartition(" ")[2] in _STYLES else None


def _from_flag(text: str) -> str | None:
    letters = [ord(char) - _FLAG_A for char in text]
    if len(letters) != 2 or not all(0 <= letter < 26 for letter in letters):
        return None
    return _codes().get("".join(chr(ord("a") + letter) for letter in letters))


@lru_cache(maxsize=1)
def _countries() -> tuple[_Country, ...]:
    rows = csv.DictReader(data_text("countries.csv").splitlines())
    return tuple(
        _Country(row["alpha2"], row["alpha3"], row["region"], row["name"], tuple(row["others"].split("|")))
        for row in rows
    )


def names() -> list[str]:
    """The English name of every country, as ISO 3166 has it."""
    return [row.name for row in _countries()]


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """The alpha-2 code for each key of each spelling."""
    spellings = {
        _key(text): row.alpha2
        for row in _countries()
        for text in (row.alpha2, row.alpha3, row.name, *row.others)
    }
    spellings.pop("", None)
    return spellings


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[str]]:
    def regions(*names: str) -> frozenset[str]:
        return frozenset(row.alpha2 for row in _countries() if row.region in names)

    named = {group: frozenset(codes.split()) for group, codes in _NAMED.items()}
    world = regions(*{row.region for row in _countries()})
    sales = {group: regions(*names) - named["mena"] for group, names in _SALES_REGION.items()}
    return {
        **named,
        **sales,
        "eea": named["eu"] | frozenset(_EEA_BESIDES_EU.split()),
        "europe": regions("Europe") | named["eu"],
        "sub_saharan_africa": regions("Sub-Saharan Africa"),
        "emea": world - sales["apac"] - sales["north_america"] - sales["latin_america"] - {"AQ"},
        "world": world,
    }
