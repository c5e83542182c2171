"""What people do tells of what they want, imperfectly; some of it tells nothing, some is not even people."""

from __future__ import annotations

import pytest


def views(ask, path: str, condition: str) -> float:
    """The mean number of views of a path, by the leads that meet the condition."""
    [(mean,)] = ask(
        "WITH seen AS (SELECT coalesce(e.lead_id, k.lead_id) AS lead_id FROM events e "
        "LEFT JOIN links k USING (anonymous_id) "
        f"WHERE kind = 'page_viewed' AND (properties->>'$.page.path') LIKE '{path}'), "
        "counted AS (SELECT lead_id, count(*) AS n FROM seen GROUP BY 1) "
        "SELECT avg(coalesce(n, 0)) FROM truth_leads LEFT JOIN counted USING (lead_id) "
        f"WHERE NOT is_bot AND {condition}"
    )
    return float(mean)


def share_who(ask, kind: str, condition: str) -> float:
    """The share of the leads meeting the condition that ever did the kind of event."""
    [(share,)] = ask(
        f"SELECT avg((lead_id IN (SELECT lead_id FROM events WHERE kind = '{kind}' AND lead_id IS NOT "
        f"NULL))::INT) FROM truth_leads WHERE NOT is_bot AND {condition}"
    )
    return float(share)


@pytest.mark.slow
def test_keener_leads_look_at_prices_more(ask):
    assert views(ask, "/pricing", "intent > 0.6") > 3 * views(ask, "/pricing", "intent < 0.1")


def test_not_every_keen_lead_looks_at_prices_and_some_idle_ones_do(ask):
    looked = (
        "lead_id IN (SELECT coalesce(e.lead_id, k.lead_id) FROM events e LEFT JOIN links k USING "
        "(anonymous_id) WHERE (properties->>'$.page.path') = '/pricing' AND coalesce(e.lead_id, "
        "k.lead_id) IS NOT NULL)"
    )
    [(keen, idle)] = ask(
        f"SELECT avg(({looked})::INT) FILTER (intent > 0.6), avg(({looked})::INT) FILTER (intent < 0.1) "
        "FROM truth_leads WHERE NOT is_bot"
    )
    assert 0.3 < keen < 0.9
    assert 0.05 < idle < 0.5 * keen


def test_blog_reading_tells_nothing_of_intent(ask):
    ratio = views(ask, "/blog%", "intent > 0.6") / views(ask, "/blog%", "intent < 0.1")
    assert ratio == pytest.approx(1.0, abs=0.25)


def test_careers_pages_speak_against_a_purchase(ask):
    assert views(ask, "/careers", "intent > 0.5") < 0.6 * views(ask, "/careers", "intent < 0.1")


@pytest.mark.parametrize("kind", ["demo_requested", "trial_started", "calculator_used", "chat_started"])
def test_keener_leads_more_often(kind, ask):
    assert share_who(ask, kind, "intent > 0.6") > 2 * share_who(ask, kind, "intent < 0.1")


def test_opening_mail_tells_nothing_of_intent(ask):
    ratio = share_who(ask, "email_opened", "intent > 0.6") / share_who(ask, "email_opened", "intent < 0.1")
    assert ratio == pytest.approx(1.0, abs=0.15)


def test_machines_open_and_click_within_seconds_of_delivery(ask):
    rows = ask(
        "SELECT machine, kind, count(*), max(waited), median(waited) FROM (SELECT m.machine, o.kind, "
        "min(epoch(o.happened_at - d.happened_at)) AS waited FROM events o JOIN truth_events m USING "
        "(event_id) JOIN events d ON d.lead_id = o.lead_id AND d.kind = 'email_delivered' AND "
        "d.happened_at <= o.happened_at AND (d.properties->>'$.campaign') = "
        "(o.properties->>'$.campaign') WHERE m.machine <> 'bot' GROUP BY m.machine, o.kind, "
        "o.event_id) GROUP BY 1, 2"
    )
    found = {(machine, kind): (count, longest, middle) for machine, kind, count, longest, middle in rows}
    assert set(found) == {
        ("privacy_proxy", "email_opened"),
        ("security_scanner", "email_opened"),
        ("security_scanner", "email_clicked"),
    }
    for count, longest, middle in found.values():
        assert count > 200
        assert middle < 10
        assert longest < 120


