"""Mail that Qualify writes to a lead: sent, it is a contact, and a step that is done."""

from __future__ import annotations

from qualify.web.handing.post import Due


def was_sent(due: Due, now: int) -> None:
    """It is with the server."""
