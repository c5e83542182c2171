"""How the API answers: once for each key, with tags, and every refusal as a problem."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from tests.web.api.conftest import Api, bearer_of
from tests.web.cast import Cast

HEAVY = {"ibis", "pandas", "pyarrow", "duckdb", "sqlglot", "numpy", "polars", "httpx", "rich"}


def test_the_same_request_with_the_same_key_is_done_once(api: Api, people: Cast) -> None:
    asked = ("POST", f"/leads/{people.jane}/decisions", {"decision": "accepted"})
    first, again = (api(*asked, **{"idempotency-key": "one"}) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again["Idempotent-Replayed"] == "true"
    assert rows("SELECT count(*) FROM decision") == [(1,)]
    api(*asked, **{"idempotency-key": "two"})
    assert rows("SELECT count(*) FROM decision") == [(2,)]


def test_another_request_with_the_same_key_is_refused(api: Api, people: Cast) -> None:
    api("POST", f"/leads/{people.jane}/decisions", {"decision": "accepted"}, **{"idempotency-key": "one"})
    other = api(
        "POST", f"/leads/{people.jane}/decisions", {"decision": "rejected"}, **{"idempotency-key": "one"}
    )
    assert other.status_code == 422
    assert rows("SELECT decision FROM decision") == [("accepted",)]


def test_keys_of_two_tokens_have_nothing_to_do_with_each_other(api: Api, people: Cast) -> None:
    for each in (api, bearer_of("write:leads")):
        each(
            "POST", f"/leads/{people.jane}/decisions", {"decision": "accepted"}, **{"idempotency-key": "one"}
        )
    assert rows("SELECT count(*) FROM decision") == [(2,)]


def test_what_was_refused_may_be_tried_again_with_the_same_key(api: Api, people: Cast) -> None:
    path = "/merges"
    assert api("POST", path, {"leads": [people.jane, 10**9]}, **{"idempotency-key": "x"}).status_code == 404
    assert not rows("SELECT 1 FROM reply")
    assert (
        api("POST", path, {"leads": [people.jane, people.joe]}, **{"idempotency-key": "x"}).status_code == 201
    )


def test_a_key_that_is_answered_again_is_not_kept_in_the_clear(api: Api) -> None:
    asked = ("POST", "/keys", {"kind": "api", "scopes": ["read:leads"]})
    made = api(*asked, **{"idempotency-key": "one"}).json()["key"]
    assert api(*asked, **{"idempotency-key": "one"}).json()["key"] == made
    [(kept,)] = rows("SELECT body FROM reply")
    assert made.encode() not in bytes(kept)


def test_who_has_it_already_is_told_so(api: Api, people: Cast) -> None:
    tag = api("GET", f"/leads/{people.jane}")["ETag"]
    same = api("GET", f"/leads/{people.jane}", **{"if-none-match": f'"other", W/{tag}'})
    assert (same.status_code, same.content) == (304, b"")
    api("POST", f"/leads/{people.jane}/consents", {"purpose": "email", "given": True})
    assert api("GET", f"/leads/{people.jane}", **{"if-none-match": tag}).status_code == 200


def test_two_authors_do_not_overwrite_each_other(api: Api, people: Cast) -> None:
    tag = api("GET", "/playbooks/current")["ETag"]
    mine, theirs = starter("services"), starter("b2b-saas") + "\n# changed\n"
    assert api("POST", "/playbooks", {"text": mine}, **{"if-match": tag}).status_code == 201
    late = api("POST", "/playbooks", {"text": theirs}, **{"if-match": tag})
    assert late.status_code == 412
    assert api.get("/playbooks/current")["text"] == mine


def test_mistakes_in_a_playbook_come_with_line_and_column(api: Api) -> None:
    wrong = {"text": "playbook: x\nscores:\n  fit:\n    rulez: []\n"}
    response = api("POST", "/playbooks", wrong)
    assert response.status_code == 422
    assert any(each["line"] == 4 for each in response.json()["errors"])
    assert api("POST", "/playbooks/check", wrong).json()["usable"] is False
    assert api("POST", "/playbooks/check", {"text": starter("services")}).json()["usable"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("GET", "/leads/1", None, 404),
        ("GET", "/leads/x", None, 422),
        ("GET", "/leads/99999999999999999999", None, 422),
        ("GET", "/leads?cursor=abc", None, 422),
        ("GET", "/leads?text=%00", None, 422),
        ("PATCH", "/leads", None, 405),
        ("POST", "/merges", "{", 400),
        ("POST", "/merges", '{"leads": [1, NaN]}', 400),
        ("POST", "/merges", {"leads": [1]}, 422),
        ("POST", "/merges", {"leads": [1, 2], "why": "x"}, 422),
        ("POST", "/keys", {"kind": "api"}, 422),
        ("POST", "/webhooks", {"url": "http://example.com"}, 422),
        ("POST", "/leads/1/traits", '{"traits": {"a": "\\u0000"}}', 422),
        ("POST", "/leads/1/traits", '{"traits": {"a": "\\ud800"}}', 400),
        ("DELETE", "/keys/999", None, 404),
    ],
)
def test_every_refusal_is_a_problem(api: Api, method: str, path: str, body: object, status: int) -> None:
    response = api(method, path, body)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    said = response.json()
    assert said["status"] == status
    assert said["title"] and said["detail"]


def test_what_is_too_large_is_not_read(api: Api) -> None:
    assert api("POST", "/playbooks/check", "x" * (4 * 1024 * 1024 + 1)).status_code == 413


def test_a_revoked_token_and_a_key_to_a_source_open_nothing(api: Api) -> None:
    source = api("POST", "/sources", {"name": "site", "kind": "segment"}).json()["id"]
    write = api("POST", "/keys", {"kind": "secret", "source_id": source}).json()["key"]
    assert Api(write)("GET", "/leads").status_code == 401
    made = api("POST", "/keys", {"kind": "api", "scopes": ["read:leads"]}).json()
    assert api("DELETE", f"/keys/{made['key_id']}").status_code == 204
    assert Api(made["key"])("GET", "/leads").status_code == 401


def test_a_rotated_key_is_another(api: Api) -> None:
    made = api("POST", "/keys", {"kind": "api", "scopes": ["read:leads"]}).json()
    new = api("POST", f"/keys/{made['key_id']}/rotate").json()
    assert Api(new["key"])("GET", "/leads").status_code == 200
    assert Api(made["key"])("GET", "/leads").status_code == 401


def test_a_head_is_a_get_without_its_body(api: Api) -> None:
    response = api("HEAD", "/leads")
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == api("GET", "/leads")["ETag"]


PROGRAM = """
import sys
from qualify.web.starting import start; start()
from django.test import Client
from qualify.clock import now
from qualify.web.sources import create_key
token = create_key(None, "api", now(), scopes=["admin"])
client = Client(headers={"authorization": f"Bearer {token}", "host": "localhost"})
for path in ("leads", "export/leads", "export/leads?format=parquet", "playbooks", "audit"):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, (path, response.content)
print(*{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.slow
def test_a_web_process_loads_nothing_heavy(store: Path) -> None:
    import os

    environment = {**os.environ, "QUALIFY_DATABASE_URL": f"sqlite:///{store}"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(done.stdout.split())
