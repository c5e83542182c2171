"""On PostgreSQL a search goes by an index, and finds what it finds without one."""

from __future__ import annotations

import pytest

from qualify.web.database import rows, run
from qualify.web.looking.leads import Wanted, _alike
from tests.web.cast import START
from tests.web.screens.crowd import crowd

pytestmark = pytest.mark.slow


@pytest.fixture
def many(postgres_store: str) -> None:
    crowd(3_000, START)
    run("UPDATE person SET name = 'Änne O''Hara_100%%' WHERE id = (SELECT min(id) FROM person)")
    run("ANALYZE person")


@pytest.mark.parametrize("text", ["o'hara_1", "Änne", "ÄNNE", "100%", "xyzzy"])
def test_it_finds_the_same_with_and_without(many: None, text: str) -> None:
    found = _alike(Wanted(text=text))
    run("SET enable_bitmapscan = off")
    assert _alike(Wanted(text=text)) == found
    assert bool(found) is (text != "xyzzy")


def test_it_reads_no_whole_table(many: None) -> None:
    run("SET enable_seqscan = off")  # of so few it would rather read all
    told = rows(
        "EXPLAIN SELECT id FROM person WHERE (email LIKE %s ESCAPE '!') OR "
        "(lower(name COLLATE \"C\") LIKE %s ESCAPE '!') OR (lower(company COLLATE \"C\") LIKE %s ESCAPE '!')",
        ["%hara!_1%"] * 3,
    )
    plan = "\n".join(line for (line,) in told)
    assert all(f"person_search_{name}" in plan for name in ("email", "name", "company")), plan
