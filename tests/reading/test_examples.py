"""The examples in the documentation of the room do what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["countries", "domains", "figures", "text", "titles", "words"])
def test_examples_in_docstrings_are_true(module):
    result = doctest.testmod(importlib.import_module(f"qualify.reading.{module}"))
    assert result.failed == 0
    assert result.attempted > 0
