"""A YAML text as plain data, with the place of every value, and every mistake at once.

The text is read as YAML 1.2 whatever it declares: ``no`` is a text, so Norway is safe. Tags make nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from qualify.errors import Problem, shown
from qualify.playbook import yaml
from qualify.playbook.yaml import Node, Place, Unreadable
from qualify.speech import marked, sentence

Path: TypeAlias = tuple[str | int, ...]

MOST_VALUES = 100_000
"""How many values a playbook may hold once its aliases are written out (a bomb of aliases grows fast)."""

EMPTY = marked("the file is empty; `qualify init` writes a playbook to start from")


class Mistake(NamedTuple):
    """Where in the document something is wrong, what, and how bad."""

    path: Path
    message: str
    severity: str = "error"
    at_key: bool = False
    """Whether the key is wrong, not its value."""
    meant: str | None = None
    """The key that was most likely meant."""


@dataclass
class Document:
    """What was written (mappings have text keys), where each value stands, and what is wrong with it.

    ``data`` is None when it could not be read.
    """

    data: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lost: set[Path] = field(default_factory=set)
    """Values that could not be read, which a problem says already."""

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """Line and column (from 1) of the value at ``path``, or of the nearest one around it.

        What holds other values is pointed at by its key, where it has one.
        """
        while path not in self.values and path:
            path, at_key = path[:-1], False
        return self.keys.get(path, self.values.get(path, (0, 0))) if at_key else self.values.get(path, (0, 0))

    def note(self, mistake: Mistake) -> None:
        """Keep the mistake as a problem at its place."""
        path = self.as_written(mistake.path)
        line, column = self.place(path, at_key=mistake.at_key)
        self.problems.append(Problem(line, column, dotted(path), mistake.message, mistake.severity))

    def as_written(self, path: Path) -> Path:
        """The path without the steps that a short form leaves out: a list for ``all_of``, one for a list."""
        here, found = self.data, list[str | int]()
        for place, step in enumerate(path):
            if holds(here, step):
                here = here[step]
            elif place < len(path) - 1 or not isinstance(here, dict):
                continue
            found.append(step)
        return tuple(found)


def holds(data: Any, step: str | int) -> bool:
    """Whether plain data is a mapping with that key, or a list with that index."""
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and step in range(len(data))


def dotted(path: Path) -> str:
    """A path as people write it: ``scores.fit.rules[2].when``."""
    text = ""
    for step in path:
        named = shown(step)[1:-1] if isinstance(step, str) else step
        text += f"[{step}]" if isinstance(step, int) else f".{named}" if text else str(named)
    return text


def read(text: str) -> Document:
    """Read the text. Never raises; what is wrong with it is in the document."""
    document = Document()
    try:
        root = yaml.composed(text)
        if root is None:
            raise Unreadable(sentence(EMPTY))
        document.data = _Reader(document).value(root, ())
        if document.data is None and not document.problems:
            raise Unreadable(sentence(EMPTY))
    except Unreadable as error:
        document.data = None
        document.problems.append(Problem(*error.place, "", error.args[0]))
    return document


class _Reader:
    """Walks the nodes of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen = 0

    def value(self, node: Node, path: Path, around: tuple[Node, ...] = ()) -> Any:
        """The node as plain data; its place is kept."""
        self.seen += 1
        if self.seen > MOST_VALUES:
            raise Unreadable(
                sentence("more than %(most)s values once its aliases are written out", most=MOST_VALUES),
                node.place,
            )
        place, target = node.place, node.target or node
        self.document.values.setdefault(path, place)
        if target in around:
            raise Unreadable(
                sentence("this alias contains itself (a circle); write the criterion out instead"), place
            )
        if len(around) >= yaml.DEEPEST:
            raise Unreadable(yaml.too_deep(), place)
        if (flaw := yaml.tag_flaw_of(target)) is not None:
            return self._lose(node, path, flaw)
        if target.entries is not None:
            return self._mapping(target.entries, path, (*around, target))
        if target.items is not None:
            inside = (*around, target)
            return [self.value(each, (*path, number), inside) for number, each in enumerate(target.items)]
        return self._scalar(target, path)

    def _mapping(
        self, entries: list[tuple[Node, Node]], path: Path, around: tuple[Node, ...]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in entries:
            name = self._key(key, path)
            here = (*path, name or "")
            if name is None or name in found:
                if name is not None:
                    self._twice(key, here)
                continue
            self.document.keys[here] = key.place
            if not value.is_scalar:
                self.document.values[here] = key.place
            found[name] = self.value(value, here, around)
        return found

    def _key(self, node: Node, path: Path) -> str | None:
        """The key as text; None when it is none, which is noted."""
        target = node.target or node
        if not target.is_scalar:
            self._note(node, path, sentence("a key is a word; put it in quotes if it begins with { or ["))
        elif target.text == "<<" and not target.quoted:
            self._note(node, path, sentence("<< is not part of YAML 1.2; write the fields out"))
        elif (flaw := yaml.flaw_of(target.text)) is not None:
            self._note(node, path, flaw)
        else:
            return target.text
        return None

    def _twice(self, key: Node, path: Path) -> None:
        line, _ = self.document.keys[path]
        said = sentence(
            "%(found)s is written twice (first in line %(line)s); keep one", found=shown(path[-1]), line=line
        )
        self._note(key, path, said)

    def _scalar(self, node: Node, path: Path) -> Any:
        try:
            return yaml.scalar(node)
        except ValueError as error:
            return self._lose(node, path, error.args[0])

    def _lose(self, node: Node, path: Path, message: str) -> None:
        self.document.lost.add(path)
        self._note(node, path, message)

    def _note(self, node: Node, path: Path, message: str) -> None:
        self.document.problems.append(Problem(*node.place, dotted(path), message))
