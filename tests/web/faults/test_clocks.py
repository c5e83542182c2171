"""A clock that was ahead and is set right: nothing is lost, nobody waits for hours, and in the end all is as ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qualify.web.database import rows, run
from qualify.web.keeping.keep import keep
from qualify.web.living.errands import LEASE as ERRAND_LEASE
from qualify.web.living.errands import take as take_errand
from qualify.web.living.kinds import ask
from qualify.web.living.working import LEASE, LONGEST_WAIT, Worker, take, waiting
from qualify.web.recomputing import forget, recompute
from tests.web.faults.streams import (
    DAY,
    HOUR,
    MINUTE,
    PLAYBOOK,
    START,
    differences,
    drafts,
    everything,
    published,
)

AHEAD = START + 3 * HOUR

JANE = {"type": "identify", "user_id": "u1", "traits": {"email": "jane@acme-corp.io", "employees": 60}}
JOE = {"type": "identify", "user_id": "u2", "traits": {"email": "joe@acme-corp.io", "employees": 60}}


def demo(number: int, user: str = "u1") -> dict[str, object]:
    return {"type": "track", "user_id": user, "event": "Demo Requested", "message_id": f"d{number}"}


def page(number: int, user: str = "u1") -> dict[str, object]:
    return {"type": "page", "user_id": user, "message_id": f"p{number}", "properties": {"path": "/pricing"}}


@pytest.fixture
def worker(store: Path) -> Worker:
    published(PLAYBOOK, START - DAY)
    return Worker()


def heard(at: int, *calls: dict[str, Any]) -> None:
    keep(drafts(at, *calls), at)


def total() -> int:
    [(points,)] = rows("SELECT total FROM standing WHERE person_id = (SELECT min(id) FROM person)")
    return int(points)


def test_when_the_clock_is_past_again_all_is_as_if_it_had_never_been_ahead(worker: Worker) -> None:
    heard(AHEAD, JANE, demo(1))
    worker.work_off(AHEAD)
    heard(START, JOE, page(2, "u2"), page(3))
    worker.work_off(START)
    heard(START + MINUTE, page(4), demo(5, "u2"))
    worker.work_off(START + MINUTE)
    for moment in (AHEAD, AHEAD + HOUR):
        worker.work_off(moment)
        alive = everything()
        assert len(alive["standing"]) == 2 and alive["event"]
        assert recompute(moment).standings_mended == 0
        assert differences(alive, everything()) == {}
    forget()
    recompute(AHEAD + HOUR)
    assert differences(alive, everything()) == {}


def test_who_is_to_come_is_judged_when_the_moment_comes_and_not_looked_at_again_and_again_before(
    worker: Worker,
) -> None:
    heard(AHEAD, JANE, demo(1))
    heard(START, page(2))
    recompute(START)
    assert not waiting(START + HOUR)
    assert rows("SELECT * FROM standing") == []
    assert waiting(AHEAD)
    worker.work_off(AHEAD)
    assert total() > 3_000


def test_what_was_received_a_moment_after_the_worker_looked_at_the_clock_is_judged(worker: Worker) -> None:
    heard(START + 5, JANE)
    worker.work_off(START)
    assert rows("SELECT * FROM standing") == []
    worker.work_off(START + 20)
    assert total() > 0


def test_what_comes_while_the_clock_is_behind_is_scored_at_once(worker: Worker) -> None:
    heard(START, JANE)
    worker.work_off(START)
    before = total()
    heard(AHEAD, page(1))
    heard(START + MINUTE, demo(2))
    worker.work_off(START + MINUTE)
    assert total() == before + 3_000
    worker.work_off(AHEAD)
    assert total() > before + 3_000


def test_a_lease_that_was_given_by_a_clock_ahead_blocks_nobody(worker: Worker) -> None:
    heard(START, JANE)
    assert len(take(AHEAD, 10)) == 1  # and that worker is killed
    assert waiting(START + MINUTE)
    worker.work_off(START + MINUTE)
    assert total() > 0


def test_a_lease_that_runs_is_kept(worker: Worker) -> None:
    heard(START, JANE)
    assert len(take(START, 10)) == 1
    assert not waiting(START + LEASE - 1)
    assert take(START + LEASE - 1, 10) == []
    assert len(take(START + LEASE, 10)) == 1


def test_who_cannot_be_judged_waits_no_longer_for_a_clock_that_was_ahead(worker: Worker) -> None:
    heard(START, JANE)
    run("UPDATE dirty SET tries = 9, taken_until = %s", [START + 3 * DAY])
    assert waiting(START)
    run("UPDATE dirty SET taken_until = %s", [START + LONGEST_WAIT])
    assert not waiting(START)


def test_long_work_that_a_clock_ahead_took_is_taken_again(worker: Worker) -> None:
    ask("recompute", {}, START)
    assert take_errand(AHEAD) is not None
    assert take_errand(START) is not None
    assert take_errand(START + ERRAND_LEASE - 1) is None
