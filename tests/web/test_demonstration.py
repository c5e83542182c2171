"""The simulated market in a store: what `make run` serves."""

from __future__ import annotations

import json
import os
import re
import subprocess
from urllib.request import Request, urlopen

import pytest

from qualify.clock import now
from qualify.web.commands.demonstrating import DemoKeys, what_to_try
from qualify.web.database import insert, rows
from qualify.web.demonstration.loading import load
from tests.web.servers import BROWSER, until


def part(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found[1]


@pytest.fixture
def loaded(store):
    return load(now(), 60)


def test_everybody_is_there_with_a_history_and_a_standing(loaded):
    assert loaded.fresh and loaded.leads == 60
    [(people, standings)] = rows("SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM standing)")
    assert people == standings > 40
    assert rows("SELECT count(*) FROM dirty") == [(0,)]
    assert len(rows("SELECT DISTINCT stage FROM standing")) > 2
    [(first, last)] = rows("SELECT min(received_at), max(received_at) FROM event")
    assert now() - first > 300 * 86_400_000 and last <= now()
    assert all(
        rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("move", "answer", "decision", "cost")
    )


def test_a_second_time_nothing_is_added(loaded):
    before = rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)")
    again = load(now(), 60)
    assert again.here and not again.fresh
    assert rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)") == before


def test_one_that_was_broken_off_is_taken_up_again(loaded):
    from qualify.web.database import run

    whole = rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)")
    for table in ("playbook_version", "standing", "move"):
        run(f"DELETE FROM {table}")
    run("DELETE FROM event WHERE id % 2 = 0")
    assert load(now(), 60).fresh
    assert rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)") == whole


def test_a_store_that_is_somebodys_own_is_left_alone(store):
    insert("person", "id, created_at, email, name, company, traits", [(1, 1, "a@x.com", "", "", "{}")])
    assert not load(now(), 60).here
    assert rows("SELECT count(*) FROM event") == [(0,)]


def test_what_it_says_to_try_can_be_pasted(store):
    said = what_to_try("http://127.0.0.1:8000", DemoKeys("qs_1", "qa_1"))
    body = json.loads(part(r"-d '(.*)'", said))
    assert [call["type"] for call in body["batch"]] == ["identify", "track"]
    shell = "\n".join(line for line in said.splitlines() if line.startswith("  "))
    ran = subprocess.run(["sh", "-n", "-c", shell], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_the_command_serves_it_and_what_it_says_to_try_works(tmp_path):
    import sys

    said = tmp_path / "said.txt"
    environment = {**os.environ, "QUALIFY_DATA": str(tmp_path / "data")}
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "qualify", "demo", "--serve", "--port", "0", "--leads", "60"],
            stdout=file, stderr=file, env=environment, cwd=tmp_path,
        )  # fmt: skip
    try:
        until(lambda: "Qualify is at" in said.read_text() or process.poll() is not None)
        where = part(r"Qualify is at (\S+)", said.read_text())
        commands = said.read_text()
        assert "The most qualified leads" in commands
        key = part(r"curl -u (\S+): ", commands)
        token = part(r"Bearer (\S+)'", commands)
        asked = part(r"'(\S+identifier=\S+)'", commands)
        body = part(r"-d '(.*)'", commands).encode()
        import base64

        basic = base64.b64encode(f"{key}:".encode()).decode()
        headers = {
            "authorization": f"Basic {basic}",
            "content-type": "application/json",
            "user-agent": "curl/8",
        }
        assert urlopen(Request(f"{where}/v1/batch", body, headers), timeout=30).status == 200

        def total():
            request = Request(asked, headers={"authorization": f"Bearer {token}", "user-agent": BROWSER})
            leads = json.load(urlopen(request, timeout=30))["leads"]
            return leads and leads[0].get("total")

        assert until(total) > 0
    finally:
        process.terminate()
        assert process.wait(60) == 0
