"""A YAML text as plain data, with the place of every value, and every mistake at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from qualify.errors import Problem

Path: TypeAlias = tuple[str | int, ...]

DEEPEST = 40
"""How deep a playbook may nest; deeper is a mistake or an attack."""

MOST_VALUES = 100_000
"""How many values a playbook may hold once its aliases are written out (a bomb of aliases grows fast)."""


@dataclass
class Document:
    """What was written (mappings have text keys), where each value stands, and what is wrong with it."""

    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column (from 1) of the value at ``path``, or of the nearest one around it."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (0, 0))

    def add(self, path: Path, message: str, severity: str = "error") -> None:
        """Note a problem at that place."""
        line, column = self.place(path)
        self.problems.append(Problem(line, column, dotted(path), message, severity))


def dotted(path: Path) -> str:
    """A path as people write it: ``scores.fit.rules[2].when``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read(text: str) -> Document:
    """Read YAML 1.2 (``no`` is a text: Norway is safe). Never raises; problems are in the document."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    document = Document()
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        said = " ".join(filter(None, [error.context, error.problem]))
        document.problems.append(Problem(line, column, "", f"not readable as YAML: {said}"))
    except (YAMLError, RecursionError, ValueError) as error:
        document.problems.append(Problem(0, 0, "", f"not readable as YAML: {error}"))
    else:
        if node is None:
            document.problems.append(Problem(0, 0, "", "the file is empty; `qualify init` writes a playbook to start from"))
        else:
            document.data = _Reader(document).value(node, (), ())
    return document


class _Reader:
    """Walks the nodes of one document."""

    def __init__(self, document: Document) -> None:

        self.document = document
        self.seen = 0

    def value(self, node: Any, path: Path, around: tuple[int, ...]) -> Any:
        self.document.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        self.seen += 1
        if id(node) in around:
            self.document.add(path, "this alias contains itself (a circle); write the criterion out instead")
            return None
        if len(around) >= DEEPEST or self.seen > MOST_VALUES:
            if self.seen <= MOST_VALUES + 1:
                self.document.add(path, f"nested deeper than {DEEPEST} levels or more than {MOST_VALUES:,} values")
            return None
        kind = type(node).__name__
        if kind == "MappingNode":
            return self._mapping(node, path, (*around, id(node)))
        if kind == "SequenceNode":
            inside = (*around, id(node))
            return [self.value(each, (*path, place), inside) for place, each in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: Any, path: Path, around: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            if key in found:
                line = key_node.start_mark.line + 1
                first = self.document.place(here)[0]
                message = f"{key!r} is written twice (first in line {first})"
                column = key_node.start_mark.column + 1
                self.document.problems.append(Problem(line, column, dotted(here), message))
                continue
            self.document.places[here] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.value(value_node, here, around)
        return found

    def _scalar(self, node: Any, path: Path) -> Any:
        tag = str(node.tag)
        try:
            for name, construct in _SCALARS.items():
                if tag == f"tag:yaml.org,2002:{name}":
                    return construct(node)
        except (ValueError, OverflowError) as error:
            self.document.add(path, f"{node.value!r} cannot be read: {error}")
            return None
        if tag.startswith("tag:yaml.org,2002:") or tag == "!":
            return str(node.value)
        self.document.add(path, f"the tag {tag} is not allowed; write a plain value")
        return None


def _integer(node: Any) -> int | str:
    text = str(node.value).replace("_", "")
    return int(text) if text.lstrip("+-").isdigit() and len(text) < 40 else str(node.value)


_SCALARS: dict[str, Any] = {
    "null": lambda node: None,
    "bool": lambda node: str(node.value).lower() == "true",
    "int": _integer,
    "float": lambda node: float(str(node.value).replace("_", "")),
}
