"""Names say what is inside, the root is a shop window, and nothing tells where the work was done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.project import REPOSITORY, lines, project_files, python_files

SAY_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "service", "handlers"}
MOST_ROOT_ENTRIES = 14

# Hosts of package registries, and absolute folders of one machine (but `/work/{id}` is an address of the API).
PRIVATE = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:com|org)|(?:deb|security)\.debian\.org|(?:index|extra-index)-url"
    r"|--find-links|(?<![\w.})/-])/(?:work/(?!\{)|(?:root|opt/pypi|opt/wheels|home/\w+)/)"
)
# This file has to spell what it forbids.
MAY_SPELL = {"tests/house/test_names.py"}


def test_no_module_is_named_after_nothing():
    modules = python_files("src", "tests", "bench", "examples")
    named = [path for path in modules if SAY_NOTHING & {part.removesuffix(".py") for part in path.parts}]
    assert not named, lines(named)


def test_the_root_shows_few_things():
    entries = sorted({path.parts[0] for path in project_files()})
    assert len(entries) <= MOST_ROOT_ENTRIES, lines(entries)


@pytest.mark.slow
def test_no_file_names_a_registry_or_a_folder_of_somebodys_machine():
    read = [path for path in project_files() if str(path) not in MAY_SPELL]
    told = [f"{path}: {word}" for path in read for word in private(path)]
    assert not told, lines(told)


@pytest.mark.parametrize(
    "text",
    [
        "https://pypi.org/simple",
        "see /work/main/src",
        "cd /home/ada/leads",
        "pip --index-url x",
        "(/root/.venv/bin)",
    ],
)
def test_the_rule_sees_a_private_place(text):
    assert PRIVATE.search(text)


@pytest.mark.parametrize(
    "text", ["../shared/data", "/opt/homebrew/bin", "src/work/order", "a/root/b", "/work/{id}"]
)
def test_the_rule_leaves_other_paths_alone(text):
    assert not PRIVATE.search(text)


def private(path: Path) -> set[str]:
    """The private words in a text file; a binary one has none."""
    try:
        text = (REPOSITORY / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return set()
    return set(PRIVATE.findall(text))
