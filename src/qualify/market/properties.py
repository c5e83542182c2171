"""The JSON text of an event's properties: a head by what it is about, a number, a tail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.market import channels
from qualify.market.columns import joined, numbers, texts
from qualify.market.drafts import KINDS, Drafts
from qualify.market.mail import NURTURE_CAMPAIGNS
from qualify.market.pages import PAGES
from qualify.market.webinars import Webinars

CONTENT = (
    "The lead scoring handbook",
    "B2B benchmark report",
    "Playbook template",
    "Buyer's guide",
    "ROI worksheet",
)
FEATURES = (
    *("contacts", "import", "scoring_rules", "lists", "reports", "email_sync", "routing", "dashboards"),
    *("api", "playbooks", "forecast", "admin"),
)
INTEGRATIONS = ("salesforce", "hubspot", "slack", "zapier", "segment")
LIMITS = ("contacts", "seats", "api_calls")
LINKS = ("/blog/mql-vs-sql", "/product/scoring", "/customers", "/docs/getting-started")
FORMS = (
    *("contact", "talk-to-us", "partner-enquiry"),
    *("contact", "newsletter", "content", "webinar", "demo", "signup"),
)


@dataclass(frozen=True)
class Shape:
    """How a kind's properties are written: `heads[detail]`, the number where `counted`, `tails[extra]`."""

    heads: Sequence[str]
    tails: Sequence[str]
    counted: bool = False


def shapes(webinars: Webinars, issues: int) -> dict[str, Shape]:
    """The shape of each kind of event, in a market with these webinars and `issues` newsletters."""
    titled = [_opened(title=title) for title in webinars.titles]
    mails = [_opened(campaign=name) for name in mail_campaigns(issues)]
    return {
        "page_viewed": Shape(
            [_opened(page={"path": page.path, "title": page.title}) + ',"seconds":' for page in PAGES],
            ["}", *_origins()],
            counted=True,
        ),
        "form_submitted": _plain("form", FORMS),
        "demo_requested": _plain("form", ("demo",)),
        "content_downloaded": _plain("title", CONTENT),
        "webinar_registered": Shape(titled, ["}"]),
        "webinar_attended": Shape([head + ',"minutes":' for head in titled], ["}"], counted=True),
        "email_delivered": Shape(mails, ["}"]),
        "email_opened": Shape(mails, ["}"]),
        "email_clicked": Shape(mails, [f',"link":{json.dumps(link)}}}' for link in LINKS]),
        "email_unsubscribed": Shape(mails, ["}"]),
        "chat_started": _plain("topic", ("pricing", "support", "other")),
        "trial_started": _plain("plan", ("team", "business")),
        "product_used": Shape(
            [_opened(feature=feature) + ',"seconds":' for feature in FEATURES], ["}"], counted=True
        ),
        "teammate_invited": _plain("role", ("member", "admin")),
        "integration_connected": _plain("integration", INTEGRATIONS),
        "limit_reached": _plain("limit", LIMITS),
        "meeting_booked": _plain("with", ("sales", "solutions")),
        "calculator_used": _plain("plan", ("team", "business")),
        "review_read": _plain("page", ("profile", "comparison")),
    }


def mail_campaigns(issues: int) -> list[str]:
    """The names of the mail campaigns: the welcome series, then the newsletter's issues."""
    welcome = [f"welcome-{step + 1}" for step in range(NURTURE_CAMPAIGNS)]
    return welcome + [f"newsletter-{issue + 1:02d}" for issue in range(issues + 1)]


def written(drafts: Drafts, shapes_of: dict[str, Shape]) -> pa.Array:
    """The JSON text of each event's properties, in the events' order."""
    parts, places = [], []
    for number, kind in enumerate(KINDS):
        rows = np.flatnonzero(drafts.kind == number)
        if len(rows):
            parts.append(_write(drafts.only(rows), shapes_of[kind]))
            places.append(rows)
    if not parts:
        return pa.array([], pa.string())
    back = np.argsort(np.concatenate(places), kind="stable")
    return pa.concat_arrays(parts).take(pa.array(back))


def _write(drafts: Drafts, shape: Shape) -> pa.Array:
    head = texts(shape.heads, drafts.detail)
    tail = texts(shape.tails, drafts.extra)
    return joined(head, numbers(drafts.number), tail) if shape.counted else joined(head, tail)


def _opened(**fields: object) -> str:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)[:-1]


def _plain(field: str, values: Sequence[str]) -> Shape:
    return Shape([_opened(**{field: value}) for value in values], ["}"])


def _origins() -> list[str]:
    return [_origin(channels.CHANNELS[owner].referrer, campaign) for owner, campaign in channels.campaigns()]


def _origin(referrer: str | None, campaign: channels.Campaign) -> str:
    fields: dict[str, object] = {"referrer": referrer} if referrer else {}
    if campaign.name:
        fields["utm"] = {"source": campaign.source, "medium": campaign.medium, "campaign": campaign.name}
    return "," + _opened(**fields)[1:] + "}" if fields else "}"
