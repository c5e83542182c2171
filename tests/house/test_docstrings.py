"""Every public name of the package says what it means."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.project import ONE_READER, Function, lines, python_files, tree

pytestmark = ONE_READER

# Such a function repeats a name that is documented elsewhere.
REPEATS = {"overload", "override", "setter"}

# Django writes migrations; what they mean is in the models they bring the tables to.
GENERATED = Path("src/qualify/web/store/migrations")

# Django's own word, inside a model, for the name and the indexes of its table: it means the same everywhere.
DJANGO = "Meta"


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
        '"""Doc."""\nclass Meta: ...',
    ],
)
def test_the_rule_sees_a_name_without_one(code):
    assert len(list(undocumented(Path("src/qualify/leads.py"), ast.parse(code)))) == 1


def test_what_django_writes_or_names_needs_none():
    lead = '"""Doc."""\nclass Lead:\n    """Doc."""\n    class Meta: ...'
    assert not list(undocumented(Path("src/qualify/web/store/models/leads.py"), ast.parse(lead)))
    assert not list(undocumented(GENERATED / "0002_leads.py", ast.parse("class Migration: ...")))


def undocumented(path: Path, module: ast.Module) -> Iterator[str]:
    """The public names of a module, itself included, that have no docstring."""
    if any(part.startswith("_") and part != "__init__.py" for part in path.parts):
        return
    if GENERATED in path.parents:
        return
    if not ast.get_docstring(module):
        yield "(the module)"
    yield from _undocumented_members(module, "")


def _undocumented_members(owner: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    for member in owner.body:
        if not isinstance(member, Function | ast.ClassDef) or member.name.startswith("_") or _repeats(member):
            continue
        if prefix and member.name == DJANGO:
            continue
        if not ast.get_docstring(member):
            yield prefix + member.name
        if isinstance(member, ast.ClassDef):
            yield from _undocumented_members(member, f"{member.name}.")


def _repeats(member: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).rpartition(".")[2] in REPEATS for decorator in member.decorator_list)
