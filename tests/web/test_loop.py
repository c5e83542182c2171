"""The worker's loops: at once while there is work, patient while there is none, undeterred by failures."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError

from qualify.clock import now
from qualify.web.database import insert, rows, run
from qualify.web.living import errands, kinds
from qualify.web.living.errands import Errands
from qualify.web.living.loop import Loop
from qualify.web.living.working import waiting


class Stop(threading.Event):
    """Waits no time at all, notes for how long it was asked to, and is set after so many waits."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after
        self.waits: list[float | None] = []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        if len(self.waits) >= self.after:
            self.set()
        return self.is_set()


def test_while_there_is_work_it_does_not_wait_and_then_a_little_longer_each_time(store):
    left = [3, 2, 0, 0, 0, 5, 0, 0]
    stop = Stop(5)
    Loop("x", lambda at: left.pop(0), 0.02, 0.03).run(stop)
    assert stop.waits == pytest.approx([0.02, 0.03, 0.03, 0.02, 0.03])


def test_a_database_that_is_gone_is_waited_for_and_said_once(store, caplog):
    trouble = [OperationalError("gone"), OperationalError("gone"), OperationalError("gone"), None, None]

    def step(at):
        if error := trouble.pop(0):
            raise error
        return 0

    stop = Stop(5)
    with caplog.at_level("INFO", "qualify.web.living.loop"):
        Loop("judging", step, 0.02, 0.1).run(stop)
    assert stop.waits[:3] == [1.0, 2.0, 4.0] and stop.waits[3] == 0.02
    assert [record.getMessage() for record in caplog.records] == [
        "judging: the database does not answer: gone", "judging goes on",
    ]  # fmt: skip


def test_what_is_under_way_is_finished_when_it_ends(store):
    stop, ended = Stop(1), []
    Loop("x", lambda at: 0, 0.02, 0.1, lambda: ended.append(True)).run(stop)
    assert ended == [True]


def test_somebody_is_waiting_when_they_are_dirty_or_their_time_has_come(store):
    assert not waiting(now())
    row = (1, 0, 1, 5, True, 0, 10)
    insert("dirty", "person_id, since, marks, marked_at, own, tries, taken_until", [row])
    assert not waiting(9) and waiting(10)
    run("DELETE FROM dirty")
    columns = (
        "person_id, version_id, as_of, total, information, scores, lines, unknown, stage, since, cycle, cycle_since, "
        "grade, next_at"
    )
    insert("standing", columns, [(1, 1, 1, 0, 1.0, "{}", "[]", "[]", "lead", 1, 1, 1, "", 100)])
    assert not waiting(99) and waiting(100)


def good(parameters, progress):
    progress(1, 2, "half")
    return f"did {parameters['what']}"


def bad(parameters, progress):
    raise ValueError("no such luck")


def endless(parameters, progress):
    while True:
        progress(1, 100)


@pytest.fixture
def kind(store, monkeypatch):
    for function in (good, bad, endless):
        name = f"{function.__module__}:{function.__name__}"
        monkeypatch.setitem(kinds.KINDS, function.__name__, name)
    monkeypatch.setattr(kinds, "import_module", lambda name: __import__("sys").modules[name])


def states() -> list:
    return rows("SELECT kind, state, detail FROM work ORDER BY id")


def test_work_that_was_asked_for_is_done_and_what_fails_says_why(kind):
    kinds.ask("good", {"what": "it"}, now())
    kinds.ask("bad", {}, now())
    work = Errands(now, threading.Event())
    assert [work.step(now()) for _ in range(3)] == [1, 1, 0]
    assert states() == [("good", "done", "did it"), ("bad", "failed", "no such luck")]
    assert rows("SELECT done, of FROM work WHERE kind = 'good'") == [(1, 2)]


def test_a_kind_that_there_is_not_is_refused_and_a_row_of_it_fails(kind):
    with pytest.raises(LookupError, match="good"):
        kinds.ask("nonsense", {}, now())
    insert("work", "kind, state, parameters, done, of, detail, created_at, taken_until",
           [("nonsense", "waiting", "{}", 0, 0, "", 1, 0)])  # fmt: skip
    Errands(now, threading.Event()).step(now())
    assert states()[0][:2] == ("nonsense", "failed")


def test_work_is_given_back_when_the_worker_ends(kind):
    kinds.ask("endless", {}, now())
    stop = threading.Event()
    stop.set()
    Errands(now, stop).step(now())
    assert states() == [("endless", "waiting", "")]


def test_work_of_a_worker_that_was_killed_is_taken_when_its_lease_is_over(kind):
    kinds.ask("good", {"what": "it"}, now())
    at = now()
    assert errands.take(at) is not None
    assert errands.take(at + errands.LEASE - 1) is None
    assert errands.take(at + errands.LEASE) is not None
