"""kill -9 of web and worker under load: what was acknowledged is there once, what was concluded follows from it."""

from __future__ import annotations

import random
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.living.working import LEASE, Worker
from qualify.web.recomputing import forget, recompute
from qualify.web.sources import create_key, create_source
from tests.web.faults.living import Part, Sender, spelled
from tests.web.faults.loads import calls, kept, opened
from tests.web.faults.streams import differences, everything
from tests.web.servers import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.xdist_group("serve"),
]


def sound(acknowledged: int) -> None:
    """Every acknowledged call is there once; every conclusion is what follows from the facts."""
    assert kept() >= acknowledged, "what was acknowledged is there"
    [(told, different)] = rows(
        "SELECT count(*), count(DISTINCT message_key) FROM (SELECT message_key FROM event UNION ALL "
        "SELECT message_key FROM learnt) AS facts"
    )
    assert told == different == kept()
    last = now() + LEASE  # whom a killed worker took is free again
    Worker().work_off(last)
    assert rows("SELECT * FROM dirty") == []
    alive = everything()
    assert len(alive["standing"]) > 3
    forget()
    recompute(last)
    assert differences(alive, everything()) == {}


def killed(folder: Path, key: str, kills: int, port: int, **environment: str) -> Sender:
    """Kill web and worker so many times while a client sends; the client, once it is done."""
    chance, pause = random.Random(kills), threading.Event()
    environment["QUALIFY_SECRET_KEY"] = settings.SECRET_KEY
    web = Part(folder, "--web", "--port", str(port), **environment)
    worker = Part(folder, "--worker", **environment)
    told = spelled(calls(200_000, 7))
    web.server.address  # noqa: B018 - wait until it is up
    sender = Sender(web.server, key, told)
    sender.start()
    try:
        assert until(lambda: sender.statuses) <= {0, 200}
        until(lambda: sender.acknowledged)
        for _ in range(kills):
            pause.wait(chance.uniform(0.0, 1.2))
            before = sender.acknowledged
            chance.choice([web, web, worker]).kill()
            until(partial(_more_than, sender, before))
        sender.over.set()
        sender.join()
    finally:
        sender.over.set()
        web.end()
        worker.end()
    return sender


def free_port() -> int:
    from tests.web.test_serve import free_port as port

    return port()


def on_a_file(store: Path, kills: int) -> None:
    opened()
    key = create_key(create_source("site", "segment", now()), "secret", now())
    url = f"sqlite:///{store}"
    sender = killed(store.parent / "data", key, kills, free_port(), QUALIFY_DATABASE_URL=url)
    assert sender.again > 0, "some of it was not acknowledged at first"
    sound(sender.acknowledged)


def test_a_few_kills_on_a_file(store: Path) -> None:
    on_a_file(store, 4)


@pytest.mark.slow
def test_fifty_kills_on_a_file(store: Path) -> None:
    on_a_file(store, 50)


@pytest.mark.slow
def test_twenty_kills_on_postgresql(postgres_store: str, tmp_path: Path) -> None:
    opened()
    key = create_key(create_source("site", "segment", now()), "secret", now())
    sender = killed(tmp_path / "data", key, 20, free_port(), QUALIFY_DATABASE_URL=postgres_store)
    assert sender.again > 0
    sound(sender.acknowledged)


def _more_than(sender: Sender, before: int) -> bool:
    return bool(sender.acknowledged > before)
