"""The description of the API is what it does: it is current, and whatever fits it is answered as it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.web.database import rows
from qualify.web.verbs.actor import SCOPES
from tests.web.api.conftest import Api, bearer_of
from tests.web.cast import Cast

FILE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.json"


NEEDS_MORE = {
    "GET /api/v1/work/{work_id}",
    "POST /api/v1/duplicates/dismiss",
    "POST /api/v1/forms",
    "POST /api/v1/forms/{address}/close",
    "POST /api/v1/playbooks/plan",
    "POST /api/v1/sources/{source_id}",
    "POST /api/v1/sources/{source_id}/aliases",
    "POST /api/v1/webhooks/{webhook_id}/rotate",
    "POST /api/v1/webhooks/{webhook_id}/settle",
    "POST /api/v1/attempts/resend",
    "POST /api/v1/merges",
    "POST /api/v1/merges/preview",
    "POST /api/v1/splits",
    "POST /api/v1/splits/preview",
    "POST /api/v1/audit/{audit_id}/undo",
    "POST /api/v1/playbooks",
    "GET /api/v1/playbooks/{version_id}",
    "GET /api/v1/drafts/{draft_id}",
    "GET /api/v1/lessons/{lesson_id}",
    "POST /api/v1/drafts/{draft_id}",
    "POST /api/v1/drafts/{draft_id}/comments",
    "POST /api/v1/drafts/{draft_id}/plan",
    "POST /api/v1/drafts/{draft_id}/approvals",
    "POST /api/v1/approvals/{approval_id}/withdraw",
    "POST /api/v1/keys/{key_id}/rotate",
    "DELETE /api/v1/keys/{key_id}",
    "POST /api/v1/webhooks",
    "DELETE /api/v1/webhooks/{webhook_id}",
    "POST /api/v1/leads/{lead_id}/take",
    "POST /api/v1/leads/{lead_id}/assign",
    "POST /api/v1/leads/{lead_id}/mails",
    "POST /api/v1/leads/{lead_id}/sequences",
    "POST /api/v1/leads/{lead_id}/sequences/stop",
    "POST /api/v1/leads/{lead_id}/steps",
    "POST /api/v1/accounts/{account_id}/owner",
    "POST /api/v1/absences",
    "DELETE /api/v1/absences/{absence_id}",
    "POST /api/v1/reps/deactivate",
    "POST /api/v1/reps/deactivate/preview",
}
"""What no example that is drawn can do, because it has to name what is there; the other tests do."""


ERASES = "DELETE /api/v1/leads/"


def written() -> str:
    """The description as it is committed."""
    from qualify.web.api.mount import openapi

    return json.dumps(openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_committed_description_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), (
        "python -m tests.web.api.write_description writes it anew"
    )


@pytest.mark.slow
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
def described(people: Cast) -> Any:
    """The API as schemathesis sees it, over WSGI; that every address needs a token is another test's."""
    import schemathesis

    from qualify.web.api.mount import openapi
    from qualify.web.wsgi import application

    open_to_all = json.loads(json.dumps(openapi()))
    open_to_all["components"].pop("securitySchemes")
    for operations in open_to_all["paths"].values():
        for operation in operations.values():
            operation.pop("security")
    schema = schemathesis.openapi.from_dict(open_to_all)
    schema.app = application
    return schema


@pytest.mark.slow
def test_whatever_fits_the_description_is_answered_as_it_says(described: Any, people: Cast) -> None:
    from schemathesis import GenerationMode
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
    answered: dict[str, set[int]] = {}
    # Erasing comes last: it leaves no lead for others to be about.
    by_turn = sorted(described.get_all_operations(), key=lambda each: each.ok().label.startswith(ERASES))
    for result in by_turn:
        seen = answered[result.ok().label] = set()
        drawn = [result.ok().as_strategy(generation_mode=each) for each in GenerationMode]
        token = bearer_of(*SCOPES).token  # of its own: what is drawn may revoke it
        _ask(drawn[0] | drawn[1], wanted, [None, people.jane, people.joe], token, seen)
    never = {label for label, kinds in answered.items() if 2 not in kinds}
    assert never <= NEEDS_MORE, never - NEEDS_MORE


def _ask(
    cases: st.SearchStrategy[Any], wanted: list[Any], leads: list[int | None], token: str, seen: set[int]
) -> None:
    """Send what is drawn, of leads that are there and that are not; ``seen`` are the kinds of status."""

    [(source,)] = rows("SELECT min(id) FROM source")

    @given(case=cases, lead=st.sampled_from(leads))
    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def asked(case: Any, lead: int | None) -> None:
        if lead is not None and "lead_id" in case.path_parameters:
            case.path_parameters["lead_id"] = lead
        told = case.body.get("source_id") if isinstance(case.body, dict) else None
        if (
            lead is not None and type(told) is int and 0 < told < 2**63
        ):  # a number that means nobody else's source
            case.body["source_id"] = source
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        # Too large a body is refused before it is read (413): schemathesis does not know that as a refusal.
        here = [
            each
            for each in wanted
            if response.status_code != 413 or each.__name__ != "negative_data_rejection"
        ]
        case.validate_response(response, checks=here)
        seen.add(response.status_code // 100)

    asked()
