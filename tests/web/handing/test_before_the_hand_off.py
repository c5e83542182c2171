"""Leads that were ready before the playbook handed any over: on the loud list, and given out a few a day."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from qualify.capture.model import Source
from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.handing import desk
from qualify.web.handing.line import mark
from qualify.web.handing.working import Hander
from qualify.web.living.errands import Errands
from qualify.web.living.working import Worker
from qualify.web.looking.handing import how_many_unassigned, unassigned
from qualify.web.looking.speed import speeds
from qualify.web.sources import create_source
from qualify.web.verbs.handing_out import hand_out
from qualify.web.verbs.publish import publish
from qualify.web.verbs.reps import set_rep
from tests.web.cast import OWNER
from tests.web.handing.conftest import DAY, HOUR, MANAGER, MAX, MONDAY, RAVI, ROSA, Company, clock, owners

NAMES = "ann bob cid dan eve".split()
WITH = starter("b2b-saas")
WITHOUT = WITH[: WITH.index("handoff:")]


@pytest.fixture
def before(store: Path) -> Company:
    """A company whose playbook hands nothing over yet, with five leads that are ready."""
    source = Source(id=create_source("site", "segment", MONDAY - DAY), name="site", trusted=True)
    publish(OWNER, WITHOUT, MONDAY - DAY)
    company = Company(source, Worker(), Hander())
    for name in NAMES:
        company.comes(name, MONDAY)
    company.works(MONDAY)
    return company


def begins(company: Company, at: int) -> list[int]:
    """The playbook hands over from now on, and everybody was looked at; the leads that were ready."""
    publish(OWNER, WITH, at, rescore=lambda *_: 0)
    ready = [who for (who,) in rows("SELECT person_id FROM standing WHERE stage = 'mql' ORDER BY person_id")]
    mark(ready, at)
    company.works(at)
    return ready


def test_they_are_on_the_loud_list_and_nothing_was_promised_to_them(before: Company) -> None:
    assert rows("SELECT 1 FROM handoff") == []
    ready = begins(before, MONDAY + DAY)
    assert len(ready) == len(NAMES)
    loud = unassigned(MONDAY + DAY)
    assert [each.lead_id for each in loud] == ready
    assert how_many_unassigned(MONDAY + DAY) == len(NAMES)
    assert {each.due_at for each in loud} == {None}
    before.works(MONDAY + 5 * DAY)
    assert rows("SELECT 1 FROM nudge") == []
    assert speeds(MONDAY + 5 * DAY, MONDAY).all.leads == 0


def test_a_few_a_day_go_to_the_reps_and_their_clock_begins_then(
    before: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "WAITED_A_DAY", 1)
    ready = begins(before, MONDAY + DAY)
    for rep_id in (ROSA, RAVI):
        set_rep(OWNER, rep_id, MONDAY + 2 * DAY, teams=["sales"], time_zone="UTC")
    before.works(MONDAY + 2 * DAY)
    assert sorted(str(each) for each in owners(*ready) if each) == [RAVI, ROSA]
    given = next(who for who in ready if owners(who) != [None])
    assert clock(given) == ("running", MONDAY + 2 * DAY + 2 * HOUR)
    before.works(MONDAY + 2 * DAY + 6 * HOUR)
    assert how_many_unassigned(MONDAY + 2 * DAY) == 3
    before.works(MONDAY + 3 * DAY + HOUR)
    assert how_many_unassigned(MONDAY + 3 * DAY) == 1


@pytest.mark.slow
def test_who_comes_fresh_does_not_wait_behind_them(before: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "WAITED_A_DAY", 0)
    begins(before, MONDAY + DAY)
    set_rep(OWNER, ROSA, MONDAY + DAY, teams=["sales"], time_zone="UTC")
    assert owners(before.hand("zoe", MONDAY + DAY + 1)) == [ROSA]


@pytest.mark.slow
def test_whoever_leads_sales_may_give_them_all_out_at_once(
    before: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "WAITED_A_DAY", 0)
    ready = begins(before, MONDAY + DAY)
    set_rep(OWNER, ROSA, MONDAY + DAY, teams=["sales"], time_zone="UTC")
    set_rep(OWNER, MAX, MONDAY + DAY, teams=["managers"], time_zone="UTC")
    before.works(MONDAY + DAY + 1)
    assert owners(*ready) == [None] * len(ready)
    told = hand_out(MANAGER, ready, MONDAY + DAY + 2)
    assert {each.rep_id for each in told.done} == {ROSA}
    assert how_many_unassigned(MONDAY + DAY + 2) == 0


@pytest.mark.slow
def test_publishing_alone_is_enough(before: Company) -> None:
    publish(OWNER, WITH, MONDAY + DAY)
    errands = Errands(lambda: MONDAY + DAY, threading.Event())
    while errands.step(MONDAY + DAY):
        pass
    before.works(MONDAY + DAY + 1)
    assert how_many_unassigned(MONDAY + DAY + 1) == len(NAMES)
