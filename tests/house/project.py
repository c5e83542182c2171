"""The project as the house rules see it: its files, its modules and their syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "src" / "qualify"

# What git would not keep, for a copy of the project that is no clone.
PASSING = {".git", ".venv", ".cache", "__pycache__", "dist", "demo", ".hypothesis"}

ONE_READER = pytest.mark.xdist_group("syntax")
"""For tests that go through every syntax tree: one process reads them for all."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def project_files() -> list[Path]:
    """Every file that is, or would be, kept in the repository, relative to its root."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return [path for path in _walk() if not PASSING & set(path.parts)]
    return sorted(Path(name) for name in listed.split("\0") if name and (REPOSITORY / name).is_file())


def _walk() -> list[Path]:
    return sorted(path.relative_to(REPOSITORY) for path in REPOSITORY.rglob("*") if path.is_file())


def python_files(*folders: str) -> list[Path]:
    """The Python files under these top folders, relative to the root."""
    return [path for path in project_files() if path.suffix == ".py" and path.parts[0] in folders]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file that is named relative to the root."""
    return ast.parse((REPOSITORY / path).read_text(encoding="utf-8"), filename=str(path))


def room(path: Path) -> str:
    """The room under `qualify` that a source file belongs to; the package itself is ''."""
    if not path.is_relative_to("src/qualify"):
        return path.stem  # what builds the package
    inside = path.relative_to("src/qualify")
    return "" if inside == Path("__init__.py") else inside.parts[0].removesuffix(".py")


def lines(found: Iterable[object]) -> str:
    """What a rule found, one thing a line, as the message of its assertion."""
    return "\n" + "\n".join(str(one) for one in found)


@cache
def functions(path: Path) -> list[Function]:
    """Every function and method of a file, also those inside others."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]
