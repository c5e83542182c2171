"""The JSON Schema of a playbook, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from qualify.criteria import KINDS
from qualify.playbook.book import Playbook

_ANY = "AnyCriterion"


def schema() -> dict[str, Any]:
    """The schema, in the 2020-12 dialect. It accepts every playbook that has the right form."""
    made = Playbook.model_json_schema(by_alias=True)
    kinds = [{"$ref": f"#/$defs/{kind.__name__}"} for kind in KINDS]
    made = _referring(made, kinds)
    several = {"type": "array", "items": {"$ref": f"#/$defs/{_ANY}"}, "minItems": 1}
    made["$defs"][_ANY] = {
        "description": "A criterion, or a list of which all must hold.",
        "anyOf": [*kinds, several],
    }
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Qualify playbook"
    return made


def _referring(part: Any, kinds: list[dict[str, str]]) -> Any:
    """The same with one reference wherever the list of all kinds of criterion stands."""
    if isinstance(part, list):
        return [_referring(each, kinds) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("oneOf") == kinds:
        return {"$ref": f"#/$defs/{_ANY}"} | (
            {"description": part["description"]} if "description" in part else {}
        )
    return {name: _referring(value, kinds) for name, value in part.items()}
