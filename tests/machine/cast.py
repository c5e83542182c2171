"""A mail to Ada, delivered at noon, and what happens to it: the shortest way to say so in a test."""

from __future__ import annotations

from itertools import count
from typing import Any

from qualify.machine.labelling import Activity

NOON = 1_780_000_000_000
SECOND = 1_000
MINUTE = 60 * SECOND
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

_numbers = count(1)


def event(kind: str, after: float, source: str = "", **properties: Any) -> Activity:
    """Something that happened so many seconds after noon."""
    return Activity(next(_numbers), kind, NOON + round(after * SECOND), properties, source)


def delivered(after: float = 0, mail: str = "welcome") -> Activity:
    return event("email_delivered", after, campaign=mail)


def opened(after: float, mail: str = "welcome", **properties: Any) -> Activity:
    return event("email_opened", after, campaign=mail, **properties)


def clicked(after: float, link: str = "/pricing", mail: str = "welcome", **properties: Any) -> Activity:
    return event("email_clicked", after, campaign=mail, link=link, **properties)


def viewed(after: float, path: str = "/pricing", **properties: Any) -> Activity:
    return event("page_viewed", after, page={"path": path}, **properties)


def sent(after: float, **properties: Any) -> Activity:
    return event("form_submitted", after, form="demo", **properties)
