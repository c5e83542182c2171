"""A PostgreSQL server that is stopped and started again under load: clients are asked to wait, and it all goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.db import connection

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.sources import create_key, create_source
from tests.postgres_server import Stoppable, Unavailable, stoppable_server
from tests.web.conftest import using
from tests.web.faults.living import Part, Sender, spelled
from tests.web.faults.loads import calls, opened
from tests.web.faults.test_killing import free_port, sound
from tests.web.servers import Server, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.xdist_group("serve"),
]


@pytest.fixture
def server() -> Iterator[Stoppable]:
    """A server of its own, with an empty store in it that is the default one."""
    import dj_database_url
    from django.core.management import call_command

    try:
        with stoppable_server() as made, using(dict(dj_database_url.parse(made.url))):
            call_command("migrate", verbosity=0)
            yield made
    except Unavailable as reason:
        pytest.skip(str(reason))


def answered(web: Server, key: str) -> tuple[int, str]:
    """The status of a call that is sent now, and how long the client is asked to wait."""
    body = b'{"type": "track", "userId": "late", "event": "Demo Requested", "messageId": "late"}'
    asked = Request(f"{web.address}/v1/track?writeKey={key}", body, {"content-type": "application/json"})
    try:
        with urlopen(asked, timeout=30) as answer:
            return int(answer.status), ""
    except HTTPError as error:
        return error.code, error.headers.get("Retry-After", "")


def test_a_server_that_is_stopped_and_started_again(server: Stoppable, tmp_path: Path) -> None:
    opened()
    key = create_key(create_source("site", "segment", now()), "secret", now())
    environment = {"QUALIFY_DATABASE_URL": server.url, "QUALIFY_SECRET_KEY": settings.SECRET_KEY}
    web = Part(tmp_path / "data", "--web", "--workers", "1", "--port", str(free_port()), **environment)
    worker = Part(tmp_path / "data", "--worker", **environment)
    web.server.address  # noqa: B018 - wait until it is up
    sender = Sender(web.server, key, spelled(calls(20_000, 3)))
    sender.start()
    try:
        for how in ("fast", "immediate"):
            until(partial(_more_than, sender, sender.acknowledged + 40))
            connection.close()
            server.stop(how)
            status, wait = answered(web.server, key)
            assert (status, int(wait) > 0) == (503, True), "a client is told to send it again, and when"
            server.start()
            until(partial(_more_than, sender, sender.acknowledged + 40))
            [(last,)] = rows("SELECT coalesce(max(as_of), 0) FROM standing")
            until(partial(_judged_after, last))
        sender.over.set()
        sender.join()
    finally:
        sender.over.set()
        web.end()
        worker.end()
    assert sender.statuses == {200, 503}, "nobody was told anything else"
    sound(sender.acknowledged)


def _more_than(sender: Sender, before: int) -> bool:
    return bool(sender.acknowledged > before)


def _judged_after(moment: int) -> bool:
    return bool(rows("SELECT 1 FROM standing WHERE as_of > %s LIMIT 1", [moment]))
