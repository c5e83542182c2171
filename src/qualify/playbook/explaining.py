"""What pydantic found wrong, said so that whoever wrote the playbook can mend it."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qualify.criteria import KEYWORDS
from qualify.errors import did_you_mean, one_of
from qualify.playbook.book import Playbook
from qualify.playbook.document import Path


def explained(error: ValidationError, data: Any) -> Iterator[tuple[Path, str]]:
    """Each mistake as the path in the document and what to say of it."""
    for each in error.errors(include_url=False):
        path = _path(each["loc"], data)
        yield path, _message(each, path)


def _path(location: tuple[int | str, ...], data: Any) -> Path:
    """Where in the document a location points: union tags and the like are left out."""
    paths = _ways(location, data)
    return max(paths, key=lambda found: (found[1], -len(found[0])))[0]


def _ways(location: tuple[int | str, ...], data: Any) -> list[tuple[Path, int]]:
    """Every reading of the location, with how many of its last steps were found in the data."""
    if not location:
        return [((), 0)]
    step, rest = location[0], location[1:]
    found = [(path, score) for path, score in _ways(rest, data)]
    inside = _inside(data, step)
    if inside is not _NOTHING:
        found += [((step, *path), score + 1) for path, score in _ways(rest, inside)]
    elif not rest and isinstance(data, dict):
        found.append(((step,), 0))
    return found


_NOTHING = object()


def _inside(data: Any, step: int | str) -> Any:
    if isinstance(data, dict) and step in data:
        return data[step]
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return _NOTHING


def _message(error: ErrorDetails, path: Path) -> str:
    kind, found = error["type"], error["input"]
    if kind == "extra_forbidden":
        word = str(error["loc"][-1])
        allowed = _fields(_model_at(error["loc"][:-1]))
        return f"{word!r} is not known here{did_you_mean(word, allowed)} Allowed: {one_of(allowed, 40)}"
    if kind == "missing":
        return f"{error['loc'][-1]!r} is missing"
    if kind in ("value_error", "criterion"):
        return error["msg"].removeprefix("Value error, ")
    if kind in ("literal_error", "enum"):
        allowed = _unquoted(error.get("ctx", {}).get("expected", ""))
        return f"{found!r} is not allowed{did_you_mean(str(found), allowed)} Allowed: {one_of(allowed)}"
    return f"{error['msg'][0].lower()}{error['msg'][1:]}, but found {_shown(found)}"


def _unquoted(expected: str) -> list[str]:
    return [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__
    named = {"dict": "a mapping", "list": "a list", "NoneType": "nothing"}.get(text, text)
    return named if len(named) <= 80 else named[:77] + "…"


def _fields(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [_written_name(name, field.alias or field.serialization_alias) for name, field in model.model_fields.items()]


def _written_name(name: str, alias: str | None) -> str:
    return alias or name


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The class whose fields are allowed at that location."""
    here: Any = Playbook
    for step in location:
        if isinstance(step, str) and step in KEYWORDS and not _has_field(here, step):
            here = KEYWORDS[step]
        elif isinstance(here, type) and issubclass(here, BaseModel):
            here = _annotation(here, str(step))
        else:
            here = _element(here)
        here = _bare(here)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _has_field(here: Any, word: str) -> bool:
    return isinstance(here, type) and issubclass(here, BaseModel) and word in _fields(here)


def _annotation(model: type[BaseModel], word: str) -> Any:
    for name, field in model.model_fields.items():
        if word in (name, field.alias):
            return field.annotation
    return None


def _element(annotation: Any) -> Any:
    """What a list or mapping of that type holds."""
    inner = get_args(annotation)
    return inner[-1] if inner and get_origin(annotation) in (list, dict, tuple) else annotation


def _bare(annotation: Any) -> Any:
    """The type without Annotated and without "or nothing"."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        options = [each for each in get_args(annotation) if each is not type(None)]
        return _bare(options[0]) if len(options) == 1 else annotation
    return annotation
