"""The simulated market in a store: what `make run` serves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from qualify.clock import now
from qualify.web.commands.demonstrating import DemoKeys, what_to_try
from qualify.web.database import insert, rows
from qualify.web.demonstration.loading import load
from qualify.web.demonstration.names import ADMIN
from qualify.web.demonstration.removing import remove
from qualify.web.demonstration.selling import COLLEAGUES
from tests.web.servers import until

pytestmark = pytest.mark.slow


@pytest.fixture
def loaded(store):
    return load(now(), 60)


def test_everybody_is_there_with_a_history_and_a_standing(loaded):
    assert loaded.fresh and loaded.leads == 60
    [(people, standings)] = rows("SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM standing)")
    assert people == standings > 40
    assert rows("SELECT count(*) FROM dirty") == [(0,)]
    assert len(rows("SELECT DISTINCT stage FROM standing")) > 2
    assert len(rows("SELECT DISTINCT channel FROM person WHERE channel <> ''")) > 2
    [(first, last)] = rows("SELECT min(received_at), max(received_at) FROM event")
    assert now() - first > 300 * 86_400_000 and last <= now()
    assert all(
        rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("move", "answer", "decision", "cost")
    )


def test_what_was_handed_over_has_an_owner_and_mostly_heard_from_them(store):
    load(now(), 400)
    handed = rows("SELECT state, rep_id FROM handoff")
    assert len(handed) > 10 and all(rep in COLLEAGUES for _, rep in handed)
    assert sum(state == "answered" for state, _ in handed) > len(handed) / 2
    assert rows("SELECT 1 FROM standing WHERE rep_id = %s LIMIT 1", [ADMIN])
    [(since,)] = rows("SELECT min(published_at) FROM playbook_version")
    assert not rows(
        "SELECT 1 FROM assignment WHERE assigned_at < %s OR assigned_at > %s LIMIT 1", [since, now()]
    )
    remove({}, lambda *_: None)
    for table in ("assignment", "contact", "enrolment", "step_done", "handoff", "rep_setting"):
        assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_a_second_time_nothing_is_added(loaded):
    before = rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)")
    again = load(now(), 60)
    assert again.here and not again.fresh
    assert rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)") == before


def test_one_that_was_broken_off_is_taken_up_again(loaded):
    from qualify.web.database import run

    whole = rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)")
    for table in ("playbook_version", "standing", "move", "audit"):
        run(f"DELETE FROM {table}")
    run("DELETE FROM event WHERE id % 2 = 0")
    assert load(now(), 60).fresh
    assert rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM answer)") == whole


def test_a_store_that_is_somebodys_own_is_left_alone(store):
    insert("person", "id, created_at, email, name, company, traits", [(1, 1, "a@x.com", "", "", "{}")])
    assert not load(now(), 60).here
    assert rows("SELECT count(*) FROM event") == [(0,)]


def test_what_it_says_to_try_is_short_and_can_be_pasted():
    said = what_to_try("http://127.0.0.1:8000", DemoKeys("qs_1", "qa_1"))
    assert max(len(line) for line in said.splitlines()) <= 120
    ran = subprocess.run(["sh", "-n", "-c", pasted(said)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(not shutil.which("curl"), reason="NOT RUN: there is no curl")
def test_the_command_serves_it_and_what_it_says_to_try_works(tmp_path):
    said = tmp_path / "said.txt"
    environment = {**os.environ, "QUALIFY_DATA": str(tmp_path / "data")}
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "qualify", "demo", "--serve", "--port", "0", "--leads", "60"],
            stdout=file, stderr=file, env=environment, cwd=tmp_path,
        )  # fmt: skip
    try:
        until(lambda: "Qualify is at" in said.read_text() or process.poll() is not None)
        assert "The most qualified leads" in said.read_text()
        # The lines that are indented, as a newcomer pastes them.
        shown = pasted(said.read_text().partition("The application")[2])
        until(
            lambda: '"occurrences": 1' in (typed := in_shell(shown)) and '"rule": "asked for a demo"' in typed
        )
        assert '"stage": "mql"' in in_shell(shown)
    finally:
        process.terminate()
        assert process.wait(60) == 0


def pasted(said: str) -> str:
    return "\n".join(line for line in said.splitlines() if line.startswith("  "))


def in_shell(commands: str) -> str:
    ran = subprocess.run(["sh", "-c", commands], capture_output=True, text=True, check=False)
    return ran.stdout
