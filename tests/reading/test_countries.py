"""Countries as people write them, and which of them make up a group."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.reading import countries
from qualify.reading.countries import GROUPS, country


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        (
            "US",
            [
                "US",
                "us",
                "USA",
                "U.S.",
                "U. S. A.",
                "United States",
                "united states of america",
                "The  United States",
                "🇺🇸",
            ],
        ),
        (
            "GB",
            [
                "GB",
                "GBR",
                "UK",
                "U.K.",
                "England",
                "Scotland",
                "Northern Ireland",
                "Great Britain",
                "United Kingdom (UK)",
            ],
        ),
        (
            "DE",
            [
                "DE",
                "Germany",
                "Deutschland",
                "ALLEMAGNE",
                "Alemania",
                "Federal Republic of Germany",
                "Germany (DE)",
            ],
        ),
        ("NL", ["Holland", "The Netherlands", "Niederlande", "Pays-Bas"]),
        ("KR", ["Korea, Republic of", "South Korea", "Korea (the Republic of)", "Korea"]),
        ("KP", ["North Korea", "Korea, Democratic People's Republic of"]),
        ("TR", ["Türkiye", "TURKIYE", "Turkey"]),
        ("VN", ["Viet Nam", "Vietnam"]),
        ("CI", ["Côte d'Ivoire", "cote d’ivoire", "Ivory Coast"]),
        ("CD", ["DR Congo", "Congo, The Democratic Republic of the"]),
        ("CG", ["Congo", "Republic of the Congo"]),
        ("LC", ["St. Lucia", "Saint Lucia"]),
        ("SO", ["Somalia", "Federal Republic of Somalia"]),
        ("AD", ["AND", "Andorra"]),
        ("NE", ["Niger"]),
        ("NG", ["Nigeria"]),
        ("XK", ["Kosovo"]),
    ],
)
def test_all_spellings_of_a_country_are_one(code, spellings):
    assert {spelling: country(spelling) for spelling in spellings} == dict.fromkeys(spellings, code)


@pytest.mark.parametrize(
    "text",
    [None, "", "Atlantis", "Berlin", "State of Georgia", "Yugoslavia", "n/a", "🇺", "\ud800", "x" * 2_000_000],
)
def test_what_names_no_country_is_none(text):
    assert country(text) is None


def test_no_spelling_stands_for_two_countries():
    seen: dict[str, str] = {}
    for row in countries._countries():
        for text in (row.alpha2, row.alpha3, row.name, *filter(None, row.others)):
            assert country(text) == row.alpha2, text
            assert seen.setdefault(countries._key(text), row.alpha2) == row.alpha2, text


def test_all_249_countries_of_the_standard_and_kosovo_are_there():
    rows = countries._countries()
    assert len(rows) == 250
    assert len({row.alpha2 for row in rows}) == len({row.alpha3 for row in rows}) == 250
    assert GROUPS["world"] == {row.alpha2 for row in rows}


def test_the_european_union_has_27_members_and_the_uk_is_none_of_them():
    assert len(GROUPS["eu"]) == 27
    assert "GB" not in GROUPS["eu"]
    assert GROUPS["eea"] - GROUPS["eu"] == {"IS", "LI", "NO"}


def test_the_four_sales_regions_share_no_country_and_leave_out_antarctica_alone():
    regions = [GROUPS[name] for name in ("emea", "apac", "north_america", "latin_america")]
    assert sum(map(len, regions)) == len(frozenset.union(*regions)) == len(GROUPS["world"]) - 1
    assert GROUPS["world"] - frozenset.union(*regions) == {"AQ"}


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("eu", "eea"),
        ("eu", "europe"),
        ("dach", "europe"),
        ("benelux", "eu"),
        ("baltics", "cee"),
        ("cee", "europe"),
        ("uk_ireland", "europe"),
        ("europe", "emea"),
        ("mena", "emea"),
        ("gcc", "mena"),
        ("sub_saharan_africa", "emea"),
        ("anz", "apac"),
        ("asean", "apac"),
        ("latin_america", "world"),
    ],
)
def test_groups_that_lie_within_others(small, large):
    assert GROUPS[small] < GROUPS[large]


def test_where_the_border_cases_are():
    assert "CY" in GROUPS["europe"] and "TR" not in GROUPS["europe"] and "TR" in GROUPS["emea"]
    assert "MX" in GROUPS["latin_america"] and "MX" not in GROUPS["north_america"]
    assert "CH" not in GROUPS["eea"] and "CH" in GROUPS["dach"]
    assert GROUPS["mena"].isdisjoint(GROUPS["sub_saharan_africa"])


def test_an_unknown_group_is_a_key_error():
    with pytest.raises(KeyError):
        GROUPS["atlantis"]


@given(st.text())
def test_any_text_is_a_known_country_or_none(text):
    assert country(text) in GROUPS["world"] | {None}
