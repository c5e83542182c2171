"""HubSpot forms: submissions as its embed code and its API send them.

https://developers.hubspot.com/docs/api/marketing/forms (read; not run against HubSpot)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.cors import cors, preflight
from qualify.capture.doors.answering import Plain, json_reply, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import campaign_of, gathered, is_campaign, known_trait
from qualify.capture.doors.shapes import Found, mapping, objects, text, whole
from qualify.capture.doors.signatures import bearer, check_shared
from qualify.capture.doors.submissions import Submission, by_server, calls
from qualify.capture.model import Delivery, Refusal, Reply, Request

THANKS: Final = "Thanks for submitting the form."
"""What HubSpot says when the form has no message of its own."""


class HubSpot(Plain):
    """The door at HubSpot's own paths; the portal's id is the key.

    Secrets: ``token`` (of ``/secure/submit``, sent as Bearer), ``redirect_uri`` or ``inline_message`` (what
    the form is answered). The payload has no id of its own, so the calls have no message id.
    """

    name = "hubspot"
    paths: tuple[str, ...] = (
        r"submissions/v3/integration/(?P<secure>secure/)?submit/(?P<key>[\w-]{1,80})/(?P<form>[\w-]{1,80})",
    )

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The portal's id, from the path."""
        return match.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """Who filled the form in, what they agreed to, and that they did."""
        only(request, "POST", "OPTIONS")
        if request.method.upper() == "OPTIONS":
            return Delivery(match.get("key"), [], reply=preflight(request))
        if match.get("secure"):
            check_shared(bearer(request.headers), secrets, "token", "Authorization")
        body, reply = json_object(request), json_reply(200, _told(secrets), cors(request))
        if not (found := _fields(body)):
            unread = (malformed(request, "no field of the form has a name and a value"),)
            return Delivery(match.get("key"), [], unread, reply)
        return Delivery(match.get("key"), calls(_submission(body, found, match)), reply=reply)

    def refuse(self, refusal: Refusal) -> Reply:
        """An error as HubSpot writes it, with the ``code`` that other clients look for."""
        told: dict[str, Any] = {"status": "error", "code": refusal.code, "message": refusal.message}
        told["errors"] = [{"message": refusal.message, "errorType": refusal.code.upper()}]
        return json_reply(refusal.status, told, refusal.headers)


DOOR: Final = HubSpot()


def _told(secrets: Mapping[str, str]) -> dict[str, str]:
    if target := secrets.get("redirect_uri"):
        return {"redirectUri": target}
    return {"inlineMessage": secrets.get("inline_message") or THANKS}


def _fields(body: Found) -> list[tuple[str, str]]:
    """Name and value of each field; of a company's (``0-2``) the name says so."""
    found = []
    for field in objects(body.get("fields")):
        name, value = text(field.get("name")), text(field.get("value"))
        if name and value:
            of_company = text(field.get("objectTypeId")) == "0-2" and known_trait(name) in (None, "name")
            found.append((f"company_{name}" if of_company else name, value))
    return found


def _submission(body: Found, found: list[tuple[str, str]], match: Mapping[str, str]) -> Submission:
    context = mapping(body.get("context"))
    consent, agreed_text, basis = consents(mapping(body.get("legalConsentOptions")))
    traits = ((known_trait(name) or name, value) for name, value in found if not is_campaign(name))
    form = {"form_id": match.get("form"), "page_url": text(context.get("pageUri")), "legal_basis": basis}
    return Submission(
        traits=gathered(traits),
        properties={**form, **campaign_of(found), "campaign_id": text(context.get("sfdcCampaignId"))},
        context=_context(context),
        anonymous_id=text(context.get("hutk")),
        timestamp=whole(body.get("submittedAt")),
        consent=consent,
        consent_text=agreed_text,
    )


def _context(context: Found) -> dict[str, Any]:
    page = {"url": text(context.get("pageUri")), "title": text(context.get("pageName"))}
    page = {name: value for name, value in page.items() if value}
    address = text(context.get("ipAddress"))
    # Whoever tells the visitor's address is no browser.
    relayed = {"ip": address, **by_server("hubspot")} if address else {}
    return {**({"page": page} if page else {}), **relayed}


def consents(options: Found) -> tuple[dict[str, bool] | None, str | None, str | None]:
    """What ``legalConsentOptions`` says: consents by purpose, the words agreed to, the legal basis.

    A box for mail that was left empty is no withdrawal: nothing is said of it.
    """
    given, interest = mapping(options.get("consent")), mapping(options.get("legitimateInterest"))
    if interest.get("value") is True:
        return {"process": True}, text(interest.get("text")), text(interest.get("legalBasis")) or "interest"
    if not given:
        return None, None, None
    said = {"process": given["consentToProcess"]} if isinstance(given.get("consentToProcess"), bool) else {}
    agreed = [one for one in objects(given.get("communications")) if one.get("value") is True]
    if agreed:
        said["email"] = True
    words = [text(given.get("text")), *(text(one.get("text")) for one in agreed)]
    return said or None, "\n".join(word for word in words if word) or None, "consent"
