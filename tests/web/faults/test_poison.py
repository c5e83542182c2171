"""A person who cannot be judged: alone with it, seen, tried again; and the others go on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import OperationalError

from qualify.web.database import rows, run
from qualify.web.doctoring.store import worker as doctor
from qualify.web.keeping.keep import keep
from qualify.web.living import loading, recording, standings, working
from qualify.web.living.loop import Judging, Loop
from qualify.web.living.working import LEASE, LONGEST_WAIT, MOST_TRIES, Worker
from tests.web.faults.streams import DAY, HOUR, PLAYBOOK, START, drafts, published


def people(many: int) -> None:
    published(PLAYBOOK, START - DAY)
    for number in range(many):
        call = {
            "type": "track",
            "user_id": f"u{number}",
            "event": "Demo Requested",
            "message_id": f"m{number}",
        }
        keep(drafts(START, call), START)


def poisoned() -> int:
    """Make the event of the first person unreadable; the person."""
    [(who,)] = rows("SELECT min(id) FROM person")
    run("UPDATE event SET kind = 'page_viewed', properties = '{broken' WHERE owner_id = %s", [who])
    return int(who)


def scored() -> list[int]:
    return [who for (who,) in rows("SELECT person_id FROM standing ORDER BY 1")]


def test_the_others_are_judged(store: Path) -> None:
    people(5)
    who = poisoned()
    Worker().work_off(START)
    assert len(scored()) == 4 and who not in scored()


def test_they_are_tried_again_ever_later_and_judged_once_the_poison_is_gone(store: Path) -> None:
    people(2)
    who = poisoned()
    worker, at, waits = Worker(), START, []
    for _ in range(MOST_TRIES + 2):
        worker.work_off(at)
        [(tries, until)] = rows("SELECT tries, taken_until FROM dirty WHERE person_id = %s", [who])
        assert worker.work(until - 1) == 0
        waits.append(until - at)
        at = until
    assert waits == sorted(waits) and waits[0] == 1_000 and waits[-1] == LONGEST_WAIT
    assert tries == MOST_TRIES + 2
    run("UPDATE event SET properties = '{}' WHERE owner_id = %s", [who])
    worker.work_off(at)
    assert who in scored()
    assert rows("SELECT * FROM dirty") == []


def test_the_doctor_says_so(store: Path) -> None:
    people(2)
    poisoned()
    worker, at = Worker(), START
    for _ in range(MOST_TRIES):
        worker.work_off(at)
        at += HOUR
    assert any("cannot be judged" in str(finding) for finding in doctor())


def test_a_database_in_trouble_is_nobodys_poison_and_who_was_taken_is_taken_at_once_again(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(3)
    worker, write = Worker(), standings.write

    def full(*_: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(working, "write", full)
    with pytest.raises(OperationalError):
        worker.work(START)
    assert rows("SELECT max(tries) FROM dirty") == [(0,)]
    monkeypatch.setattr(working, "write", write)
    assert worker.work(START + 1) == 3
    assert len(scored()) == 3


def test_the_loop_outlives_a_failing_step(store: Path) -> None:
    failing, stop = Judging(), threading.Event()
    loop = Loop("judging", failing.step, 0.0, 0.0)
    run("ALTER TABLE dirty RENAME TO lost")
    assert loop.once() is None and loop.troubles == 1
    run("ALTER TABLE lost RENAME TO dirty")
    assert loop.once() == 0 and loop.troubles == 0
    assert not stop.is_set()


def test_a_worker_that_was_asleep_longer_than_its_lease_spoils_nothing(store: Path) -> None:
    people(1)
    slow = Worker()
    slow.versions.refresh()
    taken = working.take(START, 10)
    load, seen = loading.load, list[bool]()

    def interrupted(*words: object, **options: object) -> object:
        found = load(*words, **options)  # type: ignore[arg-type]
        if not seen:
            seen.append(True)
            Worker().work_off(START + LEASE)  # another takes over and finishes; then there is news
            keep(drafts(START + LEASE, {"type": "page", "user_id": "u0", "message_id": "new"}), START + LEASE)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "load", interrupted)
        slow.judge(taken, START)
    assert len(rows("SELECT * FROM dirty")) == 1, "the news is not lost"
    [(as_of,)] = rows("SELECT as_of FROM standing")
    assert as_of == START + LEASE, "nor is what the other found written over"
