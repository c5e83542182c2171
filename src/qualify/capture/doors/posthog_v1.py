"""PostHog's newer capture API, which its clients for servers can be told to speak (``POSTHOG_CAPTURE_MODE=v1``).

The events are those of the older one but for a few properties that have places of their own; the answer says of
each event what became of it. Read off posthog (Python) 7.91.1, posthog-node 5.70.0 and posthog-go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from qualify.capture.doors.answering import json_reply
from qualify.capture.doors.shapes import mapping
from qualify.capture.keys import may_be_key
from qualify.capture.model import Reply, Request

PATH: Final = "i/v1/analytics/events"
"""Where these events are sent (POST)."""

_MOVED: Final[Mapping[str, str]] = {
    "process_person_profile": "$process_person_profile", "disable_skew_correction": "$ignore_sent_at",
}  # fmt: skip
"""An option of an event → the property that it was in the older API."""


def key_of(request: Request) -> str | None:
    """The key, which comes as a bearer's token."""
    scheme, _, key = request.headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" and may_be_key(key.strip()) else None


def sent_at(request: Request) -> str | None:
    """When the request was sent, by the client's clock: of this attempt, not of the first."""
    return request.headers.get("posthog-request-timestamp")


def older(event: Any, request: Request) -> Any:
    """The event as the older API has it; whatever is no event stays what it is."""
    if not isinstance(event, dict):
        return event
    told = dict(mapping(event.get("properties")))
    options = mapping(event.get("options"))
    told |= {name: options[option] for option, name in _MOVED.items() if option in options}
    told |= {f"${name}": event[name] for name in ("session_id", "window_id") if name in event}
    library, _, version = request.headers.get("posthog-sdk-info", "").partition("/")
    return {**event, "properties": {"$lib": library, "$lib_version": version, **told}}


def results(kept: Iterable[str | None], dropped: Mapping[str | None, str]) -> Reply:
    """The answer: of every event, by its id, that it was taken, or why it was put aside."""
    told: dict[str, Mapping[str, str]] = {one: {"result": "ok"} for one in kept if one}
    told |= {one: {"result": "drop", "details": why} for one, why in dropped.items() if one}
    return json_reply(200, {"results": told})
