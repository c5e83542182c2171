"""The truth is told in full in its own tables, is not in the data, and is what the data came from."""

from __future__ import annotations

import json
import math
from statistics import mean, stdev

import pytest

SECRETS = (
    "fit",
    "intent",
    "person_id",
    "duplicate_of",
    "is_bot",
    "would_buy_probability",
    "would_buy",
    "machine",
    "department",
    "seniority",
    "role",
)


def log_odds(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def test_the_truth_is_not_in_the_data(market, ask):
    for name, table in market.tables().items():
        assert not set(SECRETS) & set(table.column_names), name
    words = "proxy|scanner|machine|person_id|duplicate|intent|is_bot"
    told = f"SELECT DISTINCT properties FROM events WHERE regexp_matches(lower(properties), '{words}')"
    # "Reading intent signals" is the title of a webinar.
    assert all("Reading intent signals" in text for (text,) in ask(told))


def test_the_chance_to_buy_is_what_the_effects_say(market, ask):
    effects = market.truth.effects
    drift = {what["what"]: what for what in effects["drift"]["changes"]}["channels.paid_social.log_odds"]
    rows = ask(
        "SELECT fit, intent, would_buy_probability, channel, "
        f"created_at >= '{effects['drift']['at']}' "
        "FROM truth_leads JOIN leads USING (lead_id) WHERE NOT is_bot AND duplicate_of IS NULL"
    )
    assert len(rows) > 2_500
    for fit, intent, probability, channel, late in rows:
        expected = effects["channels"][channel]["log_odds"]
        if channel == "paid_social":
            expected = drift["after"] if late else drift["before"]
        rest = log_odds(probability) - effects["intercept"] - log_odds(fit) - effects["intent"] * intent
        assert rest == pytest.approx(expected, abs=1e-6)


def test_fit_is_the_sum_of_the_trait_levels_and_an_unseen_part(market, ask):
    effects = market.truth.effects
    rows = ask(
        "SELECT t.fit, t.seniority, t.department, t.role, t.country, a.industry, a.funding, a.employees, "
        "coalesce(a.technologies, '') FROM truth_leads t JOIN leads l USING (lead_id) "
        # Seats stand for customers from before, among others: their effect would be left over.
        "JOIN accounts a USING (account_id) WHERE NOT is_bot AND a.seats = 0"
    )
    left_over = [log_odds(fit) - worth(effects["traits"], *levels) for fit, *levels in rows]
    assert len(rows) > 1_500
    assert mean(left_over) == pytest.approx(0.0, abs=0.05)
    assert stdev(left_over) == pytest.approx(effects["unseen_fit_sd"], rel=0.06)


def worth(traits, seniority, department, role, country, industry, funding, employees, technologies):
    band = next(
        band for band in reversed(traits["employees"]) if employees >= int(band.split("-")[0].rstrip("+"))
    )
    used = [word for word in technologies.split(";") if word]
    return (
        traits["seniority"][seniority]
        + traits["department"][department]
        + traits["role"][role]
        + traits["country"][country]
        + traits["industry"][industry]
        + traits["funding"][funding]
        + traits["employees"][band]
        + sum(traits["technologies"][word] for word in used)
    )


def test_would_be_buyers_are_as_many_as_their_chances_say(ask):
    [(drawn, expected)] = ask("SELECT avg(would_buy::INT), avg(would_buy_probability) FROM truth_leads")
    assert drawn == pytest.approx(expected, abs=0.012)


def test_the_drift_half_way_is_in_the_truth(market):
    effects = market.truth.effects
    assert effects["drift"]["at"] == "2026-05-02T12:00:00Z"
    social = effects["channels"]["paid_social"]
    assert social["base_rate_after_drift"] < 0.5 * social["base_rate_before_drift"]
    webinar = effects["behaviours"]["webinar_registered"]
    assert webinar["log_odds_per_occurrence_after_drift"] < 0.2 < webinar["log_odds_per_occurrence"]


def test_after_the_drift_webinars_tell_less_of_intent(ask):
    query = (
        "WITH did AS (SELECT DISTINCT lead_id FROM events WHERE kind = 'webinar_registered') "
        "SELECT avg(intent) FILTER (lead_id IN (FROM did)) - avg(intent) FILTER (lead_id NOT IN (FROM did)) "
        "FROM truth_leads JOIN leads USING (lead_id) WHERE NOT is_bot AND created_at {} '2026-05-02 12:00:00'"
    )
    [(before,)], [(after,)] = ask(query.format("<")), ask(query.format(">="))
    assert before > 0.08
    assert after < 0.5 * before


def test_the_effects_name_every_channel_trait_level_and_behaviour_of_the_data(market, ask):
    effects = json.loads(json.dumps(market.truth.effects))
    assert {name for (name,) in ask("SELECT DISTINCT channel FROM leads")} == set(effects["channels"])
    for column in ("industry", "funding"):
        assert {name for (name,) in ask(f"SELECT DISTINCT {column} FROM accounts")} <= set(
            effects["traits"][column]
        )
    for column in ("seniority", "department", "role", "country"):
        levels = {name for (name,) in ask(f"SELECT DISTINCT {column} FROM truth_leads")}
        assert levels <= set(effects["traits"][column])
    described = {one["kind"] for one in effects["behaviours"].values()}
    told = {kind for (kind,) in ask("SELECT DISTINCT kind FROM events")}
    assert told - described == {"email_delivered", "email_unsubscribed"}
    assert {"seasonality", "deal_lag", "machines", "deal_amount"} <= set(effects)


def test_duplicates_are_one_human_with_two_addresses(ask):
    rows = ask(
        "SELECT t.person_id = o.person_id, l.email <> first.email, l.created_at >= first.created_at, "
        "o.duplicate_of IS NULL FROM truth_leads t JOIN truth_leads o ON o.lead_id = t.duplicate_of "
        "JOIN leads l ON l.lead_id = t.lead_id JOIN leads first ON first.lead_id = t.duplicate_of "
        "WHERE l.email IS NOT NULL AND first.email IS NOT NULL"
    )
    assert len(rows) == pytest.approx(0.03 * 3_000, abs=15)
    assert all(all(row) for row in rows)


def test_only_duplicates_share_a_human(ask):
    [(leads, humans, duplicates)] = ask(
        "SELECT count(*), count(DISTINCT person_id), count(duplicate_of) FROM truth_leads"
    )
    assert leads == humans + duplicates
