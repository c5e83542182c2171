"""The same store on PostgreSQL: it concludes the same while it lives, from scratch, and in bulk."""

from __future__ import annotations

import pytest

from qualify.web.bulk.rescoring import rescore
from qualify.web.database import rows
from qualify.web.recomputing import forget, recompute
from tests.web.lives import CONCLUSIONS, conclusions, live

pytestmark = pytest.mark.slow

STANDINGS = CONCLUSIONS["standing"].replace(", next_at", "")


def test_a_store_on_postgresql_lives_recomputes_and_rescores(postgres_store: str) -> None:
    last = live(leads=60, days=30, seed=9)
    alive = conclusions()
    assert len(alive["standing"]) > 30
    assert len(alive["move"]) > 30
    forget()
    assert conclusions() != alive
    recompute(last)
    again = conclusions()
    for name, expected in alive.items():
        assert again[name] == expected, name
    rescore(last)
    assert rows(STANDINGS) == [row[:-1] for row in alive["standing"]]
