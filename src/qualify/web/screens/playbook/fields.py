"""A part of a playbook as inputs, and what somebody typed into them as data again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from django.utils.translation import gettext as _

from qualify.criteria import KEYWORDS
from qualify.errors import QualifyError
from qualify.playbook import yaml
from qualify.web.screens.playbook.shapes import Shape, criterion_shape, keywords, test_fields

MOST: Final = 200
"""Items of a list that a form shows."""

DEEPEST: Final = 12
"""How deep criteria may stand in each other in a form; deeper ones are edited as text."""

Use: TypeAlias = Literal["rule", "stage", "profile"]


class Input(NamedTuple):
    """Something to fill in. ``value`` is its text, ``chosen`` the words of a choice that are taken.

    ``inputs`` are those within it; of a list each is an item.
    """

    name: str
    label: str
    kind: str
    help: str = ""
    required: bool = False
    default: str = ""
    value: str = ""
    options: tuple[tuple[str, str, bool], ...] = ()
    inputs: tuple[Input, ...] = ()
    errors: tuple[str, ...] = ()
    there: bool = True
    """Whether there is one at all: a criterion that may be left out."""

    @property
    def id(self) -> str:
        """The id of its element."""
        return "f-" + re.sub(r"[^A-Za-z0-9]+", "-", self.name)

    @property
    def shown(self) -> bool:
        """Whether it is to be seen at once: something is in it, or has to be."""
        if self.kind in ("choice", "choices", "yesno"):
            filled = any(taken for _word, _said, taken in self.options)
        elif self.kind in ("model", "criteria", "tests"):
            filled = any(each.shown for each in self.inputs)
        else:
            filled = bool(self.value) or self.kind == "steps"
        return filled or self.required or bool(self.errors)

    @property
    def rest(self) -> bool:
        """Whether something in it is not to be seen at once."""
        return not all(each.shown for each in self.inputs)


class Filled(NamedTuple):
    """What is wrong at which name, and where the form is about."""

    use: Use
    errors: Mapping[str, Sequence[str]] = {}


def inputs(shape: Shape, data: Any, about: Filled, prefix: str = "", depth: int = 0) -> tuple[Input, ...]:
    """The inputs for the fields of a model, filled with data."""
    told = data if isinstance(data, dict) else {}
    return tuple(
        _input(field, told.get(field.name), about, _join(prefix, field.name), depth) for field in shape.fields
    )


def _join(prefix: str, name: str | int) -> str:
    return f"{prefix}.{name}" if prefix else str(name)


def _input(shape: Shape, data: Any, about: Filled, name: str, depth: int) -> Input:
    if depth > DEEPEST:
        raise QualifyError(_("these criteria stand too deep in each other for a form; edit them as text"))
    errors = tuple(about.errors.get(name, ()))
    made = Input(
        name,
        label(shape.name),
        shape.kind,
        _plain_help(shape.help),
        shape.required,
        shape.default,
        errors=errors,
    )
    if shape.kind == "criterion":
        return _criterion(made, data, about, depth)
    if shape.kind in ("criteria", "steps", "tests"):
        return made._replace(inputs=_items(shape, data, about, name, depth))
    if shape.kind == "model":
        return made._replace(inputs=inputs(shape, _full_model(shape, data), about, name, depth + 1))
    if shape.kind in ("choice", "choices", "yesno"):
        return made._replace(options=_options(shape, data))
    return made._replace(
        value=_lines(data) if shape.kind == "lines" else _text(data, scalar=shape.kind == "scalar")
    )


def label(name: str) -> str:
    """A field's name as people read it, in their language."""
    said = label_in_english(name)
    return _(said) if said else ""


def label_in_english(name: str) -> str:
    """A field's name as people read it."""
    said = name.replace("_", " ").strip()
    return said[:1].upper() + said[1:]


def _plain_help(text: str) -> str:
    said = _(text) if text else ""
    return said[:1].upper() + said[1:]


def _criterion(made: Input, data: Any, about: Filled, depth: int) -> Input:
    word, told = kind_of(data)
    choices = dict.fromkeys([*keywords(about.use), *([word] if word else [])])
    options = tuple((each, said_kind(each), each == word) for each in choices)
    if not word:
        return made._replace(options=options, there=False)
    shape = criterion_shape(word)
    inside = inputs(shape, told, about, made.name, depth + 1)
    return made._replace(options=options, inputs=inside, value=word, help=_(shape.help) if shape.help else "")


def kind_of(data: Any) -> tuple[str, Any]:
    """The keyword of a criterion and its fields in full; nothing of what is none."""
    if isinstance(data, list):
        return "all_of", {"all_of": data}
    if isinstance(data, dict):
        word = next((each for each in data if each in KEYWORDS), "")
        return word, data
    return "", {}


def kind_in_english(word: str) -> str:
    """What a kind of criterion is called: how its docstring begins."""
    return re.split(r":\s*``|\.\s|\.$", KEYWORDS[word].__doc__ or word)[0]


def said_kind(word: str) -> str:
    """What a kind of criterion is called where one is chosen."""
    text = kind_in_english(word)
    return f"{_(text)} ({word})"


