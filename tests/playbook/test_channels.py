"""A playbook's own channels go before the documented ones."""

from __future__ import annotations

import pytest

from qualify.errors import PlaybookError
from qualify.playbook import parse

BOOK = "playbook: Acme\nscores: {fit: {rules: [{points: 1, when: {did: visited}}]}}\n"


def channel(written: str, source: str = "", medium: str = "", referrer: str | None = None) -> str | None:
    rules = parse(BOOK + written).channels.as_rules()
    return rules.channel({"utm_source": source, "utm_medium": medium}, {}, referrer)


def test_own_rules_go_first_and_the_documented_ones_follow() -> None:
    written = "channels: {rules: [{channel: portal, source: market*}]}"
    assert channel(written, "marketplace", "cpc") == "portal"
    assert channel(written, "google", "cpc") == "paid_search"
    assert channel("", "marketplace", "cpc") == "paid_search"


def test_own_hosts_are_no_referrers() -> None:
    assert channel("", referrer="shop.acme.com") == "referral"
    assert channel("channels: {own_hosts: [acme.com]}", referrer="shop.acme.com") is None


def test_a_rule_with_nothing_to_go_by_and_an_unknown_kind_of_site_are_both_named() -> None:
    with pytest.raises(PlaybookError) as refused:
        parse(BOOK + "channels: {rules: [{channel: a}, {channel: b, site: serch}]}")
    assert "nothing to go by" in str(refused.value)
    assert "did you mean 'search'?" in str(refused.value)
