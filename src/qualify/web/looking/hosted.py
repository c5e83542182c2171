"""Forms of our own, as a list."""

from __future__ import annotations

import json
from typing import NamedTuple

from qualify.web.database import rows


class FormSeen(NamedTuple):
    """A form: its address under ``/f/``, what it is called, how many questions it asks, what a submission counts as."""

    address: str
    title: str
    questions: int
    event: str
    created_at: int
    closed_at: int | None


def forms_there() -> list[FormSeen]:
    """Every form, the open ones first."""
    found = rows("SELECT name, spec, created_at, closed_at FROM form ORDER BY closed_at IS NOT NULL, name")
    listed = []
    for address, text, created_at, closed_at in found:
        spec = json.loads(text)
        title = spec.get("title") or spec.get("name") or address
        listed.append(
            FormSeen(address, title, len(spec["fields"]), spec.get("event", ""), created_at, closed_at)
        )
    return listed