def _items(shape: Shape, data: Any, about: Filled, name: str, depth: int) -> tuple[Input, ...]:
    if shape.kind == "tests":
        told = data if isinstance(data, dict) else {}
        pairs = enumerate(told.items())
        return tuple(_test(key, each, about, _join(name, place), depth) for place, (key, each) in pairs)
    items = data if isinstance(data, list) else [] if data is None else [data]
    if shape.kind == "steps":
        items = [*items, None, None][:2]
        each = Shape("model", fields=shape.fields)
    else:
        each = Shape("criterion")
    return tuple(
        _input(each._replace(name=str(place + 1)), item, about, _join(name, place), depth + 1)
        for place, item in enumerate(items[:MOST])
    )


def _test(key: str, data: Any, about: Filled, name: str, depth: int) -> Input:
    shape = Shape("model", fields=test_fields())
    told = _full_model(shape, data)
    return Input(name, key, "test", value=key, inputs=inputs(shape, told, about, name, depth + 1))


def _full_model(shape: Shape, data: Any) -> Any:
    """The full form of what is written in short: of an event its kind, of a test its value, of a stage its points."""
    if data is None or isinstance(data, dict):
        return data
    names = {field.name for field in shape.fields}
    if "did" in names:
        return {"did": data}
    if "is_one_of" in names:
        return {"is_one_of": data} if isinstance(data, list) else {"is": data}
    return {"enter": data} if "enter" in names else {}


def full(part: str, data: Any, shape: Shape) -> Any:
    """A part's data in full."""
    return _full_model(shape, data) if part == "threshold" else data


def _options(shape: Shape, data: Any) -> tuple[tuple[str, str, bool], ...]:
    if shape.kind == "yesno":
        chosen = {True: "true", "yes": "true", False: "false", "no": "false"}.get(data, "")
        return (("true", _("yes"), chosen == "true"), ("false", _("no"), chosen == "false"))
    taken = [str(each) for each in data] if isinstance(data, list) else [str(data)]
    # Those that are taken come first, in their own order, so that it stays when nothing is changed.
    words = [word for word in taken if word in shape.options] if shape.kind == "choices" else []
    return tuple((word, label(word), word in taken) for word in dict.fromkeys([*words, *shape.options]))


def _lines(data: Any) -> str:
    items = data if isinstance(data, list) else [] if data is None else [data]
    return "\n".join(_text(each, scalar=True) for each in items)


def _text(data: Any, *, scalar: bool = False) -> str:
    """A value as it is typed; a text that would be read as a number stands in quotes where both are possible."""
    if data is None:
        return ""
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, str):
        return f'"{data}"' if scalar and not isinstance(read_scalar(data), str) else data
    return str(data) if isinstance(data, int | float) else ""


def read_scalar(text: str) -> Any:
    """A value as YAML would read it: a number, yes or no, or a text."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    try:
        return yaml.scalar(yaml.Node((1, 1), text=text))
    except ValueError:
        return text


def typed(shape: Shape, post: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """What somebody typed into the inputs of a model, as data; what was left empty is left out."""
    found = {}
    for field in shape.fields:
        value = _typed(field, post, _join(prefix, field.name), depth)
        if value is not None and value != "" and value != [] and value != {}:
            found[field.name] = value
    return found


def _typed(shape: Shape, post: Any, name: str, depth: int) -> Any:
    if depth > DEEPEST:
        raise QualifyError(_("these criteria stand too deep in each other for a form; edit them as text"))
    if shape.kind == "criterion":
        return _typed_criterion(post, name, depth)
    if shape.kind == "criteria":
        found = [_typed_criterion(post, _join(name, place), depth + 1) for place in range(_count(post, name))]
        return [each for each in found if each is not None]
    if shape.kind == "steps":
        step = Shape("model", fields=shape.fields)
        return [typed(step, post, _join(name, place), depth + 1) for place in (0, 1)]
    if shape.kind == "tests":
        return _typed_tests(post, name, depth)
    if shape.kind == "model":
        return typed(shape, post, name, depth + 1)
    if shape.kind == "choices":
        return _single(shape, [word for word in post.getlist(name) if word in shape.options])
    return _typed_value(shape, str(post.get(name, "")).replace("\r", ""))


def _typed_value(shape: Shape, text: str) -> Any:
    if shape.kind == "lines":
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return _single(shape, [read_scalar(line) if shape.scalars else line for line in lines])
    text = text.strip()
    if shape.kind in ("number", "scalar", "yesno", "days"):
        return read_scalar(text) if text else None
    return text


def _single(shape: Shape, found: list[Any]) -> Any:
    return found[0] if shape.single and len(found) == 1 else found


def _count(post: Any, name: str) -> int:
    said = str(post.get(f"{name}.@n", "0"))
    return min(int(said), MOST) if said.isdecimal() and len(said) < 6 else 0


def _typed_criterion(post: Any, name: str, depth: int) -> Any:
    was = post.get(f"{name}.@was", "")
    if was not in KEYWORDS:
        return None
    told = typed(criterion_shape(was), post, name, depth + 1)
    return {was: "", **told} if was not in told else told


def _typed_tests(post: Any, name: str, depth: int) -> dict[str, Any]:
    shape, found = Shape("model", fields=test_fields()), {}
    for place in range(_count(post, name)):
        here = _join(name, place)
        key, told = str(post.get(f"{here}.@key", "")).strip(), typed(shape, post, here, depth + 1)
        if key or told:
            found[key] = _short_test(told)
    return found


def _short_test(told: dict[str, Any]) -> Any:
    """As people write it: a value alone where only equality is asked for."""
    return told["is"] if list(told) == ["is"] else told
