"""Every address of the API and every scope is on its page of the reference."""

from __future__ import annotations

import re
from pathlib import Path

from qualify.web.verbs.actor import SCOPES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "api.md"


def test_every_address_is_on_the_page_with_its_method() -> None:
    from qualify.web.api.mount import openapi

    text = re.sub(r"\{\w+\}", "{id}", PAGE.read_text(encoding="utf-8"))
    # `GET /sources`, `/keys`: a method stands for the addresses after it as well.
    told = {
        (method, re.sub(r"\?.*", "", address))
        for line in text.splitlines()
        for method, address in _addresses(line)
    }
    there = {
        (method.upper(), re.sub(r"\{\w+\}", "{id}", path.removeprefix("/api/v1")))
        for path, operations in openapi()["paths"].items()
        for method in operations
    }
    assert not there - told


def _addresses(line: str) -> list[tuple[str, str]]:
    found, method = [], ""
    for code in re.findall(r"`([^`]*)`", line):
        said = re.fullmatch(r"(?:(GET|POST|DELETE) )?(/[\w/{}-]+)", code)
        if said:
            method = said[1] or method
            found.append((method, said[2]))
    return found


def test_every_scope_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(scope in text for scope in SCOPES)
