"""The countries of the market: how big, when they work, how people write them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.market.chance import Ints


@dataclass(frozen=True)
class Country:
    """A country: ISO 3166 code, share of the market, hours ahead of UTC, language of names and titles,
    working rhythm, and the other ways in which people type it into a form.
    """

    code: str
    share: float
    offset: float
    language: str
    rhythm: str
    typed: tuple[str, ...]


COUNTRIES: tuple[Country, ...] = (
    Country("US", 0.34, -6, "en", "north", ("USA", "United States", "us", "U.S.")),
    Country("GB", 0.13, 0, "en", "north", ("UK", "uk", "United Kingdom", "England")),
    Country("DE", 0.14, 1, "de", "north", ("Germany", "Deutschland", "germany")),
    Country("FR", 0.08, 1, "fr", "south", ("France", "france")),
    Country("ES", 0.05, 1, "es", "south", ("Spain", "España")),
    Country("NL", 0.05, 1, "nl", "north", ("Netherlands", "The Netherlands", "NL ")),
    Country("CA", 0.04, -5, "en", "north", ("Canada",)),
    Country("AU", 0.03, 10, "en", "north", ("Australia",)),
    Country("IN", 0.05, 5.5, "in", "north", ("India", "india")),
    Country("SE", 0.02, 1, "nl", "north", ("Sweden", "Sverige")),
    Country("AT", 0.02, 1, "de", "north", ("Austria", "Österreich")),
    Country("CH", 0.02, 1, "de", "north", ("Switzerland", "Schweiz", "Suisse")),
    Country("BR", 0.02, -3, "es", "north", ("Brazil", "Brasil")),
    Country("MX", 0.01, -6, "es", "north", ("Mexico", "México")),
)

LANGUAGES = ("en", "de", "fr", "es", "nl", "in")


def codes() -> list[str]:
    """The ISO codes, in the order in which countries are numbered."""
    return [country.code for country in COUNTRIES]


def languages() -> Ints:
    """The number of each country's language in `LANGUAGES`."""
    return np.array([LANGUAGES.index(country.language) for country in COUNTRIES])


def shares() -> list[float]:
    """Each country's share of the market."""
    return [country.share for country in COUNTRIES]


def spellings() -> tuple[list[str], list[list[int]]]:
    """Every way to write a country, and for each country the places of its own ways in that list."""
    written: list[str] = []
    places: list[list[int]] = []
    for country in COUNTRIES:
        places.append(list(range(len(written), len(written) + len(country.typed))))
        written.extend(country.typed)
    return written, places
