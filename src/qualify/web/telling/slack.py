"""Messages as a line of text, as Slack's incoming webhooks take them, and those of Mattermost and others."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.conf import settings

from qualify.moments import written

SLACK: Final = "slack"
"""The kind of such webhooks."""

_LINES: Final = {
    "lead.assigned": "{lead} is with {rep} now{due}",
    "lead.unassigned": "Nobody has {lead}: {why}",
    "lead.warned": "{lead} waits for {rep}{due}",
    "lead.breached": "{lead} has not heard from us{due}; it is with {rep}",
    "lead.accepted": "{by} accepted {lead}",
    "lead.rejected": "{by} refused {lead}: {reason}",
    "lead.returned": "{lead} is back from its rest",
}

SPOKEN: Final = tuple(_LINES)
"""The types that there is a line for."""

_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def body(kind: str, payload: str) -> str:
    """The JSON that is posted; the same bytes each time."""
    return msgspec.json.encode({"text": line(kind, msgspec.json.decode(payload))}).decode()


def line(kind: str, told: dict[str, Any]) -> str:
    """The message as people read it, with a link to the lead."""
    who = told.get("lead_id")
    name = _safe(told.get("name") or f"Lead {who}").replace("|", "/")
    due = told.get("due_at")
    said = {
        "lead": f"<{settings.BASE_URL}/leads/{who}|{name}>",
        "rep": _safe(told.get("rep") or "nobody"),
        "by": _safe(told.get("by") or "somebody"),
        "due": f", due {written(due)} UTC" if due is not None else "",
        "why": _safe("; ".join(told.get("why") or ())),
        "reason": _safe(": ".join(each for each in (told.get("reason"), told.get("words")) if each)),
    }
    return _LINES[kind].format(**said)


def _safe(text: str) -> str:
    """Text in which nothing is a link or a mention."""
    return text.translate(_ESCAPED)[:500]
