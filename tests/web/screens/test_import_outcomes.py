"""The wizard knows a file of deals when it sees one, and brings what came of the leads."""

from __future__ import annotations

import datetime as dt

from qualify.clock import now
from qualify.web.database import rows
from tests.web.cast import Cast
from tests.web.screens.members import Members
from tests.web.screens.test_import import _folder_of_its_own, bring, mapped, table, work_off
from tests.web.screens.test_inbox import text_of

__all__ = ["_folder_of_its_own"]


def test_a_file_of_deals_becomes_outcomes(people: Cast, members: Members) -> None:
    yesterday = dt.datetime.fromtimestamp(now() / 1000 - 86_400, dt.UTC).date().isoformat()
    header = ["Deal Name", "Deal Stage", "Close Date", "Amount", "Email"]
    deals = [
        ["Big", "Closed Won", yesterday, "5000", "jane@acme-corp.io"],
        ["No", "open", yesterday, "1", "x@y.example"],
    ]
    bring(members.mia, table(*deals, header=header), "deals.csv", source="crm")
    page = members.mia.get("/leads/import/1").content.decode()
    assert '<option value="outcomes" selected>' in page and 'value="closed_at"' in page

    mapped(members.mia, 1, table="outcomes", table_seen="outcomes")
    work_off()
    said = text_of(members.mia.get("/leads/import/1/trial"))
    assert "Would be kept 1" in said and "neither won nor lost" in said and not rows("SELECT 1 FROM outcome")

    members.mia.post("/leads/import/1/trial")
    work_off()
    assert "Kept 1" in text_of(members.mia.get("/leads/import/1/result"))
    [(who, outcome, amount)] = rows("SELECT owner_id, outcome, amount FROM outcome")
    assert (who, outcome, float(amount)) == (people.jane, "won", 5000)
