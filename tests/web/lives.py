"""A store that lived through a simulated market, and all that it concluded."""

from __future__ import annotations

from qualify.market import simulate
from qualify.moments import DAY
from qualify.playbook.starters import text as starter_text
from qualify.web.database import rows, run
from qualify.web.keeping.marking import mark
from qualify.web.living.working import Worker
from tests.web.market import drafts, keep_all, tell

CONCLUSIONS = {
    "identifier": "SELECT id, owner_id, joined_at, contested FROM identifier ORDER BY id",
    "event": "SELECT id, owner_id, known_at, machine FROM event ORDER BY id",
    "learnt": "SELECT id, owner_id, known_at FROM learnt ORDER BY id",
    "person": "SELECT * FROM person ORDER BY id",
    "standing": "SELECT person_id, version_id, total, grade, information, scores, lines, unknown, stage, since, cycle, "
    "cycle_since, next_at FROM standing ORDER BY person_id",
    "move": "SELECT person_id, moved_at, place, version_id, stage_from, stage_to, cycle, total, grade, "
    "rules FROM move ORDER BY 1, 2, 3",
}
"""The store's conclusions; the moment at which a standing was last looked at is none."""


def conclusions() -> dict[str, list[tuple[object, ...]]]:
    """Everything that the store concluded."""
    return {name: rows(statement) for name, statement in CONCLUSIONS.items()}


def publish(name: str, at: int) -> None:
    """Publish a starter playbook."""
    run(
        "INSERT INTO playbook_version (text, digest, author, note, published_at) VALUES (%s, %s, %s, %s, %s)",
        [starter_text(name), name, "test", "", at],
    )


def live(leads: int, days: int, seed: int) -> int:
    """Live through a market day by day, with another playbook published half-way; the last moment."""
    market = simulate(leads=leads, days=days, seed=seed)
    found = drafts(market)
    first, last = found[0].received_at, found[-1].received_at
    middle = (first + last) // 2
    publish("services", first)
    worker, day = Worker(), first
    while day <= last:
        keep_all([draft for draft in found if day <= draft.received_at < day + DAY], 37)
        tell(market, since=day, until=day + DAY)
        if day <= middle < day + DAY:
            publish("b2b-saas", middle)
            mark({who: middle for (who,) in rows("SELECT id FROM person")}, middle)
        worker.work_off(day + DAY - 1)
        day += DAY
    return day - 1
