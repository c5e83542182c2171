"""The disk is full, the database is gone: clients are asked to wait, nothing acknowledged is lost, and it goes on."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.keeping.counting import COUNTS
from qualify.web.keeping.delivering import WRITER
from qualify.web.living.loop import Judging, Loop
from qualify.web.sources import create_key, create_source
from tests.web.faults.loads import opened


class Shop:
    """A source whose calls come over HTTP, and the loop that judges."""

    def __init__(self) -> None:
        opened()
        self.key = create_key(create_source("site", "segment", now()), "secret", now())
        self.client, self.sent, self.acknowledged = Client(), 0, 0
        self.loop = Loop("judging", Judging().step, 0.0, 0.0)

    def send(self, filling: str = "") -> Any:
        """Send a call of somebody new; the answer."""
        self.sent += 1
        call = {"type": "track", "userId": f"u{self.sent}", "event": "Demo Requested", "messageId": str(self.sent),
                "properties": {"filling": filling}}  # fmt: skip
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        answer = self.client.post(
            "/v1/batch",
            json.dumps({"batch": [call]}),
            "application/json",
            HTTP_AUTHORIZATION=f"Basic {basic}",
        )
        self.acknowledged += answer.status_code == 200
        return answer

    def is_asked_to_wait(self, filling: str = "") -> None:
        """A call is refused in a way that clients repeat."""
        answer = self.send(filling)
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert json.loads(answer.content)["code"]

    def judged(self) -> int:
        """Let the loop work until it rests; how many people are judged."""
        while self.loop.once():
            pass
        [(many,)] = rows("SELECT count(*) FROM standing")
        return int(many)

    def is_whole(self) -> None:
        """Everything that was acknowledged is there and judged."""
        assert rows("SELECT count(*) FROM event") == [(self.acknowledged,)]
        assert self.judged() == self.acknowledged


@pytest.fixture
def shop(store: Path) -> Iterator[Shop]:
    WRITER.close()
    yield Shop()
    WRITER.close()


def limit(pages: int) -> None:
    """Let the file grow to so many pages, for this connection and the writer's, which begin anew."""
    WRITER.close()
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    first = options["init_command"].partition("PRAGMA max_page_count")[0]
    options["init_command"] = f"{first}PRAGMA max_page_count={pages};"


def test_a_full_disk(shop: Shop) -> None:
    assert shop.send().status_code == 200
    [(pages,)] = rows("PRAGMA page_count")
    limit(pages + 3)
    filling = "x" * 9_000
    while shop.send(filling).status_code == 200:
        pass
    shop.is_asked_to_wait(filling)
    failed = shop.loop.once()
    assert failed is None or shop.loop.troubles == 0  # either there was room for it, or it says so
    limit(1_073_741_823)
    assert shop.send().status_code == 200
    shop.is_whole()


def test_counts_that_could_not_be_written_are_written_later(shop: Shop) -> None:
    shop.send()
    WRITER.close()
    run("ALTER TABLE step_count RENAME TO lost")
    COUNTS.one(1, "kept", "test", 7, now())
    with pytest.raises(Exception, match="step_count"):
        COUNTS.write()
    run("ALTER TABLE lost RENAME TO step_count")
    COUNTS.write()
    assert rows("SELECT calls FROM step_count WHERE reason = 'test'") == [(7,)]


def test_a_file_that_cannot_be_opened_for_a_while(shop: Shop, store: Path) -> None:
    assert shop.send().status_code == 200
    away = store.parent / "away"
    WRITER.close()
    connection.close()
    for each in store.parent.glob("store.sqlite3*"):
        away.mkdir(exist_ok=True)
        shutil.move(each, away)
    store.mkdir()  # what is there is no file of SQLite
    shop.is_asked_to_wait()
    assert shop.loop.once() is None
    store.rmdir()
    for each in away.iterdir():
        shutil.move(each, store.parent)
    assert shop.send().status_code == 200
    shop.is_whole()


def test_a_file_that_somebody_else_holds(shop: Shop, store: Path) -> None:
    connection.settings_dict["OPTIONS"]["timeout"] = 0.05
    assert shop.send().status_code == 200
    WRITER.close()
    connection.close()
    import sqlite3

    other = sqlite3.connect(store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    shop.is_asked_to_wait()
    assert shop.loop.once() is None
    other.execute("ROLLBACK")
    other.close()
    shop.is_whole()


def test_postgresql_that_ends_every_connection(postgres_store: str) -> None:
    import psycopg

    WRITER.close()
    shop = Shop()
    assert shop.send().status_code == 200
    with psycopg.connect(postgres_store, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    answers = [shop.send().status_code for _ in range(3)]
    assert set(answers) <= {200, 503} and answers[-1] == 200
    shop.loop.once()
    shop.is_whole()
    WRITER.close()


def test_postgresql_that_is_gone_and_comes_back(postgres_store: str) -> None:
    """Its port leads nowhere for a while, as when it is started anew elsewhere."""
    WRITER.close()
    shop = Shop()
    assert shop.send().status_code == 200
    port = connection.settings_dict["PORT"]
    _lead_to(1)
    shop.is_asked_to_wait()
    assert shop.loop.once() is None
    _lead_to(port)
    assert shop.send().status_code == 200
    shop.is_whole()
    WRITER.close()


def _lead_to(port: object) -> None:
    """Let connections, of whatever thread, lead to that port."""
    WRITER.close()
    connection.close()
    connections.settings["default"]["PORT"] = connection.settings_dict["PORT"] = port
