"""The page of a lead: why first, then what happened, what was answered, who it is, and what we hold."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection

from qualify.moments import DAY
from qualify.web.database import rows
from qualify.web.living.working import Worker
from qualify.web.verbs.answer import answer
from qualify.web.verbs.decide import decide
from qualify.web.verbs.learn import learn
from tests.web.cast import MINUTE, OWNER, Cast, of, send
from tests.web.screens.members import Members

PAGES = ("", "/timeline", "/history", "/questions", "/identity", "/privacy")


def words(answer: Any) -> str:
    """What a page says, without its tags."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_every_page_of_a_lead_is_there_and_says_who_it_is(members: Members, people: Cast) -> None:
    for page in PAGES:
        answer = members.vic.get(f"/leads/{people.jane}{page}")
        assert answer.status_code == 200, page
        assert "jane@acme-corp.io" in words(answer) and "VP Marketing" in words(answer)
        assert "style=" not in answer.content.decode() and "<script>" not in answer.content.decode()
        assert len(answer.content) < 60_000


def test_why_comes_first_and_the_points_add_up(members: Members, people: Cast) -> None:
    said = words(members.rosa.get(f"/leads/{people.jane}"))
    [(total,)] = rows("SELECT total FROM standing WHERE person_id = %s", [people.jane])
    assert f"Why {total / 100:g}" in said
    assert "matches the ICP" in said and "asked for a demo" in said
    assert said.index("Why ") < said.index("What we know")
    points = [
        float(each.replace("−", "-"))
        for each in re.findall(r"[+−]\d+(?:\.\d+)?(?= )", said.split("Total")[0])
    ]
    assert sum(points) == total / 100


def test_a_cap_that_took_points_is_a_line_of_its_own(members: Members, people: Cast, source) -> None:
    visits = [
        {"type": "page", "message_id": f"v{n}", "user_id": "jane", "properties": {"path": "/pricing"}}
        for n in range(5)
    ]  # fmt: skip
    send(source, people.now + MINUTE, *visits)
    Worker().work_off(people.now + MINUTE)
    page = members.rosa.get(f"/leads/{people.jane}")
    assert "the cap took −" in words(page)
    assert 'class="fall-took"' in page.content.decode()


def test_what_would_lift_it_is_said_and_comes_true(members: Members, people: Cast, source) -> None:
    said = words(members.rosa.get(f"/leads/{people.joe}"))
    assert "What would lift it to" in said
    [suggested] = re.findall(r"asked for a demo → (\w+)", said)
    send(
        source,
        people.now + MINUTE,
        {"type": "track", "event": "Demo Requested", "user_id": "joe", "message_id": "d"},
    )
    Worker().work_off(people.now + MINUTE)
    [(stage,)] = rows("SELECT stage FROM standing WHERE person_id = %s", [people.joe])
    assert stage == suggested.lower()


def test_what_is_unknown_names_the_trait_that_would_tell_and_a_rep_can_write_it_down(
    members: Members, people: Cast
) -> None:
    said = words(members.rosa.get(f"/leads/{people.joe}"))
    assert "would be told by" in said and "Employees" in said
    members.rosa.post(f"/leads/{people.joe}/learn", {"name": "employees", "value": "120"})
    assert "Employees 120" in words(members.rosa.get(f"/leads/{people.joe}"))


def test_the_page_shows_what_came_of_a_decision_at_once(members: Members, people: Cast) -> None:
    story = re.findall(
        r'name="seen" value="([^"]*)"', members.rosa.get(f"/leads/{people.jane}").content.decode()
    )
    done = members.rosa.post(
        f"/leads/{people.jane}/decide", {"decision": "accepted", "seen": story[0]}, follow=True
    )
    assert "Accepted." in words(done) and "Stage SAL" in words(done)


