"""What columns are called in other people's exports, and what we call them.

Headers are compared without regard to case, spaces, underscores and punctuation, so "First Name", "first_name"
and "FirstName" are one. Where several headers stand for the same thing, the first that is there is read.
``id`` stands for the table's own id: ``lead_id`` in leads, ``account_id`` in accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SIGNS_NEEDED: Final = 3
"""How many of a preset's signs must be among the headers before we say that it is that export."""


@dataclass(frozen=True)
class Preset:
    """An export as one tool writes it: headers that give it away, and what its columns are called here."""

    name: str
    signs: tuple[str, ...]
    columns: Mapping[str, str]


HUBSPOT: Final = Preset(
    "HubSpot contacts",
    signs=(
        "Record ID", "Record ID - Contact", "Lifecycle Stage", "Create Date", "Contact owner", "Lead Status",
        "Original Source", "Original Traffic Source", "Associated Company", "Marketing contact status",
        "Last Modified Date", "Country/Region", "Original Source Drill-Down 1", "Number of Form Submissions",
    ),
    columns={
        "Record ID": "id",
        "Record ID - Contact": "id",
        "Contact ID": "id",
        "Associated Company IDs": "account_id",
        "Associated Company ID": "account_id",
        "Primary Associated Company ID": "account_id",
        "Create Date": "created_at",
        "Email": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Job Title": "job_title",
        "Company Name": "company",
        "Associated Company": "company",
        "Primary Associated Company": "company",
        "Industry": "industry",
        "Number of Employees": "employees",
        "Annual Revenue": "revenue",
        "Country/Region": "country",
        "IP Country": "country",
        "State/Region": "state",
        "City": "city",
        "IP City": "city",
        "Website URL": "website",
        "Phone Number": "phone",
        "Mobile Phone Number": "phone",
        "Original Source": "source",
        "Original Traffic Source": "source",
        "Original Source Drill-Down 1": "source_detail",
        "Lifecycle Stage": "lifecycle",
        "Lead Status": "lead_status",
        "Contact owner": "owner",
        "Number of Pageviews": "page_views",
        "Number of Sessions": "sessions",
        "Number of Form Submissions": "form_submissions",
    },
)  # fmt: skip

SALESFORCE: Final = Preset(
    "Salesforce leads",
    signs=(
        "Lead ID", "Company / Account", "Lead Owner", "Lead Source", "Lead Status", "Rating", "Converted",
        "No. of Employees", "State/Province", "IsConverted", "OwnerId", "LastModifiedDate", "SystemModstamp",
        "NumberOfEmployees", "CreatedDate", "ConvertedAccountId", "IsUnreadByOwner",
    ),
    columns={
        "Lead ID": "id",
        "Lead: Lead ID": "id",
        "Id": "id",
        "Account ID": "account_id",
        "CreatedDate": "created_at",
        "Create Date": "created_at",
        "Email": "email",
        "FirstName": "first_name",
        "LastName": "last_name",
        "Title": "job_title",
        "Company / Account": "company",
        "Company": "company",
        "Industry": "industry",
        "NumberOfEmployees": "employees",
        "No. of Employees": "employees",
        "Employees": "employees",
        "AnnualRevenue": "revenue",
        "Country": "country",
        "CountryCode": "country",
        "State/Province": "state",
        "City": "city",
        "Website": "website",
        "Phone": "phone",
        "MobilePhone": "phone",
        "LeadSource": "source",
        "Status": "lead_status",
        "Lead Status": "lead_status",
        "Rating": "rating",
        "Lead Owner": "owner",
        "OwnerId": "owner",
    },
)  # fmt: skip

APOLLO: Final = Preset(
    "Apollo",
    signs=(
        "Apollo Contact Id", "Apollo Record Id", "Apollo Account Id", "Person Linkedin Url",
        "Company Linkedin Url", "Company Name for Emails", "# Employees", "Email Status", "Departments",
        "Work Direct Phone", "SEO Description", "Latest Funding", "Last Raised At",
    ),
    columns={
        "Apollo Contact Id": "id",
        "Apollo Record Id": "id",
        "Apollo Account Id": "account_id",
        "Email": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Title": "job_title",
        "Company Name": "company",
        "Company": "company",
        "Company Name for Emails": "company",
        "Industry": "industry",
        "# Employees": "employees",
        "Annual Revenue": "revenue",
        "Country": "country",
        "Company Country": "country",
        "State": "state",
        "City": "city",
        "Website": "website",
        "Mobile Phone": "phone",
        "Work Direct Phone": "phone",
        "Person Linkedin Url": "linkedin_url",
        "Technologies": "technologies",
        "Total Funding": "funding",
        "Stage": "lifecycle",
        "Contact Owner": "owner",
    },
)  # fmt: skip

