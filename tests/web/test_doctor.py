"""`qualify doctor`: what is wrong, and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qualify.clock import now
from qualify.web.ciphers import enciphered
from qualify.web.database import insert, run
from qualify.web.doctoring import store as looking
from qualify.web.doctoring.findings import examined, worst
from qualify.web.doctoring.surroundings import deciphering, secret, variables
from qualify.web.living.heartbeat import Heartbeat
from qualify.web.sources import create_key, create_source


def found(check) -> list[tuple[str, str]]:
    return [(each.level, each.text) for each in examined([check])]


def level(check) -> str:
    return max(each.level for each in examined([check]))


@pytest.fixture
def alive(store):
    heart = Heartbeat(now())
    heart.beat(now(), 0)
    yield heart
    heart.end()


def test_a_store_without_a_worker_is_a_problem_and_with_one_is_well(store):
    assert level(looking.worker) == "problem"
    heart = Heartbeat(now())
    heart.beat(now(), 3)
    assert found(looking.worker) == [("ok", f"process {os.getpid()} of {os.uname().nodename}; nobody waits")]
    heart.end()
    assert level(looking.worker) == "problem"


def test_a_worker_that_gave_no_sign_for_long_is_none(store):
    heart = Heartbeat(now())
    heart.beat(now() - 60_000, 0)
    assert level(looking.worker) == "problem"
    heart.end()


def test_people_who_wait_for_long_are_a_warning(alive):
    row = (1, 0, 1, now() - 300_000, True, 0, 0)
    insert("dirty", "person_id, since, marks, marked_at, own, tries, taken_until", [row])
    assert level(looking.worker) == "warning"
    run("UPDATE dirty SET tries = 9")
    assert ("warning", "1 people cannot be judged") in found(looking.worker)


def test_a_clock_that_was_set_back_is_a_problem(store):
    row = (b"k", 1, 1, 1, "x", now(), now() + 3_600_000, now(), "{}", "{}")
    columns = "message_key, source_id, subject_id, owner_id, kind, happened_at, received_at, known_at, properties, context"
    insert("event", columns, [row])
    assert level(looking.clock) == "problem"
    run("UPDATE event SET received_at = %s", [now()])
    assert level(looking.clock) == "ok"


def test_a_damaged_file_is_a_problem(store):
    from django.db import connections

    assert level(looking.database) == "ok"
    connections.close_all()
    whole = bytearray(Path(store).read_bytes())
    whole[4096 * 3 : 4096 * 30] = b"\xff" * (4096 * 27)
    Path(store).write_bytes(whole)
    assert level(looking.database) == "problem"


def test_without_playbook_and_keys_it_says_that_nothing_can_happen(store):
    assert level(looking.playbook) == level(looking.sources) == "warning"
    create_key(create_source("site", "segment", now()), "write", now())
    assert level(looking.sources) == "ok"


def test_messages_that_were_given_up_are_told(store):
    insert(
        "webhook",
        "url, types, secret, active, created_at, failing_since",
        [("https://x.com", "", "", True, 1, 1)],
    )
    assert ("warning", "https://x.com has failed since 1970-01-01 00:00 UTC") in found(looking.outbox)


def test_secrets_of_another_key_are_a_problem(store):
    create_source("typeform", "typeform", now(), secrets={"signing": "x"})
    assert level(deciphering) == "ok"
    run("UPDATE source SET secrets = %s", [enciphered({"signing": "x"})[:-6] + "AAAA=="])
    assert level(deciphering) == "problem"


def test_a_secret_that_others_can_read_is_a_warning(store):
    from django.conf import settings

    path = Path(settings.DATA) / "secret"
    assert level(secret) == "ok"
    path.chmod(0o644)
    assert found(secret) == [("warning", f"{path} can be read by others")]
    path.chmod(0o600)


def test_a_misspelt_variable_is_told(store, monkeypatch):
    monkeypatch.setenv("QUALIFY_HOST", "x")
    assert found(variables) == [("warning", "QUALIFY_HOST means nothing; did you mean 'QUALIFY_HOSTS'?")]


def test_a_check_that_fails_is_a_finding(store):
    def broken():
        raise RuntimeError("no such luck")

    [finding] = examined([broken])
    assert (finding.level, finding.text) == ("problem", "cannot be looked at: no such luck")
    assert worst([finding]) == 2


@pytest.mark.slow
def test_the_command_says_all_of_it_as_json_and_by_its_exit_code(tmp_path):
    environment = {**os.environ, "QUALIFY_DATA": str(tmp_path / "new")}
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "qualify", "doctor", "--format", "json"],
        capture_output=True, text=True, env=environment,
    )  # fmt: skip
    said = {each["what"]: each for each in json.loads(ran.stdout)}
    assert ran.returncode == 2
    assert said["database"]["level"] == "problem" and "qualify serve" in said["database"]["todo"]
    assert said["DuckDB"]["level"] == "ok" and "not configured" in said["mail"]["text"]
