"""Calendly's webhook: meetings that were booked, moved or cancelled.

https://developer.calendly.com/api-docs (payloads read there; that ``tracking`` holds the UTM words is from
published samples; not run against Calendly)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.doors.answering import Plain, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import campaign_of, gathered, known_trait, trait
from qualify.capture.doors.shapes import Found, mapping, objects, text
from qualify.capture.doors.signatures import check, hexadecimal, needed
from qualify.capture.doors.submissions import Submission, by_server, calls
from qualify.capture.model import Delivery, Request

HEADER: Final = "Calendly-Webhook-Signature"
"""Where the signature is: ``t=UNIX,v1=HEX``, the HMAC of ``t``, a dot and the raw body."""

KINDS: Final = {"invitee.created": "meeting_booked", "invitee.canceled": "meeting_canceled"}
"""What happened, as Calendly names it and as we do."""

_SIGNATURE = re.compile(r"\s*t=([0-9]{1,15})\s*,\s*v1=([0-9a-fA-F]{64})\s*")


class Calendly(Plain):
    """The door for invitees; the key is in the path. Secrets: ``secret`` (the subscription's signing key).

    A meeting that is moved comes as two: the new one is ``meeting_booked`` with ``rescheduled`` True, the old
    one ``meeting_rescheduled``, so that nobody takes it for a cancellation. How old ``t`` may be is not
    judged here: a request sent again has the message ids it had, so it does nothing twice.
    """

    name = "calendly"
    signed_by = "secret"
    paths: tuple[str, ...] = (r"hooks/calendly/(?P<key>[\w.~-]{1,200})",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the path."""
        return match.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """Who booked or cancelled which meeting; events of other types are put aside."""
        only(request, "POST")
        if (secret := needed(secrets, "secret")) is not None:
            _check(request, secret)
        body = json_object(request)
        event, payload = text(body.get("event")) or "", mapping(body.get("payload"))
        if event not in KINDS or not payload:
            return Delivery(match.get("key"), [], (malformed(request, "no invitee created or canceled"),))
        return Delivery(match.get("key"), calls(_submission(event, body, payload)))


DOOR: Final = Calendly()


def _check(request: Request, secret: str) -> None:
    given = request.headers.get("calendly-webhook-signature")
    found = _SIGNATURE.fullmatch(given or "")
    moment, signature = (found[1], found[2].lower()) if found else ("", given)
    check(signature, [hexadecimal(secret, moment.encode() + b"." + request.body)], HEADER)


def _submission(event: str, body: Found, payload: Found) -> Submission:
    uri = text(payload.get("uri"))
    moved = payload.get("rescheduled") is True
    kind = "meeting_rescheduled" if moved and event == "invitee.canceled" else KINDS[event]
    tracking = mapping(payload.get("tracking"))
    return Submission(
        id=uri and f"calendly:{event}:{uri}",
        event=kind,
        traits=gathered(_traits(payload)),
        properties={**_meeting(payload), **campaign_of((name, text(tracking[name])) for name in tracking)},
        context=by_server("calendly"),
        timestamp=text(body.get("created_at")),
    )


def _traits(payload: Found) -> list[tuple[str, Any]]:
    """Who they are; of the questions asked when booking, the answers."""
    names = ("email", "name", "first_name", "last_name", "timezone")
    who = [(name, text(payload.get(name))) for name in names]
    phone = [("phone", text(payload.get("text_reminder_number")))]
    asked = [
        (known_trait(question) or trait(question), text(one.get("answer")))
        for one in objects(payload.get("questions_and_answers"))
        if (question := text(one.get("question")))
    ]
    return [*who, *phone, *asked]


def _meeting(payload: Found) -> dict[str, Any]:
    meeting, old = mapping(payload.get("scheduled_event")), text(payload.get("old_invitee"))
    cancelled = mapping(payload.get("cancellation"))
    return {
        "meeting_name": text(meeting.get("name")),
        "starts_at": text(meeting.get("start_time")),
        "ends_at": text(meeting.get("end_time")),
        "meeting": text(meeting.get("uri")),
        # Of a moved meeting Calendly tells by the old and the new invitee; the flag is on the old one only.
        "rescheduled": True if old or payload.get("rescheduled") is True else None,
        "old_invitee": old,
        "new_invitee": text(payload.get("new_invitee")),
        "reason": text(cancelled.get("reason")),
        "canceled_by": text(cancelled.get("canceler_type")),
    }
