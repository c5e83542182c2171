"""Meta (Facebook, Instagram) lead ads: the webhook tells ids only, the answers are fetched from the Graph API.

https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving (read; not run against Meta)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.doors.answering import Plain, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import gathered, trait
from qualify.capture.doors.shapes import Found, listing, mapping, milliseconds_of, objects, text
from qualify.capture.doors.signatures import check, hexadecimal, needed, same
from qualify.capture.doors.submissions import Submission, by_server, calls
from qualify.capture.model import Call, Delivery, Refusal, Reply, Request

HEADER: Final = "X-Hub-Signature-256"
"""Where the signature is: ``sha256=`` and the HMAC of the raw body in hexadecimal."""

FIELDS: Final = (
    "id,created_time,field_data,form_id,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,"
    "is_organic,platform,custom_disclaimer_responses"
)
"""What is asked of the Graph API about a lead."""

ANNOUNCED: Final = "lead_announced"
"""The event of a notification: somebody sent a form, but who is still to be fetched."""

_LONGEST_CHALLENGE: Final = 200


class Meta(Plain):
    """The door for ``leadgen``; the key is in the path.

    Secrets: ``secret`` (the app's, for signatures), ``verify_token`` (made up by whoever sets up the webhook).
    Each call has the property ``fetch``: ``path`` and ``fields`` of what to GET from the Graph API; its answer
    goes to :func:`lead_from_graph`.
    """

    name = "meta"
    signed_by = "secret"
    paths: tuple[str, ...] = (r"hooks/meta/(?P<key>[\w.~-]{1,200})",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the path."""
        return match.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """The leads that were announced; for GET, the challenge that proves the webhook to be ours."""
        only(request, "GET", "POST")
        if request.method.upper() == "GET":
            return Delivery(match.get("key"), [], reply=_challenge(request.query, secrets))
        if (secret := needed(secrets, "secret")) is not None:
            check(
                request.headers.get("x-hub-signature-256"),
                [f"sha256={hexadecimal(secret, request.body)}"],
                HEADER,
            )
        body = json_object(request)
        announced = [call for entry in objects(body.get("entry")) for call in _announced(entry)]
        unread = () if announced else (malformed(request, "no change of leadgen with a leadgen_id"),)
        return Delivery(match.get("key"), announced, unread)


DOOR: Final = Meta()


def _challenge(query: Mapping[str, str], secrets: Mapping[str, str]) -> Reply:
    """Meta's challenge, given back as plain text when it knows the token."""
    expected, challenge = secrets.get("verify_token"), query.get("hub.challenge", "")
    if query.get("hub.mode") != "subscribe" or len(challenge) > _LONGEST_CHALLENGE:
        raise Refusal(400, "malformed", "this is no hub.mode=subscribe")
    if not expected or not same(query.get("hub.verify_token", ""), expected):
        raise Refusal(403, "wrong_token", "hub.verify_token is not the one of this source")
    headers = {"X-Content-Type-Options": "nosniff"}
    return Reply(200, challenge.encode("utf-8", "replace"), "text/plain; charset=utf-8", headers)


def _announced(entry: Found) -> list[Call]:
    values = [mapping(c.get("value")) for c in objects(entry.get("changes")) if c.get("field") == "leadgen"]
    return [_notice(value, lead) for value in values if (lead := text(value.get("leadgen_id")))]


def _notice(value: Found, lead: str) -> Call:
    fetch = {"from": "meta", "path": f"/{lead}", "fields": FIELDS} if lead.isalnum() else None
    names = ("form_id", "page_id", "ad_id", "adgroup_id")
    told = {name: found for name in names if (found := text(value.get(name)))}
    return Call(
        type="track",
        message_id=f"meta:{lead}:announced",
        event=ANNOUNCED,
        external_id=lead,
        properties={"platform": "meta", "leadgen_id": lead, **told, **({"fetch": fetch} if fetch else {})},
        context=by_server("meta"),
        timestamp=milliseconds_of(value.get("created_time")),
    )


def lead_from_graph(answer: Mapping[str, Any]) -> list[Call]:
    """The calls of a lead as ``GET /{leadgen_id}`` answers it: who, and that they sent the form.

    ``answer`` is the decoded JSON. Raises :class:`Refusal` (400) when it is no lead (an error, say).
    """
    lead = text(answer.get("id"))
    if not lead or not isinstance(answer.get("field_data"), list):
        message = text(mapping(answer.get("error")).get("message")) or "no id and field_data"
        raise Refusal(400, "malformed", f"the Graph API answered no lead: {message}")
    told = ((trait(text(one.get("name")) or ""), _value(one)) for one in objects(answer["field_data"]))
    agreed = [
        one for one in objects(answer.get("custom_disclaimer_responses")) if one.get("is_checked") in _YES
    ]
    sent = Submission(
        id=f"meta:{lead}",
        traits=gathered(told),
        properties=_properties(answer),
        context=by_server("meta"),
        external_id=lead,
        timestamp=text(answer.get("created_time")),
    )
    # Which purpose a box of Meta's form is for only its makers know: kept as it is, not as a consent.
    if agreed:
        sent.properties["agreed"] = [text(one.get("checkbox_key")) for one in agreed]
    return calls(sent)


_YES: Final = (True, 1, "1", "true")


def _value(field: Found) -> str | list[str] | None:
    values = [found for one in listing(field.get("values")) if (found := text(one))]
    return values if len(values) > 1 else next(iter(values), None)


def _properties(answer: Mapping[str, Any]) -> dict[str, Any]:
    names = ("form_id", "ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name")
    organic = answer.get("is_organic")
    platform = {"fb": "facebook", "ig": "instagram"}.get(text(answer.get("platform")) or "", "meta")
    return {
        **{name: text(answer.get(name)) for name in names},
        "platform": platform,
        "utm_source": platform,
        "utm_medium": "social" if organic is True else "paid_social",
        "utm_campaign": text(answer.get("campaign_name")),
    }
