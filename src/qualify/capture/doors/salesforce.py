"""Salesforce Web-to-Lead: forms made for it work when only their host is changed.

https://help.salesforce.com/s/articleView?id=sf.setting_up_web-to-lead.htm (read; not run against Salesforce)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qualify.capture.doors.answering import Plain, malformed, only
from qualify.capture.doors.bodies import fields, pairs
from qualify.capture.doors.naming import campaign_of, gathered, is_campaign, known_trait
from qualify.capture.doors.redirects import allowed_target, redirect, thank_you
from qualify.capture.doors.submissions import Submission, calls
from qualify.capture.model import Delivery, Malformed, Reply, Request

RESERVED: Final = frozenset(
    {"oid", "returl", "encoding", "debug", "debugemail", "submit", "g-recaptcha-response", "captcha_settings"}
    | {"orgid", "recordtype", "campaign_id", "member_status", "salutation"}
)
"""Fields that say how the form works, and nothing of the person (in lower case)."""


class Salesforce(Plain):
    """The door at Salesforce's own path; the organisation's id (``oid``) is the key.

    Secrets: ``redirects``, the hosts that ``retURL`` may lead to. Forms carry no signature and no id of their
    own, so the calls have no message id.
    """

    name = "salesforce"
    paths: tuple[str, ...] = (r"servlet/servlet\.WebToLead",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The ``oid`` of the form: by it the source is found before its secrets are known."""
        return _sent(request).get("oid") or request.query.get("oid")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """Who filled the form in, and that they did; the reply leads to ``retURL`` if that is allowed."""
        only(request, "POST")
        sent = _sent(request)
        target = sent.get("retURL") or request.query.get("retURL")
        told = {name: value for name, value in sent.items() if name.lower() not in RESERVED and value}
        reply = _reply(allowed_target(target, secrets.get("redirects", ""), request.headers.get("host", "")))
        unread: tuple[Malformed, ...] = () if told else (malformed(request, "the form has no fields"),)
        submitted = calls(_submission(sent, told)) if told else []
        return Delivery(self.key(request, match), submitted, unread, reply)


DOOR: Final = Salesforce()


def _sent(request: Request) -> Mapping[str, str]:
    """The fields as they were sent; the charset is in the URL, else in a field, as the form was made."""
    charset = request.query.get("encoding")
    found = fields(pairs(request, charset))
    return found if charset or "encoding" not in found else fields(pairs(request, found["encoding"]))


def _submission(sent: Mapping[str, str], told: Mapping[str, str]) -> Submission:
    # A custom field (00N…) keeps its name: only the organisation knows what it means.
    traits = ((known_trait(name) or name, value) for name, value in told.items() if not is_campaign(name))
    properties = {
        "form_name": "Web-to-Lead",
        "campaign_id": sent.get("Campaign_ID"),
        **campaign_of(told.items()),
    }
    if sent.get("debug") == "1":
        properties["debug"] = True
    return Submission(traits=gathered(traits), properties=properties)


def _reply(target: str | None) -> Reply:
    return redirect(target) if target else thank_you()
