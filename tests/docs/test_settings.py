"""Every environment variable that the program reads is in the reference, and the doctor knows it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from qualify.web.doctoring.surroundings import VARIABLES
from tests.docs.pages import DOCS
from tests.house.project import ONE_READER, python_files, tree

pytestmark = ONE_READER

FOR_TESTS = {"QUALIFY_MUST_RUN"}
"""Known to the doctor, so that it does not warn on a developer's machine; said in CONTRIBUTING.md."""


@pytest.mark.slow
def test_every_variable_that_is_read_is_on_the_page():
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    assert not [name for name in sorted(read()) if f"`{name}`" not in page]


def test_the_page_names_no_variable_that_is_not_read():
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"QUALIFY_[A-Z_]+", page)) == read()


def test_the_doctor_knows_them_all():
    assert set(VARIABLES) == read() | FOR_TESTS


def test_there_are_some_to_read():
    assert {"QUALIFY_DATA", "QUALIFY_LOG_FORMAT", "QUALIFY_WEBHOOKS_PRIVATE"} <= read()


@cache
def read() -> set[str]:
    """The names of settings that stand in the program as whole texts; the doctor's own list left out."""
    doctor = Path("src/qualify/web/doctoring/surroundings.py")
    files = [path for path in python_files("src") if path != doctor]
    return {name for path in files for name in named(path)}


def named(path: Path) -> set[str]:
    """The whole texts of a file that are names of settings."""
    texts = (each.value for each in ast.walk(tree(path)) if isinstance(each, ast.Constant))
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"QUALIFY_[A-Z_]+", text)}
