"""Everybody at once equals one at a time, row by row, on the store as it was lived."""

from __future__ import annotations

import pytest

from qualify.web.bulk.rescoring import rescore
from qualify.web.database import rows, run
from qualify.web.keeping.marking import mark
from qualify.web.living.working import Worker
from tests.web.lives import CONCLUSIONS, publish

STANDINGS = CONCLUSIONS["standing"].replace(", next_at", "")


@pytest.mark.slow
def test_the_bulk_path_gives_what_the_worker_gave(lived: int) -> None:
    alive = rows(STANDINGS)
    run("DELETE FROM standing")
    run("DELETE FROM dirty")
    states = {row[0]: row for row in alive}
    assert len(states) > 50
    done = rescore(lived)
    assert done.written == len(alive)


@pytest.mark.slow
def test_publishing_moves_everybody_as_the_worker_would(lived: int) -> None:
    publish(
        "services" if rows("SELECT 1 FROM playbook_version WHERE digest = 'b2b-saas'") else "b2b-saas", lived
    )
    before = rows("SELECT * FROM standing ORDER BY person_id")
    moves = rows(CONCLUSIONS["move"])
    done = rescore(lived)
    assert done.left == 0
    in_bulk = rows(STANDINGS), rows(CONCLUSIONS["move"])
    assert in_bulk[0] != before

    # The same once more by the one-lead path.
    run("DELETE FROM move WHERE moved_at >= %s", [lived])
    assert rows(CONCLUSIONS["move"]) == moves
    mark({who: lived for (who,) in rows("SELECT id FROM person")}, lived)
    Worker().work_off(lived)
    assert rows(STANDINGS) == in_bulk[0]
    assert rows(CONCLUSIONS["move"]) == in_bulk[1]


@pytest.mark.slow
def test_the_next_change_is_never_missed(lived: int) -> None:
    exact: dict[int, int | None] = dict(rows("SELECT person_id, next_at FROM standing"))
    rescore(lived)
    for who, next_at in rows("SELECT person_id, next_at FROM standing"):
        if exact[who] is not None:
            assert next_at is not None and next_at <= exact[who]
