"""What pydantic found wrong, said so that whoever wrote the playbook can mend it."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qualify.criteria import KEYWORDS, KINDS
from qualify.errors import instead, nearest, shown
from qualify.playbook.book import Playbook
from qualify.playbook.document import Mistake, Path, holds
from qualify.speech import marked, sentence

_MOST = 1_000
"""How many mistakes are told at once; a file with more was most likely not meant to be a playbook."""


def explained(error: ValidationError, data: Any) -> Iterator[Mistake]:
    """Each mistake, with its path in the document that was read."""
    for each in error.errors(include_url=False)[:_MOST]:
        yield _explained(each, data)


def first_said(error: ValidationError) -> str:
    """What is wrong first with a part of a playbook that stands by itself, as our checks say it."""
    found = error.errors(include_url=False)[0]
    if found["type"] == "playbook":
        return found["ctx"]["said"]  # type: ignore[no-any-return]
    return _said_by(found["ctx"]["error"]) if found["type"] == "value_error" else found["msg"]


def _explained(error: ErrorDetails, data: Any) -> Mistake:
    kind, context, location = error["type"], error.get("ctx", {}), error["loc"]
    is_key = bool(location) and location[-1] == "[key]"
    here = _Place(data).along(location[:-1] if is_key else location)
    if kind == "extra_forbidden":
        word, allowed = str(location[-1]), _fields(here.model)
        return Mistake(here.path, _unknown(word, allowed), at_key=True, meant=nearest(word, allowed))
    if kind == "missing":
        return Mistake(here.path, _missing(str(location[-1]), here.model))
    if kind == "playbook":
        at = () if context["at"] is None else (context["at"],)
        return Mistake((*here.path, *at), context["said"], at_key=context["key"], meant=context["meant"])
    if kind == "literal_error":
        found, allowed = location[-2] if is_key else error["input"], _unquoted(context["expected"])
        word = found if isinstance(found, str) else ""
        hint = instead(word, allowed)
        said = sentence("%(found)s is not allowed%(hint)s", found=shown(found), hint=hint)
        return Mistake(here.path, said, at_key=is_key, meant=nearest(word, allowed) if is_key else None)
    if kind in ("too_short", "too_long"):
        return Mistake(here.path, _how_many(context))
    if kind == "value_error":
        return Mistake(here.path, _said_by(context["error"]), at_key=is_key)
    said = sentence(_SAID.get(kind, _ELSE), found=shown(error["input"]))
    return Mistake(here.path, said, at_key=is_key)


_LIST = marked("a list is expected here, not %(found)s")
_ELSE = marked("%(found)s cannot stand here")
_SAID = {
    "model_type": marked("lines of `key: value` are expected here, not %(found)s"),
    "dict_type": marked("lines of `name: value` are expected here, not %(found)s"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "string_type": marked("a text is expected here, not %(found)s"),
}
"""What to say for each further type of error that a playbook's fields can have."""


def _said_by(error: Exception) -> str:
    """What a check of ours said, as it said it."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def _unknown(word: str, allowed: list[str]) -> str:
    """A key that is not known there; a criterion that stands beside where it belongs gets a hint."""
    places = [name for name in ("when", "enter", "conditions") if name in allowed]
    if word in KEYWORDS and places:
        return sentence(
            "%(found)s is a criterion; write it under `%(place)s`", found=repr(word), place=places[0]
        )
    hint = instead(word, allowed, 40)
    return sentence("%(found)s is not known here%(hint)s", found=shown(word), hint=hint)


def _how_many(limits: Mapping[str, Any]) -> str:
    """A list or mapping with too few or too many in it."""
    least, most, found = (limits.get(name) for name in ("min_length", "max_length", "actual_length"))
    if not found:
        return sentence("nothing is in it; write at least one")
    if least:
        return sentence("%(found)s is too few; write %(least)s", found=found, least=least)
    return sentence("there are too many; write %(most)s at most", most=int(most or 0))


def _missing(word: str, model: type[BaseModel] | None) -> str:
    fields = model.model_fields.items() if model else ()
    meaning = next((field.description for name, field in fields if word in (name, field.alias)), None)
    if not meaning:
        return sentence("`%(word)s` is missing", word=word)
    return sentence("`%(word)s` is missing (%(meaning)s)", word=word, meaning=sentence(meaning))


def _unquoted(expected: str) -> list[str]:
    return [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]


def _fields(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


@dataclass
class _Place:
    """Follows a location through the types and the data: union tags and short forms leave no step."""

    data: Any
    path: Path = ()
    expected: Any = Playbook
    model: type[BaseModel] | None = Playbook

    def along(self, location: tuple[int | str, ...]) -> _Place:
        """The place at the end of the location; ``model`` is the innermost class whose field that is."""
        for step in location:
            self._step(step)
        return self

    def _step(self, step: int | str) -> None:
        if _is_criterion(self.expected):
            self.expected = KEYWORDS.get(str(step))
        elif _is_model(self.expected):
            self.model = self.expected
            self.expected = _bare(_annotation(self.expected, str(step)))
            self._descend(step, always=isinstance(self.data, dict))
        elif get_origin(self.expected) in (list, dict, tuple):
            self.expected = _bare(_element(self.expected))
            self._descend(step)

    def _descend(self, step: int | str, *, always: bool = False) -> None:
        inside = holds(self.data, step)
        if inside or always:
            self.data = self.data[step] if inside else None
            self.path = (*self.path, step)


def _is_model(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, BaseModel)


def _is_criterion(expected: Any) -> bool:
    """Whether it is the union of all criteria, in which a location's step is a keyword."""
    kinds = [_bare(option) for option in get_args(expected)]
    return get_origin(expected) in (Union, types.UnionType) and kinds == list(KINDS)


def _annotation(model: type[BaseModel], word: str) -> Any:
    fields = model.model_fields.items()
    return next((field.annotation for name, field in fields if word in (name, field.alias)), None)


def _element(annotation: Any) -> Any:
    """What a list, tuple or mapping of that type holds."""
    inner = [each for each in get_args(annotation) if each is not ...]
    return inner[-1] if inner else None


def _bare(annotation: Any) -> Any:
    """The type without Annotated and without "or nothing"."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        options = [each for each in get_args(annotation) if each is not type(None)]
        return _bare(options[0]) if len(options) == 1 else annotation
    return annotation
