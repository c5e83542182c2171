"""Typeform's webhook. https://www.typeform.com/developers/webhooks/ (payloads read there; not run against it)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.doors.answering import Plain, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import campaign_of, gathered, is_campaign, known_trait, trait
from qualify.capture.doors.shapes import Found, listing, mapping, objects, text
from qualify.capture.doors.signatures import base_64, check, needed
from qualify.capture.doors.submissions import Submission, by_server, calls
from qualify.capture.model import Delivery, Request

HEADER: Final = "Typeform-Signature"
"""Where the signature is: ``sha256=`` and the HMAC of the raw body in base64."""

_BY_TYPE: Final = {"email": "email", "phone_number": "phone"}
_MADE_UP = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-.*|[0-9a-zA-Z]{12,16}")
"""References that Typeform made up itself: they say nothing of the question."""


class Typeform(Plain):
    """The door for ``form_response``; the key is in the path. Secrets: ``secret``."""

    name = "typeform"
    signed_by = "secret"
    paths: tuple[str, ...] = (r"hooks/typeform/(?P<key>[\w.~-]{1,200})",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the path."""
        return match.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """Who answered, what, and that they did; events of other types are put aside."""
        only(request, "POST")
        if (secret := needed(secrets, "secret")) is not None:
            good = f"sha256={base_64(secret, request.body)}"
            check(request.headers.get("typeform-signature"), [good], HEADER)
        body = json_object(request)
        response = mapping(body.get("form_response"))
        if not response:
            return Delivery(match.get("key"), [], (malformed(request, "no form_response"),))
        return Delivery(match.get("key"), calls(_submission(body, response)))


DOOR: Final = Typeform()


def _submission(body: Found, response: Found) -> Submission:
    event_id = text(body.get("event_id")) or text(response.get("token"))
    hidden = [(name, text(value)) for name, value in mapping(response.get("hidden")).items()]
    definition = mapping(response.get("definition"))
    told = [*_answers(response, definition), *((trait(n), v) for n, v in hidden if not is_campaign(n))]
    form = {"form_id": text(response.get("form_id")), "form_name": text(definition.get("title"))}
    return Submission(
        id=event_id and f"typeform:{event_id}",
        traits=gathered(told),
        properties={**form, **campaign_of(hidden)},
        context=by_server("typeform"),
        timestamp=text(response.get("submitted_at")),
    )


def _answers(response: Found, definition: Found) -> list[tuple[str, Any]]:
    titles = {
        text(field.get("id")): text(field.get("title")) or "" for field in objects(definition.get("fields"))
    }
    answers = objects(response.get("answers"))
    return [(_trait(answer, titles), answered(answer)) for answer in answers]


def _trait(answer: Found, titles: Mapping[str | None, str]) -> str:
    """By the kind of field, else by its reference if somebody chose that, else by the question's words."""
    field = mapping(answer.get("field"))
    reference = text(field.get("ref")) or ""
    title = titles.get(text(field.get("id")), "")
    kinds = (text(answer.get("type")), text(field.get("type")))
    for kind in kinds:
        if kind in _BY_TYPE:
            return _BY_TYPE[kind]
    if known := known_trait(reference) or known_trait(title):
        return known
    chosen = "" if _MADE_UP.fullmatch(reference) else reference
    return trait(chosen or title or reference)


def answered(answer: Found) -> Any:
    """The value of an answer: it stands under the key that ``type`` names; choices by their labels."""
    kind = text(answer.get("type")) or ""
    value = answer.get(kind)
    if kind == "choice":
        return text(mapping(value).get("label")) or text(mapping(value).get("other"))
    if kind == "choices":
        labels = [text(label) for label in listing(mapping(value).get("labels"))]
        return [label for label in [*labels, text(mapping(value).get("other"))] if label]
    return value if isinstance(value, bool) or _is_number(value) else text(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and text(value) is not None
