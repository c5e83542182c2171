"""The JSON Schema of a playbook, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from qualify.criteria import KINDS
from qualify.playbook.book import Playbook

_ANY = "AnyCriterion"
_REFERENCE = {"$ref": f"#/$defs/{_ANY}"}


def schema() -> dict[str, Any]:
    """The schema, in the 2020-12 dialect. It accepts every playbook that has the right form."""
    kinds: list[Any] = []
    made: dict[str, Any] = _referring(Playbook.model_json_schema(by_alias=True), kinds)
    made["$defs"][_ANY] = {
        "description": "A criterion, or a list of criteria that must all hold.",
        "anyOf": [*kinds, {"type": "array", "items": _REFERENCE, "minItems": 1}],
    }
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Qualify playbook"
    return made


def _referring(part: Any, kinds: list[Any]) -> Any:
    """The same with one reference wherever the list of all kinds of criterion stands, which goes into ``kinds``."""
    if isinstance(part, str):
        return part.replace("``", "`")
    if isinstance(part, list):
        return [_referring(each, kinds) for each in part]
    if not isinstance(part, dict):
        return part
    if len(part.get("oneOf", ())) == len(KINDS):
        kinds[:] = part["oneOf"]
        part = {name: value for name, value in part.items() if name != "oneOf"} | _REFERENCE
    return {name: _referring(value, kinds) for name, value in part.items()}
