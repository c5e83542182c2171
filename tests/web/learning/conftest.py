"""The cast of the store, for learning."""

from __future__ import annotations

from tests.web.cast import people, source

__all__ = ["people", "source"]
