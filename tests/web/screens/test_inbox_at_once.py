"""What was decided in the inbox stands on its next page, before the worker has been there; and is told once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import OperationalError

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.handing import working
from qualify.web.handing.line import LEASE, take
from qualify.web.handing.working import Hander
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.reps import set_rep
from qualify.web.verbs.settle import settle
from tests.web.handing.conftest import MINUTE, MONDAY, RAVI, ROSA, Company, owners, settled, told
from tests.web.handing.test_at_once import race
from tests.web.screens.members import Members
from tests.web.screens.test_inbox import accept, text_of, word_of
from tests.web.screens.test_team import ALWAYS


@pytest.fixture
def company(members: Members) -> Company:
    """Two reps who are always at work; whatever comes goes to Rosa."""
    company = settled()
    set_rep(the_owner(), ROSA, now(), hours=ALWAYS)
    set_rep(the_owner(), RAVI, now(), hours=ALWAYS, weight=0)
    return company


def whose(*leads: int) -> list[tuple[str | None, int | None]]:
    """Whose these leads are and when they are due, as the inbox reads it."""
    return [rows("SELECT rep_id, due_at FROM standing WHERE person_id = %s", [lead])[0] for lead in leads]


def written() -> list[int]:
    """How much was ever said of it: messages to other systems, mails, assignments."""
    return [rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("message", "mail", "assignment")]


def test_what_was_done_and_undone_stands_at_once_and_the_worker_adds_nothing(
    company: Company, members: Members
) -> None:
    jane, joan = company.hand("jane", now()), company.hand("joan", now())
    before = whose(jane, joan)
    assert [rep for rep, _ in before] == [ROSA, ROSA]
    accept(members.ravi, jane)
    accept(members.ravi, joan)
    page = members.ravi.get("/inbox?show=mine")
    assert whose(jane, joan)[0][0] == whose(jane, joan)[1][0] == RAVI
    assert re.search(r"Mine 2\b", text_of(page)), "the banner says so, and so does the tab"
    for undo in re.findall(r'action="(/undo/\d+)"', page.content.decode()):
        members.ravi.post(undo)
    assert whose(jane, joan) == before
    there = written()
    company.works(now())
    assert whose(jane, joan) == before and written() == there


def test_several_stand_at_once_and_a_preview_gives_nothing_away(company: Company, members: Members) -> None:
    leads = [company.hand(name, now()) for name in ("jane", "joan")]
    before, there = whose(*leads), written()
    words = {"lead": [word_of(lead) for lead in leads], "decision": "rejected", "reason": "no_intent"}
    members.rosa.post("/inbox/several", {**words, "what": "reject"})
    assert whose(*leads) == before and written() == there
    members.rosa.post("/inbox/several/do", words)
    assert whose(*leads) == [(None, None)] * 2
    [undo] = re.findall(r'action="(/undo/\d+)"', members.rosa.get("/inbox").content.decode())
    members.rosa.post(undo)
    assert whose(*leads) == before and owners(*leads) == [ROSA, ROSA]


@pytest.mark.slow
def test_a_worker_that_is_at_it_wins(company: Company, members: Members) -> None:
    jane = company.hand("jane", now())
    run("UPDATE handing SET due_at = 0")
    at = now()
    assert [each.person_id for each in take(at, 5)] == [jane]
    accept(members.ravi, jane)
    [(until,)] = rows("SELECT taken_until FROM handing WHERE person_id = %s", [jane])
    assert until == at + LEASE, "it is the worker's still"
    company.works(at + LEASE + 1)
    assert whose(jane)[0][0] == RAVI and told("lead.assigned").count(jane) <= 2


@pytest.mark.slow
def test_what_the_database_refuses_is_left_to_the_worker(
    company: Company, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = company.hand("jane", now())

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(working, "write", locked)
        assert accept(members.ravi, jane).status_code == 302
    [(free, due)] = rows("SELECT taken_until, due_at FROM handing WHERE person_id = %s", [jane])
    assert free == 0 and due <= now(), "nobody waits for a lease"
    company.works(now())
    assert whose(jane)[0][0] == RAVI


def test_what_a_rep_has_stays_theirs_when_somebody_accepts_it_who_gets_no_leads(
    company: Company, members: Members
) -> None:
    jane = company.hand("jane", now())
    accept(members.ada, jane)
    assert "only who is in the team gets leads" in text_of(members.ada.get("/inbox"))
    assert whose(jane)[0][0] == ROSA


def beside_a_worker_nobody_is_told_twice() -> None:
    company = settled()
    leads = [company.comes(f"lead{number}", MONDAY + number) for number in range(16)]
    company.worker.work_off(MONDAY + MINUTE)  # judged, and in line to be given to somebody
    at = MONDAY + 2 * MINUTE

    def settles() -> None:
        for lead in leads:
            settle([lead], at)

    def works() -> None:
        hander = Hander()
        for _ in leads:
            hander.work(at, most=2)

    assert race(settles, settles, works) == [None] * 3
    company.works(at)
    assert None not in owners(*leads) and sorted(told("lead.assigned")) == leads
    assert rows("SELECT count(*) FROM mail") == [(16,)] == rows("SELECT count(*) FROM assignment")


@pytest.mark.slow
def test_beside_a_worker_nobody_is_told_twice(store: Path) -> None:
    beside_a_worker_nobody_is_told_twice()


@pytest.mark.slow
def test_so_it_is_on_postgres(postgres_store: str) -> None:
    beside_a_worker_nobody_is_told_twice()
