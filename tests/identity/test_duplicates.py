"""Duplicates are found by what people typed, and said in words; on the simulated market we know the truth."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from qualify.errors import QualifyError
from qualify.identity import duplicates as room
from qualify.identity.duplicates import Suggestion, duplicates
from qualify.identity.records import Record, comparable
from qualify.market.simulation import simulate

splink = pytest.mark.skipif(
    find_spec("splink") is None,
    reason="NOT TESTED: duplicates need Splink (pip install 'qualify[duplicates]')",
)

pytestmark = pytest.mark.slow
FIELDS = ("email", "first_name", "last_name", "company", "phone", "country", "job_title")


@pytest.fixture(scope="module")
def market() -> tuple[list[Record], set[tuple[str, str]]]:
    """Two thousand records as they were typed, and which pairs of them are one human."""
    made = simulate(2000, 365, 3)
    records = [Record(row["lead_id"], *(row[field] for field in FIELDS)) for row in made.leads.to_pylist()]
    twins = made.truth.leads.to_pylist()
    return records, {
        tuple(sorted((row["lead_id"], row["duplicate_of"]))) for row in twins if row["duplicate_of"]
    }


@pytest.fixture(scope="module")
def found(market) -> list[Suggestion]:
    return duplicates(market[0])


@splink
def test_most_suggestions_are_right_and_a_good_part_is_found(market, found):
    pairs = {(each.one, each.other) for each in found}
    right = len(pairs & market[1])
    assert right / len(pairs) > 0.8
    assert right / len(market[1]) > 0.35, "where only a common name agrees nobody can tell"


@splink
def test_the_same_records_in_another_order_give_the_same(market, found):
    assert duplicates(market[0][::-1]) == found


@splink
def test_a_suggestion_says_what_agrees(market, found):
    assert all(each.evidence and each.one < each.other for each in found)
    assert any("same name" in each.evidence and "same company" in each.evidence for each in found)


@splink
def test_a_rare_name_at_one_company_with_one_telephone_is_found(market):
    twins = [
        Record("X1", "q.zyl@unheard.example", "Quirin", "Zylberstein", "Unheard of Ltd", "+49 30 901820"),
        Record("X2", None, "Quirin", "Zylbersten", "Unheard of", "030/901820", region="DE"),
    ]
    best = next(each for each in duplicates([*market[0], *twins]) if each.one == "X1")
    assert best.other == "X2"
    assert best.evidence == ("names differ by one letter", "same phone", "same company")


@splink
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_handful_of_records_is_no_error(count):
    records = [Record("1", "ann@acme.example", "Ann", "Lee"), Record("2", None, "Ann", "Lee")][:count]
    assert all(0.5 <= each.probability <= 1 for each in duplicates(records))


@splink
def test_records_with_one_id_are_refused():
    with pytest.raises(ValueError, match="two records have the same id"):
        duplicates([Record("1", "a@b.example"), Record("1", "c@d.example")])


def test_without_splink_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    with pytest.raises(QualifyError, match=r"pip install 'qualify\[duplicates\]'"):
        duplicates([])


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (Record("1", "ann.lee@acme.example"), "ann lee"),
        (Record("1", "alee@acme.example", first_name="Ann"), "ann lee"),
        (Record("1", "annlee@acme.example", last_name="Lee"), "ann lee"),
        (Record("1", "info@acme.example"), None),
        (Record("1", None, "Jörg", "Müller"), "jorg muller"),
    ],
)
def test_a_name_is_read_from_the_address_where_it_is_not_given(record, name):
    assert comparable(record).full_name == name


def test_a_company_is_the_same_with_its_legal_form_or_by_its_domain():
    given = [
        Record("1", company="Moskevar Software GmbH & Co. KG"),
        Record("1", "a@moskevar-software.example"),
    ]
    assert {comparable(record).workplace for record in given} == {"moskevarsoftware"}
