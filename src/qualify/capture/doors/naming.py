"""What the fields of other people's forms are called here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from qualify.capture.doors.shapes import MOST_ITEMS
from qualify.capture.steps.naming import kind_of

_SPELLINGS: Final[dict[str, str]] = {
    "email": "email e-mail emailaddress youremail workemail work_email businessemail companyemail mail",
    "first_name": "first_name given_name fname",
    "last_name": "last_name surname family_name lname",
    "name": "name full_name your_name fullname",
    "job_title": "job_title title role position your_role",
    "company": "company company_name organization organisation employer",
    "industry": "industry sector",
    "employees": "employees company_size number_of_employees num_employees numemployees headcount",
    "revenue": "revenue annual_revenue",
    "country": "country country_code country_region",
    "state": "state state_province region",
    "city": "city town",
    "street": "street street_address address",
    "postal_code": "zip postal_code zip_code postcode post_code",
    "website": "website url website_url homepage company_website",
    "phone": "phone phone_number telephone tel user_phone mobile mobile_phone mobile_number your_phone "
    "work_phone work_phone_number",
    "source": "lead_source source",
    "linkedin_url": "linkedin linkedin_url linkedin_profile linkedin_profile_link",
    "seniority": "seniority",
    "department": "department job_function function",
    "message": "message description comments comment",
}

UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
"""The five words that name a campaign in a URL."""

CLICK_IDS: Final = (
    "gclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "li_fat_id",
    "ttclid",
    "twclid",
    "dclid",
)
"""What ad platforms add to a URL to know their click again."""

_APART = re.compile(r"[\W_]+")


def _bare(name: str) -> str:
    return _APART.sub("", name.lower())


_OURS: Final = {_bare(word): ours for ours, words in _SPELLINGS.items() for word in words.split()}


def known_trait(name: str) -> str | None:
    """The trait that a field of that name holds, however it is spelled; None when it is none of the usual."""
    return _OURS.get(_bare(name))


def trait(name: str) -> str:
    """The trait that a field of that name holds: ``First Name`` → first_name, ``Your goal?`` → your_goal."""
    return known_trait(name) or kind_of(name) or "answer"


def campaign_of(found: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The UTM words and click ids among the fields of a form, under exactly those names."""
    wanted = {*UTM, *CLICK_IDS}
    return {name.lower(): value for name, value in found if value and name.lower() in wanted}


def is_campaign(name: str) -> bool:
    """Whether the field says where somebody came from and not who they are."""
    return name.lower() in UTM or name.lower() in CLICK_IDS


def gathered(found: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Trait → value, the first that is there for each; what is empty is left out."""
    kept: dict[str, Any] = {}
    for name, value in found:
        if name and value not in (None, "", []) and len(kept) < MOST_ITEMS:
            kept.setdefault(name, value)
    return kept
