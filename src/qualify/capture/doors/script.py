"""Qualify's own script: what ``q.js`` posts, as text/plain so that no browser asks first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.cors import cors, preflight
from qualify.capture.doors.answering import Plain, json_reply, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import campaign_of, gathered, is_campaign, known_trait, trait
from qualify.capture.doors.shapes import Found, listing, mapping, text
from qualify.capture.doors.submissions import Submission, calls
from qualify.capture.model import Call, CallType, Delivery, Malformed, Request

TYPES: Final[Mapping[str, CallType]] = {
    "page": "page", "track": "track", "identify": "identify", "group": "group", "consent": "identify",
}  # fmt: skip
"""What the script calls its messages → the call that each is; a form is an identify and a track."""

PURPOSES: Final = ("process", "email", "phone")
"""What somebody can agree to."""


class Script(Plain):
    """The door of ``q.js``: ``{"key", "sentAt", "batch": [message …]}``. It has no secrets: pages have none."""

    name = "script"
    paths: tuple[str, ...] = (r"v1/q/?",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the body, else in the query."""
        in_body = json_object(request).get("key") if request.method.upper() == "POST" else None
        return text(in_body) or request.query.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """The calls of a page; a message that is none is put aside, the others go on."""
        only(request, "POST", "OPTIONS")
        if request.method.upper() == "OPTIONS":
            return Delivery(None, [], reply=preflight(request))
        body = json_object(request)
        found: list[Call] = []
        unread: list[Malformed] = []
        for message in listing(body.get("batch")):
            read = _calls(mapping(message), body.get("sentAt"), request)
            found += read
            unread += [] if read else [malformed(request, "a message is none that the script sends")]
        if not found and not unread:
            unread.append(malformed(request, "no batch of messages"))
        key = text(body.get("key")) or request.query.get("key")
        # One copy is enough: what is put aside is the whole body.
        return Delivery(key, found, tuple(unread[:1]), json_reply(200, {"success": True}, cors(request)))


DOOR: Final = Script()


def _calls(message: Found, sent_at: Any, request: Request) -> list[Call]:
    kind = text(message.get("type")) or ""
    if kind == "form":
        found = calls(_form(message, request))
    elif kind in TYPES:
        found = [_call(message, TYPES[kind], request)]
    else:
        return []
    for call in found:
        call.sent_at = text(sent_at)
    return found


def _call(message: Found, kind: CallType, request: Request) -> Call:
    return Call(
        type=kind,
        message_id=text(message.get("messageId")),
        event=text(message.get("event")),
        user_id=text(message.get("userId")),
        anonymous_id=text(message.get("anonymousId")),
        group_id=text(message.get("groupId")),
        traits=dict(mapping(message.get("traits"))),
        properties=dict(mapping(message.get("properties"))),
        context=_context(message, request),
        timestamp=text(message.get("timestamp")),
        consent=consents(message.get("consent")),
        consent_text=text(message.get("text")),
    )


def _form(message: Found, request: Request) -> Submission:
    """A watched form: fields that are known by name become the usual traits, the e-mail field the address."""
    values, form = list(mapping(message.get("values")).items()), mapping(message.get("form"))
    email = text(message.get("email"))
    told = [(known_trait(name) or trait(name), _value(v)) for name, v in values if not is_campaign(name)]
    return Submission(
        id=text(message.get("messageId")),
        event=text(message.get("event")) or "form_submitted",
        traits=gathered([("email", email), *told]),
        properties={
            "form_id": text(form.get("id")),
            "form_name": text(form.get("name")),
            **campaign_of((name, text(value)) for name, value in values),
        },
        context=_context(message, request),
        anonymous_id=text(message.get("anonymousId")),
        user_id=text(message.get("userId")),
        timestamp=text(message.get("timestamp")),
    )


def _value(value: object) -> Any:
    if not isinstance(value, list):
        return text(value)
    return [found for one in value[:50] if (found := text(one))]


def _context(message: Found, request: Request) -> dict[str, Any]:
    page = {name: text(value) for name, value in mapping(message.get("page")).items()}
    agent = request.headers.get("user-agent")
    known = {name: value for name, value in page.items() if value}
    return {
        "library": {"name": "q.js"},
        **({"page": known} if known else {}),
        **({"userAgent": agent} if agent else {}),
        # As consent banners stamp it on every call: what was agreed to before this one.
        **({"consent": {"categoryPreferences": {"process": True}}} if message.get("agreed") is True else {}),
    }


def consents(value: object) -> dict[str, bool] | None:
    """The purposes that somebody agreed to or withdrew from; None when nothing is said of any."""
    said = mapping(value)
    found = {purpose: said[purpose] for purpose in PURPOSES if isinstance(said.get(purpose), bool)}
    return found or None
