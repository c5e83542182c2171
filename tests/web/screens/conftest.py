"""Who uses the pages: an admin, a marketer, a manager, two reps, a viewer, and a stranger who is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.cast import people, source
from tests.web.screens.members import Members

__all__ = ["members", "people", "source"]


@pytest.fixture
def members(store: Path) -> Members:
    """Everybody who works here, each signed in with a browser of their own."""
    return Members()
