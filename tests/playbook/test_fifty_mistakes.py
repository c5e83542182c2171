"""One playbook with more mistakes than anybody makes in a day: every one is told at once, each at its place."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from qualify.errors import PlaybookError, Problem
from qualify.playbook import examine, load

FILE = Path(__file__).parent / "fifty_mistakes.yaml"
NOTE = "#!"


class Expected(NamedTuple):
    line: int
    column: int
    message: str


def expected() -> list[Expected]:
    """What the file's notes say must be told: behind `#!` the text pointed at, and a part of the message."""
    found = []
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1):
        written, *notes = line.split(NOTE) if not line.startswith("#") else [line]
        for note in notes:
            pointed_at, message = note.split(" :: ")
            found.append(Expected(number, written.index(pointed_at.strip()) + 1, message.strip()))
    return found


@pytest.fixture(scope="module")
def told() -> list[Problem]:
    return examine(FILE.read_text(encoding="utf-8"))[1]


@pytest.mark.parametrize(
    "mistake", expected(), ids=lambda mistake: f"line {mistake.line}: {mistake.message[:40]}"
)
def test_the_mistake_is_told_at_its_line_and_column(mistake: Expected, told: list[Problem]) -> None:
    here = [each.message for each in told if (each.line, each.column) == mistake[:2]]
    assert any(mistake.message in message for message in here), f"told there: {here}"


def test_more_than_fifty_mistakes_are_told_at_once_and_nothing_that_is_none(told: list[Problem]) -> None:
    assert len(told) == len(expected()) > 50
    assert {each.severity for each in told} == {"error"}


def test_the_file_is_refused_with_a_line_for_each_mistake_that_an_editor_can_jump_to() -> None:
    with pytest.raises(PlaybookError) as refused:
        load(FILE)
    head, *lines = str(refused.value).splitlines()
    assert head == f"{FILE}: {len(expected())} problems"
    assert len(lines) == len(expected())
    assert lines[-1].startswith(
        f"{FILE}:93:20: error: stages.recycled.stay_at_least: 'a month' is not a duration"
    )
