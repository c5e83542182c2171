"""What the store concluded while it lived equals what follows from the facts alone, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.market import simulate
from qualify.moments import DAY
from qualify.playbook.starters import text as starter_text
from qualify.web.database import rows, run
from qualify.web.keeping.marking import mark
from qualify.web.living.working import Worker
from qualify.web.recomputing import forget, recompute
from tests.web.market import drafts, keep_all, tell

CONCLUSIONS = {
    "identifier": "SELECT id, owner_id, joined_at, contested FROM identifier ORDER BY id",
    "event": "SELECT id, owner_id, known_at, machine FROM event ORDER BY id",
    "learnt": "SELECT id, owner_id, known_at FROM learnt ORDER BY id",
    "person": "SELECT * FROM person ORDER BY id",
    "standing": "SELECT person_id, version_id, total, grade, information, scores, lines, unknown, stage, since, cycle, "
    "cycle_since, next_at FROM standing ORDER BY person_id",
    "move": "SELECT person_id, moved_at, place, version_id, stage_from, stage_to, cycle FROM move ORDER BY 1, 2, 3",
}


def conclusions() -> dict[str, list[tuple[object, ...]]]:
    return {name: rows(statement) for name, statement in CONCLUSIONS.items()}


def publish(name: str, at: int) -> None:
    run(
        "INSERT INTO playbook_version (text, digest, author, note, published_at) VALUES (%s, %s, %s, %s, %s)",
        [starter_text(name), name, "test", "", at],
    )


@pytest.fixture
def lived(store: Path) -> int:
    """A market that the store lived through day by day, with a playbook published half-way; its last moment."""
    market = simulate(leads=150, days=60, seed=5)
    found = drafts(market)
    first, last = found[0].received_at, found[-1].received_at
    middle = (first + last) // 2
    publish("b2b-saas", first)
    worker, day = Worker(), first
    while day <= last:
        keep_all([draft for draft in found if day <= draft.received_at < day + DAY], 37)
        tell(market, since=day, until=day + DAY)
        if day <= middle < day + DAY:
            publish("services", middle)
            mark({who: middle for (who,) in rows("SELECT id FROM person")}, middle)
        worker.work_off(day + DAY - 1)
        day += DAY
    return day - 1


def test_a_lived_store_equals_its_recomputation(lived: int) -> None:
    alive = conclusions()
    assert len(alive["standing"]) > 100
    assert len(alive["move"]) > 100
    assert any(row[3] for row in alive["event"]), "some activity is a machine's"
    forget()
    assert conclusions() != alive
    recompute(lived)
    again = conclusions()
    for name, expected in alive.items():
        assert again[name] == expected, name


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
