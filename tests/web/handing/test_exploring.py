"""Leads below the line that are worked all the same: drawn by chance, given out by the rules, told for what they are."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from qualify.capture.model import Source
from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.handing import facts
from qualify.web.handing.exploring import Drawing, picked
from qualify.web.handing.working import Hander
from qualify.web.living.working import Worker
from qualify.web.looking.alignment import Asked as Period
from qualify.web.looking.alignment import agreed, handed_over
from qualify.web.looking.explored import drawn_between
from qualify.web.looking.handed import handed
from qualify.web.looking.inbox import Asked, Wanted, counted, inbox
from qualify.web.looking.waiting import read
from qualify.web.sources import create_source
from qualify.web.verbs.consent import consent
from qualify.web.verbs.decide import decide
from qualify.web.verbs.publish import publish
from qualify.web.verbs.reps import set_rep
from tests.web.cast import OWNER, lead_of, of, send
from tests.web.handing.conftest import DAY, HOUR, MONDAY, RAVI, ROSA, Company, clock, owners, rep, told

MANY = 24
BOOK = starter("b2b-saas").replace("handoff:\n", "handoff:\n  explore: 20%\n", 1)
WEEK_LATER = MONDAY + 7 * DAY + HOUR


class Town(NamedTuple):
    """A company, and the many who came to it on a Monday and are not ready."""

    company: Company
    people: list[int]

    @property
    def lucky(self) -> list[int]:
        """Those whom chance draws."""
        return [who for who in self.people if picked(who, 1, 20)]

    def lives(self, at: int) -> None:
        """Chance draws, and the worker does all that is to be done."""
        Drawing().step(at)
        self.company.works(at)


def settled(capacity: int | None = None) -> Town:
    source = Source(id=create_source("site", "segment", MONDAY - DAY), name="site", trusted=True)
    publish(OWNER, BOOK, MONDAY - DAY)
    for address in (ROSA, RAVI):
        limits = {} if capacity is None else {"capacity": {"leads": capacity, "per": "week"}}
        set_rep(OWNER, address, MONDAY - DAY, teams=["sales"], time_zone="UTC", **limits)
    company = Company(source, Worker(), Hander())
    for number in range(MANY):
        address = f"p{number}@small{number}.io"
        send(source, MONDAY, *of(f"p{number}", {"email": address, "name": f"P {number}"}, ["Page Viewed"]))
    company.works(MONDAY)
    return Town(company, [lead_of(f"p{number}@small{number}.io") for number in range(MANY)])


@pytest.fixture
def town(store: Path) -> Town:
    """The people came on Monday; no rep is ever full."""
    return settled()


@pytest.mark.slow
def test_who_is_drawn_is_handed_over_a_week_after_they_came_and_told_why(town: Town) -> None:
    lucky = town.lucky
    assert 0 < len(lucky) < MANY
    town.lives(MONDAY + 6 * DAY)
    assert told("lead.assigned") == []
    town.lives(WEEK_LATER)
    assert sorted(told("lead.assigned")) == lucky
    assert all(owner in (ROSA, RAVI) for owner in owners(*lucky))
    assert {state for state, _ in map(clock, lucky)} == {"running"}
    page = handed(lucky[0], WEEK_LATER)
    assert page.is_open and page.why[0].startswith("drawn at random: 20 of 100 below the line are worked")
    assert page.given[0].by == "" and page.brief is not None and page.brief.why_you[0] == page.why[0]
    assert {stage for (stage,) in rows("SELECT stage FROM standing")} == {"lead"}
    town.lives(WEEK_LATER + 2 * HOUR)
    assert len(facts.assignments(town.people)) == len(lucky)


@pytest.mark.slow
def test_whom_sales_has_looked_at_who_withdrew_a_consent_and_who_came_long_ago_is_never_drawn(
    town: Town,
) -> None:
    first, second, *others = town.lucky
    decide(OWNER, first, "recycled", MONDAY + DAY, reason="not now")
    consent(OWNER, second, "process", given=False, now=MONDAY + DAY)
    town.company.works(MONDAY + DAY)
    town.lives(WEEK_LATER)
    assert sorted(told("lead.assigned")) == others
    assert owners(first, second) == [None, None]
    unlucky = [who for who in town.people if who not in town.lucky]
    town.lives(MONDAY + 20 * DAY)
    assert owners(*unlucky) == [None] * len(unlucky)


@pytest.mark.slow
def test_one_who_is_refused_is_over_and_one_who_is_accepted_stays_with_their_rep(town: Town) -> None:
    town.lives(WEEK_LATER)
    one, other, *_ = town.lucky
    [theirs, others] = owners(one, other)
    assert theirs is not None and others is not None
    decide(rep(theirs), one, "rejected", WEEK_LATER + HOUR, reason="no_intent")
    decide(rep(others), other, "accepted", WEEK_LATER + HOUR)
    town.company.works(WEEK_LATER + 2 * HOUR)
    assert not handed(one, WEEK_LATER + 2 * HOUR).is_open
    still = handed(other, WEEK_LATER + 2 * HOUR)
    assert still.is_open and still.owner_id == others
    assert len(rows("SELECT 1 FROM handoff WHERE person_id = %s", [other])) == 1


@pytest.mark.slow
def test_no_more_are_drawn_than_the_reps_have_room_for_and_the_fallback_is_spared(store: Path) -> None:
    town = settled(capacity=1)
    town.lives(WEEK_LATER)
    assert len(told("lead.assigned")) == 2 < len(town.lucky)
    assert rows("SELECT 1 FROM assignment WHERE rep_id IS NULL") == []
    town.lives(WEEK_LATER + 2 * DAY)
    assert len(told("lead.assigned")) == 2


@pytest.mark.slow
def test_the_inbox_has_them_among_what_is_to_be_accepted_and_says_that_chance_drew_them(town: Town) -> None:
    town.lives(WEEK_LATER)
    mine = Asked(Wanted("mine"), ROSA, WEEK_LATER)
    found = read(inbox(mine).places, mine)
    assert {each.id for each in found} == {who for who in town.lucky if owners(who) == [ROSA]}
    assert all(each.explored and each.to_accept and each.next.step == "answer" for each in found)
    assert counted(mine) == {
        "new": len(town.lucky),
        "late": 0,
        "mine": len(found),
        "nobody": 0,
        "all": len(town.lucky),
    }


@pytest.mark.slow
def test_alignment_tells_them_apart_with_what_the_line_misses(town: Town) -> None:
    town.lives(WEEK_LATER)
    one, other, *_ = town.lucky
    decide(OWNER, one, "won", WEEK_LATER + DAY)
    decide(OWNER, other, "rejected", WEEK_LATER + DAY, reason="no_intent")
    town.company.works(WEEK_LATER + DAY)
    apart = drawn_between(MONDAY, WEEK_LATER + 2 * DAY)
    assert apart is not None and (apart.leads, apart.won, apart.rejected) == (len(town.lucky), 1, 1)
    assert apart.stand_for == 5 * len(town.lucky)  # one of five is drawn
    assert apart.missed is not None and apart.missed[1] < apart.missed[0] < apart.missed[2] <= apart.stand_for
    terms = agreed()
    assert terms is not None
    among = handed_over(Period(MONDAY, WEEK_LATER + 2 * DAY), terms, WEEK_LATER + 2 * DAY)
    assert not {each.lead_id for each in among.handed} & set(town.lucky)
    assert drawn_between(MONDAY, MONDAY + DAY) is None
