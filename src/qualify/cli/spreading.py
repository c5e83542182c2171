"""Options that several commands share, declared once as the fields of a dataclass."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import Parameter
from typing import Any, get_type_hints


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """The command with each parameter that is a dataclass spread into that dataclass's fields.

    Typer sees one argument or option for each field; the command gets the dataclass, filled.
    """
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if is_dataclass(hint) and isinstance(hint, type)}

    @functools.wraps(command)
    def gathered(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{each.name: given.pop(each.name) for each in fields(group)})
        command(**given)

    names = inspect.signature(command).parameters.values()
    flat = [each for own in names for each in _flat(own, hints, groups)]
    gathered.__signature__ = inspect.Signature(flat)  # type: ignore[attr-defined]
    gathered.__annotations__ = {each.name: each.annotation for each in flat}
    del gathered.__wrapped__
    return gathered


def _flat(own: Parameter, hints: dict[str, Any], groups: dict[str, Any]) -> Iterator[Parameter]:
    group = groups.get(own.name)
    if group is None:
        yield _parameter(own.name, hints[own.name], own.default)
        return
    inside = get_type_hints(group, include_extras=True)
    for each in fields(group):
        yield _parameter(each.name, inside[each.name], _default(each))


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _default(field: Field[Any]) -> Any:
    return Parameter.empty if field.default is MISSING else field.default
