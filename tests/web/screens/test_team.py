"""My day, the team, leads that nobody has, and other rules: what people see and do there."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.living.errands import Errands
from qualify.web.screens.team import simulating
from qualify.web.screens.team.words import hours_of, written_hours
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.reps import set_rep
from tests.web.handing.conftest import MAX, RAVI, ROSA, Company, owners, settled
from tests.web.screens.members import Members
from tests.web.screens.test_inbox import text_of

ALWAYS = [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
           "from": "00:00", "until": "24:00"}]  # fmt: skip


@pytest.fixture
def company(members: Members) -> Company:
    """Two reps who are always at work, and whoever leads them."""
    company = settled()
    for address in (ROSA, RAVI):
        set_rep(the_owner(), address, now(), hours=ALWAYS)
    return company


@pytest.fixture
def hers(company: Company, members: Members) -> int:
    """A lead that asked for a demo a moment ago, and is Rosa's."""
    set_rep(the_owner(), RAVI, now(), weight=0)
    return company.hand("jane", now())


def button(page: Any, words: str) -> str:
    """What the button says that it does, by the words on it."""
    found = re.findall(r'<button[^>]*name="do" value="([^"]+)"[^>]*>([^<]+)</button>', page.content.decode())
    return next(str(value) for value, said in found if said == words).replace("&quot;", '"')


def test_a_day_shows_who_waits_and_one_button_does_the_touch(hers: int, members: Members) -> None:
    page = members.rosa.get("/day")
    said = text_of(page)
    assert "My day" in said and "Jane" in said and "say why you write" in said and "due in 2 hours" in said
    answer = members.rosa.post("/day/do", {"do": button(page, "I wrote"), "once": "o" * 22}, follow=True)
    assert "Done: Jane" in text_of(answer)
    assert rows("SELECT channel, outcome, rep_id FROM contact") == [("email", "sent", ROSA)]
    members.rosa.post("/day/do", {"do": button(page, "I wrote"), "once": "o" * 22})
    assert rows("SELECT count(*) FROM contact") == [(1,)], "a form that is sent twice does its work once"


@pytest.mark.slow
def test_a_touch_can_be_left_out_and_a_call_logged(hers: int, company: Company, members: Members) -> None:
    page = members.rosa.get("/day")
    members.rosa.post("/day/do", {"do": button(page, "Skip")})
    assert rows("SELECT step, skipped FROM step_done") == [(0, 1)] or rows("SELECT step FROM step_done") == [
        (0,)
    ]
    members.rosa.post("/day/do", {"do": f"called:no answer:{hers}"})
    assert rows("SELECT channel, outcome FROM contact") == [("phone", "no answer")]
    company.works(now())
    assert rows("SELECT state FROM handoff") == [("answered",)]
    form = members.rosa.get(f"/day/contact/{hers}")
    assert "How were you in touch with Jane?" in text_of(form)
    members.rosa.post(f"/day/contact/{hers}", {"channel": "meeting", "outcome": "", "note": ""})
    answer = members.rosa.post(
        f"/day/contact/{hers}", {"channel": "meeting", "outcome": "booked", "note": "on Friday"}
    )
    assert answer.status_code == 302
    assert ("meeting", "booked", "on Friday") in rows("SELECT channel, outcome, note FROM contact")


@pytest.mark.slow
def test_a_mail_that_qualify_sends_is_marked_until_it_is_sent(
    hers: int, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "MAIL", settings.MAIL._replace(host="mail.example"))
    words = urlencode({"step": 0, "sequence": "eight touches"})
    assert "say why you write" in text_of(members.rosa.get(f"/day/write/{hers}?{words}"))
    told = {"step": "0", "sequence": "eight touches", "subject": "Hello", "text": "You asked for a demo."}
    assert members.rosa.post(f"/day/write/{hers}", told).status_code == 302
    assert "Qualify sends the mail" in text_of(members.rosa.get("/day"))


@pytest.mark.slow
def test_somebody_elses_day_is_for_whoever_leads_them(hers: int, members: Members) -> None:
    assert "Rosa" in text_of(members.max.get(f"/day?rep={ROSA}")) and "Jane" in text_of(
        members.max.get(f"/day?rep={ROSA}")
    )
    assert members.ravi.get(f"/day?rep={ROSA}").status_code == 403
    assert "Nothing waits for you today" in text_of(members.ravi.get("/day"))
    assert "No leads are given to you" in text_of(members.mia.get("/day"))
    calendar = members.rosa.get("/day/calendar.ics")
    assert calendar["Content-Type"].startswith("text/calendar") and b"BEGIN:VEVENT" in calendar.content


