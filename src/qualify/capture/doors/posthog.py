"""PostHog's capture API, as its clients for pages and servers speak it.

https://posthog.com/docs/api/capture
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from qualify.capture.decoding import json_bytes, read_json
from qualify.capture.doors import posthog_v1
from qualify.capture.doors.answering import Plain, json_reply
from qualify.capture.doors.posthog_settings import DEFINITIONS, asked
from qualify.capture.doors.segment import LARGEST_MESSAGE, MOST_MESSAGES
from qualify.capture.doors.shapes import mapping, text
from qualify.capture.keys import key_of, may_be_key
from qualify.capture.model import Call, CallType, Delivery, Json, Malformed, Refusal, Reply, Request

TYPES: Final[Mapping[str, CallType]] = {
    "$identify": "identify", "$set": "identify", "$create_alias": "alias", "$merge_dangerously": "alias",
    "$groupidentify": "group", "$pageview": "page", "$screen": "screen",
}  # fmt: skip
"""The events that are calls of their own; every other event is a track call."""

NAMES: Final[Mapping[str, str]] = {"$pageleave": "page_left", "$autocapture": "autocaptured"}
"""What PostHog's own events are called here."""

COMPANIES: Final = ("company", "organization", "organisation", "account", "customer", "workspace")
"""The types of groups that are organisations; the first of these that an event has counts."""

_KEPT: Final = {"$el_text": "el_text", "$event_type": "event_type", "$screen_name": "screen_name"}


class PostHog(Plain):
    """The door of PostHog's capture API: ``{"status": 1}`` for anything it could parse."""

    name = "posthog"
    paths = (
        r"(?P<call>batch|e|capture|track|engage|i/v0/e|i/v0/ai/batch)/?",
        rf"(?P<call>{posthog_v1.PATH})/?",
        r"(?P<call>flags|decide)/?",
        r"(?P<call>flags/definitions|api/feature_flag/local_evaluation)/?",
        r"array/(?P<key>[A-Za-z0-9_-]{1,256})/(?P<call>config|config\.js)/?",
    )

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """The calls in a request; requests for flags and settings are answered and hold none."""
        call = match.get("call", "batch")
        if call in DEFINITIONS:
            return Delivery(request.query.get("token"), [], reply=asked(call, ""))
        if call in ("config", "config.js"):
            return Delivery(match.get("key"), [], reply=asked(call, match.get("key", "")))
        sent = json_bytes(request)
        if call in ("flags", "decide"):
            return Delivery(_key(request, read_json(sent) if sent else None), [], reply=asked(call, ""))
        return _delivery(request, read_json(sent), len(sent) > LARGEST_MESSAGE, call == posthog_v1.PATH)

    def answer(self, delivery: Delivery) -> Reply:
        """What PostHog answers."""
        return delivery.reply or json_reply(200, {"status": 1})

    def refuse(self, refusal: Refusal) -> Reply:
        """As other doors do, but for 503 in place of 429, which posthog-js never sends again."""
        if refusal.status == 429:
            refusal = Refusal(503, refusal.code, refusal.message, refusal.headers)
        return super().refuse(refusal)


DOOR: Final = PostHog()


def _key(request: Request, body: Any, events: list[Any] | None = None) -> str | None:
    told = mapping(body)
    first = mapping(events[0]) if events else {}
    for found in (
        told.get("api_key"), told.get("token"), first.get("api_key"), mapping(first.get("properties")).get("token"),
        request.query.get("token"), request.query.get("api_key"),
    ):  # fmt: skip
        if may_be_key(found):
            return str(found)
    return key_of(request)


def _delivery(request: Request, body: Any, large: bool, newer: bool) -> Delivery:
    if not isinstance(body, dict | list):
        raise Refusal(400, "malformed", "The body must be an event, a list of events, or hold a batch.")
    told = mapping(body)
    events = body if isinstance(body, list) else told.get("batch", [told])
    if not isinstance(events, list):
        raise Refusal(400, "malformed", 'The "batch" must be a list of events.')
    if len(events) > MOST_MESSAGES:
        raise Refusal(413, "too_large", f"A batch may have at most {MOST_MESSAGES:,} events.")
    if not newer:
        sent_at = told.get("sent_at") or request.query.get("_")
        calls, unread = _read(events, sent_at, large)
        return Delivery(_key(request, body, events), calls, tuple(wrong for _, wrong in unread))
    events = [posthog_v1.older(event, request) for event in events]
    calls, unread = _read(events, posthog_v1.sent_at(request), large)
    dropped = {text(mapping(event).get("uuid")): wrong.detail for event, wrong in unread}
    reply = posthog_v1.results((call.message_id for call in calls), dropped)
    return Delivery(posthog_v1.key_of(request), calls, tuple(wrong for _, wrong in unread), reply)


def _read(events: list[Any], sent_at: Any, large: bool) -> tuple[list[Call], list[tuple[Any, Malformed]]]:
    """The calls in events, and the events that are none."""
    calls: list[Call] = []
    unread: list[tuple[Any, Malformed]] = []
    for event in events:
        wrong = _wrong(event, large)
        if wrong:
            unread.append((event, wrong))
        else:
            calls.append(_call(event, sent_at))
    return calls, unread


