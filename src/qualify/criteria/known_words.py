"""Words of the field that sentences are made of, as people say them; each a message for translators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qualify.speech import marked

WORDS: Final[Mapping[str, str]] = {
    # Traits.
    "account_name": marked("account name"), "annual_revenue": marked("annual revenue"), "city": marked("city"),
    "channel": marked("channel"), "company": marked("company"), "company_name": marked("company name"),
    "country": marked("country"), "domain": marked("domain"), "email": marked("email"),
    "employees": marked("employees"), "external_id": marked("external id"), "first_name": marked("first name"),
    "industry": marked("industry"), "job_title": marked("job title"), "language": marked("language"),
    "last_name": marked("last name"), "lead_source": marked("lead source"), "lifecycle": marked("lifecycle"),
    "linkedin_url": marked("linkedin url"), "name": marked("name"), "phone": marked("phone"),
    "postal_code": marked("postal code"), "region": marked("region"), "revenue": marked("revenue"),
    "source": marked("source"), "state": marked("state"), "street": marked("street"), "title": marked("title"),
    "time_zone": marked("time zone"), "website": marked("website"), "anonymous_id": marked("anonymous id"),
    "user_id": marked("user id"), "utm_source": marked("utm source"), "utm_medium": marked("utm medium"),
    "utm_campaign": marked("utm campaign"), "utm_term": marked("utm term"), "utm_content": marked("utm content"),
    # Levels and departments that a job title tells of.
    "intern": marked("intern"), "entry": marked("entry"), "staff": marked("staff"), "senior": marked("senior"),
    "manager": marked("manager"), "head": marked("head"), "director": marked("director"), "vp": marked("VP"),
    "c_level": marked("C-level"), "owner": marked("owner"), "engineering": marked("engineering"),
    "it": marked("IT"), "product": marked("product"), "design": marked("design"), "data": marked("data"),
    "marketing": marked("marketing"), "sales": marked("sales"), "customer_success": marked("customer success"),
    "support": marked("support"), "finance": marked("finance"), "hr": marked("HR"), "legal": marked("legal"),
    "operations": marked("operations"), "procurement": marked("procurement"), "education": marked("education"),
    "research": marked("research"), "medical": marked("medical"), "executive": marked("executive"),
    "administration": marked("administration"),
    # Kinds of address.
    "free": marked("free"), "disposable": marked("disposable"), "business": marked("business"),
    # What is asked, and what is decided.
    "budget": marked("budget"), "authority": marked("authority"), "need": marked("need"),
    "timeline": marked("timeline"), "accepted": marked("accepted"), "rejected": marked("rejected"),
    "confirmed": marked("confirmed"), "recycled": marked("recycled"), "disqualified": marked("disqualified"),
    "reopened": marked("reopened"), "won": marked("won"), "lost": marked("lost"),
    # Why sales refuses a lead.
    "not_icp": marked("not icp"), "no_intent": marked("no intent"), "bad_data": marked("bad data"),
    "wrong_timing": marked("wrong timing"), "duplicate": marked("duplicate"), "competitor": marked("competitor"),
    "unreachable": marked("unreachable"), "other": marked("other"),
    # Groups of countries.
    "africa": marked("africa"), "asia": marked("asia"), "europe": marked("europe"), "nordics": marked("nordics"),
    "north_america": marked("north america"), "latin_america": marked("latin america"),
    "oceania": marked("oceania"),
    # What people do.
    "calculator_used": marked("calculator used"), "call_answered": marked("call answered"),
    "content_downloaded": marked("content downloaded"), "demo_requested": marked("demo requested"),
    "email_bounced": marked("email bounced"), "email_clicked": marked("email clicked"),
    "email_delivered": marked("email delivered"), "email_opened": marked("email opened"),
    "email_replied": marked("email replied"), "form_submitted": marked("form submitted"),
    "integration_connected": marked("integration connected"), "limit_hit": marked("limit hit"),
    "meeting_booked": marked("meeting booked"), "meeting_cancelled": marked("meeting cancelled"),
    "meeting_held": marked("meeting held"), "page_viewed": marked("page viewed"),
    "product_used": marked("product used"), "signed_up": marked("signed up"),
    "teammate_invited": marked("teammate invited"), "trial_started": marked("trial started"),
    "unsubscribed": marked("unsubscribed"), "webinar_attended": marked("webinar attended"),
    "webinar_registered": marked("webinar registered"),
}  # fmt: skip
"""Names of columns and kinds of event that are common, and our own closed sets of words."""
