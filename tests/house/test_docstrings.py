"""Every public name of the package says what it means."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.project import Function, lines, python_files, tree

# Such a function repeats a name that is documented elsewhere.
REPEATS = {"overload", "override", "setter"}


def test_every_public_name_has_a_docstring():
    files = python_files("src")
    silent = [f"{path}:{name}" for path in files for name in undocumented(path, tree(path))]
    assert not silent, lines(silent)


@pytest.mark.parametrize(
    "code",
    [
        "x = 1",
        '"""Doc."""\ndef score(): ...',
        '"""Doc."""\nclass Lead: ...',
        '"""Doc."""\nclass Lead:\n    """Doc."""\n    def score(self): ...',
    ],
)
def test_the_rule_sees_a_name_without_one(code):
    assert len(list(undocumented(Path("src/qualify/leads.py"), ast.parse(code)))) == 1


def undocumented(path: Path, module: ast.Module) -> Iterator[str]:
    """The public names of a module, itself included, that have no docstring."""
    if any(part.startswith("_") and part != "__init__.py" for part in path.parts):
        return
    if not ast.get_docstring(module):
        yield "(the module)"
    yield from _undocumented_members(module, "")


def _undocumented_members(owner: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    for member in owner.body:
        if not isinstance(member, Function | ast.ClassDef) or member.name.startswith("_") or _repeats(member):
            continue
        if not ast.get_docstring(member):
            yield prefix + member.name
        if isinstance(member, ast.ClassDef):
            yield from _undocumented_members(member, f"{member.name}.")


def _repeats(member: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).rpartition(".")[2] in REPEATS for decorator in member.decorator_list)
