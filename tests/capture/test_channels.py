"""By which channel somebody came: rules that are data, documented, and editable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.channels import DEFAULT, DEFAULT_RULES, UNRULED, Rules, Touch, touches
from qualify.capture.sites import CLICK_IDS, SITES
from qualify.errors import QualifyError
from qualify.market import channels as market

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "channels.md").read_text(encoding="utf-8")


def came(source="", medium="", campaign="", clicks="", referrer="", rules=DEFAULT):
    utm = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    return rules.channel(utm, dict.fromkeys(clicks.split(), "1"), referrer)


@pytest.mark.parametrize(
    ("visit", "channel"),
    [
        ({}, "direct"),
        ({"source": "google", "medium": "cpc"}, "paid_search"),
        ({"source": "Google", "medium": "CPC"}, "paid_search"),
        ({"source": "adwords", "medium": "ppc"}, "paid_search"),
        ({"referrer": "www.google.co.uk", "clicks": "gclid"}, "paid_search"),
        ({"referrer": "www.google.co.uk"}, "organic_search"),
        ({"referrer": "com.google.android.googlequicksearchbox"}, "organic_search"),
        ({"source": "google", "medium": "organic"}, "organic_search"),
        ({"source": "linkedin", "medium": "cpc"}, "paid_social"),
        ({"source": "linkedin.com", "medium": "paid"}, "paid_social"),
        ({"medium": "paid_social"}, "paid_social"),
        ({"clicks": "li_fat_id", "referrer": "www.linkedin.com"}, "paid_social"),
        ({"clicks": "fbclid", "referrer": "l.facebook.com"}, "organic_social"),
        ({"source": "linkedin", "medium": "social"}, "organic_social"),
        ({"referrer": "t.co"}, "organic_social"),
        ({"referrer": "news.ycombinator.com"}, "organic_social"),
        ({"source": "youtube", "medium": "cpv"}, "paid_video"),
        ({"referrer": "youtu.be"}, "organic_video"),
        ({"source": "newsletter", "medium": "email"}, "email"),
        ({"source": "newsletter"}, "email"),
        ({"source": "facebook", "medium": "email"}, "email"),
        ({"referrer": "mail.google.com"}, "email"),
        ({"medium": "display", "source": "site"}, "display"),
        ({"clicks": "dclid"}, "display"),
        ({"medium": "paid-content", "source": "journal"}, "paid_other"),
        ({"medium": "affiliate"}, "affiliate"),
        ({"medium": "partner"}, "partner"),
        ({"medium": "event", "source": "fair"}, "event"),
        ({"referrer": "www.g2.com"}, "review_site"),
        ({"referrer": "chatgpt.com"}, "ai_assistant"),
        ({"referrer": "gemini.google.com"}, "ai_assistant"),
        ({"medium": "sms"}, "sms"),
        ({"medium": "web push"}, "push"),
        ({"medium": "podcast"}, "audio"),
        ({"medium": "referral", "source": "customer"}, "referral"),
        ({"referrer": "blog.example.org"}, "referral"),
        ({"referrer": "ask.example.com"}, "referral"),
        ({"source": "poster", "medium": "qr"}, "other"),
        ({"campaign": "spring"}, "other"),
    ],
)
def test_the_channel_follows_from_campaign_click_and_referrer(visit, channel):
    assert came(**visit) == channel


def test_the_campaigns_of_the_simulated_market_come_by_their_own_channels():
    for channel in market.CHANNELS:
        for campaign in channel.campaigns:
            if campaign.medium:
                assert came(campaign.source or "", campaign.medium) == channel.name


@given(*[st.text(max_size=300)] * 4, st.sampled_from([*CLICK_IDS, "", "other"]))
def test_every_visit_has_a_channel_of_the_list(source, medium, campaign, referrer, click):
    assert came(source, medium, campaign, click, referrer) in DEFAULT.names()


def test_a_playbook_may_put_rules_of_its_own_before_ours():
    rules = Rules.from_playbook(
        {
            "rules": [
                {"channel": "analysts", "source": "gartner*"},
                {"channel": "fair", "campaign": ["expo-*"], "medium": "event"},
            ]
        }
    )
    assert came("gartner-report", "cpc", rules=rules) == "analysts"
    assert came("x", "event", "expo-2026", rules=rules) == "fair"
    assert came("x", "event", "other", rules=rules) == "event"
    assert rules.names()[:2] == ["analysts", "fair"]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"rule": []}, "did you mean 'rules'"),
        ({"rules": [{"channel": "x", "sauce": "y"}]}, "did you mean 'source'"),
        ({"rules": ["x"]}, "channels.rules[0]"),
        ({"rules": [{"medium": "x"}]}, "channels.rules[0]"),
        ({"rules": [{"channel": "x", "medium": 5}]}, "channels.rules[0].medium"),
        ({"rules": [{"channel": "x"}]}, "nothing to go by"),
        ({"rules": {"channel": "x"}}, "a list"),
        ({"rules": [{"channel": "x", "site": "sarch"}]}, "did you mean 'search'"),
        ({"own_hosts": [5]}, "channels.own_hosts"),
        ([], "a mapping"),
    ],
)
def test_a_section_that_is_not_understood_says_why(section, told):
    with pytest.raises(QualifyError, match=re.escape(told)):
        Rules.from_playbook(section)


def test_a_playbook_without_the_section_has_the_default_rules():
    assert Rules.from_playbook(None).rules == Rules.from_playbook({}).rules == DEFAULT_RULES


def test_first_last_and_converting_touch():
    ad, direct, mail, later = (
        Touch(1, "paid_search"),
        Touch(2, "direct"),
        Touch(3, "email"),
        Touch(9, "referral"),
    )
    found = touches([later, direct, mail, ad], converted_at=5)
    assert found == (ad, later, mail)
    assert touches([ad, direct], converted_at=5).converting == ad
    assert touches([direct], converted_at=5) == (direct, direct, direct)
    assert touches([later], converted_at=5) == (later, later, None)
    assert touches([ad]).converting is None
    assert touches([]) == (None, None, None)


@given(
    st.permutations(
        [Touch(1, "a"), Touch(1, "b", "x"), Touch(1, "b"), Touch(2, "direct"), Touch(2, "c", None, "s")]
    )
)
def test_touches_do_not_depend_on_the_order_of_rows(events):
    assert touches(events, 1) == (Touch(1, "a"), Touch(2, "c", None, "s"), Touch(1, "b", "x"))


def test_the_page_and_the_rules_agree():
    rows = re.findall(r"(?m)^\| (\d+) \| `(\w+)` \| (.*) \|$", PAGE)
    assert [(int(number), channel) for number, channel, _ in rows] == [
        (number, rule.channel) for number, rule in enumerate(DEFAULT_RULES, 1)
    ]
    for (_, _, text), rule in zip(rows, DEFAULT_RULES, strict=True):
        patterns = [
            *rule.medium,
            *rule.source,
            *rule.campaign,
            *rule.either,
            *filter(None, (rule.site, rule.click)),
        ]
        assert sorted(re.findall(r"`([^`]+)`", text)) == sorted(patterns)


def test_the_page_names_every_site_and_click_id():
    written = set(re.findall(r"`([^`]+)`", PAGE))
    assert {*CLICK_IDS, *(site for sites in SITES.values() for site in sites), *UNRULED} <= written
