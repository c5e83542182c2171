"""What job titles are read as, and how often that is what a person reads.

`titles.csv` was labelled by hand before the tables of words were tuned; `part` says which rows were looked
at while tuning ("tune") and which were only counted ("test"). How it was labelled: several roles count
by the highest, what is past or wished for does not count, a lead of a craft is senior and a lead of a team is
manager, a general manager is director, a bare president is owner, two functions count by the first, and an
empty label means that the title does not say.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.reading.titles import DEPARTMENTS, SENIORITIES, department, seniority

HAND_LABELLED = list(
    csv.DictReader((Path(__file__).parent / "titles.csv").open(encoding="utf-8", newline=""))
)


def share_right(part: str) -> tuple[float, float]:
    rows = [row for row in HAND_LABELLED if row["part"] == part]
    levels = sum((seniority(row["title"]) or "") == row["seniority"] for row in rows)
    departments = sum((department(row["title"]) or "") == row["department"] for row in rows)
    return levels / len(rows), departments / len(rows)


# Slightly below what was measured: tune 1.000 and 1.000, test 1.000 and 0.995.
@pytest.mark.parametrize(
    ("part", "level_floor", "department_floor"), [("tune", 0.99, 0.99), ("test", 0.985, 0.98)]
)
def test_nearly_all_hand_labelled_titles_are_read_right(part, level_floor, department_floor):
    levels, departments = share_right(part)
    assert levels >= level_floor
    assert departments >= department_floor


def test_the_hand_labelled_list_is_what_the_documentation_says():
    parts = [row["part"] for row in HAND_LABELLED]
    assert (parts.count("tune"), parts.count("test")) == (348, 200)
    assert len({row["title"] for row in HAND_LABELLED}) == len(HAND_LABELLED)
    assert {row["seniority"] for row in HAND_LABELLED} == {"", *SENIORITIES}
    assert {row["department"] for row in HAND_LABELLED} == {"", *DEPARTMENTS}


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("VP of Sales", "vp"),
        ("Assistant to the VP of Sales", "entry"),
        ("Assistant Vice President", "vp"),
        ("Partner Manager", "manager"),
        ("Managing Partner", "owner"),
        ("President", "owner"),
        ("President, North America", "c_level"),
        ("Vice President", "vp"),
        ("Chief Information Security Officer", "c_level"),
        ("Chief of Staff", "director"),
        ("Junior Product Manager", "entry"),
        ("Director of Graduate Programs", "director"),
        ("Geschaeftsfuehrer", "c_level"),
        ("Leiter:in Einkauf (m/w/d)", "head"),
        ("Assistentin der Geschäftsführung", "entry"),
        ("Directrice Générale", "c_level"),
        ("C.E.O.", "c_level"),
        ("sales manager @ Founders Inc", "manager"),
        ("Sales Manager at AT&T", "manager"),
    ],
)
def test_seniority_of_titles_that_are_easily_misread(title, level):
    assert seniority(title) == level


@pytest.mark.parametrize(
    "title", ["former CEO", "ex-CTO", "Retired VP of Sales", "I help founders grow", "", None, "🚀"]
)
def test_titles_that_say_nothing_of_today_have_no_seniority(title):
    assert seniority(title) is None


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Product Designer", "design"),
        ("Product Marketing Manager", "marketing"),
        ("Account Executive", "sales"),
        ("Executive Assistant", "administration"),
        ("Marketing & Sales Director", "marketing"),
        ("IT Sales Manager", "sales"),
        ("CEO & Head of Sales", "executive"),
        ("Co-Founder & CTO", "engineering"),
        ("R&D Manager", "research"),
        ("Technical Recruiter", "hr"),
        ("Vertriebsleiterin", "sales"),
    ],
)
def test_departments_that_are_easily_misread(title, name):
    assert department(title) == name


def test_only_the_first_200_characters_of_a_title_are_read():
    assert seniority("x" * 200 + " CEO") is None
    assert department("x" * 2_000_000) is None


def test_case_accents_and_space_do_not_matter():
    for title in ("Geschäftsführer", "GESCHÄFTSFÜHRER", "  geschaftsfuhrer\n"):
        assert (seniority(title), department(title)) == ("c_level", "executive")


@given(
    st.text()
    | st.lists(st.sampled_from("VP of to the ex assistant & , ( / CEO Leiterin \ud800 é".split(" "))).map(
        " ".join
    )
)
def test_any_text_has_a_known_level_and_department_or_none(title):
    assert seniority(title) in {None, *SENIORITIES}
    assert department(title) in {None, *DEPARTMENTS}
