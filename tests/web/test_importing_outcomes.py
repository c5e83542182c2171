"""What a CRM knows of deals, brought as a file: won and lost, with amount, day and reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from qualify.web.database import rows, run
from qualify.web.importing.columns import table_of
from qualify.web.importing.running import Done, Options, import_file, preview
from qualify.web.living.working import Worker
from qualify.web.sources import create_source
from tests.web.cast import MINUTE, Cast, people, source

__all__ = ["people", "source"]

DAY = 86_400_000
HEADER = "Deal Name,Deal Stage,Close Date,Amount,Deal Currency,Closed Lost Reason,Contact Email"


@pytest.fixture
def crm(store: Path) -> int:
    """The source that deals come from."""
    return create_source("crm", "import", 0)


def deals(folder: Path, *lines: str, header: str = HEADER) -> Path:
    """A file of deals."""
    file = folder / "deals.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


def bring(file: Path, crm: int, at: int, **more: object) -> Done:
    """Import it."""
    return import_file(file, crm, at, Options(**more))  # type: ignore[arg-type]


def day(at: int) -> str:
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC).date().isoformat()


def outcomes() -> list[tuple[object, ...]]:
    return [
        (who, outcome, float(amount) if amount is not None else None, currency, reason)
        for who, outcome, amount, currency, reason in rows(
            "SELECT owner_id, outcome, amount, currency, reason FROM outcome ORDER BY id"
        )
    ]


@pytest.mark.parametrize(
    ("header", "table"),
    [
        (HEADER.split(","), "outcomes"),
        (["email", "outcome", "closed_at"], "outcomes"),
        (["Opportunity Name", "Stage", "Close Date", "Amount", "Email"], "outcomes"),
        (["Email", "Status", "Company"], "leads"),
        (
            ["Record ID", "Email", "Lifecycle Stage", "Create Date", "Close Date", "Contact owner", "Status"],
            "leads",
        ),
        (["email", "event", "timestamp", "status", "close date"], "events"),
    ],
)
def test_a_file_of_outcomes_is_known_by_its_header(header: list[str], table: str) -> None:
    assert table_of(header) == table


def test_deals_come_in_with_all_that_they_say(people: Cast, crm: int, tmp_path: Path) -> None:
    yesterday = day(people.now - DAY)
    file = deals(
        tmp_path,
        f'Big,Closed Won,{yesterday},"€12,000.50",EUR,,JANE@acme-corp.io',
        f"Small,closedlost,{yesterday},,,too dear,joe@gmail.com",
    )
    seen = {header: meaning for header, meaning, _ in preview(file).columns}
    assert (
        seen["Deal Stage"] == "outcome" and seen["Contact Email"] == "email" and seen["Deal Name"] == "skip"
    )
    done = bring(file, crm, people.now + 2 * DAY)
    assert (done.kept, done.refused) == (2, 0)
    assert outcomes() == [
        (people.jane, "won", 12000.5, "EUR", ""),
        (people.joe, "lost", None, "", "too dear"),
    ]


def test_a_day_alone_is_its_end_and_whoever_is_won_is_a_customer(
    people: Cast, crm: int, tmp_path: Path
) -> None:
    today = day(people.now)
    at = people.now + 2 * DAY
    bring(deals(tmp_path, f"Big,won,{today},5,,,jane@acme-corp.io"), crm, at)
    [(closed_at,)] = rows("SELECT closed_at FROM outcome")
    assert day(closed_at) == today and day(closed_at + 1) != today
    Worker().work_off(at)
    assert rows("SELECT stage FROM standing WHERE person_id = %s", [people.jane]) == [("customer",)]


def test_the_same_file_again_changes_nothing(people: Cast, crm: int, tmp_path: Path) -> None:
    today = day(people.now)  # of today, whose end is still to come
    file = deals(
        tmp_path, f"a,won,{today},5,EUR,,jane@acme-corp.io", f"b,won,{today},6,EUR,,jane@acme-corp.io"
    )
    assert bring(file, crm, people.now + MINUTE).kept == 2, (
        "two deals of one day that are worth something else"
    )
    run("UPDATE outcome SET taken_back_at = 1 WHERE amount = 5")
    again = bring(file, crm, people.now + 3 * DAY)
    assert (again.kept, again.there_before) == (0, 2), "nor does it bring back what somebody took back"


def test_rows_that_cannot_be_used_say_why_and_make_nobody_a_lead(
    people: Cast, crm: int, tmp_path: Path
) -> None:
    today, soon = day(people.now), day(people.now + 9 * DAY)
    before = rows("SELECT count(*) FROM person")
    file = deals(
        tmp_path,
        f"a,won,{today},5,EUR,,nobody@nowhere.example",
        f"b,Qualified to buy,{today},5,EUR,,jane@acme-corp.io",
        f"c,won,{soon},5,EUR,,jane@acme-corp.io",
        f"d,won,{today},a lot,EUR,,jane@acme-corp.io",
        f"e,won,{today},5,Euros,,jane@acme-corp.io",
        "f,won,,5,EUR,,jane@acme-corp.io",
        f"g,won,{today},5,EUR,,",
    )
    done = bring(file, crm, people.now + MINUTE)
    assert done.kept == 0 and outcomes() == [] and rows("SELECT count(*) FROM person") == before
    assert [each.reason.partition(":")[0] for each in done.rejects] == [
        "nobody here goes by this", "it is neither won nor lost", "it is still to come",
        "the amount is no number from 0 to 10¹⁵", "it says no currency of three letters, as EUR",
        "nothing says when it was won or lost", "nothing says whom it is about",
    ]  # fmt: skip


def test_a_row_that_names_two_people_is_refused(people: Cast, crm: int, tmp_path: Path) -> None:
    header = "lead_id,email,outcome,closed_at"
    file = deals(tmp_path, f"joe@gmail.com,jane@acme-corp.io,won,{day(people.now)}", header=header)
    [reject] = bring(file, crm, people.now + DAY).rejects
    assert reject.reason == "it names two people" and "joe@gmail.com" in reject.found


def test_a_dry_run_tells_the_same_and_keeps_nothing(people: Cast, crm: int, tmp_path: Path) -> None:
    file = deals(tmp_path, f"a,won,{day(people.now)},5,EUR,,jane@acme-corp.io", "b,won,,,,,joe@gmail.com")
    done = import_file(file, None, people.now + DAY, dry=True)
    assert (done.kept, done.refused) == (1, 1) and outcomes() == []


def test_what_is_history_was_known_when_it_ended(people: Cast, crm: int, tmp_path: Path) -> None:
    at = people.now - 2 * DAY
    file = deals(tmp_path, f"a,won,{day(at)},5,,,jane@acme-corp.io")
    bring(file, crm, people.now + DAY, history=True)
    [(closed_at, received_at, currency)] = rows("SELECT closed_at, received_at, currency FROM outcome")
    assert received_at == closed_at and currency == "EUR", (
        "the currency of the playbook where the file says none"
    )
