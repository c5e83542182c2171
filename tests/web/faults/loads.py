"""Many calls of a small town, and threads that keep them and judge whom they are of, all at once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.keeping.keep import keep
from qualify.web.living.working import Worker, waiting
from tests.web.faults.streams import HOUR, PLAYBOOK, drafts, published

SITES = ["acme-corp.io", "blue-yard.com", "gmail.com"]


def opened() -> None:
    """Publish the playbook long ago."""
    published(PLAYBOOK, 1)


def calls(many: int, seed: int, name: str = "m") -> list[dict[str, Any]]:
    """Calls by some people who share browsers, companies and telephones; each with an id of its own."""
    chance = random.Random(seed)
    found = []
    for number in range(many):
        person = chance.randrange(25)
        who: dict[str, Any] = {"user_id": f"u{person}"}
        if chance.random() < 0.5:
            who["anonymous_id"] = f"b{chance.randrange(20)}"
        if chance.random() < 0.2:
            del who["user_id"]
            who["anonymous_id"] = f"b{chance.randrange(20)}"
        found.append({"message_id": f"{name}{number}", **who, **_said(chance, person)})
    return found


def _said(chance: random.Random, person: int) -> dict[str, Any]:
    kind = chance.random()
    if kind < 0.4:
        return {"type": "page", "properties": {"path": "/pricing"}}
    if kind < 0.6:
        return {"type": "track", "event": "Demo Requested"}
    if kind < 0.85:
        other = person if chance.random() < 0.8 else chance.randrange(25)
        email = f"p{other}@{SITES[other % 3]}"
        return {"type": "identify", "traits": {"email": email, "employees": chance.choice([10, 60])}}
    if kind < 0.92:
        return {"type": "alias", "previous_id": f"b{chance.randrange(20)}"}
    return {"type": "group", "group_id": f"g{person % 4}", "traits": {"domain": SITES[person % 2]}}


def keeping(told: Sequence[dict[str, Any]], size: int = 10) -> Callable[[], None]:
    """Keeps calls some at a time, each as of when it does; some are late."""

    def work() -> None:
        for start in range(0, len(told), size):
            at = now()
            batch = [
                {**call, "timestamp": at - (HOUR if place % 7 == 0 else 0)}
                for place, call in enumerate(told[start : start + size])
            ]
            keep(drafts(at, *batch), at)

    return work


def judging(over: threading.Event) -> Callable[[], None]:
    """Judges until nothing more comes and nobody waits."""

    def work() -> None:
        worker = Worker()
        while not over.is_set() or waiting(now()):
            if not worker.work(now(), most=7):
                over.wait(0.005)

    return work


def together(writers: Sequence[Callable[[], None]], workers: int) -> None:
    """Run writers, and workers beside them until all is judged; raises what one of them raised."""
    over, failures = threading.Event(), []

    def guarded(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        return run

    writing = [threading.Thread(target=guarded(each)) for each in writers]
    working = [threading.Thread(target=guarded(judging(over))) for _ in range(workers)]
    for thread in (*writing, *working):
        thread.start()
    for thread in writing:
        thread.join()
    over.set()
    for thread in working:
        thread.join()
    if failures:
        raise failures[0]


def kept() -> int:
    """How many calls are in the store."""
    [(events,)], [(learnt,)] = rows("SELECT count(*) FROM event"), rows("SELECT count(*) FROM learnt")
    return int(events) + int(learnt)
