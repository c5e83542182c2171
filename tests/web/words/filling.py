"""Whether what a message leaves open is filled in where it is said: ``_("%(n)s leads") % {"n": 3}``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SAYING: Final = ("say", "say_many", "sentence", "sentence_many")


def unfilled(path: Path) -> Iterator[tuple[int, set[str]]]:
    """Lines on which a message is said with a hole that nothing fills, and the names of the holes."""
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        said, filled = _said(each)
        if said is not None and filled is not None and (left := _holes(said) - filled):
            yield said.lineno, left


def _said(node: ast.AST) -> tuple[ast.Call | None, set[str] | None]:
    """A call that says a message, and the names that fill it; None where they cannot be read off."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Call):
        keys = node.right.keys if isinstance(node.right, ast.Dict) else [None]
        plain = [key.value for key in keys if isinstance(key, ast.Constant)]
        return node.left, {str(key) for key in plain} if len(plain) == len(keys) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SAYING:
        names = [each.arg for each in node.keywords]
        counted = {"count"} if node.func.id.endswith("_many") else set()
        return node, {each for each in names if each} | counted if None not in names else None
    return None, None


def _holes(call: ast.Call) -> set[str]:
    texts = [
        each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    return {hole for text in texts for hole in re.findall(r"%\((\w+)\)", text)}
