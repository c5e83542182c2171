"""The list of leads: found, filtered, sorted, paged, taken away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.database import insert, rows, run
from qualify.web.looking.leads import Sort, Wanted, count, listed
from qualify.web.looking.touches import touches_of
from qualify.web.verbs.merge import merge
from tests.web.cast import OWNER, Cast
from tests.web.screens.crowd import crowd
from tests.web.screens.members import Members
from tests.web.screens.test_inbox import text_of

Row = dict[str, Any]


def paged(wanted: Wanted, sort: Sort, limit: int = 7) -> list[int]:
    """All of the list, page by page."""
    seen: list[int] = []
    cursor = None
    while True:
        page = listed(wanted, sort, cursor, limit)
        seen += [lead.id for lead in page.leads]
        cursor = page.next_cursor
        if cursor is None:
            return seen


KEYS: dict[str, Callable[[Row], Any]] = {
    "total": lambda row: row["total"],
    "name": lambda row: row["name"].encode(),
    "company": lambda row: row["company"].encode(),
    "created_at": lambda row: row["created_at"],
    "id": lambda row: 0,
}


def expected(found: list[Row], sort: str) -> list[int]:
    """As it is documented: what is empty, or not judged, comes last either way."""
    name, down = sort.lstrip("-"), sort.startswith("-")

    def last(row: Row) -> bool:
        return (
            row["stage"] is None
            if name == "total"
            else not row[name]
            if name in ("name", "company")
            else False
        )

    def by(row: Row) -> tuple[Any, int]:
        return KEYS[name](row), row["id"]

    first = sorted((row for row in found if not last(row)), key=by, reverse=down)
    then = sorted((row for row in found if last(row)), key=lambda row: row["id"], reverse=down)
    return [row["id"] for row in (*first, *then)]


def check_sorting() -> None:
    """Every order, with every kind of condition."""
    found = crowd(70, now())
    conditions: list[tuple[Wanted, Callable[[Row], bool]]] = [
        (Wanted(), lambda row: True),
        (Wanted(stage=("mql", "sal")), lambda row: row["stage"] in ("mql", "sal")),
        (
            Wanted(grade=("A1",), min_total=3_000),
            lambda row: bool(row["stage"]) and row["grade"] == "A1" and row["total"] >= 3_000,
        ),
        (Wanted(anything="ANN"), lambda row: "ann" in row["name"].lower()),
        (Wanted(anything="firm3", stage=("pql",)), lambda row: row["id"] % 7 == 3 and row["stage"] == "pql"),
        (
            Wanted(text="beta", max_total=5_000),
            lambda row: "beta" in row["company"] and bool(row["stage"]) and row["total"] <= 5_000,
        ),
        (Wanted(anything="nobody goes by this"), lambda row: False),
    ]
    for sort in ("total", "-total", "created_at", "-created_at", "id", "name", "-name", "company"):
        for wanted, holds in conditions:
            fits = [row for row in found if holds(row)]
            if sort in ("name", "-name", "company") and connection.vendor != "sqlite":
                assert sorted(paged(wanted, sort)) == sorted(row["id"] for row in fits)
            else:
                assert paged(wanted, sort) == expected(fits, sort), (sort, wanted)
            assert count(wanted) == len(fits)


def test_every_order_holds_every_lead_once_whatever_is_asked_for(store: Path) -> None:
    check_sorting()


def test_so_it_is_on_postgres(postgres_store: str) -> None:
    check_sorting()


def test_conditions_that_many_meet_give_the_same_list(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked up another way."""
    monkeypatch.setattr("qualify.web.looking.leads.FEW", 2)
    check_sorting()


@pytest.mark.parametrize("cursor", ["abc", "W10", "", "WyJ0b3RhbCIsMF0"])
def test_a_cursor_of_another_list_is_refused(store: Path, cursor: str) -> None:
    with pytest.raises(QualifyError, match="cursor"):
        listed(Wanted(), "name", cursor or listed_cursor())


def listed_cursor() -> str:
    """A cursor of another order."""
    crowd(3, now())
    found = listed(Wanted(), "-total", None, 1).next_cursor
    assert found is not None
    return found


