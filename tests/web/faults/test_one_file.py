"""Several web processes, a worker and an import on one file of SQLite: nobody finds it locked, all is there once."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.keeping.keep import keep
from qualify.web.sources import create_key, create_source
from tests.web.faults.living import SIZE, Part, Sender, spelled
from tests.web.faults.loads import calls, opened
from tests.web.faults.streams import drafts
from tests.web.faults.test_killing import free_port, sound

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.xdist_group("serve"),
]

A_SECOND = 500
"""Events."""


def imported(over: threading.Event, failures: list[BaseException]) -> int:
    """Write as an import does until told to stop; how many calls that were."""
    told, done = calls(100_000, 99, "import"), 0
    try:
        while not over.is_set():
            keep(drafts(now(), *told[done : done + 50]), now())
            done += 50
            over.wait(50 / (A_SECOND / 2))
    except BaseException as error:
        failures.append(error)
    finally:
        connection.close()
    return done


def lived_through(store: Path, seconds: float) -> None:
    opened()
    key = create_key(create_source("site", "segment", now()), "secret", now())
    failures: list[Any] = []
    written: list[Any] = []
    environment = {"QUALIFY_DATABASE_URL": f"sqlite:///{store}", "QUALIFY_SECRET_KEY": settings.SECRET_KEY}
    folder = store.parent / "data"
    web = Part(folder, "--web", "--workers", "3", "--port", str(free_port()), **environment)
    worker = Part(folder, "--worker", **environment)
    web.server.address  # noqa: B018 - wait until it is up
    over = threading.Event()
    pause = 2 * SIZE / (A_SECOND / 2)
    senders = [
        Sender(web.server, key, spelled(calls(100_000, seed, f"s{seed}-")), pause) for seed in range(2)
    ]
    importing = threading.Thread(target=lambda: written.append(imported(over, failures)))
    for each in (*senders, importing):
        each.start()
    over.wait(seconds)
    over.set()
    for sender in senders:
        sender.over.set()
    for each in (*senders, importing):
        each.join()
    web.end()
    worker.end()
    assert failures == []
    assert "locked" not in web.server.text
    assert [sender.statuses for sender in senders] == [{200}, {200}], web.server.text[-3000:]
    assert rows("PRAGMA integrity_check") == [("ok",)]
    sound(sum(sender.acknowledged for sender in senders) + written[0])


def test_two_minutes_of_everything(store: Path) -> None:
    began = time.monotonic()
    lived_through(store, 120)
    assert time.monotonic() > began
