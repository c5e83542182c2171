"""The alignment page against a world whose numbers are known."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.living.working import Worker
from tests.web.cast import Cast, send
from tests.web.screens.crowd import today
from tests.web.screens.handing_over import DAY, HOUR, Handed, company_with_a_playbook, hand_over, rule
from tests.web.screens.members import Members
from tests.web.screens.test_inbox import text_of


@pytest.fixture
def world(members: Members) -> int:
    """Forty leads of the last weeks; the version of the playbook that judged them.

    Twenty had 90 points: 16 won (each 1,000 EUR), 4 lost. Twenty had 30: 2 won, 18 lost. Five more wait, three were
    rejected. What they are worth today is the other way round, and must not matter.
    """
    at = now() - 20 * DAY
    version = company_with_a_playbook(at - 40 * DAY)
    high = [Handed(at, 90, "accepted", "won", 1000, used=HOUR, today=1) for _ in range(16)]
    high += [Handed(at, 90, "accepted", "lost", used=2 * HOUR, today=1) for _ in range(4)]
    low = [
        Handed(at, 30, "accepted", "won", rep="ravi@qualify.example", used=HOUR, today=99) for _ in range(2)
    ]
    low += [
        Handed(at, 30, "accepted", "lost", rep="ravi@qualify.example", used=9 * HOUR, today=99)
        for _ in range(18)
    ]
    waiting = [Handed(at + 7 * DAY, 70, source="referral") for _ in range(5)]
    rejected = [
        Handed(at, 35, "rejected not_icp", source="paid social", rules=(0, 2), used=HOUR) for _ in range(2)
    ]
    rejected += [
        Handed(at, 35, "rejected wrong_timing: in autumn", source="paid social", rules=(2,), used=HOUR)
    ]
    hand_over(version, [*high, *low, *waiting, *rejected])
    return version


def linked(page: Any, words: str) -> list[str]:
    """What the links say that lead to the leads with these words in the address."""
    pattern = r'<a href="/alignment/leads\?([^"]*)">([^<]*)</a>'
    found = re.findall(pattern, page.content.decode())
    return [said for address, said in found if address.replace("&amp;", "&") == words]


def test_the_first_thing_said_is_whether_the_score_is_any_good(world: int, members: Members) -> None:
    said = text_of(members.vic.get("/alignment"))
    assert "Leads with 90 points or more are won 8 × as often as those below 90" in said
    assert "n = 20 and 20" in said
    assert "5 are still open and 3 were rejected" in said
    assert said.index("Is the score any good?") < said.index("What became of what was handed over")


def test_bands_have_their_intervals_and_the_score_is_that_of_the_hand_off(
    world: int, members: Members
) -> None:
    said = text_of(members.vic.get("/alignment"))
    # Wilson's interval of 16 of 20 and of 2 of 20.
    assert "90 and more 20 16 80% 58% – 92%" in said
    assert "below 90 20 2 10% 2.8% – 30%" in said


def test_what_became_of_them_adds_up(world: int, members: Members) -> None:
    said = text_of(members.vic.get("/alignment"))
    assert (
        "Handed over 48 Accepted 40 Rejected 3 7% of those answered Not answered yet 5 Left unanswered 0"
        in said
    )
    assert "Won 18 €16,000.00 Lost 22" in said


def test_why_sales_rejected_and_which_rules_spoke_for_them(world: int, members: Members) -> None:
    page = members.vic.get("/alignment")
    said = text_of(page)
    assert "Not our kind of company 2" in said and "Wrong timing 1" in said
    assert linked(page, f"said=rejected&rule={quote(rule(world, 2)).replace('%20', '+')}") == ["3"]
    assert linked(page, f"said=rejected&rule={quote(rule(world, 0)).replace('%20', '+')}") == ["2"]
    assert linked(page, "said=rejected&source=paid+social") == ["3"]


def test_the_clock_runs_to_the_first_contact_where_contacts_are_known(world: int, members: Members) -> None:
    page = members.vic.get("/alignment")
    said = text_of(page)
    assert "in working hours" in said and "58% were: 25 in time, 18 late" in said
    assert linked(page, "clock=missed&rep=ravi%40qualify.example") == ["18"]
    assert "All 43 2 h 9 h 9 h 58% 18" in said


def test_without_contacts_the_clock_runs_to_the_decision_and_says_so(members: Members) -> None:
    at = now() - 9 * DAY
    version = company_with_a_playbook(at - DAY)
    hand_over(version, [Handed(at, said="accepted"), Handed(at, said="accepted"), Handed(at)])
    said = text_of(members.vic.get("/alignment"))
    assert "From the hand-off to accepting or rejecting" in said
    assert "67% were: 2 in time, 1 late" in said, "nobody has answered the third in nine days"


@pytest.mark.slow
def test_every_number_leads_to_the_leads_behind_it(world: int, members: Members) -> None:
    page = members.vic.get("/alignment").content.decode()
    links = re.findall(r'<a href="(/alignment/leads[^"]*)">([\d,]+)</a>', page)
    assert len(links) > 40
    for address, number in links[::9]:
        many = int(number.replace(",", ""))
        listed = text_of(members.vic.get(address.replace("&amp;", "&")))
        assert f"{many} lead" in listed, address


def test_filters_are_words_of_the_address(world: int, members: Members) -> None:
    said = text_of(members.vic.get("/alignment?source=paid+social"))
    assert "Handed over 3 Accepted 0 Rejected 3" in said and "source paid social" in said
    said = text_of(members.vic.get("/alignment?rep=ravi%40qualify.example"))
    assert "Handed over 20 Accepted 20" in said and "with ravi@qualify.example" in said
    later = dt.datetime.fromtimestamp((now() - 14 * DAY) / 1000, dt.UTC).date()
    said = text_of(members.vic.get(f"/alignment?from={later}"))
    assert "Handed over 5 Accepted 0" in said, "only those who came a week later"
    assert "Too few are closed to say: 0 of the 5" in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("last=3y", "3y"),
        ("from=yesterday", "yesterday is no day"),
        ("from=2026-03-02&to=2026-03-01", "ends before it begins"),
        ("from=2016-03-02&to=2026-03-01", "three years"),
    ],
)
def test_a_period_that_makes_no_sense_is_answered_in_words(members: Members, words: str, why: str) -> None:
    answer = members.vic.get(f"/alignment?{words}")
    assert answer.status_code == 400 and why in text_of(answer)


def test_weeks_begin_on_monday_and_long_periods_are_told_by_months(world: int, members: Members) -> None:
    page = members.vic.get("/alignment?last=4w").content.decode()
    starts = re.findall(r"from=(\d{4}-\d\d-\d\d)&amp;to=", page)
    assert starts and all(dt.date.fromisoformat(each).weekday() == 0 for each in starts)
    assert "By month" in text_of(members.vic.get("/alignment?last=52w"))


def test_a_lead_that_comes_back_is_handed_over_twice(members: Members) -> None:
    at = now() - 30 * DAY
    version = company_with_a_playbook(at - DAY)
    hand_over(version, [Handed(at, 40, "rejected no_intent")])
    again = at + 10 * DAY
    run(
        "INSERT INTO move (person_id, moved_at, place, version_id, stage_from, stage_to, cycle, total, grade, rules) "
        "VALUES (1, %s, 0, %s, 'lead', 'mql', 2, 9000, 'A1', '[]')",
        [again, version],
    )
    said = text_of(members.vic.get("/alignment"))
    assert "Handed over 2 Accepted 0 Rejected 1" in said and "Not answered yet 1" in said
    listed = text_of(members.vic.get("/alignment/leads?least=90"))
    assert "1 lead" in listed and "Not answered yet" in listed


def test_who_goes_before_anybody_answers_is_left_and_not_waiting(members: Members) -> None:
    at = now() - 30 * DAY
    version = company_with_a_playbook(at - DAY)
    hand_over(version, [Handed(at)])
    run(
        "INSERT INTO move (person_id, moved_at, place, version_id, stage_from, stage_to, cycle, total, grade, rules) "
        "VALUES (1, %s, 0, %s, 'mql', 'iql', 1, 900, 'C1', '[]')",
        [at + DAY, version],
    )
    assert "Not answered yet 0 Left unanswered 1" in text_of(members.vic.get("/alignment"))


def test_what_was_taken_back_never_was(world: int, members: Members) -> None:
    run("UPDATE decision SET taken_back_at = %s WHERE decision = 'rejected'", [now()])
    run("UPDATE outcome SET taken_back_at = %s WHERE outcome = 'won'", [now()])
    said = text_of(members.vic.get("/alignment"))
    assert "Rejected 0" in said and "Won 0" in said and "All 22 leads that are closed were lost" in said


def test_the_file_has_every_hand_off_with_all_that_is_said(world: int, members: Members) -> None:
    answer = members.mia.get("/alignment/export?said=rejected")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert len(lines) == 3
    assert {line["reason"] for line in lines} == {"not_icp", "wrong_timing"}
    [timing] = [line for line in lines if line["reason"] == "wrong_timing"]
    assert (timing["points"], timing["words"], timing["rules"]) == ("35", "in autumn", rule(world, 2))
    assert rows("SELECT verb FROM audit ORDER BY id DESC LIMIT 1") == [("export",)]


@pytest.mark.slow
def test_who_may_see_leads_sees_it_and_only_who_may_export_takes_it_away(
    world: int, members: Members
) -> None:
    for browser in (members.ada, members.mia, members.max, members.rosa, members.vic):
        assert browser.get("/alignment").status_code == 200
    assert members.sam.get("/alignment").status_code == 302
    assert "Save as CSV" not in text_of(members.rosa.get("/alignment"))
    assert members.rosa.get("/alignment/export").status_code == 403
    assert members.vic.get("/alignment/export").status_code == 403


@pytest.mark.slow
def test_how_many_queries_it_needs_does_not_hang_on_how_many_leads_there_are(
    world: int, members: Members
) -> None:
    def queries(address: str) -> int:
        members.vic.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert members.vic.get(address).status_code == 200
        return len(seen)

    addresses = ("/alignment", "/alignment/leads?said=accepted")
    before = [queries(each) for each in addresses]
    at = now() - 25 * DAY
    hand_over(
        world,
        [Handed(at, n, "accepted", "won" if n % 2 else "lost", 5, f"s{n % 9}") for n in range(60)],
        1000,
    )
    assert [queries(each) for each in addresses] == before


def test_without_a_playbook_it_says_what_is_missing(members: Members) -> None:
    said = text_of(members.vic.get("/alignment"))
    assert "There is nothing to agree on yet" in said and "To the playbook" in said


def test_without_anybody_handed_over_it_says_when_that_happens(members: Members) -> None:
    company_with_a_playbook(now() - DAY)
    said = text_of(members.vic.get("/alignment"))
    assert "Nothing was handed over in this time" in said and "Look at the last 52 weeks" in said
    assert "In touch within 4 h" in said, "what was agreed on is there all the same"


def test_what_somebody_said_of_a_lead_is_on_the_page_with_its_score_of_then(
    source: Any, members: Members
) -> None:
    """By the forms that reps use, from the hand-off to the money; and points that came later change nothing."""
    jane: Cast = today(source)
    [(total,)] = rows("SELECT total FROM move WHERE person_id = %s AND stage_to = 'mql'", [jane.jane])
    members.rosa.post(f"/leads/{jane.jane}/decide", {"decision": "accepted"})
    members.rosa.post(f"/leads/{jane.jane}/decide", {
        "decision": "won", "amount": "12 000,50", "currency": "eur", "told": "wanted it at once",
        "closed_on": dt.datetime.fromtimestamp(now() / 1000, dt.UTC).date().isoformat(),
    })  # fmt: skip
    send(source, now(), {"type": "track", "event": "Trial Started", "user_id": "jane", "message_id": "later"})
    Worker().work_off(now())

    listed = text_of(members.vic.get("/alignment/leads?came=won"))
    assert "1 lead" in listed and "€12,000.50" in listed and f"{total / 100:g}" in listed
    assert rows("SELECT reason FROM outcome") == [("wanted it at once",)]
    assert rows("SELECT total FROM move WHERE person_id = %s AND stage_to = 'mql'", [jane.jane]) == [(total,)]


def test_a_deal_that_ended_on_another_day_is_told_with_that_day(source: Any, members: Members) -> None:
    jane = today(source)
    day = dt.datetime.fromtimestamp((now() - 3 * DAY) / 1000, dt.UTC).date()
    form = {"decision": "lost", "told": "price", "amount": "900", "currency": "EUR"}
    members.rosa.post(f"/leads/{jane.jane}/decide", {**form, "closed_on": day.isoformat()})
    [(closed_at, amount)] = rows("SELECT closed_at, amount FROM outcome")
    assert dt.datetime.fromtimestamp(closed_at / 1000, dt.UTC).date() == day and float(amount) == 900
    tomorrow = day + dt.timedelta(days=5)
    refused = members.rosa.post(f"/leads/{jane.jane}/decide", {**form, "closed_on": tomorrow.isoformat()})
    assert refused.status_code == 400 and "still to come" in text_of(refused)
