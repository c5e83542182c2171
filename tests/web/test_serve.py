"""`qualify serve`: real processes, really ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import qualify
from tests.web.servers import Server, serving, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.xdist_group("serve"),
]

STARTER = Path(qualify.__file__).parent / "playbook/starter/b2b-saas.yaml"
JANE: dict[str, Any] = {
    "type": "identify", "messageId": "i1", "userId": "u1",
    "traits": {"email": "jane@acme-corp.io", "title": "VP Marketing", "employees": 120, "country": "DE"},
}  # fmt: skip
DEMO: dict[str, Any] = {"type": "track", "messageId": "t1", "userId": "u1", "event": "Demo Requested"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with serving(folder) as server:
        server.address  # noqa: B018 - wait until it is up
        publish(server)
        yield server


def publish(server: Server) -> None:
    import sqlite3

    connection = sqlite3.connect(server.folder / "qualify.sqlite3", timeout=20)
    with connection:
        connection.execute(
            "INSERT INTO playbook_version (text, digest, author, note, published_at) VALUES (?, 'x', 'me', '', 1)",
            [STARTER.read_text()],
        )
    connection.close()


def total(server: Server) -> int:
    found = server.rows("SELECT total FROM standing")
    return found[0][0] if found else 0


def test_what_is_sent_is_kept_and_scored_by_the_worker(served):
    key = served.command("source", "create", "site").strip()
    assert served.send(key, JANE) == 200
    first = until(lambda: total(served))
    assert served.send(key, DEMO) == 200
    until(lambda: total(served) > first)


def test_a_port_that_is_taken_is_said_with_what_to_do(served):
    port = served.address.rpartition(":")[2]
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "qualify", "serve", "--port", port],
        capture_output=True, text=True, env=served.environment,
    )  # fmt: skip
    assert ran.returncode == 1
    assert f"port {port} of 127.0.0.1 is taken" in ran.stderr and f"--port {int(port) + 1}" in ran.stderr


@pytest.mark.parametrize("part", ["web", "worker"])
def test_a_part_that_is_killed_is_started_again_and_said(served, part):
    before = until(lambda: served.pids(part))
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: (now := served.pids(part)) and not set(now) & set(before))
    until(lambda: f"{part} (process {before[0]}) ended by SIGKILL; it is started again" in served.text)
    until(lambda: served.send("no such key", DEMO) == 401 if part == "web" else True)


def test_a_web_process_that_is_killed_alone_is_replaced_by_its_server(served):
    until(lambda: len(served.pids("web")) > 1)
    _, *workers = served.pids("web")
    os.kill(workers[0], signal.SIGKILL)
    until(lambda: len(now := served.pids("web")) > 1 and workers[0] not in now)
    until(lambda: served.send("no such key", DEMO) == 401)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_orderly_and_leaves_no_process(tmp_path, how):
    with serving(tmp_path) as server:
        server.address  # noqa: B018
        until(lambda: server.pids("worker") and list((tmp_path / "workers").glob("*.json")))
        assert server.end(how) == 0
    assert not server.pids("web") and not server.pids("worker")
    assert not list((tmp_path / "workers").glob("*.json"))
    assert "killed" not in server.text


def test_when_the_supervisor_is_killed_nothing_of_it_stays(tmp_path):
    with serving(tmp_path) as server:
        server.address  # noqa: B018
        until(lambda: len(server.pids("web")) > 1 and server.pids("worker"))
        server.end(signal.SIGKILL)
        until(lambda: not server.pids("web") and not server.pids("worker"))


def test_acknowledged_calls_survive_the_end_of_the_process(tmp_path):
    with serving(tmp_path, "--web", "--port", str(free_port())) as server:
        key = server.command("source", "create", "site").strip()
        until(lambda: server.send(key, JANE) == 200)
        sent = [{**DEMO, "messageId": f"m{number}"} for number in range(50)]
        assert [server.send(key, call) for call in sent[:20]] == [200] * 20
        server.end()
    assert server.rows("SELECT count(*) FROM event") == [(20,)]
    assert server.rows("SELECT sum(calls) FROM step_count WHERE step = 'kept' AND reason = ''") == [(21,)]


def test_without_migrations_it_says_what_is_missing(tmp_path):
    server = Server(tmp_path, ("--worker", "--no-migrate"))
    assert server.process.wait(60) == 1
    assert "missing: 0001_initial" in server.text and "without --no-migrate" in server.text


def test_a_database_that_is_not_there_is_said_without_a_traceback(tmp_path):
    url = f"postgresql://qualify:secret@127.0.0.1:{free_port()}/nothing"
    server = Server(tmp_path, ("--worker",), QUALIFY_DATABASE_URL=url)
    assert server.process.wait(60) == 1
    assert "cannot be used" in server.text and "QUALIFY_DATABASE_URL" in server.text
    assert "Traceback" not in server.text and "secret" not in server.text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