def test_a_decision_that_somebody_else_took_meanwhile_is_shown_and_not_overridden(
    members: Members, people: Cast
) -> None:
    seen = {"decision": "accepted", "seen": "0.0"}
    assert members.rosa.post(f"/leads/{people.jane}/decide", seen).status_code == 302
    late = members.ravi.post(
        f"/leads/{people.jane}/decide", {"decision": "rejected", "reason": "no_intent", "seen": "0.0"}
    )
    assert late.status_code == 409 and "Rosa accepted this lead" in words(late)
    assert rows("SELECT decision FROM decision WHERE taken_back_at IS NULL") == [("accepted",)]


def test_a_form_that_is_sent_twice_decides_once(members: Members, people: Cast) -> None:
    sent = {"decision": "accepted", "seen": "0.0", "once": "the-same-form"}
    first, second = (members.rosa.post(f"/leads/{people.jane}/decide", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert rows("SELECT count(*) FROM decision") == [(1,)]


def test_who_turns_a_lead_away_says_why(members: Members, people: Cast) -> None:
    for decision in ("rejected", "recycled", "disqualified", "lost"):
        answer = members.rosa.post(f"/leads/{people.jane}/decide", {"decision": decision, "seen": "0.0"})
        assert answer.status_code == 400, decision
    assert rows("SELECT count(*) FROM decision") == [(0,)]


@pytest.mark.slow
def test_a_viewer_sees_no_buttons_and_a_rep_does(members: Members, people: Cast) -> None:
    assert "Decide" not in words(members.vic.get(f"/leads/{people.jane}"))
    assert "Decide" in words(members.rosa.get(f"/leads/{people.jane}"))
    assert members.vic.post(f"/leads/{people.jane}/decide", {"decision": "accepted"}).status_code == 403


def test_as_of_a_day_the_page_is_what_it_was_then(members: Members, people: Cast, source) -> None:
    send(
        source,
        people.now + 40 * DAY,
        {"type": "track", "event": "Meeting Booked", "user_id": "joe", "message_id": "m"},
    )
    Worker().work_off(people.now + 40 * DAY)
    then, today = (members.rosa.get(f"/leads/{people.joe}{said}") for said in ("?as_of=2023-11-20", ""))
    assert "As of" in words(then) and "booked a meeting" not in words(then).split("What would lift")[0]
    assert "booked a meeting once" in words(today)
    assert "Nothing can be changed here" in words(then) and "Other decisions" not in words(then)
    timeline = words(members.rosa.get(f"/leads/{people.joe}/timeline?as_of=2023-11-20"))
    assert "Meeting booked" not in timeline and "Webinar attended" in timeline


def test_before_a_lead_was_known_there_is_nothing(members: Members, people: Cast) -> None:
    answer = members.rosa.get(f"/leads/{people.joe}?as_of=2020-01-01")
    assert answer.status_code == 404 and "Nothing was known" in words(answer)
    assert members.rosa.get(f"/leads/{people.joe}?as_of=soon").status_code == 400


def test_the_timeline_greys_machines_with_their_reason_and_filters_by_type(
    members: Members, people: Cast
) -> None:
    connection.cursor().execute("UPDATE event SET machine = 'declared_bot' WHERE kind = 'webinar_attended'")
    page = members.rosa.get(f"/leads/{people.joe}/timeline")
    assert "entry-machine" in page.content.decode() and "counts for nothing" in words(page)
    moves = words(members.rosa.get(f"/leads/{people.jane}/timeline?type=move"))
    assert "Lead → MQL" in moves and "Demo requested" not in moves


def test_the_timeline_goes_on_page_by_page_until_everything_was_shown(
    members: Members, people: Cast, source
) -> None:
    send(source, people.now + MINUTE, *(
        {"type": "track", "event": f"Thing {n}", "user_id": "joe", "message_id": f"t{n}"} for n in range(90)
    ))  # fmt: skip
    Worker().work_off(people.now + MINUTE)
    seen, path = "", f"/leads/{people.joe}/timeline"
    for _ in range(4):
        page = members.rosa.get(path)
        seen += words(page)
        onward = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        if onward is None:
            break
        path = f"/leads/{people.joe}/timeline{unescape(onward[1])}"
    assert all(f"Thing {n} " in seen for n in range(90)) and "Webinar attended" in seen


def test_the_history_has_the_figures_and_the_playbooks(members: Members, people: Cast) -> None:
    page = members.rosa.get(f"/leads/{people.jane}/history")
    said = words(page)
    assert "Score and stage over time" in said and "The figures" in said
    assert "MQL" in said
    found = re.search(r'id="score-spec" type="application/json">(.*?)</script>', page.content.decode())
    assert found
    spec = json.loads(found[1])
    assert len(spec["layer"]) == 2, "the playbook came before the lead: it has no line of its own"
    assert spec["data"]["values"][-1]["total"] > 0


def test_questions_say_what_is_missing_what_to_ask_and_take_the_answer(
    members: Members, people: Cast
) -> None:
    path = f"/leads/{people.jane}/questions"
    said = words(members.rosa.get(path))
    assert "Missing for SQL: Need" in said and "What would change for you" in said
    sent = {"question": "need", "value": "they lose leads", "satisfied": "yes", "confidence": "0.9"}
    after = words(members.rosa.post(path, sent, follow=True))
    assert "they lose leads" in after and "✓ good enough" in after and "90% sure" in after and "Rosa" in after
    assert "Missing for SQL: Budget" in after


def test_an_answer_without_words_or_verdict_is_asked_for_again_in_place(
    members: Members, people: Cast
) -> None:
    page = members.rosa.post(f"/leads/{people.jane}/questions", {"question": "need", "value": ""})
    assert "Write what they said" in words(page)
    assert rows("SELECT count(*) FROM answer") == [(0,)]


def test_an_answer_that_is_too_old_counts_no_longer(members: Members, people: Cast) -> None:
    answer(OWNER, people.jane, "need", people.now, value="yes", satisfied=True)
    Worker().work_off(people.now + 1)
    said = words(members.rosa.get(f"/leads/{people.jane}/questions"))
    assert "counts no longer" in said and "Missing for SQL: Need" in said


def test_other_sets_of_questions_can_be_chosen(members: Members, people: Cast) -> None:
    for name, question in (("meddic", "Economic buyer"), ("champ", "Priority"), ("gpctba", "Goals")):
        assert question in words(members.rosa.get(f"/leads/{people.jane}/questions?set={name}"))


def test_two_who_are_one_are_found_looked_at_merged_and_parted_again(members: Members, people: Cast) -> None:
    assert "joe@gmail.com" in words(members.rosa.get(f"/leads/{people.jane}/identity?q=joe"))
    before = rows("SELECT id FROM person ORDER BY id")
    preview = words(members.rosa.get(f"/leads/{people.jane}/merge?with={people.joe}"))
    assert "As it is" in preview and "As it would be" in preview
    assert rows("SELECT id FROM person ORDER BY id") == before
    merged = members.rosa.post(f"/leads/{people.jane}/merge", {"with": people.joe}, follow=True)
    assert "they are one lead now" in words(merged) and "merged by hand" in words(merged)
    moved = members.rosa.get(f"/leads/{people.joe}/timeline?type=event")
    assert (moved.status_code, moved["Location"]) == (302, f"/leads/{people.jane}/timeline?type=event")
    [(link,)] = rows("SELECT id FROM link WHERE evidence = 'merged'")
    assert "As it would be" in words(members.rosa.get(f"/leads/{people.jane}/split?link={link}"))
    parted = members.rosa.post(f"/leads/{people.jane}/split", {"link": link}, follow=True)
    assert "each has their own facts" in words(parted)
    assert rows("SELECT id FROM person ORDER BY id") == before


def test_a_split_of_nothing_says_what_to_do(members: Members, people: Cast) -> None:
    assert "Tick the links" in words(members.rosa.get(f"/leads/{people.jane}/split"))


def test_consent_is_given_with_proof_and_withdrawn_without(members: Members, people: Cast) -> None:
    path = f"/leads/{people.jane}/consent"
    assert members.rosa.post(path, {"purpose": "email", "given": "yes"}).status_code == 400
    given = members.rosa.post(
        path, {"purpose": "email", "given": "yes", "proof": "said so on the phone"}, follow=True
    )
    assert "Written down: given." in words(
        members.rosa.get(f"/leads/{people.jane}/privacy")
    ) or "given" in words(given)
    assert "said so on the phone" in words(members.rosa.get(f"/leads/{people.jane}/privacy"))
    members.rosa.post(path, {"purpose": "email", "given": "no"})
    assert "Write e-mails withdrawn" in words(members.rosa.get(f"/leads/{people.jane}/privacy"))


def test_everything_that_is_held_is_told_with_how_it_was_judged(members: Members, people: Cast) -> None:
    learn(OWNER, people.jane, {"hobby": "sailing"}, people.now)
    decide(OWNER, people.jane, "accepted", people.now, reason="knows us")
    Worker().work_off(people.now + 1)
    read = words(members.mia.get(f"/leads/{people.jane}/export"))
    assert all(
        each in read
        for each in ("sailing", "knows us", "asked for a demo", "demo requested".capitalize(), "art. 22")
    )
    told = json.loads(members.mia.get(f"/leads/{people.jane}/export.json").content)
    assert {each["kind"] for each in told["events"]} == {"page_viewed", "demo_requested"}
    assert sum(line["points"] for line in told["judgement"]["lines"]) == told["judgement"]["total"]
    assert "matches the ICP" in told["judgement"]["rules_in_words"]
    assert rows("SELECT count(*) FROM audit WHERE verb = 'export'") == [(2,)]
    assert members.rosa.get(f"/leads/{people.jane}/export.json").status_code == 403


def test_somebody_is_erased_after_it_was_shown_what_goes(members: Members, people: Cast) -> None:
    path = f"/leads/{people.jane}/erase"
    assert members.rosa.get(path).status_code == 403
    seen = words(members.mia.get(path))
    assert "things they did 2" in seen and rows(
        "SELECT count(*) FROM event WHERE owner_id = %s", [people.jane]
    ) == [(2,)]
    assert members.mia.post(path, {}).status_code == 400
    assert members.mia.post(path, {"sure": "yes"}).status_code == 302
    gone = members.mia.get(f"/leads/{people.jane}")
    assert gone.status_code == 404 and "was erased" in words(gone)


def test_a_lead_that_never_was_is_not_there(members: Members, people: Cast) -> None:
    assert members.vic.get("/leads/999999").status_code == 404


@pytest.mark.slow
def test_how_many_queries_a_page_needs_does_not_hang_on_how_much_there_is(
    members: Members, people: Cast, source
) -> None:
    counted = [_queries(members, people.joe, page) for page in PAGES]
    send(source, people.now + MINUTE, *(
        {"type": "track", "event": f"Thing {n}", "user_id": "joe", "message_id": f"q{n}"} for n in range(200)
    ))  # fmt: skip
    send(source, people.now + 2 * MINUTE, *of("ann", {"email": "ann@gmail.com"}, ["Webinar Attended"]))
    Worker().work_off(people.now + 3 * MINUTE)
    assert [_queries(members, people.joe, page) for page in PAGES] == counted
    assert max(counted) <= 60


def _queries(members: Members, lead: int, page: str) -> int:
    """Every statement, those too that Django does not see."""
    members.rosa.get(f"/leads/{lead}{page}")
    seen: list[str] = []
    connection.connection.set_trace_callback(seen.append)
    members.rosa.get(f"/leads/{lead}{page}")
    connection.connection.set_trace_callback(None)
    return len(seen)