EVABOOT: Final = Preset(
    "LinkedIn Sales Navigator (Evaboot)",
    signs=(
        "Linkedin URL Public", "Linkedin URL Unique ID", "Sales Navigator URL", "Current Job",
        "Company Linkedin URL Unique ID", "Company Employee Count", "Company Employee Range", "Matching Filters",
        "Matches Filters", "No Match Reasons", "Years in Position", "Profile Headline", "Is Open Profile",
    ),
    columns={
        "Linkedin URL Unique ID": "id",
        "Company Linkedin URL Unique ID": "account_id",
        "Email": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Current Job": "job_title",
        "Prospect Position": "job_title",
        "Company Name": "company",
        "Company Industry": "industry",
        "Company Employee Exact Count": "employees",
        "Company Employee Count": "employees",
        "Company Employee Range": "employees",
        "Company Revenue": "revenue",
        "Company Country": "country",
        "Location": "location",
        "Company Website": "website",
        "Company Website URL": "website",
        "Company Domain": "domain",
        "Linkedin URL Public": "linkedin_url",
        "Profile Headline": "headline",
        "Years in Position": "years_in_position",
        "Years in Company": "years_in_company",
    },
)  # fmt: skip

PHANTOMBUSTER: Final = Preset(
    "LinkedIn Sales Navigator (PhantomBuster)",
    signs=(
        "vmid", "linkedInProfileUrl", "defaultProfileUrl", "sharedConnectionsCount", "connectionDegree",
        "titleDescription", "companyLocation", "durationInRole", "durationInCompany", "isOpenLink",
        "pastExperienceCompanyName", "regularCompanyUrl",
    ),
    columns={
        "vmid": "id",
        "companyId": "account_id",
        "firstName": "first_name",
        "lastName": "last_name",
        "title": "job_title",
        "companyName": "company",
        "industry": "industry",
        "location": "location",
        "linkedInProfileUrl": "linkedin_url",
        "defaultProfileUrl": "linkedin_url",
        "summary": "summary",
    },
)  # fmt: skip

CRUNCHBASE: Final = Preset(
    "Crunchbase organizations",
    signs=(
        "Organization Name", "Organization Name URL", "CB Rank (Company)", "Headquarters Location",
        "Estimated Revenue Range", "Operating Status", "Last Funding Type", "Last Funding Date", "Founded Date",
        "Full Description", "Industry Groups", "IPO Status", "Acquisition Status", "Number of Founders",
    ),
    columns={
        "Organization Name URL": "id",
        "Organization Name": "company",
        "Contact Email": "email",
        "Industries": "industry",
        "Industry Groups": "industry_groups",
        "Number of Employees": "employees",
        "Estimated Revenue Range": "revenue",
        "Headquarters Location": "location",
        "Website": "website",
        "Phone Number": "phone",
        "Total Funding Amount": "funding",
        "Last Funding Type": "funding_stage",
        "Founded Date": "founded",
        "Operating Status": "operating_status",
    },
)  # fmt: skip

CRUNCHBASE_PEOPLE: Final = Preset(
    "Crunchbase people",
    signs=(
        "Full Name URL", "Primary Job Title", "Primary Organization", "Primary Organization URL", "CB Rank (Person)",
    ),
    columns={
        "Full Name URL": "id",
        "Primary Organization URL": "account_id",
        "Full Name": "name",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Primary Job Title": "job_title",
        "Primary Organization": "company",
        "Location": "location",
        "LinkedIn": "linkedin_url",
    },
)  # fmt: skip

PRESETS: Final = (HUBSPOT, SALESFORCE, APOLLO, EVABOOT, PHANTOMBUSTER, CRUNCHBASE, CRUNCHBASE_PEOPLE)
"""The exports that are recognised by their headers."""

_WHOSE: Final = (
    "contact id", "prospect id", "lead number", "user id", "person id", "customer id", "profile id", "distinct id",
    "case id", "subscriber id",
)  # fmt: skip
_BY_WHOM: Final = (*_WHOSE, "lead", "contact", "user", "person")

