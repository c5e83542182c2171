"""The inbox: what waits for whom, what to do about it, and what happens when two reps do it at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qualify.capture.model import Source
from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.handing.giving import NOTHING_DUE
from qualify.web.looking import inbox as looking
from qualify.web.looking.decided import NOTHING, stories
from tests.web.cast import OWNER, Cast
from tests.web.screens.crowd import crowd, today
from tests.web.screens.members import Members


@pytest.fixture
def people(source: Source) -> Cast:
    """Jane, who is to be accepted, and Joe."""
    return today(source)


def text_of(answer: Any) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def word_of(lead: int) -> str:
    """A lead as a row of the page carries it."""
    return f"{lead}-{stories([lead]).get(lead, NOTHING).seen}"


def stage_of(lead: int) -> str:
    [(stage,)] = rows("SELECT stage FROM standing WHERE person_id = %s", [lead])
    return str(stage)


def accept(browser: Client, lead: int, **more: str) -> Any:
    return browser.post("/inbox/accept", {"accept": word_of(lead), **more})


def test_a_lead_waits_with_its_strongest_reasons_and_what_to_do(people: Cast, members: Members) -> None:
    said = text_of(members.rosa.get("/inbox"))
    assert "jane@acme-corp.io" in said and "Asked for a demo" in said and "Matches the ICP" in said
    assert "late" in said and "Accept or reject" in said
    assert "joe@gmail.com" not in said
    assert said.count("jane@acme-corp.io") == 1, "who has no other name is called by the address, once"


def test_who_accepts_a_lead_works_it_from_then_on(people: Cast, members: Members) -> None:
    answer = accept(members.rosa, people.jane, next="/inbox?show=new")
    assert answer.headers["Location"] == "/inbox?show=new"
    assert stage_of(people.jane) == "sal"
    said = text_of(members.rosa.get("/inbox?show=mine"))
    assert (
        "yours" in said and "is yours now" in said and "Undo" in said and "ask about: budget" in said.lower()
    )
    assert "jane@acme-corp.io" not in text_of(members.ravi.get("/inbox?show=mine"))
    assert "Rosa" in text_of(members.ravi.get("/inbox?show=all"))


def test_of_two_reps_the_slower_is_told_who_was_quicker(people: Cast, members: Members) -> None:
    word = word_of(people.jane)
    members.rosa.post("/inbox/accept", {"accept": word})
    answer = members.ravi.post("/inbox/accept", {"accept": word})
    assert answer.status_code == 409 and "Rosa accepted this lead just now" in text_of(answer)
    refused = members.ravi.post(
        f"/inbox/{people.jane}/reject", {"seen": word.partition("-")[2], "reason": "no_intent"}
    )
    assert refused.status_code == 409
    assert rows("SELECT decision, decided_by FROM decision") == [("accepted", "rosa@qualify.example")]


def test_a_form_that_is_sent_twice_does_it_once(people: Cast, members: Members) -> None:
    words = {"accept": word_of(people.jane), "once": "of-this-page"}
    assert [members.rosa.post("/inbox/accept", words).status_code for _ in range(3)] == [302, 302, 302]
    assert rows("SELECT count(*) FROM decision") == [(1,)]
    # The same page can still do something to another lead.
    members.rosa.post("/inbox/accept", {"accept": word_of(people.joe), "once": "of-this-page"})
    assert rows("SELECT count(*) FROM decision") == [(2,)]


def test_a_rejection_says_why(people: Cast, members: Members) -> None:
    page = text_of(members.rosa.get(f"/inbox/{people.jane}/reject"))
    assert "No intent to buy" in page and "Something else" in page
    words = {
        "seen": word_of(people.jane).partition("-")[2],
        "reason": "wrong_timing",
        "note": "asks  in\nspring",
    }
    assert members.rosa.post(f"/inbox/{people.jane}/reject", words).status_code == 302
    assert rows("SELECT decision, reason FROM decision") == [("rejected", "wrong_timing: asks in spring")]
    assert stage_of(people.jane) == "recycled"


def reject(browser: Client, lead: int, reason: str, **more: str) -> Any:
    return browser.post(
        f"/inbox/{lead}/reject", {"seen": word_of(lead).partition("-")[2], "reason": reason, **more}
    )


def detail_of(lead: int) -> dict[str, Any]:
    """What is kept with the refusal of a lead."""
    [(detail,)] = rows("SELECT detail FROM decision WHERE owner_id = %s AND decision = 'rejected'", [lead])
    return dict(json.loads(detail))


def test_what_each_reason_does_is_said_before_it_is_chosen(people: Cast, members: Members) -> None:
    said = text_of(members.rosa.get(f"/inbox/{people.jane}/reject"))
    assert "No intent to buy Rests 60 days, and comes back by itself" in said
    assert "Wrong or missing data Rests 7 days, and comes back by itself; somebody is asked to mend" in said
    assert "Wrong timing Rests until the day that you name, else 90 days Comes back on" in said
    assert "Competitor Ends it, until somebody reopens it; nobody of this account" in said
    several = members.rosa.post("/inbox/several", {"lead": [word_of(people.jane)], "what": "reject"})
    assert "Rests 60 days" in text_of(several)
    assert 'name="back_on"' not in several.content.decode(), "a day is of one lead"
    assert "Wrong timing Rests 90 days, and comes back by itself" in text_of(several)


def test_wrong_timing_names_the_day_on_which_it_comes_back(people: Cast, members: Members) -> None:
    assert reject(members.rosa, people.jane, "wrong_timing", back_on="2020-01-01").status_code == 400
    assert reject(members.rosa, people.jane, "wrong_timing", back_on="in spring").status_code == 400
    assert not rows("SELECT 1 FROM decision")
    assert reject(members.rosa, people.jane, "wrong_timing", back_on="2030-03-01").status_code == 302
    assert detail_of(people.jane)["back_at"] == 1_898_553_600_000  # its beginning, where Rosa is


def test_a_duplicate_names_the_other_lead_by_address_number_or_mail(people: Cast, members: Members) -> None:
    assert reject(members.rosa, people.jane, "duplicate", duplicate_of="nobody@x.example").status_code == 400
    assert reject(members.rosa, people.jane, "duplicate", duplicate_of=str(people.jane)).status_code == 400
    assert not rows("SELECT 1 FROM decision")
    reject(members.rosa, people.jane, "duplicate", duplicate_of=f"https://leads.example/leads/{people.joe}/")
    assert detail_of(people.jane)["duplicate_of"] == people.joe
    reject(members.rosa, people.joe, "duplicate", duplicate_of="Jane@acme-corp.io", back_on="2030-01-01")
    assert detail_of(people.joe)["duplicate_of"] == people.jane, (
        "a day that belongs to another reason is no matter"
    )


def field_of(page: Any, name: str) -> str:
    """A field of a form, as it is written."""
    return next(re.finditer(rf'<input[^>]*name="{name}"[^>]*>', page.content.decode()))[0]


def test_what_was_sent_in_vain_stays_in_the_form(people: Cast, members: Members) -> None:
    page = reject(
        members.rosa, people.jane, "wrong_timing", back_on="2020-01-01", note="in spring", next="/x"
    )
    assert page.status_code == 400 and "Why is" in text_of(page) and "This day is over" in text_of(page)
    assert 'value="2020-01-01"' in (field := field_of(page, "back_on")) and 'aria-invalid="true"' in field
    assert 'value="in spring"' in field_of(page, "note") and 'value="/x"' in field_of(page, "next")
    page = reject(members.rosa, people.jane, "other", duplicate_of="joe")
    assert "Say in your own words why" in text_of(page) and "aria-invalid" in field_of(page, "note")
    assert 'value="joe"' in field_of(page, "duplicate_of")
    page = reject(members.rosa, people.jane, "duplicate", duplicate_of="<joe>")
    assert "is no lead that we have" in text_of(page) and "&lt;joe&gt;" in field_of(page, "duplicate_of")


def test_several_for_no_reason_stay_before_it_happens(people: Cast, members: Members) -> None:
    leads = [word_of(people.jane), word_of(people.joe)]
    words = {"lead": leads, "decision": "rejected", "reason": "other", "next": "/inbox?show=all"}
    page = members.rosa.post("/inbox/several/do", words)
    assert page.status_code == 400 and "Say in your own words why" in text_of(page)
    assert all(f'name="lead" value="{each}"' in page.content.decode() for each in leads)
    assert "/inbox?show=all" in field_of(page, "next") and not rows("SELECT 1 FROM decision")


@pytest.mark.parametrize(("reason", "note"), [("other", " "), ("boredom", ""), ("", "")])
def test_a_rejection_without_a_reason_is_none(people: Cast, members: Members, reason: str, note: str) -> None:
    words = {"seen": "0.0", "reason": reason, "note": note}
    assert members.rosa.post(f"/inbox/{people.jane}/reject", words).status_code == 400
    assert not rows("SELECT 1 FROM decision")


def test_what_was_done_can_be_undone_by_its_button(people: Cast, members: Members) -> None:
    before = stage_of(people.jane)
    accept(members.rosa, people.jane)
    [undo] = re.findall(r'action="(/undo/\d+)"', members.rosa.get("/inbox").content.decode())
    assert members.rosa.post(undo, {"next": "/inbox"}).headers["Location"] == "/inbox"
    assert stage_of(people.jane) == before
    assert members.rosa.post(undo).status_code == 409  # once
    assert members.vic.post(undo).status_code == 403


def test_several_are_shown_before_anything_happens(people: Cast, members: Members) -> None:
    accept(members.ravi, people.joe)
    words = {"lead": [word_of(people.jane), f"{people.joe}-0.0"], "what": "accept", "next": "/inbox"}
    page = members.rosa.post("/inbox/several", words)
    said = text_of(page)
    assert "Accept 1 lead?" in said and "SAL" in said and "Ravi accepted this lead just now" in said
    assert rows("SELECT count(*) FROM decision") == [(1,)] and stage_of(people.jane) == "mql"

    done = members.rosa.post("/inbox/several/do", {**words, "decision": "accepted", "once": "x"})
    assert done.headers["Location"] == "/inbox"
    assert "1 lead is yours now; left alone: 1" in text_of(members.rosa.get("/inbox"))
    members.rosa.post("/inbox/several/do", {**words, "decision": "accepted", "once": "x"})
    assert rows("SELECT count(*) FROM decision") == [(2,)]
    assert members.rosa.post("/inbox/several/do", {**words, "decision": "accepted"}).status_code == 409


def test_several_are_rejected_for_one_reason(people: Cast, members: Members) -> None:
    words = {
        "lead": [word_of(people.jane), word_of(people.joe)],
        "decision": "rejected",
        "reason": "competitor",
    }
    members.rosa.post("/inbox/several/do", words)
    refused = rows("SELECT decision, reason FROM decision WHERE decision = 'rejected'")
    assert refused == [("rejected", "competitor")] * 2
    assert members.rosa.post("/inbox/several", {"what": "accept"}).status_code == 400


def test_who_only_looks_on_has_no_buttons_and_no_way_around_them(people: Cast, members: Members) -> None:
    page = members.vic.get("/inbox").content.decode()
    assert "jane@acme-corp.io" in page and 'name="accept"' not in page and "/reject" not in page
    assert accept(members.vic, people.jane).status_code == 403
    assert accept(members.sam, people.jane).status_code == 302  # to the door
    assert not rows("SELECT 1 FROM decision")


def test_rights_that_were_taken_away_are_gone_with_the_next_click(people: Cast, members: Members) -> None:
    assert members.rosa.get("/inbox").status_code == 200
    run("UPDATE member SET role = 'viewer' WHERE email = %s", ["rosa@qualify.example"])
    assert accept(members.rosa, people.jane).status_code == 403


def test_an_empty_inbox_says_what_would_fill_it(members: Members) -> None:
    assert "No playbook is in force yet" in text_of(members.rosa.get("/inbox"))
    crowd(0, now())
    assert "Nothing waits for you" in text_of(members.rosa.get("/inbox"))
    assert "You are working no lead" in text_of(members.rosa.get("/inbox?show=mine"))
    assert "Nobody waits longer than you promised" in text_of(members.rosa.get("/inbox?show=late"))
    assert "fits all of these filters" in text_of(members.rosa.get("/inbox?grade=A1"))


@pytest.mark.parametrize("words", ["stage=mqll", "grade=E9", "least=many", "show=mine_", "cursor=abc"])
def test_an_address_that_makes_no_sense_is_answered_in_words(members: Members, words: str) -> None:
    answer = members.rosa.get(f"/inbox?{words}")
    assert answer.status_code == 400 and "That does not work" in text_of(answer)


def test_a_view_is_saved_shared_and_forgotten(members: Members) -> None:
    words = {"name": "Best  ones", "query": "show=all&grade=A1&cursor=x", "shared": "on", "next": "/inbox"}
    members.rosa.post("/views/inbox/save", words)
    assert rows("SELECT name, query FROM saved_view") == [("Best ones", "show=all&grade=A1")]
    assert "by Rosa" in text_of(members.ravi.get("/inbox"))
    [(number,)] = rows("SELECT id FROM saved_view")
    assert members.ravi.post(f"/views/{number}/forget").status_code == 403
    members.rosa.post(f"/views/{number}/forget")
    assert "Best ones" not in text_of(members.ravi.get("/leads"))
    assert members.rosa.post("/views/nowhere/save", words).status_code == 400


def test_keys_are_told(members: Members) -> None:
    assert "accept the lead" in text_of(members.rosa.get(reverse("help-keys")))


def test_what_came_since_is_said_and_nothing_moves(people: Cast, members: Members) -> None:
    assert "1 lead has come since" in text_of(members.rosa.get(f"/inbox/fresh?since={people.now - 10**7}"))
    assert text_of(members.rosa.get(f"/inbox/fresh?since={now()}")).strip() == ""


ME = "rosa@qualify.example"


def asked(wanted: looking.Wanted, at: int) -> looking.Asked:
    return looking.Asked(wanted, ME, at)


def due_of(row: dict[str, Any]) -> int:
    """When a lead of the crowd is due: by its clock, else by the wall while it is to be accepted, else never."""
    if row["due_at"] is not None:
        return int(row["due_at"])
    return row["since"] + looking.RESPOND_WITHIN if row["stage"] in looking.TO_ACCEPT else NOTHING_DUE


def ordered(found: list[dict[str, Any]], stages: tuple[str, ...]) -> list[int]:
    """The order as it is documented: by when it is due, then by score, then the newer."""

    def key(row: dict[str, Any]) -> tuple[int, int, int]:
        return (due_of(row), -row["total"], -row["id"])

    return [row["id"] for row in sorted((row for row in found if row["stage"] in stages), key=key)]


def paged(wanted: looking.Wanted, at: int, limit: int) -> list[int]:
    """All of the inbox, page by page."""
    seen: list[int] = []
    cursor = None
    while True:
        page = looking.inbox(asked(wanted, at), cursor, limit)
        seen += [place.person_id for place in page.places]
        cursor = page.next_cursor
        if cursor is None:
            return seen


def check_order(at: int) -> None:
    """Of every part of the inbox, the pages together are the whole, in the documented order."""
    found = crowd(90, at, stages=("mql", "pql", "sal", "sql", "iql"))
    every = looking.TO_ACCEPT + looking.WORKED
    assert paged(looking.Wanted("new"), at, 7) == ordered(found, looking.TO_ACCEPT)
    assert paged(looking.Wanted("all"), at, 7) == ordered(found, every)
    best = [row for row in found if row["grade"] == "A1" and row["total"] >= 3_000]
    assert paged(looking.Wanted("all", ("mql",), ("A1",), 3_000), at, 2) == ordered(best, ("mql",))
    late = [row for row in found if due_of(row) < at]
    assert paged(looking.Wanted("late"), at, 5) == ordered(late, every) != []
    mine = [row for row in found if row["rep_id"] == ME]
    assert paged(looking.Wanted("mine"), at, 3) == ordered(mine, every) != []
    nobodys = [row for row in found if row["rep_id"] is None]
    assert paged(looking.Wanted("nobody"), at, 4) == ordered(nobodys, every) != []
    counts = looking.counted(asked(looking.Wanted(), at))
    assert counts == {"new": len(ordered(found, looking.TO_ACCEPT)), "late": len(ordered(late, every)),
                      "mine": len(ordered(mine, every)), "nobody": len(ordered(nobodys, every)),
                      "all": len(ordered(found, every))}  # fmt: skip


def test_who_is_due_longest_comes_first_then_who_is_due_soonest_then_the_best(store: Path) -> None:
    check_order(now())


def test_so_it_is_on_postgres(postgres_store: str) -> None:
    check_order(now())


def test_mine_are_those_that_i_accepted_last(people: Cast, members: Members) -> None:
    for browser in (members.ravi, members.rosa):
        accept(browser, people.jane)
    at = now()
    mine = looking.inbox(asked(looking.Wanted("mine"), at))
    assert [place.person_id for place in mine.places] == [people.jane]
    others = looking.inbox(looking.Asked(looking.Wanted("mine"), "ravi@qualify.example", at))
    assert not others.places
    assert people.jane not in paged(looking.Wanted("nobody"), at, 5)


def test_a_page_of_forty_asks_the_database_as_often_as_a_page_of_three(members: Members) -> None:
    at = now()
    crowd(500, at)
    seen = []
    for words in ("?show=all", "?show=all&grade=A1&stage=mql"):
        members.rosa.get(f"/inbox{words}")
        with CaptureQueriesContext(connection) as queries:
            page = members.rosa.get(f"/inbox{words}")
        seen.append(len(queries))
        assert len(page.content) < 60_000
    assert seen[0] == seen[1] <= 16
    assert page.content.count(b"data-row>") < 40


def test_the_promise_is_that_of_the_playbook_in_force(people: Cast) -> None:
    from qualify.playbook import parse
    from qualify.playbook.starters import text as starter
    from qualify.web.verbs.publish import publish

    assert looking.respond_within(None) == looking.RESPOND_WITHIN
    text = re.sub(r"respond_within: [^\n#]*", "respond_within: 90 minutes", starter("b2b-saas"), count=1)
    handoff = parse(text).handoff
    assert handoff is not None and handoff.respond_within == 90
    publish(OWNER, text, now())
    assert looking.respond_within(looking.in_force()) == 90 * 60_000
