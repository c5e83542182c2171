"""The description of the API is what it does: it is current, and whatever fits it is answered as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.web.api.conftest import Api
from tests.web.cast import Cast

FILE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.json"


def written() -> str:
    """The description as it is committed."""
    from qualify.web.api.mount import openapi

    return json.dumps(openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_committed_description_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "python -m tests.web.api.write_description writes it anew"


def test_everything_is_answered_to_strangers_with_the_description_alone(store: Path) -> None:
    stranger = Api("")
    assert stranger.get("/openapi.json")["info"]["title"] == "Qualify"
    from qualify.web.api.mount import openapi

    for path, operations in openapi()["paths"].items():
        for method in operations:
            there = path.removeprefix("/api/v1").replace("{", "").replace("}", "")
            response = stranger(method.upper(), there)
            assert response.status_code == 401, (method, path)
            assert response["Content-Type"] == "application/problem+json"
            assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.fixture
def described(api: Api, people: Cast) -> Iterator[Any]:
    """The API as schemathesis sees it, over WSGI."""
    import schemathesis

    from qualify.web.wsgi import application

    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.mark.slow
def test_whatever_fits_the_description_is_answered_as_it_says(described: Any, api: Api, people: Cast) -> None:
    from hypothesis import given
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    wanted = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
        checks.response_headers_conformance,
        checks.negative_data_rejection,
        checks.unsupported_method,
    ]
    for result in described.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def asked(case: Any) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {api.token}"}, checks=wanted)

        asked()
