"""By which names the application can be asked: doors by any, all that shows something by its own alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.sources import create_key, create_source
from tests.web.test_hosted import form

THEIRS = "analytics.acme.example"


@pytest.fixture
def visitor(store: Any) -> Iterator[Client]:
    """Somebody who asks by a name that nobody told us of."""
    from qualify.web.keeping.delivering import WRITER

    yield Client(headers={"host": THEIRS}, raise_request_exception=False)
    WRITER.close()


def test_a_site_may_point_a_name_of_its_own_at_the_doors(visitor: Client) -> None:
    key = create_key(create_source("site", "segment", now()), "write", now())
    call = {"writeKey": key, "batch": [{"type": "track", "event": "Demo Requested", "userId": "ada"}]}
    answer = visitor.post("/v1/batch", json.dumps(call), content_type="application/json")
    assert answer.status_code == 200
    assert rows("SELECT kind FROM event") == [("demo_requested",)]
    assert visitor.get("/q.js").status_code == 200


@pytest.mark.parametrize("path", ["/f/demo", "/", "/leads", "/v1/projects/KEY/settings"])
def test_what_is_shown_is_shown_under_our_own_names_only(visitor: Client, path: str) -> None:
    form()
    answer = visitor.get(path)
    assert answer.status_code == 400
    assert THEIRS not in answer.content.decode()


def test_the_api_refuses_in_its_own_words(visitor: Client) -> None:
    answer = visitor.get("/api/v1/leads")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert "QUALIFY_HOSTS" in answer.json()["detail"]


def test_a_form_is_not_taken_under_a_foreign_name(visitor: Client) -> None:
    form()
    assert visitor.post("/f/demo", {"email": "ada@acme.example"}).status_code == 400
    assert not rows("SELECT 1 FROM event")


def test_refusing_is_no_news_for_the_log(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        visitor.get("/api/v1/leads")
    assert not caplog.records
