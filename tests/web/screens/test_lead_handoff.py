"""The hand-off on the page of a lead: who has it and why, its clock, what one does about it, and what is told of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from django.test import Client

from qualify.capture.model import Source
from qualify.clock import now
from qualify.playbook.starters import text as starter
from qualify.web.database import rows, run
from qualify.web.handing.working import Hander
from qualify.web.living.working import Worker
from qualify.web.verbs.decide import decide
from qualify.web.verbs.mailing import receive_mail
from qualify.web.verbs.publish import publish
from qualify.web.verbs.reps import add_absence, deactivate_rep, set_rep
from tests.web.cast import MINUTE, OWNER, lead_of, of, send
from tests.web.handing.letters import mail
from tests.web.screens.members import Members
from tests.web.screens.test_lead import _queries as queries
from tests.web.screens.test_lead import words

ALWAYS = [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], "from": "00:00",
           "until": "24:00"}]  # fmt: skip
REPS = ("rosa", "ravi")
DAY = 86_400_000


class Handed(NamedTuple):
    """A lead that was handed over half an hour ago: who of the two reps has it, and who has not."""

    lead: int
    owner: str
    other: str

    @property
    def page(self) -> str:
        return f"/leads/{self.lead}"


def works() -> None:
    """Everything that the worker has to do by now."""
    worker, hander = Worker(), Hander()
    while worker.work_off(now()) + hander.work_off(now()):
        pass


@pytest.fixture
def jane(source: Source, members: Members) -> Handed:
    """Jane asked for a demo half an hour ago, and one of the two reps has her."""
    at = now() - 30 * MINUTE
    publish(OWNER, starter("b2b-saas"), at - DAY)
    for name in REPS:
        set_rep(OWNER, f"{name}@qualify.example", at - DAY, teams=["sales"], time_zone="Europe/Berlin", hours=ALWAYS,
                name=name.capitalize())  # fmt: skip
    told = {"email": "jane@jane-works.io", "title": "VP Marketing", "employees": 120, "country": "DE",
            "industry": "software", "name": "Jane"}  # fmt: skip
    send(source, at, *of("jane", told, ["Demo Requested"]))
    worker, hander = Worker(), Hander()
    while worker.work_off(at + 1) + hander.work_off(at + 1):
        pass
    lead = lead_of("jane@jane-works.io")
    [(rep,)] = rows("SELECT rep_id FROM standing WHERE person_id = %s", [lead])
    owner = str(rep).partition("@")[0]
    return Handed(lead, owner, next(name for name in REPS if name != owner))


def browser(members: Members, name: str) -> Client:
    found: Client = getattr(members, name)
    return found


def does(members: Members, who: str, jane: Handed, form: str, /, **more: str) -> str:
    """Somebody sends a form of the page; what the page says then."""
    answer = browser(members, who).post(f"{jane.page}/{form}", more, follow=True)
    assert answer.status_code == 200, words(answer)
    return words(answer)


def test_the_page_says_who_has_it_and_why_and_how_much_time_is_left(members: Members, jane: Handed) -> None:
    owner = browser(members, jane.owner).get(jane.page)
    said, called = words(owner), jane.owner.capitalize()
    assert "You have it 1 h 29 min left" in said
    assert f"Promised: 2 h of the working time of {called}" in said
    assert "Why did you get it? Asked for a demo: their turn among 2 of team sales" in said
    assert "What to ask" in said
    assert '<details class="panel brief" open>' in owner.content.decode()
    for who in (jane.other, "vic"):
        other = browser(members, who).get(jane.page)
        assert f"{called} has it" in words(other)
        assert f"Why did {called} get it?" in words(other)
        assert '<details class="panel brief">' in other.content.decode()
        assert "/assign" not in other.content.decode(), "only who has it gives it away, or who leads"
        assert len(other.content) < 60_000
    yesterday = (datetime.now() - timedelta(days=1)).date().isoformat()
    before = browser(members, "vic").get(f"{jane.page}?as_of={yesterday}")
    assert "has it" not in words(before)


@pytest.mark.slow
def test_it_is_given_to_somebody_else_with_a_reason_and_taken_back(members: Members, jane: Handed) -> None:
    to = f"{jane.other}@qualify.example"
    add_absence(OWNER, to, now() - 1, now() + DAY, now())
    assert "away until" in words(browser(members, jane.owner).get(jane.page))
    form = {"rep": to, "reason": "speaks Danish", "instead_of": f"{jane.owner}@qualify.example"}
    assert browser(members, jane.other).post(f"{jane.page}/assign", form).status_code == 403
    assert browser(members, jane.owner).post(f"{jane.page}/assign", {}).status_code == 400
    page = browser(members, jane.owner).post(f"{jane.page}/assign", form, follow=True)
    said = words(page)
    assert f"{jane.other.capitalize()} has this lead now, and is told." in said
    assert f"Given by {jane.owner.capitalize()}: speaks Danish" in said
    assert said.index("Who had it in this cycle") < said.index("What would lift it")
    again = browser(members, "max").post(f"{jane.page}/assign", form)
    assert again.status_code == 409, "whoever looked at an old page is told"
    [undo] = re.findall(r'action="(/undo/\d+)"', page.content.decode())
    browser(members, jane.owner).post(undo)
    assert "You have it" in words(browser(members, jane.owner).get(jane.page))


@pytest.mark.slow
def test_the_page_says_what_a_contact_did_to_the_clock(members: Members, jane: Handed) -> None:
    def contact(what: str, **more: str) -> str:
        return does(members, jane.owner, jane, "contact", what=what, **more)

    assert "Written down. The clock goes on: this was no contact with them." in contact("phone:wrong number")
    assert "The clock goes on: that they were in touch is no answer of ours." in contact("email:in")
    said = contact("phone:voicemail", note="asked her to call back", once="one")
    assert "The clock has stopped after 30 min of working time: the promise is kept." in said
    assert "promise kept" in said and "Called: left a message" in said
    before = rows("SELECT count(*) FROM contact")
    contact("phone:voicemail", note="asked her to call back", once="one")
    assert rows("SELECT count(*) FROM contact") == before, "a form that is sent twice does it once"
    assert "The clock had stopped before." in contact("email:sent")
    assert browser(members, jane.owner).post(f"{jane.page}/contact", {"what": ""}).status_code == 400


def test_a_meeting_that_is_booked_ends_the_follow_ups(members: Members, jane: Handed) -> None:
    assert "Follow-ups Eight touches E-mail : say why you write" in words(members.vic.get(jane.page))
    said = does(members, jane.owner, jane, "contact", meets_at="2030-03-04T15:00", note="with their CFO")
    assert "the promise is kept" in said and "ended: a meeting" in said
    assert rows("SELECT channel, outcome, note FROM contact") == [
        ("meeting", "booked", "Meeting on 2030-03-04 15:00: with their CFO")
    ]


@pytest.mark.slow
def test_touches_are_done_left_out_and_ended(members: Members, jane: Handed) -> None:
    step = {"sequence": "eight touches", "step": "0", "what": "done"}
    said = does(members, jane.owner, jane, "step", **step)
    assert "Done, and written down as a contact. The clock has stopped" in said
    assert "All 8 touches, 1 of them done" in said
    assert browser(members, jane.owner).post(f"{jane.page}/step", step).status_code == 409
    assert "Left out." in does(members, jane.owner, jane, "step", **{**step, "step": "1", "what": "skip"})
    assert "Its follow-ups are ended." in does(members, jane.owner, jane, "sequence", what="stop")
    assert "ended by hand" in words(members.vic.get(jane.page))
    begin = {"what": "begin", "sequence": "eight touches"}
    assert browser(members, jane.owner).post(f"{jane.page}/sequence", begin).status_code == 409
    assert browser(members, jane.owner).post(f"{jane.page}/step", {**step, "step": "x"}).status_code == 400


def test_the_timeline_tells_what_we_did_and_can_be_narrowed_to_it(members: Members, jane: Handed) -> None:
    does(members, jane.owner, jane, "contact", what="phone:no answer", note="tried twice")
    does(members, jane.owner, jane, "step", sequence="eight touches", step="0", what="done")
    called = jane.owner.capitalize()
    told = {
        "assignment": [f"Given to {called}", "their turn among 2 of team sales"],
        "contact": [f"Called: no answer · {called}", "tried twice", "Wrote a mail"],
        "step": ["Follow-ups begun: eight touches", "Touch 1 done: eight touches"],
    }
    whole = words(members.vic.get(f"{jane.page}/timeline"))
    for kind, sentences in told.items():
        alone = words(members.vic.get(f"{jane.page}/timeline?type={kind}"))
        for sentence in sentences:
            assert sentence in whole, sentence
            assert sentence in alone, sentence
        assert "Demo requested" not in alone


def test_escalations_mail_and_answers_are_entries_too(source: Source, members: Members, jane: Handed) -> None:
    came = now() - 3 * 60 * MINUTE
    told = {"email": "joe@joe-works.io", "title": "VP Sales", "employees": 90, "country": "DE", "name": "Joe"}
    send(source, came, *of("joe", told, ["Demo Requested"]))
    worker, hander = Worker(), Hander()
    while worker.work_off(came + 1) + hander.work_off(came + 1):
        pass
    works()
    joe = lead_of("joe@joe-works.io")
    run("UPDATE mail SET state = 'sent', sent_at = created_at WHERE person_id = %s", [joe])
    raw = mail(
        "joe@joe-works.io", "leads@qualify.example", at=now(), Message_ID="<a1@joe-works.io>", Subject="Yes"
    )
    receive_mail(OWNER, raw, now())
    said = words(members.vic.get(f"/leads/{joe}/timeline"))
    assert "The promise was broken while R" in said
    assert "was told by mail Joe is yours now" in said
    assert "They answered by mail Yes" in said
    assert "They wrote a mail" in said
    escalated = words(members.vic.get(f"/leads/{joe}/timeline?type=escalation"))
    assert "The promise was broken" in escalated
    assert "They answered" not in escalated
    panel = words(members.vic.get(f"/leads/{joe}"))
    assert re.search(r"1 h( \d min)? late", panel)
    assert "ended: they answered" in panel


@pytest.mark.slow
def test_the_page_asks_the_database_as_often_however_much_was_done(members: Members, jane: Handed) -> None:
    does(members, jane.owner, jane, "contact", what="phone:no answer")
    before = queries(members, jane.lead, "")
    for outcome in ("busy", "voicemail", "no answer", "connected"):
        does(members, jane.owner, jane, "contact", what=f"phone:{outcome}")
    assert queries(members, jane.lead, "") == before <= 90


def test_what_was_said_when_it_was_refused_is_read_by_whoever_has_it_next(
    members: Members, jane: Handed
) -> None:
    decide(OWNER, jane.lead, "rejected", now() - MINUTE, reason="no_intent: only curious")
    works()
    said = words(members.vic.get(jane.page))
    assert "What was said when it was refused No intent to buy (only curious)" in said
    assert "rests until" in said


def test_who_only_looks_on_does_nothing(members: Members, jane: Handed) -> None:
    page = members.vic.get(jane.page).content.decode()
    for what in ("assign", "take", "contact", "sequence", "step"):
        assert f"{jane.page}/{what}" not in page
        assert members.vic.post(f"{jane.page}/{what}", {}).status_code == 403
    assert not rows("SELECT 1 FROM contact")


@pytest.mark.slow
def test_of_two_who_take_a_lead_that_nobody_has_the_second_is_told(members: Members, jane: Handed) -> None:
    for name in REPS:
        deactivate_rep(OWNER, f"{name}@qualify.example", now() - MINUTE)
    assert "Nobody has it" in words(members.vic.get(jane.page))
    assert "/take" not in browser(members, jane.other).get(jane.page).content.decode(), (
        "who gets no leads takes none"
    )
    for name in REPS:
        set_rep(OWNER, f"{name}@qualify.example", now(), active_until=None)
    assert "It is yours now." in does(members, jane.other, jane, "take")
    assert "You have it" in words(browser(members, jane.other).get(jane.page))
    assert browser(members, jane.owner).post(f"{jane.page}/take", {}).status_code == 409
