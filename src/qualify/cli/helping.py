"""Help pages, made from what commands say of themselves."""

from __future__ import annotations

import inspect
from collections.abc import Callable

_AS_WRITTEN = "\b\n"
"""What stands before a paragraph whose lines are not to be filled (Click's sign for it)."""


def page(command: Callable[..., None]) -> str:
    """A command's docstring as its help page: paragraphs are filled, but for those with indented lines."""
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(_AS_WRITTEN + text if "\n  " in text else text for text in paragraphs)