def _wrong(event: Any, large: bool) -> Malformed | None:
    """An event that cannot be read, and what is wrong with it; None when it can."""
    if not isinstance(event, dict):
        return Malformed(_cut(event), "an event must be a JSON object")
    if not text(event.get("event")):
        return Malformed(_cut(event), 'an event needs its name under "event"')
    if large and len(msgspec.json.encode(event)) > LARGEST_MESSAGE:
        return Malformed(_cut(event), f"too large: more than {LARGEST_MESSAGE:,} bytes", "too large")
    return None


def _cut(event: Any) -> bytes:
    return msgspec.json.encode(event)[:LARGEST_MESSAGE]


def _call(event: Json, sent_at: Any) -> Call:
    name = text(event["event"]) or ""
    told = mapping(event.get("properties"))
    type_ = TYPES.get(name, "track")
    anonymous, user = _ids(event, told, type_)
    timestamp, sent = _moments(event, sent_at)
    group_type = text(told.get("$group_type"))
    if type_ == "group" and group_type not in COMPANIES:
        type_ = "track"
    return Call(
        type=type_,
        message_id=text(event.get("uuid")) or text(told.get("$insert_id")),
        event=NAMES.get(name, name)
        if type_ == "track"
        else text(told.get("$screen_name") or told.get("title")),
        user_id=user,
        anonymous_id=anonymous,
        previous_id=text(told.get("alias")) if type_ == "alias" else None,
        group_id=text(told.get("$group_key")) if type_ == "group" else _company(told),
        traits=dict(mapping(told.get("$group_set"))) if type_ == "group" else _traits(event, told),
        properties=_properties(told),
        context=_context(told),
        timestamp=timestamp,
        sent_at=sent,
    )


def _ids(event: Json, told: Mapping[str, Any], type_: CallType) -> tuple[str | None, str | None]:
    """The browser's id and the user's: both come as ``distinct_id``, as the person is known or not."""
    distinct = (
        text(event.get("distinct_id")) or text(told.get("distinct_id")) or text(event.get("$distinct_id"))
    )
    if distinct == f"${text(told.get('$group_type'))}_{text(told.get('$group_key'))}":
        return None, None  # what servers' clients make up for an organisation: nobody is called that
    before = text(told.get("$anon_distinct_id"))
    if type_ in ("identify", "alias"):
        return (before if before != distinct else None), distinct
    is_anonymous = (
        told.get("$is_identified") is False
        or told.get("$process_person_profile") is False
        or (distinct is not None and distinct == text(told.get("$device_id")))
    )
    return (distinct, None) if is_anonymous else (before, distinct)


def _moments(event: Json, sent_at: Any) -> tuple[str | float | None, str | float | None]:
    """When it happened and when it was sent; pages may tell how many milliseconds ago instead."""
    ago = event.get("offset")
    if isinstance(ago, int | float) and not isinstance(ago, bool) and "timestamp" not in event:
        return 0, ago / 1000 if abs(ago) < 1e14 else 0
    if mapping(event.get("properties")).get("$ignore_sent_at") is True:
        return _moment(event.get("timestamp")), None
    return _moment(event.get("timestamp")), _moment(event.get("sent_at")) or _moment(sent_at)


def _moment(value: Any) -> str | float | None:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _company(told: Mapping[str, Any]) -> str | None:
    groups = mapping(told.get("$groups"))
    return next((found for name in COMPANIES if (found := text(groups.get(name)))), None)


def _traits(event: Json, told: Mapping[str, Any]) -> Json:
    """What was learnt: ``$set`` of the event (from pages) and of its properties (from servers); what is to be
    set only once counts least.
    """
    given = [mapping(place.get(name)) for name in ("$set_once", "$set") for place in (event, told)]
    return {name: value for one in given for name, value in one.items()}


def _properties(told: Mapping[str, Any]) -> Json:
    """The event's own properties; of those that the client adds (with a $) only what says what was clicked."""
    found = {
        name: value
        for name, value in told.items()
        if not name.startswith("$") and name not in ("token", "alias")
    }
    found.pop("distinct_id", None)
    return found | {name: told[dollar] for dollar, name in _KEPT.items() if told.get(dollar)}


def _context(told: Mapping[str, Any]) -> Json:
    page = {"url": told.get("$current_url"), "path": told.get("$pathname"), "referrer": told.get("$referrer")}
    page["title"] = told.get("$title") or told.get("title")
    found = {
        "page": {name: value for name, value in page.items() if isinstance(value, str) and value},
        "library": {"name": told.get("$lib"), "version": told.get("$lib_version")} if told.get("$lib") else None,
        "userAgent": told.get("$raw_user_agent"), "ip": told.get("$ip"), "sessionId": told.get("$session_id"),
        "timezone": told.get("$timezone"), "locale": told.get("$browser_language"),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}
