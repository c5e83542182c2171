"""What the simulated market is known by in a store."""

from __future__ import annotations

from typing import Final

NAME: Final = "simulated market"
"""The source that the market comes from."""

AUTHOR: Final = "the demonstration"

ADMIN: Final = "admin@demo.example"
"""Whom one looks around as in `qualify demo`; nobody can sign in by that address."""

LOADED: Final = "load demonstration"
"""The verb of the line in the audit that says that all of it is there."""