@pytest.mark.slow
def test_the_team_with_its_load_its_hours_and_its_speed(
    hers: int, company: Company, members: Members
) -> None:
    set_rep(the_owner(), ROSA, now(), capacity={"leads": 5, "per": "day"}, skills=["german"])
    members.rosa.post("/day/do", {"do": f"called:connected:{hers}"})
    company.works(now())
    said = text_of(members.vic.get("/team"))
    assert "1 of 5 today" in said and "german" in said and "Mon–Sun 00:00–24:00" in said
    assert "Within the promise" in said and "100%" in said


@pytest.mark.slow
def test_a_rep_is_set_up_changed_away_and_there_again(company: Company, members: Members) -> None:
    told = {"email": "rita@qualify.example", "name": "Rita", "teams": "sales, dach", "weight": "2", "capacity": "9",
            "per": "month", "time_zone": "America/New_York", "hours": "Mon–Thu 08:00–12:30\nFri 10:00-14:00",
            "countries": "US", "skills": ""}  # fmt: skip
    assert members.rosa.get("/team/new").status_code == 403
    assert "no stretch of work" in text_of(members.max.post("/team/new", {**told, "hours": "at night"}))
    assert members.max.post("/team/new", told).status_code == 302
    page = members.max.get("/team/rita@qualify.example")
    assert "Mon–Thu 08:00–12:30" in page.content.decode() and "sales, dach" in page.content.decode()
    del told["email"]
    members.max.post("/team/rita@qualify.example", {**told, "weight": "1"})
    assert '"weight":1' in rows("SELECT settings FROM rep_setting ORDER BY id DESC LIMIT 1")[0][0]
    members.max.post(
        "/team/rita@qualify.example/away", {"first": "2030-08-03", "last": "2030-08-14", "note": "Maine"}
    )
    [(starts, ends)] = rows("SELECT starts_at, ends_at FROM absence")
    assert (ends - starts) == 12 * 86_400_000 and starts == 1_911_960_000_000, "days are days in New York"
    assert "Maine" in text_of(members.max.get("/team/rita@qualify.example"))
    [(number,)] = rows("SELECT id FROM absence")
    assert members.rosa.post(f"/team/rita@qualify.example/away/{number}/off").status_code == 403
    members.max.post(f"/team/rita@qualify.example/away/{number}/off")
    assert "Maine" not in text_of(members.max.get("/team/rita@qualify.example"))
    assert (
        members.rosa.post(f"/team/{ROSA}/away", {"first": "2030-01-01", "last": "2030-01-02"}).status_code
        == 302
    )


def test_an_absence_is_listed_by_its_days_and_one_that_ends_before_it_begins_stays_in_the_form(
    company: Company, members: Members
) -> None:
    away = f"/team/{ROSA}/away"
    page = members.rosa.post(away, {"first": "2030-11-22", "last": "2030-11-20", "note": "Maine"})
    assert page.status_code == 400 and "The last day lies before the first one." in text_of(page)
    assert all(f'value="{each}"' in page.content.decode() for each in ("2030-11-22", "2030-11-20", "Maine"))
    page = members.rosa.post(away, {"first": "2030-11-22", "last": "2040-11-20"})
    assert "lasts three years at most" in text_of(page) and not rows("SELECT 1 FROM absence")
    members.rosa.post(away, {"first": "2030-11-22", "last": "2030-11-30"})
    members.rosa.post(away, {"first": "2030-12-24", "last": "2030-12-24"})
    said = text_of(members.rosa.get(f"/team/{ROSA}"))
    assert "22 Nov 2030 – 30 Nov 2030" in said and "24 Dec 2030 Call off" in said
    [(ends_at,)] = rows("SELECT min(ends_at) FROM absence")
    run("UPDATE absence SET starts_at = %s WHERE ends_at = %s", [now() - 1, ends_at])
    assert "away until 30 Nov 2030" in text_of(members.rosa.get("/team")), "the last day that they are away"
    run("UPDATE absence SET ends_at = ends_at - 3600000")
    assert "30 Nov 2030, 11:00" in text_of(members.rosa.get(f"/team/{ROSA}"))


def test_somebody_leaves_after_a_look_at_who_gets_what_and_it_is_undone(hers: int, members: Members) -> None:
    preview = text_of(members.max.get(f"/team/{ROSA}/leave"))
    assert "1 open lead would be with somebody else" in preview and "Max" in preview
    assert owners(hers) == [ROSA]
    answer = members.max.post(f"/team/{ROSA}/leave", follow=True)
    assert owners(hers) == [MAX]
    [(number,)] = rows("SELECT id FROM audit WHERE verb = 'deactivate rep'")
    assert f"/undo/{number}" in answer.content.decode()
    members.max.post(f"/undo/{number}", {"next": "/team"})
    assert owners(hers) == [ROSA]


