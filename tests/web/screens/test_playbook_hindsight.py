"""The backtest of a draft on its plan: waited for, said in a sentence, side by side, drawn, and by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qualify.clock import now
from qualify.playbook.starters import text as starter
from qualify.web.bulk.planning import backtested
from qualify.web.database import rows, run
from qualify.web.living.kinds import ask, told_of
from qualify.web.looking import playbook as looking
from qualify.web.looking.plans import backtested as looked_up
from qualify.web.screens.playbook.hindsight import hindsight
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.drafting import ask_plan, begin, save
from tests.web.screens.members import Members
from tests.web.screens.test_playbook_plans import MIA, RESULT, drafted, finished, work_off

__all__ = ["drafted"]

WEEK = 7 * 86_400_000
START = 1_700_000_000_000


def rate(hits: int, of: int) -> dict[str, Any]:
    return {"hits": hits, "of": of, "share": hits / of if of else None, "low": 0.1, "high": 0.6}


def side(handed: int, hits: int) -> dict[str, Any]:
    named = {"lead_id": 7, "total": 44.5, "stage": "sal", "flagged_at": None, "closed_at": START, "amount": 900.0,
             "currency": "EUR"}  # fmt: skip
    return {
        "handed_at": ["mql"], "a_week": handed, "base": rate(20, 100), "precision": rate(hits, 30), "recall": rate(hits, 20),
        "lift": 2.0, "gain": {"before_deal": 20.0, "before_sales": -3.0, "in_time": 2, "of": hits},
        "bands": [{"name": "40.00 to 90.00", "leads": 50, **rate(hits, 40)}, {"name": "0.00 to 39.00", "leads": 50, **rate(3, 60)}],
        "weeks": [[START + place * WEEK, None if place == 0 else handed, 0, {"lead": 5, "mql": handed}] for place in range(3)],
        "revenue": [], "missed": 14, "mistaken": 2, "missed_by_name": [named], "mistaken_by_name": [{**named, "lead_id": 8}],
    }  # fmt: skip


def difference(name: str, one: float, other: float, low: float, high: float) -> dict[str, Any]:
    return {"name": name, "one": one, "other": other, "low": low, "high": high, "sure": low > 0 or high < 0}


HELD = {
    "differences": [difference("precision", 0.2, 0.4, 0.05, 0.3), difference("recall", 0.5, 0.3, -0.4, -0.1),
                    difference("lift", 1.0, 1.1, -0.2, 0.4), difference("revenue EUR", 900.0, 1900.0, -10.0, 2000.0)],
    "both": 10, "only_old": {"leads": 1, "won": 0, "some": [{"lead_id": 9, "won": False}]},
    "only_new": {"leads": 2, "won": 1, "some": [{"lead_id": 7, "won": True}, {"lead_id": 8, "won": False}]},
}  # fmt: skip

PAST: dict[str, Any] = {
    "as_of": START, "why": "", "every": "week", "capacity": 4, "since": START, "until": START + 2 * WEEK, "looks": 3,
    "horizon_days": 30, "version": 1,
    "leads": {"all": 200, "won": 20, "lost": 80, "young": 30, "open": 5, "unworked": 60, "before": 3, "quick": 2},
    "sides": [side(3, 8), side(5, 12)], "held": HELD,
}  # fmt: skip


def asked(number: int) -> None:
    """A worker planned the draft, and is to ask history."""
    found = looking.draft(number)
    assert found is not None
    finished(RESULT)
    ask("backtest", told_of(number, found[0].digest, 1), now())


def test_it_is_waited_for_and_then_says_what_is_more_than_chance(members: Members, drafted: int) -> None:
    where = f"/playbook/drafts/{drafted}/plan"
    members.max.post(where)
    assert '<div id="backtested" hx-get' in members.max.get(where).content.decode(), (
        "it waits for the plan first"
    )
    asked(drafted)
    part = members.max.get(where, headers={"HX-Request": "true", "HX-Target": "backtested"}).content.decode()
    assert part.lstrip().startswith('<div id="backtested" hx-get') and "Waiting for a worker" in part
    finished(PAST)
    page = members.vic.get(where).content.decode()
    assert '<div id="backtested">' in page, "it is done: nothing to wait for"
    assert (
        "The draft is better by more than chance in: won, of those handed over; worse in: handed over, of the won."
        in page
    )
    assert "+20 points" in page and "yes, better" in page and "yes, worse" in page and "8 of 30" in page
    assert "weeks with more than the 4 that sales can work" in page
    assert 'href="/leads/7"' in page and "Won, and missed by the draft: 14" in page and "€900" in page
    assert "The draft alone would have handed over 2 more decided leads, 1 of them won." in page
    assert page.count("data-spec") == 4, "three charts beside the plan's own"


def test_with_too_few_outcomes_it_says_how_many_there_are_and_how_many_are_wanted() -> None:
    few = {**PAST, "leads": {**PAST["leads"], "won": 4}}
    shown = hindsight(few, {})
    assert "4 won and 80 lost are old enough. At least 10 of each are wanted." in " ".join(
        shown["verdict"].split()
    )
    assert not any(row.sure for row in shown["rows"]) and len(shown["charts"]) == 2
    nothing = hindsight({"why": "no outcomes"}, {})
    assert nothing["nothing"].startswith("0 leads are won, lost or decided on yet")


def test_a_backtest_of_another_text_is_not_shown(members: Members, drafted: int) -> None:
    where = f"/playbook/drafts/{drafted}/plan"
    members.max.post(where)
    asked(drafted)
    finished(PAST)
    found = looking.draft(drafted)
    assert found is not None
    save(MIA, drafted, found[1].replace("points: 40", "points: 41"), found[0].digest, now())
    assert "Held against history" not in members.max.get(where).content.decode()


def test_what_fails_says_why(members: Members, drafted: int) -> None:
    where = f"/playbook/drafts/{drafted}/plan"
    members.max.post(where)
    asked(drafted)
    run(
        "UPDATE work SET state = 'failed', detail = 'the draft was changed meanwhile' WHERE kind = 'backtest'"
    )
    assert "History could not be asked: the draft was changed" in members.max.get(where).content.decode()


@pytest.mark.slow
def test_a_draft_is_held_against_the_history_of_a_whole_market(lived: int) -> None:
    number = begin(MIA, now(), title="Earlier")
    earlier = starter("b2b-saas").replace("{score: fit, at_least: 45}", "{score: fit, at_least: 20}")
    found = looking.draft(number)
    assert found is not None
    save(MIA, number, earlier, found[0].digest, now())
    ask_plan(the_owner(), number, now(), capacity=5)
    work_off()
    drafted = looking.draft(number)
    [(version,)] = rows("SELECT id FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    assert drafted is not None
    done = looked_up(drafted[0], version)
    assert done is not None and done.state == "done", done
    told = done.result
    assert told is not None and not told["why"] and told["capacity"] == 5
    assert told["leads"]["all"] == rows("SELECT count(*) FROM person")[0][0]
    old, new = told["sides"]
    assert sum(week[1] or 0 for week in new["weeks"]) >= sum(week[1] or 0 for week in old["weeks"])
    for each in (old, new):
        assert (
            each["recall"]["of"] == told["leads"]["won"]
            and each["missed"] == told["leads"]["won"] - each["recall"]["hits"]
        )
    won = {who for (who,) in rows("SELECT DISTINCT owner_id FROM outcome WHERE outcome = 'won'")}
    assert {each["lead_id"] for each in new["missed_by_name"]} <= won
    assert len(json.dumps(told)) < 60_000 and hindsight(told, {})["verdict"]


@pytest.mark.slow
def test_a_store_without_leads_says_so_and_whoever_stops_ends_the_process(store: Path) -> None:
    from qualify.web.verbs.publish import publish

    done = publish(the_owner(), starter("b2b-saas"), now(), rescore=lambda version, at: 0)
    said: list[str] = []
    told = backtested(starter("b2b-saas"), done.version_id, now(), None, said.append)
    assert told["why"] == "no leads" and said == ["reading the store"]

    def stop(what: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtested(starter("b2b-saas"), done.version_id, now(), None, stop)
