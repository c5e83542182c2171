"""A playbook's text changed at one place, with comments and layout kept: what forms do to it."""

from __future__ import annotations

import io
import re
from typing import Any

from qualify.errors import QualifyError
from qualify.playbook.document import Path, dotted, holds

WIDTH = 100
"""What fits into so many columns is written in one line, as people write it."""


class Rewriting:
    """A playbook's text as a tree that can be changed and written back.

    What is not touched stays as it was written. Raises :class:`~qualify.errors.QualifyError` for a text that is no
    YAML, and for a path that leads nowhere.
    """

    def __init__(self, text: str) -> None:
        from ruamel.yaml.error import YAMLError

        self._yaml = _round_trip(text)
        try:
            self.tree: Any = self._yaml.load(text)
        except YAMLError as error:
            raise QualifyError("the text is no YAML; mend it as text first") from error
        if not isinstance(self.tree, dict):
            raise QualifyError("the text holds no playbook; mend it as text first")

    def text(self) -> str:
        """The text as it is now."""
        out = io.StringIO()
        self._yaml.dump(self.tree, out)
        return out.getvalue()

    def at(self, path: Path) -> Any:
        """What stands there, as plain data; None when nothing does."""
        here = self.tree
        for step in path:
            if not holds(here, step):
                return None
            here = here[step]
        return _plain(here)

    def put(self, path: Path, value: Any) -> None:
        """Write plain data there; of what is there already, only what differs is touched."""
        holder = self._holder(path, make=True)
        step = path[-1]
        holder[step] = _merged(holder[step], value) if holds(holder, step) else _styled(value)

    def add(self, path: Path, value: Any) -> int:
        """Write plain data at the end of the list there (which is made when there is none); its place in it."""
        holder = self._holder(path, make=True)
        if not holds(holder, path[-1]) or holder[path[-1]] is None:
            holder[path[-1]] = _styled([])
        found = holder[path[-1]]
        if not isinstance(found, list):
            found = holder[path[-1]] = _styled([found])
        found.append(_styled(value))
        return len(found) - 1

    def remove(self, path: Path) -> None:
        """Take out what stands there, and a list or mapping above it that has nothing left."""
        holder = self._holder(path)
        if not holds(holder, path[-1]):
            raise _nowhere(path)
        del holder[path[-1]]
        if not holder and len(path) > 1 and isinstance(path[-2], str):
            self.remove(path[:-1])

    def shift(self, path: Path, by: int) -> None:
        """Move an item of a list up (``by`` −1) or down (1); at an end it stays. Comments move with it."""
        holder, here = self._holder(path), path[-1]
        if not isinstance(holder, list) or not isinstance(here, int) or not holds(holder, here):
            raise _nowhere(path)
        there = here + by
        if there in range(len(holder)):
            holder[here], holder[there] = holder[there], holder[here]

    def _holder(self, path: Path, *, make: bool = False) -> Any:
        here = self.tree
        for step in path[:-1]:
            if not holds(here, step) or here[step] is None:
                if not make or not isinstance(here, dict):
                    raise _nowhere(path)
                here[step] = _styled({})
            here = here[step]
        if not isinstance(here, dict | list):
            raise _nowhere(path)
        return here


def _nowhere(path: Path) -> QualifyError:
    return QualifyError(f"there is nothing at {dotted(path)} any more")


def _round_trip(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.emitter import RoundTripEmitter

    class Emitter(RoundTripEmitter):
        """Writes a mapping of one key in a list as ``{a: b}``, never as the bare ``a: b``, which confuses people."""

        def expect_flow_mapping(
            self, single: bool | None = False, force_flow_indent: bool | None = False
        ) -> None:
            super().expect_flow_mapping(single=False, force_flow_indent=force_flow_indent)

    made = YAML()
    made.Emitter = Emitter
    made.preserve_quotes = True
    made.width = 4_096
    offset = _offset(text)
    made.indent(mapping=2, sequence=offset + 2, offset=offset)
    return made


_LIST = re.compile(r"^( *)[^\s#-][^\n]*:[ ]*(?:#[^\n]*)?\n(?: *(?:#[^\n]*)?\n)*( *)- ", re.MULTILINE)


def _offset(text: str) -> int:
    """By how much the text indents the dashes of its lists."""
    found = _LIST.search(text)
    return 2 if found is None else min(max(len(found[2]) - len(found[1]), 0), 4)


def _plain(value: Any) -> Any:
    """Without what ruamel keeps beside it."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _merged(old: Any, new: Any) -> Any:
    """The new data, in what is there of the old."""
    if _plain(old) == new or (isinstance(old, str) and isinstance(new, str) and old.strip() == new.strip()):
        return old
    if isinstance(old, dict) and isinstance(new, dict):
        return _merged_mapping(old, new)
    if isinstance(old, list):
        if isinstance(new, dict) and list(new) == ["all_of"]:  # a list of criteria means all of them
            new = new["all_of"]
        if isinstance(new, dict) and list(new) == ["is_one_of"]:
            new = new["is_one_of"]
        if isinstance(new, list) or len(old) == 1:
            return _merged_list(old, new if isinstance(new, list) else [new])
    short = _short(new)
    if not isinstance(old, dict | list) and short is not None:
        return old if _plain(old) == short else short
    return _styled(new)


def _short(value: Any) -> Any:
    """The short form of a list of one, a threshold, a test, an event; None of what has none."""
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], dict | list):
        return value[0]
    if isinstance(value, dict) and list(value) in (["enter"], ["is"], ["did"]):
        return _short(value[next(iter(value))])
    return None if isinstance(value, dict | list) else value


def _merged_mapping(old: Any, new: dict[str, Any]) -> Any:
    known = {str(key): key for key in old}
    for name, key in known.items():
        if name not in new:
            del old[key]
    for name, value in new.items():
        key = known.get(name, name)
        old[key] = _merged(old[key], value) if key in old else _styled(value, flow=_is_flow(old))
    return old


def _merged_list(old: Any, new: list[Any]) -> Any:
    for place, value in enumerate(new):
        if place < len(old):
            old[place] = _merged(old[place], value)
        else:
            old.append(_styled(value, flow=_is_flow(old)))
    del old[len(new) :]
    return old


def _is_flow(node: Any) -> bool:
    return bool(node.fa.flow_style())


def _styled(value: Any, *, flow: bool = False) -> Any:
    """Plain data as ruamel writes it: in one line when it is short, in lines of its own otherwise."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if not isinstance(value, dict | list):
        return value
    inline = flow or _is_small(value)
    made: Any
    if isinstance(value, dict):
        made = CommentedMap((key, _styled(each, flow=inline)) for key, each in value.items())
    else:
        made = CommentedSeq(_styled(each, flow=inline) for each in value)
    if inline:
        made.fa.set_flow_style()
    else:
        made.fa.set_block_style()
    return made


def _is_small(value: Any) -> bool:
    return len(str(value)) <= WIDTH and bool(value)
