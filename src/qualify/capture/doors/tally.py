"""Tally's webhook. https://tally.so/help/webhooks (payloads read there; that the signature is base64 is as its
example code has it; not run against Tally).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.doors.answering import Plain, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import campaign_of, gathered, is_campaign, known_trait, trait
from qualify.capture.doors.shapes import Found, listing, mapping, objects, text
from qualify.capture.doors.signatures import base_64, check, needed
from qualify.capture.doors.submissions import Submission, by_server, calls
from qualify.capture.model import Delivery, Request

HEADER: Final = "Tally-Signature"
"""Where the signature is: the HMAC of the raw body in base64."""

_BY_TYPE: Final = {"INPUT_EMAIL": "email", "INPUT_PHONE_NUMBER": "phone"}
_WITHOUT_VALUE: Final = {"SIGNATURE", "FILE_UPLOAD", "PAYMENT"}


class Tally(Plain):
    """The door for ``FORM_RESPONSE``; the key is in the path. Secrets: ``secret``."""

    name = "tally"
    signed_by = "secret"
    paths: tuple[str, ...] = (r"hooks/tally/(?P<key>[\w.~-]{1,200})",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the path."""
        return match.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """Who answered, what, and that they did; events of other types are put aside."""
        only(request, "POST")
        if (secret := needed(secrets, "secret")) is not None:
            check(request.headers.get("tally-signature"), [base_64(secret, request.body)], HEADER)
        body = json_object(request)
        data = mapping(body.get("data"))
        if not data or body.get("eventType") != "FORM_RESPONSE":
            return Delivery(match.get("key"), [], (malformed(request, "no FORM_RESPONSE with data"),))
        return Delivery(match.get("key"), calls(_submission(body, data)))


DOOR: Final = Tally()


def _submission(body: Found, data: Found) -> Submission:
    response_id = text(data.get("responseId")) or text(data.get("submissionId"))
    found = _fields(data)
    respondent = text(data.get("respondentId"))
    form = {"form_id": text(data.get("formId")), "form_name": text(data.get("formName"))}
    return Submission(
        id=response_id and f"tally:{response_id}",
        traits=gathered((name, value) for name, value in found if not is_campaign(name)),
        properties={**form, **campaign_of(found)},
        context=by_server("tally"),
        anonymous_id=respondent and f"tally:{respondent}",
        timestamp=text(data.get("createdAt")) or text(body.get("createdAt")),
    )


def _fields(data: Found) -> list[tuple[str, Any]]:
    """Name and value of each field. A box of its own per option repeats the list of choices: left out."""
    found = []
    for field in objects(data.get("fields")):
        kind, label = text(field.get("type")) or "", text(field.get("label")) or ""
        repeats = kind == "CHECKBOXES" and isinstance(field.get("value"), bool)
        if kind not in _WITHOUT_VALUE and not repeats:
            found.append((_name(kind, label, text(field.get("key")) or ""), value_of(field)))
    return found


def _name(kind: str, label: str, key: str) -> str:
    if is_campaign(label):
        return label.lower()
    return _BY_TYPE.get(kind) or known_trait(label) or trait(label or key)


def value_of(field: Found) -> Any:
    """The value of a field; choices, which are sent as ids, by their texts."""
    value, options = field.get("value"), objects(field.get("options"))
    texts = {text(option.get("id")): text(option.get("text")) for option in options}
    if isinstance(value, list):
        chosen = [texts.get(text(one)) or text(one) for one in listing(value)]
        kept = [one for one in chosen if one]
        # A single choice comes as a list of one; several are for checkboxes and multi-selects only.
        several = text(field.get("type")) in {"CHECKBOXES", "MULTI_SELECT", "RANKING"}
        return kept if several or len(kept) > 1 else next(iter(kept), None)
    if isinstance(value, bool):
        return value
    found = text(value)
    return texts.get(found) or (value if isinstance(value, int | float) and found else found)
