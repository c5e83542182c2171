"""Leads and accounts look like those of a real company, and are nobody's."""

from __future__ import annotations

import math
import re
from statistics import mean, median, stdev

import pytest

from qualify.market import countries, effects
from qualify.market.addresses import DISPOSABLE_DOMAINS, FREE_DOMAINS
from qualify.market.names import COMPANY_TRADES, company_name
from qualify.market.titles import titles


def test_addresses_are_of_invented_companies_or_of_public_mail_services(ask):
    domains = {domain for (domain,) in ask("SELECT DISTINCT split_part(email, '@', 2) FROM leads")} - {None}
    public = set(FREE_DOMAINS) | set(DISPOSABLE_DOMAINS)
    assert domains & set(FREE_DOMAINS)
    assert domains & set(DISPOSABLE_DOMAINS)
    assert all(domain.endswith(".example") for domain in domains - public)


def test_addresses_are_plain_and_company_addresses_lead_to_their_account(ask):
    for (email,) in ask("SELECT email FROM leads WHERE email IS NOT NULL"):
        assert re.fullmatch(r"[a-z0-9._]+@[a-z0-9.-]+", email), email
    rows = ask("SELECT split_part(email, '@', 2) = domain FROM leads JOIN accounts USING (account_id)")
    assert set(rows) == {(True,)}


def test_telephone_numbers_use_codes_that_nobody_has(ask):
    numbers = [phone for (phone,) in ask("SELECT phone FROM leads WHERE phone IS NOT NULL")]
    assert len(numbers) > 500
    assert all(re.match(r"\+1 ?555|\(555\)|\+999 ", phone) for phone in numbers)


def test_a_telephone_number_belongs_to_one_human(ask):
    shared = ask(
        "SELECT phone FROM leads JOIN truth_leads USING (lead_id) WHERE phone IS NOT NULL "
        "GROUP BY 1 HAVING count(DISTINCT person_id) > 1"
    )
    assert shared == []


def test_some_fields_are_missing_when_a_lead_is_made_and_some_are_learnt_later(ask):
    for column in ("account_id", "first_name", "job_title", "company", "country", "phone"):
        [(missing,)] = ask(f"SELECT avg(({column} IS NULL)::INT) FROM leads")
        assert 0.05 < missing < 0.85, column
    [(learnt,)] = ask(
        "SELECT count(*) FROM traits JOIN leads USING (lead_id) WHERE name = 'job_title' AND "
        "job_title IS NULL"
    )
    assert learnt > 300


def test_some_facts_are_unlearnt_or_corrected(ask):
    [(gone, corrected)] = ask(
        "SELECT count(*) FILTER (value IS NULL), count(*) FILTER (name = 'employees' AND source = "
        "'sales') FROM traits"
    )
    assert gone > 20
    assert corrected > 10


def test_traits_come_from_four_sources(ask):
    sources = {source for (source,) in ask("SELECT DISTINCT source FROM traits")}
    assert sources == {"enrichment", "form", "sales", "import"}


def test_most_countries_are_codes_and_some_are_as_typed(ask):
    written = [country for (country,) in ask("SELECT country FROM leads WHERE country IS NOT NULL")]
    coded = [country for country in written if country in countries.codes()]
    assert 0.75 < len(coded) / len(written) < 0.92
    assert {"USA", "Germany"} & set(written)


def test_titles_are_many_in_four_languages_and_each_level_has_an_effect(ask):
    [(different,)] = ask("SELECT count(DISTINCT lower(job_title)) FROM leads")
    assert different > 150
    assert {title.language for title in titles()} == {"en", "de", "fr", "es"}
    for title in titles():
        assert title.department in effects.TRAITS["department"], title
        assert title.seniority in effects.TRAITS["seniority"], title


def test_every_country_has_an_effect_and_the_shares_make_one():
    assert countries.codes() == list(effects.TRAITS["country"])
    assert sum(countries.shares()) == pytest.approx(1.0)


def test_company_sizes_are_log_normal(market):
    sizes = market.accounts["employees"].to_pylist()
    logs = [math.log(size) for size in sizes]
    assert median(sizes) == pytest.approx(90, rel=0.25)
    assert mean(logs) == pytest.approx(math.log(90), abs=0.25)
    assert stdev(logs) == pytest.approx(1.8, abs=0.2)


@pytest.mark.slow
def test_no_two_companies_have_the_same_name():
    names = [company_name(industry, number) for industry in COMPANY_TRADES for number in range(6_000)]
    assert len(set(names)) == len(names)


def test_channels_differ_in_quality_and_cost(market, ask):
    rates = {name: one["base_rate_before_drift"] for name, one in market.truth.effects["channels"].items()}
    assert rates["review_site"] > 1.2 * rates["organic_social"]
    assert rates["referral"] > 1.2 * rates["paid_social"]
    spent = dict(ask("SELECT channel, sum(amount) FROM costs GROUP BY 1"))
    assert "direct" not in spent
    assert spent["paid_search"] > spent["referral"] > 0


def test_costs_and_leads_name_the_same_campaigns(ask):
    paid = {name for (name,) in ask("SELECT DISTINCT campaign FROM costs WHERE campaign IS NOT NULL")}
    led = {name for (name,) in ask("SELECT DISTINCT utm_campaign FROM leads WHERE utm_campaign IS NOT NULL")}
    assert paid == led


def test_costs_lie_on_the_days_of_the_market_in_two_currencies(market, ask):
    [(first, last, least)] = ask("SELECT min(day), max(day), min(amount) FROM costs")
    assert (first, (market.end - last).days) == (market.start, 1)
    assert least > 0
    assert {currency for (currency,) in ask("SELECT DISTINCT currency FROM costs")} == {"EUR", "USD"}
