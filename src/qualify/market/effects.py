"""The truth the market is made of: what each trait, channel and behaviour is really worth.

The chance that a human buys, if sales works the lead, has these log-odds (natural logarithm):

    INTERCEPT + (sum of TRAITS levels + a normal part nobody can see) + channel + INTENT × intent

The bracket is the log-odds of `fit`; `intent` lies between 0 and 1. Behaviours do not cause buying: intent
causes both, as in the field. A behaviour's number of occurrences is Poisson with mean rate × activity ×
exp(gain × intent), so by Bayes' rule one more occurrence moves the log-odds of "full intent" against "no
intent" by exactly `gain`, for a person of known activity.
"""

from __future__ import annotations

INTERCEPT = -6.6
INTENT = 5.0
UNSEEN_FIT_SD = 0.6
INTENT_CENTRE = -1.9
INTENT_SD = 1.9

TRAITS: dict[str, dict[str, float]] = {
    "seniority": {
        "owner": 0.0,
        "c_level": 0.6,
        "vp": 0.7,
        "director": 0.6,
        "head": 0.5,
        "manager": 0.3,
        "senior": 0.0,
        "staff": -0.3,
        "entry": -0.8,
        "intern": -1.8,
    },
    "department": {
        "executive": 0.3,
        "operations": 0.7,
        "sales": 0.6,
        "marketing": 0.5,
        "customer_success": 0.1,
        "it": 0.1,
        "product": -0.1,
        "design": -0.6,
        "data": -0.1,
        "engineering": -0.5,
        "finance": -0.3,
        "procurement": -0.6,
        "hr": -0.9,
        "legal": -0.9,
        "medical": -1.2,
        "research": -0.8,
        "administration": -0.9,
        "other": -0.4,
        "education": -1.2,
    },
    "employees": {
        "1-10": -1.0,
        "11-50": -0.1,
        "51-200": 0.6,
        "201-1000": 0.7,
        "1001-5000": 0.2,
        "5001+": -0.5,
    },
    "industry": {
        "software": 0.6,
        "professional services": 0.3,
        "financial services": 0.2,
        "manufacturing": 0.0,
        "retail": 0.0,
        "logistics": 0.1,
        "media": 0.1,
        "telecommunications": 0.1,
        "healthcare": -0.2,
        "education": -0.6,
        "public sector": -0.8,
        "nonprofit": -0.7,
    },
    "country": {
        "US": 0.3,
        "GB": 0.3,
        "DE": 0.3,
        "FR": 0.0,
        "ES": -0.1,
        "NL": 0.2,
        "CA": 0.1,
        "AU": 0.0,
        "IN": -0.6,
        "SE": 0.2,
        "AT": 0.1,
        "CH": 0.1,
        "BR": -0.5,
        "MX": -0.5,
    },
    "funding": {
        "none": 0.0,
        "seed": 0.0,
        "series_a": 0.3,
        "series_b": 0.4,
        "series_c": 0.3,
        "public": 0.0,
    },
    "technologies": {
        "salesforce": 0.4,
        "hubspot": 0.3,
        "snowflake": 0.2,
        "sap": -0.2,
        "pipedrive": 0.0,
        "slack": 0.0,
        "teams": 0.0,
        "zendesk": 0.0,
        "jira": 0.0,
        "shopify": 0.0,
    },
    "email": {"company": 0.0, "free": -0.7, "disposable": -2.5},
    "role": {"professional": 0.0, "student": -1.0, "job_seeker": -1.8, "competitor": -4.0},
    "customer": {"no": 0.0, "yes": 0.5},
}

EMPLOYEE_BANDS = (0, 11, 51, 201, 1001, 5001)
"""The smallest head count of each level of `TRAITS["employees"]`, in order."""

# The drift: from the middle of the market on, these hold instead.
PAID_SOCIAL_LOG_ODDS = (-0.2, -1.8)
WEBINAR_GAIN = (1.6, 0.1)

DEAL_LAG = {"won": {"median_days": 30.0, "sigma": 0.8}, "lost": {"median_days": 38.0, "sigma": 0.9}}
DEAL_AMOUNT = {"at_50_employees_eur": 6_000.0, "growth_with_employees": 0.45, "sigma": 0.5}


def levels(trait: str) -> list[str]:
    """The levels of a trait, in the order in which they are numbered."""
    return list(TRAITS[trait])


def worth(trait: str) -> list[float]:
    """The log-odds of a trait's levels, in the same order."""
    return list(TRAITS[trait].values())
