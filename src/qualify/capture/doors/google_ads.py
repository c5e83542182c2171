"""Google Ads lead forms.

https://developers.google.com/google-ads/webhook/docs/implementation (read; not run against Google)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.doors.answering import Plain, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import gathered, known_trait, trait
from qualify.capture.doors.shapes import Found, objects, text
from qualify.capture.doors.signatures import check_shared
from qualify.capture.doors.submissions import Submission, by_server, calls
from qualify.capture.model import Delivery, Request

_KNOWN: Final = {
    "FULL_NAME": "name", "FIRST_NAME": "first_name", "LAST_NAME": "last_name", "EMAIL": "email",
    "WORK_EMAIL": "email", "PHONE_NUMBER": "phone", "WORK_PHONE": "phone", "JOB_TITLE": "job_title",
    "COMPANY_NAME": "company", "POSTAL_CODE": "postal_code", "CITY": "city", "REGION": "state",
    "COUNTRY": "country", "STREET_ADDRESS": "street",
}  # fmt: skip


class GoogleAds(Plain):
    """The door for lead forms; the key is in the path. Secrets: ``google_key``, which Google sends in the body."""

    name = "google_ads"
    signed_by = "google_key"
    paths: tuple[str, ...] = (r"hooks/google-ads/(?P<key>[\w.~-]{1,200})",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the path."""
        return match.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """Who filled the form in, and that they did; a test lead has the property ``test``: True."""
        only(request, "POST")
        body = json_object(request)
        check_shared(text(body.get("google_key")), secrets, "google_key", "google_key")
        if not _columns(body):
            return Delivery(match.get("key"), [], (malformed(request, "no user_column_data"),))
        return Delivery(match.get("key"), calls(_submission(body)))


DOOR: Final = GoogleAds()


def _columns(body: Found) -> list[Found]:
    return objects(body.get("user_column_data"))


def _submission(body: Found) -> Submission:
    lead = text(body.get("lead_id"))
    told = ((_name(column), text(column.get("string_value"))) for column in _columns(body))
    return Submission(
        id=lead and f"google_ads:{lead}",
        traits=gathered(told),
        properties=_properties(body),
        context=by_server("google_ads"),
        external_id=lead,
        timestamp=text(body.get("lead_submit_time")),
    )


def _name(column: Found) -> str:
    """By the column's id where it is one of Google's, else by the words of the question."""
    own, shown = text(column.get("column_id")) or "", text(column.get("column_name")) or ""
    return _KNOWN.get(own) or known_trait(own) or known_trait(shown) or trait(own or shown)


def _properties(body: Found) -> dict[str, Any]:
    names = ("form_id", "campaign_id", "adgroup_id", "creative_id", "asset_group_id", "lead_stage")
    return {
        **{name: text(body.get(name)) for name in names},
        "platform": "google_ads",
        "gclid": text(body.get("gcl_id")),
        "test": True if body.get("is_test") is True else None,
        "utm_source": "google",
        "utm_medium": "cpc",
    }
