"""Whoever follows a page from top to bottom sees what the page shows."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.docs.pages import Block, blocks, name, pages
from tests.docs.running import WIDTH, Printed, Reader, agrees

NOT_RUN = {"docs/reference/speed.md"}
"""Its figures are those of one machine."""


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader in an empty folder, with a terminal of fixed width and no colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("NO_COLOR", "1")
    for variable in ("FORCE_COLOR", "QUALIFY_DEBUG", "PAGER"):
        monkeypatch.delenv(variable, raising=False)
    return Reader(tmp_path)


def _is_run(page: Path) -> bool:
    return name(page) not in NOT_RUN and any(
        block.language in ("console", "python") and not block.need for block in blocks(page)
    )


def _laned(page: Path) -> object:
    """A quick page is followed in the fast lane, the others in the slow one."""
    quick = name(page) == "docs/how-to/write-a-playbook.md"
    return pytest.param(page, id=name(page), marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize("page", [_laned(page) for page in pages() if _is_run(page)])
def test_every_command_and_program_of_a_page_prints_what_it_shows(page: Path, reader: Reader) -> None:
    wrong = [each for each in reader.follow(page) if not agrees(each.expected, each.actual)]
    assert not wrong, "\n".join(_difference(each) for each in wrong)


def _difference(printed: Printed) -> str:
    shown, real = printed.expected.splitlines(), printed.actual.splitlines()
    lines = difflib.unified_diff(shown, real, "the page", "really", lineterm="", n=1)
    where = f"{name(printed.block.page)}:{printed.first}"
    return "\n".join([f"{where}: {printed.command}", *lines, "(python -m tests.docs.refresh writes it anew)"])


def _needing(server: str) -> list[Block]:
    return [block for page in pages() for block in blocks(page) if block.need == server]


@pytest.mark.slow
@pytest.mark.parametrize("block", _needing("postgres"), ids=str)
def test_a_program_for_postgresql_runs(
    block: Block, reader: Reader, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    _prepare(reader, block)
    assert reader.printed(block)


@pytest.mark.parametrize("block", _needing("spark"), ids=str)
def test_a_program_for_spark_runs(block: Block, reader: Reader, spark: object) -> None:
    reader.names["spark"] = spark
    _prepare(reader, block)
    assert reader.printed(block)


def _prepare(reader: Reader, block: Block) -> None:
    """Follow the page, so that the program finds what the page has made by then."""
    assert list(reader.follow(block.page))


@pytest.mark.parametrize(
    ("shown", "printed", "agree"),
    [
        ("a\nb\n", "a  \nb\n\n", True),
        ("a\nb\n", "a\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nd\n", True),
        ("a\n…\nd\n", "a\nb\nc\n", False),
        ("read … rows\n", "read 17 rows\n", True),
        ("read … rows\n", "read 17\nrows\n", False),
        ("…\n", "", True),
        ("(a+b)\n", "(a+b)\n", True),
    ],
)
def test_dots_stand_for_what_a_page_leaves_out_and_nothing_else_is_forgiven(shown, printed, agree):
    assert agrees(shown, printed) is agree
