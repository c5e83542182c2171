"""What the store concluded while it lived equals what follows from the facts alone, row by row."""

from __future__ import annotations

import pytest

from qualify.web.database import rows
from qualify.web.recomputing import forget, recompute
from tests.web.lives import conclusions


def test_a_lived_store_equals_its_recomputation(lived: int) -> None:
    alive = conclusions()
    assert len(alive["standing"]) > 40
    assert len(alive["move"]) > 40
    assert any(row[3] for row in alive["event"]), "some activity is a machine's"
    forget()
    assert conclusions() != alive
    recompute(lived)
    again = conclusions()
    for name, expected in alive.items():
        assert again[name] == expected, name


@pytest.mark.slow
def test_recomputing_a_sound_store_mends_nothing(lived: int) -> None:
    told = rows("SELECT count(*) FROM message")
    done = recompute(lived)
    assert (done.identifiers_mended, done.facts_mended, done.people_mended, done.standings_mended) == (
        0,
        0,
        0,
        0,
    )
    assert rows("SELECT count(*) FROM message") == told, "nothing is told twice"
