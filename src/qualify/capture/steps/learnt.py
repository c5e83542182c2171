"""What was learnt of the person and of the organisation, under the names that playbooks use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from qualify.capture.known import Known, Limits
from qualify.capture.model import Draft, Dropped, Json
from qualify.capture.steps.naming import kind_of
from qualify.capture.steps.who import person_traits

PERSON: Final[Mapping[str, str]] = {
    "title": "job_title", "position": "job_title", "role": "role", "user_name": "username",
    "company_name": "company", "organization": "company", "organisation": "company",
    "company_employee_count": "employees", "company_size": "employees", "employee_count": "employees",
    "number_of_employees": "employees", "num_employees": "employees", "company_industry": "industry",
    "annual_revenue": "revenue", "phone_number": "phone", "mobile_phone": "phone", "zip": "postal_code",
    "postcode": "postal_code", "region": "state", "linked_in": "linkedin_url", "linkedin": "linkedin_url",
    "given_name": "first_name", "family_name": "last_name", "surname": "last_name", "full_name": "name",
    "country_code": "country",
}  # fmt: skip
"""A trait of a person in its one form → what it is called here; Segment's reserved names and common others."""

ACCOUNT: Final[Mapping[str, str]] = {
    "name": "company", "company_name": "company", "employee_count": "employees", "size": "employees",
    "number_of_employees": "employees", "num_employees": "employees", "annual_revenue": "revenue",
    "website_url": "website", "url": "website", "zip": "postal_code", "region": "state", "country_code": "country",
}  # fmt: skip
"""The same for an organisation."""

COMPANY: Final[Mapping[str, str]] = {
    "name": "company", "employee_count": "employees", "employees": "employees", "size": "employees",
    "industry": "industry", "domain": "website", "website": "website", "country": "country", "revenue": "revenue",
}  # fmt: skip
"""What the object ``company`` among a person's traits tells, and what that is called here."""

ADDRESS: Final = frozenset({"city", "state", "country", "street", "postal_code"})
"""What the object ``address`` tells."""


def traits(draft: Draft, known: Known) -> Dropped | None:
    """What was learnt, renamed and bounded; nothing of a person who withdrew consent to be processed.

    Names in one form, Segment's reserved ones as playbooks call them; nulls teach nothing.
    """
    if draft.consent and draft.consent.get("process") is False:
        draft.account_traits = {}
        return None
    if told := person_traits(draft.call):
        draft.traits = learnt(told, PERSON, known.limits)
    if draft.account_traits:
        draft.account_traits = learnt(draft.account_traits, ACCOUNT, known.limits)
    return None


def learnt(told: Mapping[str, Any], names: Mapping[str, str], limits: Limits) -> Json:
    """Traits under the names used here; a name that was sent as it is goes before one that was renamed."""
    found: Json = {}
    exact: set[str] = set()
    for sent, value in told.items():
        if value is None:
            continue
        for name, one, is_exact in _parts(sent, value, names):
            kept = _bounded(one, limits)
            if (
                kept is None
                or (name in exact and not is_exact)
                or (len(found) >= limits.traits and name not in found)
            ):
                continue
            found[name] = kept
            if is_exact:
                exact.add(name)
    return found


def _parts(sent: str, value: Any, names: Mapping[str, str]) -> list[tuple[str, Any, bool]]:
    """The traits in what was sent under one name: objects for a company or an address hold several."""
    name = named(sent)
    if value.__class__ is dict:
        if name == "company":
            return [(COMPANY[part], one, False) for part, one in _inside(value) if part in COMPANY]
        if name == "address":
            return [(part, one, False) for part, one in _inside(value) if part in ADDRESS]
    ours = names.get(name, name)
    return [(ours, value, ours == name)] if ours else []


def _inside(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("postal_code" if part in ("zip", "postcode") else part, one)
        for part, one in ((named(sent), one) for sent, one in list(value.items())[:50])
    ]


def named(sent: str) -> str:
    """A trait's name in one form: ``firstName`` and ``First Name`` are ``first_name``; a leading $ goes."""
    return kind_of(sent)


def _bounded(value: Any, limits: Limits) -> Any:
    """The value, cut or left out when it is too large; None when nothing of it stays."""
    if value.__class__ is str:
        return value[: limits.text].strip() or None
    if value.__class__ is dict or value.__class__ is list:
        return value if value and len(msgspec.json.encode(value)) <= limits.structure else None
    return value
