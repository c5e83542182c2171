"""What the buttons of a form do to its data before it is saved: another kind, one more, one less, up, down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualify.criteria import KEYWORDS
from qualify.web.screens.playbook.fields import kind_of

GROUPS = ("all_of", "any_of", "none_of")
FRESH: dict[str, Any] = {"did": ""}
"""The criterion that a new one begins as."""


def wanted_kinds(data: dict[str, Any], post: Mapping[str, Any]) -> bool:
    """Give criteria the kinds that were chosen for them; whether any is another than before."""
    changed = False
    names = [name.removesuffix(".@kind") for name in post if name.endswith(".@kind")]
    for name in sorted(
        names, key=lambda each: -each.count(".")
    ):  # the inner ones first: the outer ones hold them
        chosen, was = str(post[f"{name}.@kind"]), str(post.get(f"{name}.@was", ""))
        if chosen in KEYWORDS and chosen != was:
            changed = _put(data, name.split("."), turned(_at(data, name.split(".")), chosen)) or changed
    return changed


def turned(criterion: Any, chosen: str) -> dict[str, Any]:
    """The criterion as another kind; a group takes it in, and gives back what it holds."""
    word, told = kind_of(criterion)
    inside = told.get(word) if word in GROUPS else None
    if chosen in GROUPS:
        return {chosen: inside or ([criterion] if word else [dict(FRESH)])}
    first = inside[0] if isinstance(inside, list) and inside else None
    return first if isinstance(first, dict) and kind_of(first)[0] == chosen else {chosen: ""}


def does(data: dict[str, Any], what: str) -> bool:
    """Do what a button says (``add when.all_of``, ``remove when.all_of 1``); whether there was such a thing."""
    verb, _, rest = what.partition(" ")
    name, _, place = rest.partition(" ")
    path = name.split(".")
    if verb == "add":
        return _add(data, path)
    if verb == "drop":
        return _put(data, path, None)
    holder = _at(data, path)
    here = int(place) if place.isdecimal() and len(place) < 6 else -1
    if isinstance(holder, dict):  # tests of properties, by their order
        keys = list(holder)
        if verb == "remove" and 0 <= here < len(keys):
            del holder[keys[here]]
            return True
        return False
    if not isinstance(holder, list) or not 0 <= here < len(holder):
        return False
    return _in_list(holder, verb, here)


def _in_list(holder: list[Any], verb: str, here: int) -> bool:
    if verb == "remove":
        del holder[here]
        return True
    there = here + {"up": -1, "down": 1}.get(verb, 0)
    if there == here or not 0 <= there < len(holder):
        return False
    holder[here], holder[there] = holder[there], holder[here]
    return True


def _add(data: dict[str, Any], path: list[str]) -> bool:
    found = _at(data, path)
    if path[-1] == "where":
        return _put(data, path, {**(found if isinstance(found, dict) else {}), "": {}})
    if path[-1] in (*GROUPS, "conditions", "exclude"):
        return _put(data, path, [*(found if isinstance(found, list) else []), dict(FRESH)])
    return _put(data, path, dict(FRESH))


def _at(data: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        elif isinstance(data, dict) and step in data:
            data = data[step]
        else:
            return None
    return data


def _put(data: Any, path: list[str], value: Any) -> bool:
    """Write a value (None: take it out); False when there is no such place."""
    holder, last = _at(data, path[:-1]), path[-1]
    if isinstance(holder, list) and last.isdecimal() and int(last) < len(holder):
        holder[int(last)] = value
        return True
    if not isinstance(holder, dict):
        return False
    if value is None:
        holder.pop(last, None)
    else:
        holder[last] = value
    return True