ROLES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "leads": {
        "lead_id": ("id", "record id", *_WHOSE, "uuid"),
        "account_id": ("company id", "organization id", "organisation id", "workspace id", "group id", "tenant id"),
        "created_at": ("create date", "created date", "created", "date created", "creation date", "signed up at",
                       "signup date", "registered at", "date added", "created on", "creation time"),
    },
    "accounts": {
        "account_id": ("id", "company id", "organization id", "organisation id", "record id", "workspace id",
                       "group id", "tenant id", "uuid"),
        "created_at": ("create date", "created date", "created", "date created", "creation date", "created on"),
    },
    "traits": {
        "lead_id": _BY_WHOM,
        "name": ("trait", "property", "attribute", "field", "key"),
        "value": ("new value",),
        "learned_at": ("learnt at", "timestamp", "time", "date", "changed at", "updated at", "valid from",
                       "created at", "created date", "edit date"),
        "source": (),
    },
    "events": {
        "lead_id": _BY_WHOM,
        "kind": ("event", "type", "event type", "event name", "activity", "activity type", "action", "name"),
        "happened_at": ("timestamp", "time", "date", "ts", "event time", "event timestamp", "event date", "datetime",
                        "date time", "occurred at", "original timestamp", "activity date", "sent at", "created at",
                        "created date", "when"),
        "received_at": ("ingested at", "loaded at", "server time"),
        "properties": ("event properties", "props", "context", "data", "attributes", "payload", "params", "details",
                       "metadata", "extra"),
        "event_id": ("id", "message id", "insert id", "uuid"),
        "anonymous_id": ("visitor id", "device id", "client id", "cookie id"),
    },
    "links": {
        "anonymous_id": ("visitor id", "device id", "client id", "cookie id"),
        "lead_id": _BY_WHOM,
        "learned_at": ("learnt at", "linked at", "identified at", "timestamp", "time", "date", "created at"),
        "evidence": (),
    },
    "answers": {
        "lead_id": _BY_WHOM,
        "question": ("field", "criterion", "topic", "name", "key"),
        "value": ("answer", "response"),
        "satisfied": ("ok", "passed", "qualifies"),
        "answered_at": ("timestamp", "time", "date", "asked at", "created at", "created date"),
        "expires_at": ("valid until", "valid to", "expiry", "expires"),
        "source": (),
    },
    "decisions": {
        "lead_id": _BY_WHOM,
        "decision": ("status", "verdict", "disposition", "action"),
        "decided_at": ("timestamp", "time", "date", "created at", "created date"),
    },
    "outcomes": {
        "lead_id": _BY_WHOM,
        "outcome": ("result", "status", "deal stage", "stage"),
        "closed_at": ("close date", "closed date", "won date", "timestamp", "time", "date"),
    },
}  # fmt: skip
"""For each table what else its own columns are called, the likeliest name first."""

TRAITS: Final[Mapping[str, tuple[str, ...]]] = {
    "email": ("e-mail", "email address", "e-mail address", "work email", "business email", "primary email", "mail"),
    "first_name": ("given name", "first"),
    "last_name": ("surname", "family name", "last"),
    "job_title": ("title", "job", "position", "role", "designation", "current job", "job position"),
    "company": ("company name", "account name", "organization", "organisation", "organization name", "employer"),
    "industry": ("sector", "vertical", "company industry", "industries"),
    "employees": ("number of employees", "no. of employees", "num employees", "employee count", "employees count",
                  "company size", "company employees", "headcount", "size"),
    "revenue": ("annual revenue", "company revenue", "revenue range", "turnover"),
    "country": ("country/region", "country name", "country code", "company country"),
    "city": ("town", "company city"),
    "source": ("lead source", "original source", "utm source"),
    "website": ("website url", "company website", "homepage", "url"),
    "domain": ("company domain", "domain name", "company domain name"),
    "linkedin_url": ("linkedin", "linkedin profile", "linkedin profile url"),
    "phone": ("phone number", "telephone", "mobile phone"),
    "lifecycle": ("lifecycle stage",),
}  # fmt: skip
"""What else the usual traits are called where no export was recognised."""

DECISION_WORDS: Final[Mapping[str, str]] = {
    "accept": "accepted",
    "reject": "rejected",
    "confirm": "confirmed",
    "recycle": "recycled",
    "disqualify": "disqualified",
    "unqualified": "disqualified",
    "reopen": "reopened",
    "closed won": "won",
    "closed lost": "lost",
}
"""What else decisions and outcomes are called (folded, underscores as spaces)."""
