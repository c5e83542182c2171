"""Views that were saved: one's own, and those that others share."""

from __future__ import annotations

from typing import NamedTuple

from qualify.web.database import rows


class Saved(NamedTuple):
    """A view: its name, the words of its address, whether it is shared, whose it is."""

    id: int
    name: str
    query: str
    shared: bool
    mine: bool
    owner: str


_SAVED = (
    "SELECT v.id, v.name, v.query, v.shared, v.user_id, m.name, m.email FROM saved_view v "
    "JOIN member m ON m.id = v.user_id WHERE v.screen = %s AND (v.user_id = %s OR v.shared = %s) ORDER BY v.name, v.id"
)


def saved_views(user_id: int, screen: str) -> list[Saved]:
    """The views that somebody can choose from on a screen, by name."""
    return [
        Saved(number, name, query, bool(shared), owner == user_id, called or email)
        for number, name, query, shared, owner, called, email in rows(_SAVED, [screen, user_id, True])
    ]
