"""The cast of the verbs."""

from __future__ import annotations

from tests.web.cast import people, source

__all__ = ["people", "source"]
