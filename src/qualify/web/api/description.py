"""The description of the API (OpenAPI): what ninja says of it, and what every operation has in common."""

from __future__ import annotations

from typing import Any, Final

from ninja import NinjaAPI

from qualify.web.api.problems import CONTENT_TYPE, Problem

_ALWAYS: Final = {
    "401": "no token, or one that opens nothing",
    "403": "the token has not the scope that this needs",
    "422": "the request is not as it has to be",
    "default": "a problem (RFC 9457)",
}
_FILES: Final = ("text/csv", "application/jsonl", "application/vnd.apache.parquet")

_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[\\t -~]*$"},
    "description": "the same key with the same request is done once, and answered alike for a day",
}  # fmt: skip


def described(api: NinjaAPI, root: str) -> dict[str, Any]:
    """The whole description."""
    found = dict(api.get_openapi_schema(path_prefix=root))
    schemas = found["components"]["schemas"]
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**own.pop("$defs"), "Problem": own}
    for operations in found["paths"].values():
        for method, operation in operations.items():
            _complete(method, operation)
    return found


def _complete(method: str, operation: dict[str, Any]) -> None:
    """Say of an operation what all have in common."""
    responses = {str(status): said for status, said in operation["responses"].items()}
    said = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for status, why in _ALWAYS.items():
        responses[status] = {"description": why, "content": {CONTENT_TYPE: said}}
    if operation["operationId"] == "export_leads":
        any_text = {"schema": {"type": "string"}}
        responses["200"] = {"description": "a file", "content": dict.fromkeys(_FILES, any_text)}
    if "308" in responses:
        where = {"description": "the lead it was merged into", "schema": {"type": "string"}}
        responses["308"] = {"description": "merged into another lead", "headers": {"Location": where}}
    if method != "get":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY)
    operation["responses"] = responses
