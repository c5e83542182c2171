"""Leads that ad platforms announce by their ids: fetched from a server that answers as their documents say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client

from qualify.clock import now
from qualify.web import fetching
from qualify.web.database import rows, run
from qualify.web.living.errands import Errands
from qualify.web.living.kinds import KINDS
from qualify.web.sources import create_key, create_source
from tests.capture.signing import hexed
from tests.capture.test_ads import ANSWERED, LEAD, LEADGEN, NOTICE

SECRETS = {"secret": "s3", "access_token": "tok"}


@dataclass
class Platform:
    """A platform's API: what it answers by path, and what it was asked."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def platform(settings_of: Any) -> Iterator[Platform]:
    found = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            status, told = found.answers.get(
                self.path.partition("?")[0], (404, {"error": {"message": "no such lead"}})
            )
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    settings_of(META_API=found.url, LINKEDIN_API=found.url)
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def settings_of(store, monkeypatch) -> Iterator[Any]:
    """Change settings for a test; at its end the writer lets its store go."""
    from django.conf import settings

    from qualify.web.keeping.delivering import WRITER

    monkeypatch.setitem(KINDS, fetching.KIND, "qualify.web.fetching:fetch")

    def change(**wanted: str) -> None:
        for name, value in wanted.items():
            monkeypatch.setattr(settings, name, value)

    yield change
    WRITER.close()


def announced(door: str, told: Any, secrets: dict[str, str] = SECRETS) -> int:
    """Announce leads at a platform's door; the status of the answer."""
    key = create_key(create_source(door, door, now(), {}, secrets), "write", now())
    body = json.dumps(told).encode()
    signed = {
        "meta": {"x-hub-signature-256": f"sha256={hexed('s3', body)}"},
        "linkedin": {"x-li-signature": hexed("s3", body)},
    }
    url = f"/hooks/{door}/{key}"
    return Client().post(url, body, content_type="application/json", headers=signed[door]).status_code


def work() -> None:
    """What a worker does until nothing is due."""
    errands = Errands(now, threading.Event())
    while errands.step(now()):
        pass


def later() -> None:
    """The time of the next try has come."""
    run("UPDATE work SET taken_until = 0 WHERE state = 'running'")


def kept() -> list[tuple[str, int]]:
    return rows("SELECT kind, owner_id FROM event ORDER BY id")


@pytest.mark.slow
def test_a_lead_of_meta_is_fetched_with_the_token_of_its_source_and_kept_once(platform):
    platform.answers = {"/123": (200, LEAD), "/124": (200, {**LEAD, "id": "124"})}
    assert announced("meta", LEADGEN) == 200
    assert [kind for kind, _ in kept()] == ["lead_announced"] * 2
    work()
    assert [kind for kind, _ in kept()] == ["lead_announced"] * 2 + ["form_submitted"] * 2
    assert len({owner for _, owner in kept()}) == 1  # one address
    assert rows("SELECT value FROM identifier WHERE kind = 'email'") == [("ada@fabrik.example",)]
    path, headers = platform.asked[0]
    assert path.startswith("/123?fields=id,created_time,field_data,")
    assert headers["authorization"] == "Bearer tok"
    assert "tok" not in path
    assert {state for (state,) in rows("SELECT state FROM work")} == {"done"}
    run("UPDATE work SET state = 'running', taken_until = 0")  # as after a worker that was killed
    work()
    assert len(kept()) == 4


def test_a_lead_of_linkedin_is_fetched_with_its_questions(platform):
    number = NOTICE["leadGenFormResponse"].rpartition(":")[2]
    platform.answers = {f"/rest/leadFormResponses/{number}": (200, ANSWERED)}
    assert announced("linkedin", NOTICE) == 200
    work()
    assert "form_submitted" in [kind for kind, _ in kept()]
    path, headers = platform.asked[0]
    assert path.endswith(",form:(name,content,hiddenFields)")
    assert headers["linkedin-version"]
    assert headers["x-restli-protocol-version"] == "2.0.0"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "told", "said"),
    [
        (401, {"error": {"message": "Session has expired", "code": 190}}, "Session has expired (status 401)"),
        (500, b"<html>", "status 500"),
        (302, b"", "status 302"),
        (200, b"x" * 1_100_000, "more than a lead can be"),
    ],
)
def test_what_cannot_be_fetched_is_tried_again_later_and_says_why(platform, status, told, said):
    platform.answers = {"/123": (status, told), "/124": (200, {**LEAD, "id": "124"})}
    announced("meta", LEADGEN)
    work()
    assert len(platform.asked) == 2
    assert any(said in detail for (detail,) in rows("SELECT detail FROM work"))
    work()
    assert len(platform.asked) == 2  # not yet
    platform.answers["/123"] = (200, LEAD)
    later()
    work()
    assert [kind for kind, _ in kept()].count("form_submitted") == 2


@pytest.mark.slow
def test_at_last_it_is_given_up_in_plain_sight(platform):
    announced("meta", LEADGEN)
    for _ in fetching.WAITS:
        later()
        work()
    assert len(platform.asked) == 2 * len(fetching.WAITS)
    failed = rows("SELECT detail FROM work WHERE state = 'failed'")
    assert len(failed) == 2
    assert "no such lead" in failed[0][0]


def test_without_a_token_nobody_is_asked(platform):
    announced("meta", LEADGEN, {"secret": "s3"})
    work()
    assert platform.asked == []
    assert "access_token" in rows("SELECT detail FROM work")[0][0]


def test_a_platform_that_does_not_answer_is_asked_again(platform, settings_of):
    settings_of(META_API="http://127.0.0.1:1")
    announced("meta", LEADGEN)
    work()
    assert "could not be asked" in rows("SELECT detail FROM work")[0][0]
    assert rows("SELECT count(*) FROM work WHERE state = 'running'") == [(2,)]


def test_what_a_stranger_calls_an_announcement_is_never_fetched(platform):
    key = create_key(create_source("site", "segment", now(), {}, SECRETS), "write", now())
    fetch = {"from": "meta", "path": "/me/accounts", "fields": "access_token"}
    told = {"writeKey": key, "event": "lead_announced", "userId": "u", "properties": {"fetch": fetch}}
    assert Client().post("/v1/track", json.dumps(told), content_type="text/plain").status_code == 200
    assert rows("SELECT count(*) FROM work") == [(0,)]
