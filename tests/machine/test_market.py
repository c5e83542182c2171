"""The rules on the simulated market: what the docs say of them, and that human clicks are spared."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.market.simulation import simulate
from tests.machine.measuring import LEADS, SEED, measured, table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "machine-activity.md"


@pytest.mark.slow
def test_the_docs_show_what_is_measured_today():
    rows = measured(simulate(LEADS, 365, SEED))
    assert table(rows) in PAGE.read_text(encoding="utf-8"), (
        "python -m tests.machine.measuring prints the table"
    )


@pytest.mark.slow
def test_on_another_market_hardly_anything_of_a_humans_is_called_a_machines():
    rows = {row.name: row for row in measured(simulate(400, 365, 11))}
    assert rows["security_scanner, email_clicked"].recall > 0.99
    for kind in ("email_opened", "email_clicked", "page_viewed", "form_submitted"):
        assert rows[kind].machines and rows[kind].precision > 0.98
