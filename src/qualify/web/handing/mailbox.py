"""The letterbox: mail that came in, fetched by IMAP."""

from __future__ import annotations


class Letterbox:
    """Fetches what came in."""

    def step(self, now: int) -> int:
        """Fetch some."""
        return 0
