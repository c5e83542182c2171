"""What was handed over, read from PostgreSQL: the same as from a file of SQLite."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from qualify.reports.alignment import Counts, Money, counts, worth
from qualify.web.importing.running import import_file
from qualify.web.looking.alignment import Asked, agreed, handed_over
from qualify.web.sources import create_source
from tests.web.screens.handing_over import DAY, HOUR, Handed, company_with_a_playbook, hand_over

pytestmark = pytest.mark.slow

AT = 1_772_442_000_000


def test_hand_offs_and_imported_outcomes_are_the_same_on_postgresql(
    postgres_store: str, tmp_path: Path
) -> None:
    version = company_with_a_playbook(AT - DAY)
    hand_over(version, [
        Handed(AT, 90, "accepted", "won", 1000, used=HOUR), Handed(AT, 30, "rejected not_icp"), Handed(AT), Handed(AT - 9 * DAY),
    ])  # fmt: skip
    deals = tmp_path / "deals.csv"
    deals.write_text(
        "email,outcome,closed_at,amount\nlead3@firm.example,won,2026-03-05,50\n", encoding="utf-8"
    )
    crm = create_source("crm", "import", AT)
    assert [import_file(deals, crm, AT + 9 * DAY).kept for _ in range(2)] == [1, 0]

    terms = agreed()
    assert terms is not None
    found = handed_over(Asked(AT - HOUR, AT + DAY), terms, AT + 9 * DAY)
    assert counts(found.handed) == Counts(handed=3, accepted=2, rejected=1, waiting=0, left=0, won=2, lost=0)
    assert worth(found.handed) == [Money("EUR", 2, Decimal("1050.00"))]
    assert sorted(each.points for each in found.handed) == [30, 60, 90] and found.clock == "contact"
