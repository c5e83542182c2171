"""Figures in the docs are those that the commands beside them give."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.pages import blocks, pages
from tests.docs.picture import PICTURE, drawn
from tests.docs.running import agrees

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SHOWN = [block for page in pages() for block in blocks(page) if block.words == ("text", "converted")]


@cache
def _convert() -> ModuleType:
    spec = importlib.util.spec_from_file_location("convert", EXAMPLES / "convert.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_real_leads_convert_as_the_docs_say(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _convert().main(shared_data)
    printed = capsys.readouterr().out.lstrip("\n")
    assert len(SHOWN) == 2
    assert all(agrees(block.text, printed) for block in SHOWN), printed


@pytest.mark.slow
def test_the_picture_of_the_readme_is_what_the_commands_print_today() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn(), "python -m tests.docs.picture draws it anew"
