"""Several writers and several workers on one store: nobody is judged wrongly, nothing is forgotten."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.keeping.keep import keep
from qualify.web.keeping.marking import mark
from qualify.web.living import lease, working
from qualify.web.living.recording import Everyone
from qualify.web.living.working import LEASE, LONGEST_WAIT, Worker, take, waiting
from qualify.web.recomputing import forget, recompute
from tests.web.faults.loads import calls, keeping, kept, opened, together
from tests.web.faults.streams import START, differences, drafts, everything

pytestmark = pytest.mark.slow

FEW = 200

recorders_of = Everyone.recorders

MANY = 480
"""Calls of the long load. It was 6,000, which no machine was ever seen to come to the end of: every call may show that
one of a few dozen people was another one since long ago, after which all their colleagues are folded again over all
that they did. What there is to do grows with the cube of the calls, and threads of one process share one core."""


def holds(written: int) -> None:
    """Everything is there, nobody is left in the line, and what was concluded follows from the facts."""
    assert kept() == written
    last = now()
    Worker().work_off(last)
    assert rows("SELECT * FROM dirty") == []
    alive = everything()
    assert len(alive["standing"]) > 10
    forget()
    recompute(last)
    assert differences(alive, everything()) == {}


def test_three_workers_beside_two_writers_on_a_file(store: Path) -> None:
    opened()
    together([keeping(calls(FEW, 1, "a")), keeping(calls(FEW, 2, "b"))], workers=3)
    holds(2 * FEW)


def test_three_workers_beside_two_writers_on_postgresql(postgres_store: str) -> None:
    opened()
    together([keeping(calls(FEW, 1, "a")), keeping(calls(FEW, 2, "b"))], workers=3)
    holds(2 * FEW)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_three_workers_beside_four_writers_for_long(postgres_store: str, seed: int) -> None:
    opened()
    writers = [keeping(calls(MANY // 4, seed * 10 + each, f"w{each}-"), 1 + 4 * each) for each in range(4)]
    together(writers, workers=3)
    holds(MANY)
    assert rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]


def test_who_looked_at_the_clock_a_little_earlier_takes_nobody_from_another(store: Path) -> None:
    opened()
    keep(drafts(START, *calls(20, 1)), START)
    taken = take(START + 5, 100)
    assert len(taken) > 5
    assert not waiting(START)
    assert take(START, 100) == []
    run("UPDATE dirty SET tries = 9, taken_until = %s", [START + 5 + LONGEST_WAIT])
    assert take(START, 100) == []


def test_whom_judging_takes_longer_than_a_lease_is_judged_once_and_by_one(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened()
    keep(drafts(START, *calls(20, 1)), START)
    passed, others = [0], list[int]()
    monkeypatch.setattr(lease, "milliseconds", lambda: passed[0])

    def slowly(everyone: Everyone, who: int) -> Any:
        passed[0] += LEASE // 2
        recorders = recorders_of(everyone, who)

        class Looking:
            moments = recorders.moments

            def __call__(self, moment: int, version: Any) -> Any:
                found = recorders(moment, version)
                others.append(len(take(START + passed[0], 100)))
                return found

        return Looking()

    monkeypatch.setattr(Everyone, "recorders", slowly)
    assert Worker().work(START) > 5
    assert passed[0] > 2 * LEASE
    assert len(others) > 5 and not any(others), "while it works nobody takes them from it"
    assert rows("SELECT * FROM dirty") == []
    assert rows("SELECT count(*) FROM standing WHERE as_of = %s", [START]) > [(5,)]


def test_whom_a_slow_worker_did_not_finish_is_given_back(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened()
    keep(drafts(START, *calls(20, 1)), START)
    passed, worker = [0], Worker()
    monkeypatch.setattr(lease, "milliseconds", lambda: passed[0])

    def full(*_: object) -> None:
        raise OperationalError("database or disk is full")

    def slowly(everyone: Everyone, who: int) -> Any:
        passed[0] += LEASE // 2
        return recorders_of(everyone, who)

    with monkeypatch.context() as patch:
        patch.setattr(working, "write", full)
        patch.setattr(Everyone, "recorders", slowly)
        with pytest.raises(OperationalError):
            worker.work(START)
    assert worker.work(START + 1) > 5
    assert rows("SELECT * FROM dirty") == []


def test_a_worker_and_who_makes_somebody_somebody_else_wait_in_one_order(postgres_store: str) -> None:
    """The writer has taken the person away and is about to mark them; the worker has judged them."""
    opened()
    keep(drafts(START, *calls(20, 1)), START)
    worker = Worker()
    worker.versions.refresh()
    taken = take(START, 100)
    [(who,)] = rows("SELECT min(id) FROM person")
    failures: list[BaseException] = []

    def judged() -> None:
        try:
            worker.judge(taken, START)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    judging = threading.Thread(target=judged)
    with transaction.atomic():
        run("DELETE FROM person WHERE id = %s", [who])
        judging.start()
        while not failures and not rows("SELECT 1 FROM pg_locks WHERE NOT granted"):
            judging.join(0.01)
        mark({who: START}, START)
    judging.join()
    assert failures == []
    assert rows("SELECT person_id FROM dirty") == [(who,)], "what the writer marked stays"
    assert rows("SELECT * FROM standing WHERE person_id = %s", [who]) == []


def test_writers_that_bring_the_same_new_people_at_once(postgres_store: str) -> None:
    opened()
    told = calls(FEW, 3)
    together([keeping(told, 3), keeping(told, 5), keeping(told[::-1], 4)], workers=1)
    holds(FEW)
