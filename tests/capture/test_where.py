"""What an event was about and where it came from."""

from __future__ import annotations

from typing import Any

import pytest

from qualify.capture.channels import Rules
from qualify.capture.known import Known
from qualify.capture.model import Call
from tests.capture.drafting import passed, track

PRICING: dict[str, Any] = {
    "url": "https://www.acme.com/pricing?x=1",
    "path": "/pricing",
    "title": "Prices",
    "referrer": "https://www.bing.com/",
    "search": "?x=1",
}


def viewed(known: Known | None = None, **page: str) -> dict:
    return passed(Call(type="page", user_id="u1", context={"page": page}), known=known).properties


def test_the_page_is_where_playbooks_look_for_it():
    assert viewed(**PRICING)["page"] == PRICING


def test_a_page_call_of_a_server_tells_its_page_in_its_properties():
    draft = passed(
        Call(type="page", user_id="u1", event="Pricing", properties={"url": "https://acme.com/pricing"})
    )
    assert draft.properties["page"] == {"url": "https://acme.com/pricing", "path": "/pricing"}
    assert draft.properties["name"] == "Pricing"


def test_what_an_event_itself_says_of_a_page_goes_first():
    context = {"page": PRICING}
    assert passed(track(properties={"page": "profile"}, context=context)).properties["page"] == "profile"
    assert (
        passed(track(properties={"page": {"path": "/own"}}, context=context)).properties["page"]["path"]
        == "/own"
    )


@pytest.mark.parametrize(
    "page",
    [
        {"search": "?utm_source=g&utm_medium=cpc&utm_campaign=spring%20sale&gclid=1&other=2"},
        {"url": "https://acme.com/?utm_source=g&utm_medium=cpc&utm_campaign=spring+sale&gclid=1#top"},
    ],
)
def test_campaign_and_click_ids_are_read_from_the_query(page):
    found = viewed(**page)
    assert {name: value for name, value in found.items() if name not in ("page", "channel")} == {
        "utm_source": "g", "utm_medium": "cpc", "utm_campaign": "spring sale", "campaign": "spring sale", "gclid": "1",
    }  # fmt: skip


def test_the_campaign_that_the_client_read_counts():
    draft = passed(
        track(context={"campaign": {"source": "news", "medium": "email", "name": "may", "content": 5}})
    )
    assert (
        draft.properties["utm_source"],
        draft.properties["utm_campaign"],
        draft.properties["channel"],
    ) == ("news", "may", "email")
    assert "utm_content" not in draft.properties


@pytest.mark.parametrize(
    ("page", "channel"),
    [
        ({"url": "https://acme.com/", "referrer": ""}, "direct"),
        ({"url": "https://acme.com/", "referrer": "$direct"}, "direct"),
        ({"url": "https://acme.com/", "referrer": "https://www.google.com/"}, "organic_search"),
        ({"url": "https://acme.com/", "referrer": "https://partner.example/"}, "referral"),
        ({"url": "https://www.acme.com/a", "referrer": "https://acme.com/b"}, None),
        ({"url": "https://acme.com/a", "referrer": "https://blog.acme.com/b"}, None),
        ({"url": "https://acme.com/a?utm_medium=email", "referrer": "https://acme.com/b"}, "email"),
        ({"url": "https://acme.com/a?gclid=1", "referrer": "https://www.google.com/"}, "paid_search"),
        ({"url": "https://[broken", "referrer": "nonsense"}, "direct"),
    ],
)
def test_a_view_that_is_no_step_within_the_site_is_a_touch(page, channel):
    assert viewed(**page).get("channel") == channel


def test_hosts_of_our_own_are_no_referrers():
    known = Known(own_hosts=frozenset({"acme.io"}), channels=Rules.from_playbook({"own_hosts": ["acme.de"]}))
    for host in ("acme.io", "app.acme.io", "acme.de"):
        assert "channel" not in viewed(known, url="https://acme.com/", referrer=f"https://{host}/")


def test_an_event_that_is_no_view_is_a_touch_only_with_a_campaign_of_its_own():
    assert "channel" not in passed(track(context={"page": PRICING})).properties
    assert (
        passed(track(properties={"utm_medium": "cpc", "utm_source": "google"})).properties["channel"]
        == "paid_search"
    )


def test_a_channel_that_the_event_names_stays():
    assert passed(track(properties={"channel": "fair", "utm_medium": "cpc"})).properties["channel"] == "fair"