def test_scanners_follow_every_link_of_a_mail(ask):
    rows = ask(
        "SELECT count(DISTINCT properties->>'$.link') FROM events JOIN truth_events USING (event_id) "
        "WHERE machine = 'security_scanner' AND kind = 'email_clicked' "
        "GROUP BY lead_id, properties->>'$.campaign'"
    )
    assert {links for (links,) in rows} == {4}


def test_nobody_gets_mail_after_unsubscribing(ask):
    query = (
        "FROM events u JOIN events d USING (lead_id) WHERE u.kind = 'email_unsubscribed' "
        "AND d.kind = 'email_delivered'"
    )
    [(before, after)] = ask(
        "SELECT count(*) FILTER (d.happened_at < u.happened_at), count(*) FILTER (d.happened_at >= "
        "u.happened_at) " + query
    )
    assert before > 0
    assert after == 0


def test_bots_are_all_bot_and_nobody_else_is(ask):
    rows = ask(
        "SELECT DISTINCT is_bot, machine = 'bot' FROM truth_leads JOIN events USING (lead_id) "
        "JOIN truth_events USING (event_id) WHERE machine IS NULL OR machine = 'bot'"
    )
    assert set(rows) == {(True, True), (False, None)}


def test_the_product_is_used_only_after_a_trial_began(ask):
    rows = ask(
        "WITH began AS (SELECT lead_id, min(happened_at) AS trial_at FROM events WHERE kind = "
        "'trial_started' GROUP BY 1) SELECT count(*), count(*) FILTER (happened_at < trial_at) FROM "
        "events JOIN began USING (lead_id) WHERE kind IN ('product_used', 'limit_reached', "
        "'teammate_invited', 'integration_connected')"
    )
    assert rows[0][0] > 1_000
    assert rows[0][1] == 0


def test_who_attends_a_webinar_registered_before(ask):
    rows = ask(
        "SELECT a.event_id FROM events a WHERE kind = 'webinar_attended' AND NOT EXISTS (FROM events r WHERE "
        "r.kind = 'webinar_registered' AND r.lead_id = a.lead_id AND r.happened_at < a.happened_at "
        "AND (r.properties->>'$.title') = (a.properties->>'$.title'))"
    )
    # One in a hundred registrations arrives late, and may arrive after the market's end.
    assert len(rows) <= 2


def test_a_lead_leaves_about_twenty_events_and_a_few_leave_very_many(ask, market):
    assert market.events.num_rows / 3_000 == pytest.approx(20, abs=3)
    [(middle, most)] = ask(
        "SELECT median(n), quantile_cont(n, 0.99) FROM (SELECT count(*) AS n FROM events "
        "WHERE lead_id IS NOT NULL GROUP BY lead_id)"
    )
    assert most > 8 * middle


def test_weekends_and_august_are_quiet(ask):
    [(weekend, august, september)] = ask(
        "SELECT avg((isodow(happened_at) > 5)::INT), count(*) FILTER (month(happened_at) = 8), "
        "count(*) FILTER (month(happened_at) = 9) FROM events WHERE kind = 'page_viewed'"
    )
    assert 0.01 < weekend < 0.12
    assert august < 0.75 * september


def test_everybody_works_by_their_own_clock(ask):
    """At 03:00-06:00 UTC India is at work, and neither Europe nor America is."""
    rows = ask(
        "SELECT t.country, avg((hour(happened_at) BETWEEN 3 AND 5)::INT) FROM events JOIN truth_leads "
        "t USING (lead_id) WHERE kind = 'page_viewed' AND NOT is_bot AND t.country IN ('IN', 'DE', "
        "'US') GROUP BY 1"
    )
    shares = dict(rows)
    assert shares["IN"] > 0.2
    assert max(shares["DE"], shares["US"]) < 0.06