def test_somebody_is_found_by_anything_they_go_by(people: Cast, members: Members) -> None:
    insert(
        "identifier", "kind, value, key, first_seen, owner_id, joined_at, contested",
        [("phone", "+493090182000", "phone:+493090182000", 0, people.jane, 0, False),
         ("external:site", "CRM-77", "external:site:CRM-77", 0, people.jane, 0, False)],
    )  # fmt: skip
    for said in (
        "acme-corp",
        "JANE@",
        "jane",
        "+49 30 90182000",
        "0049 30 90182000",
        "CRM-77",
        str(people.jane),
        f"#{people.jane}",
    ):
        page = members.vic.get("/leads", {"q": said})
        assert "jane@acme-corp.io" in text_of(page) and "joe@gmail.com" not in text_of(page), said
    merge(OWNER, people.jane, people.joe, people.now)
    assert "jane@acme-corp.io" in text_of(members.vic.get("/leads", {"q": str(people.joe)}))


def test_wildcards_stand_for_themselves(people: Cast, members: Members) -> None:
    for said in ("%", "_", "!", "100%"):
        assert "Nobody fits all of this" in text_of(members.vic.get("/leads", {"q": said}))


def test_what_is_on_is_said_and_can_be_taken_off(people: Cast, members: Members) -> None:
    page = members.vic.get("/leads?stage=mql&stage=lead&least=1&q=jane&changed=2001-01-01&sort=name")
    said = text_of(page)
    for each in ("1 points or more", "changed since 2001-01-01", "“jane”"):
        assert each in said
    assert (
        'href="/leads?stage=lead&amp;least=1&amp;q=jane&amp;changed=2001-01-01&amp;sort=name"'
        in page.content.decode()
    )
    assert 'aria-sort="ascending"' in page.content.decode()


@pytest.mark.parametrize(
    "words", ["sort=shoe", "stage=x", "changed=soon", "least=1e99", "account=-1", "q=" + "x" * 300]
)
def test_an_address_that_makes_no_sense_is_answered_in_words(members: Members, words: str) -> None:
    assert members.vic.get(f"/leads?{words}").status_code == 400


def test_exactly_what_is_shown_is_taken_away(people: Cast, members: Members) -> None:
    words = {"q": "acme", "format": "csv"}
    lines = list(csv.DictReader(io.StringIO(b"".join(members.mia.get("/leads/export", words)).decode())))
    assert [line["email"] for line in lines] == ["jane@acme-corp.io"]
    every = b"".join(members.mia.get("/leads/export", {"format": "jsonl"})).splitlines()
    assert [json.loads(line)["lead_id"] for line in every] == [people.jane, people.joe]
    assert (
        rows("SELECT who, detail FROM audit WHERE verb = 'export' ORDER BY id")[0][0] == "mia@qualify.example"
    )
    for nobody in (members.rosa, members.vic):
        assert nobody.get("/leads/export").status_code == 403
        assert "/leads/export" not in nobody.get("/leads").content.decode()


def test_the_channel_by_which_they_first_came_is_kept_and_filters(people: Cast, members: Members) -> None:
    [(kept,)] = rows("SELECT channel FROM person WHERE id = %s", [people.jane])
    first = touches_of(people.jane, people.now).first
    assert first is not None and kept == first.channel == "direct"
    run("UPDATE person SET channel = 'paid_search' WHERE id = %s", [people.joe])
    said = text_of(members.vic.get("/leads?channel=paid_search"))
    assert "joe@gmail.com" in said and "jane@acme-corp.io" not in said and "came by: Paid search" in said
    assert "jane@acme-corp.io" not in text_of(members.vic.get("/leads?channel=-"))
    run("UPDATE person SET channel = '' WHERE id = %s", [people.jane])
    assert "jane@acme-corp.io" in text_of(members.vic.get("/leads?channel=-"))


def test_a_store_without_leads_says_how_they_come(members: Members) -> None:
    assert "Import a list" in text_of(members.mia.get("/leads"))
    assert "No leads yet" in text_of(members.vic.get("/leads"))


def test_a_lead_that_nobody_judged_yet_is_there_too(people: Cast, members: Members) -> None:
    run("DELETE FROM standing WHERE person_id = %s", [people.joe])
    said = text_of(members.vic.get("/leads"))
    assert "not judged yet" in said and "joe@gmail.com" in said


def test_a_full_page_asks_the_database_as_often_as_a_short_one(members: Members) -> None:
    crowd(900, now())
    vic, asked = members.vic, []
    for words in ("?stage=mql&sort=name", "?stage=mql&grade=D4&least=110&sort=name"):
        with CaptureQueriesContext(connection) as queries:
            page = vic.get(f"/leads{words}")
        asked.append((len(queries), page.content.count(b"data-row>")))
        assert len(page.content) < 60_000
    (many, full), (few, short) = asked
    assert full == 50 and 0 < short < 10 and few <= many <= 14
