"""Every row belongs to something that exists, at a moment at which it can have happened."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

OWNED = ("traits", "events", "links", "answers", "decisions", "outcomes", "truth_leads")

# Queries whose answer is the rows that should not be there.
REFERENCES = {
    **{
        f"{table} of unknown leads": f"SELECT lead_id FROM {table} WHERE lead_id IS NOT NULL "
        "AND lead_id NOT IN (SELECT lead_id FROM leads)"
        for table in OWNED
    },
    "leads of unknown accounts": "SELECT lead_id FROM leads WHERE account_id IS NOT NULL "
    "AND account_id NOT IN (SELECT account_id FROM accounts)",
    "links of devices that did nothing": "SELECT anonymous_id FROM links "
    "WHERE anonymous_id NOT IN (SELECT anonymous_id FROM events WHERE anonymous_id IS NOT NULL)",
    "events without truth": "SELECT event_id FROM events EXCEPT SELECT event_id FROM truth_events",
    "truth without events": "SELECT event_id FROM truth_events EXCEPT SELECT event_id FROM events",
    "leads without truth": "SELECT lead_id FROM leads EXCEPT SELECT lead_id FROM truth_leads",
    "duplicates of nothing": "SELECT duplicate_of FROM truth_leads WHERE duplicate_of IS NOT NULL "
    "AND duplicate_of NOT IN (SELECT lead_id FROM leads)",
    "events of nobody": "SELECT event_id FROM events WHERE lead_id IS NULL AND anonymous_id IS NULL",
}
MOMENTS = [
    ("leads", "created_at"),
    ("accounts", "created_at"),
    ("traits", "learned_at"),
    ("events", "happened_at"),
    ("events", "received_at"),
    ("links", "learned_at"),
    ("answers", "answered_at"),
    ("decisions", "decided_at"),
    ("outcomes", "closed_at"),
]
KEYS = [
    ("leads", "lead_id"),
    ("leads", "email"),
    ("accounts", "account_id"),
    ("accounts", "domain"),
    ("events", "event_id"),
    ("links", "anonymous_id"),
    ("outcomes", "lead_id"),
    ("traits", "(lead_id, name, learned_at)"),
    ("costs", "(channel, campaign, day)"),
]
AFTER_THE_LEAD = [
    ("traits", "learned_at"),
    ("answers", "answered_at"),
    ("decisions", "decided_at"),
    ("outcomes", "closed_at"),
    ("events", "happened_at"),
    ("links", "learned_at"),
]


@pytest.mark.parametrize("name", REFERENCES)
def test_there_are_no(name, ask):
    assert ask(REFERENCES[name]) == []


@pytest.mark.parametrize(("table", "column"), KEYS)
def test_nothing_comes_twice(table, column, ask):
    assert (
        ask(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1") == []
    )


@pytest.mark.parametrize(("table", "column"), MOMENTS)
def test_moments_lie_within_the_market(table, column, market, ask):
    [(first, last)] = ask(f"SELECT min({column})::TIMESTAMP, max({column})::TIMESTAMP FROM {table}")
    assert market.start <= first.date()
    assert last.date() < market.end
    assert last - first > timedelta(days=200)


@pytest.mark.parametrize(("table", "column"), AFTER_THE_LEAD)
def test_nothing_is_told_of_a_lead_before_it_was_made(table, column, ask):
    early = f"SELECT count(*) FROM {table} JOIN leads USING (lead_id) WHERE {table}.{column} < created_at"
    assert ask(early) == [(0,)]


def test_accounts_are_in_the_books_before_their_leads(ask):
    query = "FROM leads JOIN accounts USING (account_id) WHERE accounts.created_at > leads.created_at"
    assert ask(f"SELECT count(*) {query}") == [(0,)]


def test_events_arrive_after_they_happened_most_within_seconds_and_some_days_later(ask):
    [(never_before, soon, late)] = ask(
        "SELECT bool_and(received_at >= happened_at), avg((received_at < happened_at + INTERVAL 1 "
        "MINUTE)::INT), count(*) FILTER (received_at > happened_at + INTERVAL 6 HOUR) FROM events"
    )
    assert never_before
    assert soon > 0.95
    assert late > 100


def test_anonymous_events_of_a_linked_device_come_before_its_link_and_named_ones_after(ask):
    [(anonymous, named)] = ask(
        "SELECT count(*) FILTER (e.lead_id IS NULL), count(*) FILTER (e.lead_id = l.lead_id) "
        "FROM events e JOIN links l USING (anonymous_id)"
    )
    wrong = ask(
        "SELECT e.event_id FROM events e JOIN links l USING (anonymous_id) "
        "WHERE (e.lead_id IS NULL) <> (e.happened_at < l.learned_at) OR e.lead_id <> l.lead_id"
    )
    assert wrong == []
    assert anonymous > 1_000
    assert named > 10_000


def test_some_visitors_never_say_who_they_are(ask):
    [(strangers, known)] = ask(
        "SELECT count(*) FILTER (lead_id IS NULL), count(lead_id) FROM events "
        "WHERE anonymous_id NOT IN (SELECT anonymous_id FROM links)"
    )
    assert strangers > 1_000
    assert known == 0


def test_a_lead_made_by_a_form_is_known_from_the_moment_of_the_form(ask):
    [(forms, linked)] = ask(
        "SELECT count(*), count(*) FILTER (k.learned_at = l.created_at) FROM leads l JOIN events e ON "
        "e.lead_id = l.lead_id AND e.kind = 'form_submitted' AND e.happened_at = l.created_at JOIN "
        "links k USING (anonymous_id)"
    )
    assert forms == linked > 2_000


def test_properties_are_json_with_what_their_kind_promises(ask):
    promised = {
        "page_viewed": {"page", "seconds"},
        "form_submitted": {"form"},
        "content_downloaded": {"title"},
        "webinar_registered": {"title"},
        "webinar_attended": {"title", "minutes"},
        "email_opened": {"campaign"},
        "email_clicked": {"campaign", "link"},
        "product_used": {"feature", "seconds"},
        "limit_reached": {"limit"},
    }
    for kind, text in ask("SELECT DISTINCT kind, properties FROM events"):
        assert promised.get(kind, set()) <= set(json.loads(text)), (kind, text)


def test_page_views_nest_the_page_and_how_somebody_came(ask):
    [(paths, sources)] = ask(
        "SELECT count(DISTINCT properties->>'$.page.path'), count(DISTINCT properties->>'$.utm.source') "
        "FROM events WHERE kind = 'page_viewed'"
    )
    assert paths == 20
    assert sources >= 8
