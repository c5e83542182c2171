"""A small company with an API: two leads, a playbook, and tokens for everybody who asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client

from qualify.clock import now
from qualify.web.verbs.actor import SCOPES, the_owner
from qualify.web.verbs.opening import create_key
from tests.web.cast import people, source

__all__ = ["people", "source"]


class Api(NamedTuple):
    """The API, asked by the bearer of a token."""

    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask; the path begins after /api/v1."""
        if self.token:
            headers = {"authorization": f"Bearer {self.token}", **headers}
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        client = Client(headers=headers, raise_request_exception=False)
        return client.generic(method, f"/api/v1{path}", data=text, content_type="application/json")

    def get(self, path: str, **headers: str) -> Any:
        """What is at an address, as JSON; it has to be there."""
        response = self("GET", path, **headers)
        assert response.status_code == 200, response.content
        return response.json()


def bearer_of(*scopes: str) -> Api:
    """Somebody with a token that has these scopes."""
    return Api(create_key(the_owner(), "api", now(), scopes=scopes).key)


@pytest.fixture
def api(store: Path) -> Api:
    """Somebody who may do everything."""
    return bearer_of(*SCOPES)
