"""YAML 1.2's core schema, as strict as a file that people agree on should be: a text → a tree of nodes.

The syntax is ruamel.yaml's work. The tree is ours, because it needs the place of every key, value and alias,
and an end before a hostile file ends us.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from qualify.speech import marked, sentence

Place: TypeAlias = tuple[int, int]
"""Line and column, from 1; (0, 0) is the file as a whole."""

DEEPEST: Final = 40
"""How deep a playbook may nest; deeper is a mistake or an attack."""


def too_deep() -> str:
    """What is said of what nests deeper."""
    return sentence("nested deeper than %(most)s levels", most=DEEPEST)


_MANY_DIGITS: Final = 18
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = {
    None,
    "!",
    *(_TAG + name for name in ("str", "int", "float", "bool", "null", "map", "seq")),
}

_NULL: Final = re.compile(r"~|null|Null|NULL|")
_BOOL: Final = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER: Final = re.compile(r"[-+]?[0-9](_?[0-9])*")
_OTHER_BASE: Final = re.compile(r"0o[0-7]{1,16}|0x[0-9a-fA-F]{1,12}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9](_?[0-9])*(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Unreadable(Exception):
    """What stops the reading, and where."""

    def __init__(self, message: str, place: Place = (0, 0)) -> None:
        super().__init__(message)
        self.place = place


@dataclass(eq=False, slots=True)
class Node:
    """A scalar (``text``), a list (``items``), a mapping (``entries``), or an alias of another (``target``)."""

    place: Place
    text: str = ""
    quoted: bool = False
    tag: str | None = None
    items: list[Node] | None = None
    entries: list[tuple[Node, Node]] | None = None
    target: Node | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether it holds no other nodes."""
        real = self.target or self
        return real.items is None and real.entries is None


def composed(text: str) -> Node | None:
    """The tree of the one document in the text, None when there is none; raises :class:`Unreadable`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _Composer(YAML(typ="safe", pure=True).parse(text)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(_said(error), _place(mark) if mark else (0, 0)) from error
    except YAMLError as error:
        raise Unreadable(*_unwritable(text, str(error))) from error
    except (ValueError, LookupError, AttributeError, StopIteration, RecursionError) as error:
        raise Unreadable(sentence("not readable as YAML: %(said)s", said=str(error))) from error


def flaw_of(text: str) -> str | None:
    """Why a text cannot be used: a control character or half a character in it; None when it can."""
    found = _UNWRITABLE.search(text)
    if not found:
        return None
    character = f"U+{ord(found[0]):04X}"
    return sentence(
        "the character %(character)s cannot be used in a playbook; take it out", character=character
    )


def tag_flaw_of(node: Node) -> str | None:
    """Why a node's tag is refused: it asks for an object that is no plain value; None when it is not."""
    if node.tag in _PLAIN_TAGS:
        return None
    tag = str(node.tag).removeprefix(_TAG).lstrip("!")[:40]
    return sentence("the tag !%(tag)s is not allowed; write a plain value", tag=tag)


def scalar(node: Node) -> Any:
    """A scalar node's value: None, a bool, a number or a text; raises ``ValueError`` with what to do."""
    flaw = flaw_of(node.text)
    if flaw is not None:
        raise ValueError(flaw)
    return node.text if node.quoted or node.tag in ("!", _TAG + "str") else _plain(node.text)


def _plain(text: str) -> Any:
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text) and len(text) <= _MANY_DIGITS:
        return int(text.replace("_", ""))
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text.replace("_", ""))):
        return number
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        raise ValueError(
            sentence(
                "%(found)s is no number to count with; write a finite one, or put it in quotes",
                found=text[:20],
            )
        )
    return text


@dataclass
class _Composer:
    """Makes nodes of a stream of events, which it reads no further than it must."""

    events: Any
    anchors: dict[str, Node] = field(default_factory=dict)

    def document(self) -> Node | None:
        """The only document's root."""
        root: Node | None = None
        for event in self.events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent" and root is not None:
                raise Unreadable(
                    sentence("two documents in one file (a second ---); a playbook is one"),
                    _place(event.start_mark),
                )
            if kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent", "AliasEvent"):
                root = self._node(event, 0)
        return None if root is not None and root.is_scalar and not root.text and not root.quoted else root

    def _node(self, event: Any, depth: int) -> Node:
        place, kind = _place(event.start_mark), type(event).__name__
        if depth > DEEPEST:
            raise Unreadable(too_deep(), place)
        if kind == "AliasEvent":
            return self._alias(event.anchor, place)
        node = Node(place, tag=None if event.tag is None else str(event.tag))
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if kind == "ScalarEvent":
            node.text, node.quoted = event.value, event.style not in (None, "")
        elif kind == "SequenceStartEvent":
            node.items = []
            while type(following := next(self.events)).__name__ != "SequenceEndEvent":
                node.items.append(self._node(following, depth + 1))
        else:
            node.entries = []
            while type(following := next(self.events)).__name__ != "MappingEndEvent":
                key = self._node(following, depth + 1)
                node.entries.append((key, self._node(next(self.events), depth + 1)))
        return node

    def _alias(self, anchor: str, place: Place) -> Node:
        if anchor not in self.anchors:
            said = sentence("*%(name)s names nothing; there is no &%(name)s before it", name=anchor)
            raise Unreadable(said, place)
        return Node(place, target=self.anchors[anchor])


def _place(mark: Any) -> Place:
    return mark.line + 1, mark.column + 1


_ADVICE: Final = (
    ("character '\\t'", marked("a tab; YAML is indented with spaces, so replace it with some")),
    ("that cannot start any token", marked("this sign cannot begin a value; put the value in quotes")),
    (
        "mapping values are not allowed",
        marked("a colon too many here; put a text with ': ' in quotes, or mend the indentation"),
    ),
    ("could not find expected ':'", marked("a key without a colon; write it as `key: value`")),
    ("but found ']'", marked("a bracket too many, or one missing before it")),
    ("but found '}'", marked("a bracket too many, or one missing before it")),
    ("an alias", marked("a value that begins with * is an alias; put a text that begins so in quotes")),
    ("an anchor", marked("a value that begins with & is an anchor; put a text that begins so in quotes")),
    ("quoted scalar", marked("a quote that is never closed")),
    ("flow sequence", marked("a list in [ ] that is never closed, or a comma missing in it")),
    ("flow mapping", marked("a mapping in { } that is never closed, or a comma missing in it")),
    ("block collection", marked("this line's indentation fits none above it, or its dash is missing")),
    ("block sequence", marked("this line's indentation fits none above it, or its dash is missing")),
    ("block mapping", marked("this line's indentation fits none above it, or its colon is missing")),
)
"""What the parser says, and what that mostly means."""


def _said(error: Any) -> str:
    said = " ".join(filter(None, [error.problem, error.context]))
    advice = next((advice for words, advice in _ADVICE if words in said), said)
    return sentence("not readable as YAML: %(said)s", said=sentence(advice))


def _unwritable(text: str, said: str) -> tuple[str, Place]:
    """The first character that YAML refuses, and its place."""
    found = _UNWRITABLE.search(text)
    if found is None:
        return sentence("not readable as YAML: %(said)s", said=said.splitlines()[0]), (0, 0)
    line = text.count("\n", 0, found.start()) + 1
    return flaw_of(found[0]) or "", (line, found.start() - text.rfind("\n", 0, found.start()))