def test_leads_that_nobody_has_are_loud_for_who_may_give_them_out(company: Company, members: Members) -> None:
    for address in (ROSA, RAVI, MAX):
        set_rep(the_owner(), address, now(), capacity={"leads": 0, "per": "week"})
    lead = company.hand("ann", now())
    assert "1 leads that nobody has" in text_of(members.max.get("/inbox"))
    assert "leads that nobody has" not in text_of(members.rosa.get("/inbox"))
    said = text_of(members.max.get("/unassigned"))
    assert "Ann" in said and "full: 0 of 0 this week" in said
    assert "no leads" not in said
    assert members.rosa.post("/unassigned/preview", {"lead": lead, "to": ROSA}).status_code == 403
    preview = text_of(members.max.post("/unassigned/preview", {"lead": lead, "to": ROSA}))
    assert "Give out 1 lead?" in preview and "Rosa has them then" in preview
    assert owners(lead) == [None]
    members.max.post("/unassigned/give", {"lead": lead, "to": ROSA})
    assert owners(lead) == [ROSA]
    assert "Every lead has somebody" in text_of(members.max.get("/unassigned"))


@pytest.mark.slow
def test_other_rules_are_tried_without_changing_anything(hers: int, members: Members) -> None:
    before = rows("SELECT count(*), max(id) FROM assignment")
    assert before[0][0] == 1
    assert "Nothing is changed by trying" in text_of(members.vic.get("/team/simulate"))
    said = text_of(members.vic.get("/team/simulate?rules=now&days=30"))
    assert "Version 1 would have given 1 of 1 leads to somebody else" in said or "to the same rep" in said
    for address in (ROSA, RAVI, MAX):
        set_rep(the_owner(), address, now(), teams=[])
    said = text_of(members.vic.get("/team/simulate?rules=now"))
    assert "For 1 nobody would have been found; in fact 0." in said
    assert members.vic.get("/team/simulate?rules=draft-99").status_code == 404
    assert members.vic.get("/team/simulate?rules=sideways").status_code == 400
    assert rows("SELECT count(*), max(id) FROM assignment") == before


@pytest.mark.slow
def test_where_many_were_handed_over_a_worker_tries_the_rules(
    hers: int, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in (ROSA, RAVI, MAX):
        set_rep(the_owner(), address, now(), teams=["nowhere"])
    at_once = text_of(members.vic.get("/team/simulate?rules=now"))
    monkeypatch.setattr(simulating, "SOME", 0)
    for _ in range(2):
        assert "A worker routes the leads again" in text_of(members.vic.get("/team/simulate?rules=now"))
    assert rows("SELECT count(*) FROM work WHERE kind = 'simulate'") == [(1,)], (
        "looking again asks for nothing more"
    )
    errands = Errands(now, threading.Event())
    while errands.step(now()):
        pass
    found, when, _ = text_of(members.vic.get("/team/simulate?rules=now")).partition("Found out")
    assert when and "somebody else" in found and at_once.strip().startswith(found.strip())
    run("UPDATE work SET detail = '' WHERE kind = 'simulate'")  # as an erasure does
    assert "A worker routes the leads again" in text_of(members.vic.get("/team/simulate?rules=now"))


@pytest.mark.slow
def test_pages_ask_the_same_whatever_there_is(company: Company, members: Members) -> None:
    def asked() -> Iterator[int]:
        for who, path in (
            ("max", "/team"),
            ("max", "/unassigned"),
            ("rosa", "/day"),
            ("max", f"/team/{ROSA}"),
        ):
            getattr(members, who).get(path)
            with CaptureQueriesContext(connection) as queries:
                assert getattr(members, who).get(path).status_code == 200
            yield len(queries)

    company.hand("first", now())
    run("UPDATE handoff SET rep_id = NULL WHERE person_id IN (SELECT max(person_id) FROM handoff)")
    few = list(asked())
    for place in range(9):
        company.hand(f"p{place}", now())
    assert list(asked()) == few


def test_hours_are_read_as_people_write_them() -> None:
    assert hours_of("") is None
    assert hours_of("mon-wed, fri 9:00 - 13:00") == [
        {"days": ["monday", "tuesday", "wednesday", "friday"], "from": "9:00", "until": "13:00"}
    ]
    from qualify.web.handing.people import rep_of

    kept = hours_of("Sat 22:00–24:00\nSun and Mon 00:00 to 04:00")
    hours = rep_of("x", {"hours": kept}).hours
    assert hours is not None
    assert hours_of("\n".join(written_hours(hours))) == [
        {"days": ["saturday"], "from": "22:00", "until": "24:00"},
        {"days": ["sunday", "monday"], "from": "00:00", "until": "04:00"},
    ] or written_hours(hours) == ["Sat 22:00–24:00", "Mon, Sun 00:00–04:00"]


@pytest.mark.slow
def test_nobody_is_set_up_yet_and_the_pages_are_kind(members: Members, store: Path) -> None:
    for path in ("/day", "/team", "/unassigned", "/team/simulate"):
        assert members.max.get(path).status_code == 200
    assert "Nobody gets leads yet" in text_of(members.max.get("/team"))
    assert "No playbook is in force yet" in text_of(members.max.get("/team/simulate"))
