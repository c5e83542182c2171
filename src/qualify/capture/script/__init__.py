"""Qualify's own script for web pages, hand-written and small; there is no build."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

PATH: Final = "q.js"
"""Where it is served: ``/q.js?key=…``."""

STUB: Final = "window.q=window.q||function(){(q.q=q.q||[]).push(arguments)}"
"""What a page runs first, so that ``q(…)`` can be called before the script is there."""


def written() -> str:
    """The script as it was written, with its comments."""
    return files(__name__).joinpath("q.js").read_text(encoding="utf-8")


@cache
def served() -> bytes:
    """The script as it is served: without blank lines, without lines that are only a comment, unindented.

    No statement of it may rely on indentation or begin a line with ``//`` inside a text.
    """
    lines = (line.strip() for line in written().splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//")).encode()
