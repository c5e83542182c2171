"""What can be written at each place of a playbook, read from the criteria's own classes: what forms are made of."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from qualify.criteria import KEYWORDS, KINDS
from qualify.criteria.base import ProductUse, Written
from qualify.criteria.behaviour import Doing
from qualify.criteria.comparisons import Test
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Grades, Profile, Rule, Score, Stage, Threshold, Total

Kind: TypeAlias = Literal[
    "text", "long", "number", "days", "scalar", "lines", "choice", "choices", "yesno",
    "model", "criterion", "criteria", "tests", "steps",
]  # fmt: skip


class Shape(NamedTuple):
    """What can be written at a place. ``fields`` are those of a model, ``options`` the words of a choice."""

    kind: Kind
    name: str = ""
    help: str = ""
    required: bool = False
    default: str = ""
    options: tuple[str, ...] = ()
    fields: tuple[Shape, ...] = ()
    scalars: bool = False
    """Whether lines may be numbers and yes or no, too."""
    single: bool = False
    """Whether a list of one may be written without a list."""


PARTS: Final[dict[str, tuple[type[Written], tuple[str, ...] | None]]] = {
    "rule": (Rule, ("name", "points", "when", "counts", "cap", "half_life")),
    "profile": (Profile, None),
    "stage": (Stage, None),
    "threshold": (Threshold, None),
    "grades": (Grades, None),
    "score": (Score, ("kind", "description", "half_life", "bounds")),
    "total": (Total, None),
    "product": (ProductUse, None),
    "about": (Playbook, ("playbook", "description", "currency", "time_zone", "review_by")),
}
"""The parts that have a form of their own: their class, and which of its fields (None: all)."""


@cache
def part_shape(part: str) -> Shape:
    """The shape of a part."""
    model, names = PARTS[part]
    fields = {field.name: field for field in _fields(model)}
    return Shape("model", fields=tuple(fields[name] for name in names or fields))


@cache
def criterion_shape(keyword: str) -> Shape:
    """The shape of a kind of criterion; its keyword comes first, and its docstring is the help."""
    kind = KEYWORDS[keyword]
    fields = sorted(_fields(kind), key=lambda field: field.name != keyword)
    said = re.sub("``(.*?)``", r"“\1”", kind.__doc__ or "")
    return Shape("model", keyword, said, fields=tuple(fields))


def keywords(use: Literal["rule", "stage", "profile"]) -> list[str]:
    """The kinds of criterion that can be asked for there."""
    where = "rule" if use == "profile" else use
    own = {"icp", "persona"} if use == "profile" else set()
    return [word for word, kind in KEYWORDS.items() if where in kind.USED_IN and word not in own]


def _fields(model: type[Written]) -> list[Shape]:
    schema = model.model_json_schema(by_alias=True)
    defs = schema.get("$defs", {})
    own = schema if "properties" in schema else defs[schema["$ref"].rpartition("/")[2]]
    return _of_model(own, defs)


def _of_model(schema: dict[str, Any], defs: dict[str, Any]) -> list[Shape]:
    required = set(schema.get("required", ()))
    return [
        _long(name, _shape(field, defs))._replace(
            name=name, help=field.get("description", ""), required=name in required, default=_default(field)
        )
        for name, field in schema["properties"].items()
    ]


def _long(name: str, shape: Shape) -> Shape:
    """A text that may be long has lines of its own."""
    return shape._replace(kind="long") if name == "description" and shape.kind == "text" else shape


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _shape(field: dict[str, Any], defs: dict[str, Any]) -> Shape:
    options = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
    options = [inner for each in options for inner in (each.get("anyOf") or [each])]
    lists = [each for each in options if each.get("type") == "array"]
    for each in lists:
        if (made := _list_shape(each, defs)) is not None:
            return made._replace(single=len(options) > 1)
    if any(len(each.get("oneOf", ())) == len(KINDS) for each in options):
        return Shape("criterion")
    if any("additionalProperties" in each for each in options):
        return Shape("tests")
    for each in options:
        if "$ref" in each:
            return _referred(each["$ref"].rpartition("/")[2], defs)
    if lists:
        items = [each["items"] for each in lists]
        scalars = any(isinstance(each.get("type"), list) for each in items)
        return Shape("lines", scalars=scalars, single=len(options) > 1)
    return _plain(options)


def _list_shape(schema: dict[str, Any], defs: dict[str, Any]) -> Shape | None:
    """A list of criteria, of two steps, or of words of a closed set; None of any other."""
    items = schema.get("items", {})
    if len(items.get("oneOf", ())) == len(KINDS):
        return Shape("criteria")
    if schema.get("maxItems") == 2:
        return Shape("steps", fields=tuple(_fields(Doing)))
    return Shape("choices", options=tuple(items["enum"])) if "enum" in items else None


def _referred(name: str, defs: dict[str, Any]) -> Shape:
    if name == Test.__name__:
        return Shape("model", fields=tuple(test_fields()))
    return Shape("model", fields=tuple(_of_model(defs[name], defs)))


@cache
def test_fields() -> tuple[Shape, ...]:
    """What can be asked of one value."""
    return tuple(_fields(Test))


def _plain(options: list[dict[str, Any]]) -> Shape:
    words = [word for each in options for word in each.get("enum", ())]
    if words:
        return Shape("yesno") if True in words else Shape("choice", options=tuple(words))
    if any("pattern" in each for each in options):
        return Shape("days")
    if any(isinstance(each.get("type"), list) for each in options):
        return Shape("scalar")
    return (
        Shape("number")
        if any(each.get("type") in ("number", "integer") for each in options)
        else Shape("text")
    )
