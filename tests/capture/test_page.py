"""The page on capture and the code agree."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from typing import get_args

import pytest

from qualify.capture import decoding, doors
from qualify.capture.doors import segment
from qualify.capture.known import Limits
from qualify.capture.model import Reason
from qualify.capture.pipeline import STEPS
from qualify.moments import DAY

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "capture.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def first_column(heading: str) -> list[str]:
    return re.findall(r"(?m)^\| `([^`]+)` \|", section(heading))


def test_every_step_is_on_the_page_in_its_order():
    assert first_column("Steps") == [step.name for step in STEPS]


def test_every_reason_is_on_the_page():
    assert first_column("Reasons") == list(get_args(Reason))


def test_every_step_drops_for_the_reasons_that_the_page_gives():
    rows = re.findall(r"(?m)^\| `[^`]+` \| .* \| (.*) ?\|$", section("Steps"))
    named = {word.strip() for row in rows for word in row.split(",") if word.strip()}
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(doors.__file__).parents[1].glob("steps/*.py")
    )
    assert named == set(re.findall(r'Dropped\(\s*"[^"]+",\s*"([^"]+)"', source))


def all_doors() -> list:
    modules = [
        importlib.import_module(f"{doors.__name__}.{one.name}")
        for one in pkgutil.iter_modules(doors.__path__)
    ]
    return [module.DOOR for module in modules if hasattr(module, "DOOR")]


@pytest.mark.parametrize("door", all_doors(), ids=lambda door: door.name)
def test_every_door_is_on_the_page(door):
    assert f"`{door.name}`" in section("Doors")


def test_every_path_of_the_page_leads_to_its_door():
    rows = re.findall(r"(?m)^\| `(segment|posthog|plausible|script)` \| (.*?) \|", section("Doors"))
    by_name = {door.name: door for door in all_doors()}
    found = [
        (by_name[name], path.replace("KEY", "k"))
        for name, cell in rows
        for path in re.findall(r"`/([^`]+)`", cell)
    ]
    assert len(found) > 10
    for door, path in found:
        assert any(re.fullmatch(pattern, path) for pattern in door.paths), (door.name, path)


def test_no_path_leads_to_two_doors():
    paths = [
        "v1/batch",
        "v1/track",
        "track/",
        "batch/",
        "e/",
        "api/event",
        "v1/q",
        "form/submit",
        "hooks/meta/k",
        "flags/",
    ]
    for path in paths:
        assert (
            len([door for door in all_doors() if any(re.fullmatch(pattern, path) for pattern in door.paths)])
            == 1
        ), path


def test_the_bounds_of_the_page_are_those_of_the_code():
    limits = Limits()
    told = section("Doors")
    for bound in (
        decoding.LIMIT,
        segment.LARGEST_MESSAGE,
        segment.MOST_MESSAGES,
        decoding.DEEPEST,
        limits.traits,
        limits.text,
        limits.structure,
    ):
        assert f"{bound:,}" in told
    assert f"more than {limits.oldest // DAY} days" in section("Reasons")
    assert limits.future == DAY
