"""Sales decides with reasons, deals close after decisions with a lag, and what is open stays open."""

from __future__ import annotations

import pytest

REASONS = {
    "not_icp",
    "no_intent",
    "bad_data",
    "wrong_timing",
    "duplicate",
    "competitor",
    "unreachable",
    "other",
}


def test_two_to_four_in_a_hundred_leads_are_won(ask):
    [(won,)] = ask("SELECT count(*) / 3000 FROM outcomes WHERE outcome = 'won'")
    assert 0.015 < won < 0.04


def test_most_leads_are_never_worked(ask):
    [(worked,)] = ask("SELECT count(DISTINCT lead_id) / 3000 FROM decisions")
    assert 0.2 < worked < 0.45


def test_decisions_that_need_a_reason_have_one_and_the_others_none(ask):
    rows = ask("SELECT decision, list(DISTINCT reason), count(*) - count(reason) FROM decisions GROUP BY 1")
    told = {decision: (set(reasons) - {None}, without) for decision, reasons, without in rows}
    for decision in ("rejected", "recycled", "disqualified"):
        reasons, without = told[decision]
        assert reasons
        assert reasons <= REASONS
        assert without == 0
    for decision in ("accepted", "confirmed", "reopened"):
        assert told[decision][0] == set()


def test_rejections_know_most_of_the_reasons(ask):
    [(reasons,)] = ask("SELECT list(DISTINCT reason) FROM decisions WHERE decision = 'rejected'")
    assert len(REASONS & set(reasons)) >= 7


@pytest.mark.parametrize("decision", ["confirmed", "recycled", "disqualified"])
def test_only_accepted_leads_are(decision, ask):
    rows = ask(
        f"SELECT lead_id FROM decisions d WHERE decision = '{decision}' AND NOT EXISTS (FROM decisions "
        "a WHERE a.lead_id = d.lead_id AND a.decision = 'accepted' AND a.decided_at < d.decided_at)"
    )
    assert rows == []


def test_only_leads_turned_down_or_given_back_are_reopened(ask):
    rows = ask(
        "SELECT lead_id FROM decisions d WHERE decision = 'reopened' AND NOT EXISTS (FROM decisions a WHERE "
        "a.lead_id = d.lead_id AND a.decision IN ('rejected', 'recycled') AND a.decided_at < d.decided_at)"
    )
    assert rows == []


def test_deals_close_after_the_lead_was_accepted_and_nothing_is_decided_after(ask):
    rows = ask(
        "SELECT o.lead_id FROM outcomes o LEFT JOIN (SELECT lead_id, min(decided_at) FILTER (decision "
        "= 'accepted') AS first, max(decided_at) AS last FROM decisions GROUP BY 1) USING (lead_id) "
        "WHERE first IS NULL OR first >= closed_at OR last > closed_at"
    )
    assert rows == []


def test_won_deals_take_about_a_month_with_a_long_tail(ask):
    [(middle, slow)] = ask(
        "SELECT median(days), quantile_cont(days, 0.9) FROM (SELECT max(epoch(closed_at - "
        "decided_at)) / 86400 AS days FROM outcomes JOIN decisions USING (lead_id) WHERE outcome = "
        "'won' AND decision = 'accepted' GROUP BY lead_id)"
    )
    assert middle == pytest.approx(29, abs=9)
    assert slow > 2 * middle


def test_won_deals_have_an_amount_that_grows_with_the_company_and_lost_ones_none(ask):
    assert ask(
        "SELECT count(*) FROM outcomes WHERE (amount > 0) IS DISTINCT FROM (outcome = 'won' OR NULL)"
    ) == [(0,)]
    [(deals, together)] = ask(
        "SELECT count(*), corr(ln(amount), ln(employees)) "
        "FROM outcomes JOIN leads USING (lead_id) JOIN accounts USING (account_id) WHERE outcome = 'won'"
    )
    assert deals > 30
    assert together > 0.5


def test_every_would_be_buyer_that_closed_won_and_nobody_else(ask):
    rows = ask(
        "SELECT outcome, would_buy, count(*) FROM outcomes JOIN truth_leads USING (lead_id) GROUP BY 1, 2"
    )
    assert {(outcome, buys) for outcome, buys, _ in rows} == {("won", True), ("lost", False)}


def test_deals_not_closed_by_the_end_have_no_outcome(ask):
    [(accepted, recent_closed, early_closed)] = ask(
        "SELECT count(*), avg((o.lead_id IS NOT NULL)::INT) FILTER (decided >= '2026-10-01'), "
        "avg((o.lead_id IS NOT NULL)::INT) FILTER (decided < '2026-05-01') FROM (SELECT lead_id, "
        "max(decided_at) AS decided FROM decisions WHERE decision = 'accepted' GROUP BY 1) LEFT JOIN "
        "outcomes o USING (lead_id)"
    )
    assert accepted > 300
    assert recent_closed < 0.3
    assert early_closed > 0.5


def test_open_deals_of_would_be_buyers_are_censored_and_not_lost(ask):
    [(censored,)] = ask(
        "SELECT count(*) FROM truth_leads t WHERE would_buy AND duplicate_of IS NULL "
        "AND lead_id IN (SELECT lead_id FROM decisions WHERE decision = 'accepted') "
        "AND lead_id NOT IN (SELECT lead_id FROM outcomes)"
    )
    assert censored > 0


def test_accepted_leads_win_as_often_as_their_chances_say(ask):
    """So a model of the chance to buy can be judged against it; only deals old enough to have closed."""
    [(leads, won, expected)] = ask(
        "SELECT count(*), avg((outcome IS NOT DISTINCT FROM 'won')::INT), avg(would_buy_probability) "
        "FROM truth_leads t LEFT JOIN outcomes USING (lead_id) WHERE duplicate_of IS NULL AND lead_id IN "
        "(SELECT lead_id FROM decisions WHERE decision = 'accepted' AND decided_at < '2026-05-01')"
    )
    assert leads > 150
    assert won == pytest.approx(expected, abs=0.06)


def test_sales_prefers_fit_and_intent_and_is_sometimes_wrong(ask):
    rows = dict(
        ask(
            "SELECT decision, avg(fit + intent) FROM decisions JOIN truth_leads USING (lead_id) "
            "WHERE decision IN ('accepted', 'rejected') GROUP BY 1"
        )
    )
    [(missed,)] = ask(
        "SELECT count(*) FROM decisions JOIN truth_leads USING (lead_id) "
        "WHERE decision = 'rejected' AND would_buy AND duplicate_of IS NULL"
    )
    assert rows["accepted"] > rows["rejected"] + 0.15
    assert missed > 0


def test_confirmed_leads_have_more_questions_satisfied(ask):
    rows = dict(
        ask(
            "WITH sql AS (SELECT DISTINCT lead_id FROM decisions WHERE decision = 'confirmed') SELECT "
            "lead_id IN (FROM sql), avg((satisfied = 'yes')::INT) FROM answers WHERE source = 'sales' "
            "GROUP BY 1"
        )
    )
    assert rows[True] > rows[False] + 0.2


def test_answers_have_a_known_question_a_confidence_and_some_run_out(ask):
    rows = ask(
        "SELECT question, count(*), min(confidence), max(confidence), count(expires_at), "
        "bool_and(expires_at IS NULL OR expires_at > answered_at) FROM answers GROUP BY 1"
    )
    assert {question for question, *_ in rows} == {"budget", "authority", "need", "timeline"}
    for question, count, least, most, expiring, in_order in rows:
        assert 0 <= least < most <= 1
        assert expiring == (count if question in ("budget", "timeline") else 0)
        assert in_order
