"""The promise in the inbox follows the clock of the hand-off: the working time of whoever has the lead, and no wall."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.web.looking import inbox as looking
from qualify.web.looking.handed import handed
from qualify.web.looking.timeline import timeline
from qualify.web.looking.waiting import Promised, Waiting, read
from qualify.web.verbs.contacting import Touch, log_contact
from qualify.web.verbs.decide import decide
from tests.web.cast import OWNER
from tests.web.handing.conftest import DAY, HOUR, MINUTE, MONDAY, owners, rep, settled

FRIDAY = MONDAY + 4 * DAY + 7 * HOUR  # 16:00; an hour of the working day is left, and two hours are promised
DUE = MONDAY + 7 * DAY + HOUR  # Monday, 10:00


def row(who: int, at: int, me: str = "", show: str = "all") -> Waiting:
    """The row of a lead as the inbox shows it at a moment."""
    asked = looking.Asked(looking.Wanted(show), me, at)
    return next(each for each in read(looking.inbox(asked).places, asked) if each.id == who)


def promised(who: int, at: int) -> Promised:
    found = row(who, at).promised
    assert found is not None
    return found


def check_the_promise() -> int:
    """Of a lead that comes on a Friday at four, and is called a minute later; the lead."""
    company = settled()
    jane = company.hand("jane", FRIDAY)
    [owner] = owners(jane)
    assert promised(jane, FRIDAY) == Promised("clock", DUE, 2 * HOUR, soon=False)
    assert promised(jane, FRIDAY + 30 * MINUTE).left == 90 * MINUTE
    assert promised(jane, FRIDAY + DAY).left == HOUR, "nobody works on a Saturday"
    assert promised(jane, DUE - 10 * MINUTE).soon
    assert promised(jane, DUE + 3 * MINUTE).late == 3 * MINUTE
    mine = row(jane, FRIDAY, str(owner), "mine")
    assert (mine.mine, mine.owner, mine.to_accept) == (True, str(owner).partition("@")[0].capitalize(), True)
    log_contact(rep(str(owner)), jane, Touch("phone", outcome="connected"), FRIDAY + MINUTE)
    company.works(FRIDAY + MINUTE)
    assert promised(jane, FRIDAY + DAY) == Promised("clock", None, 0, soon=False, answered=True)
    return jane


def test_only_the_working_time_of_its_owner_counts(store: Path) -> None:
    check_the_promise()


@pytest.mark.slow
def test_so_it_is_on_postgres(postgres_store: str) -> None:
    jane = check_the_promise()
    found = handed(jane, FRIDAY + 2 * MINUTE)
    assert found.is_open
    assert found.clock is not None and found.clock.kept
    told = timeline(jane, FRIDAY + DAY, limit=200)
    assert {"assignment", "contact", "step", "move"} <= {entry.type for entry in told.entries}
    pages, cursor = list[int](), None
    while True:
        page = timeline(jane, FRIDAY + DAY, cursor=cursor, limit=2)
        pages, cursor = pages + [entry.at for entry in page.entries], page.next_cursor
        if cursor is None:
            break
    assert pages == [entry.at for entry in told.entries], "page by page it is the whole"


def test_whoever_is_due_first_comes_first_and_whoever_was_answered_last(store: Path) -> None:
    company = settled()
    weekend, early, answered = (
        company.hand(name, at)
        for name, at in (("wu", FRIDAY), ("eva", FRIDAY - 5 * HOUR), ("ann", FRIDAY - 6 * HOUR))
    )
    log_contact(OWNER, answered, Touch("email", outcome="sent"), FRIDAY - 5 * HOUR)
    decide(OWNER, early, "accepted", FRIDAY - HOUR)
    company.works(FRIDAY)
    asked = looking.Asked(looking.Wanted("all"), "", FRIDAY)
    assert [place.person_id for place in looking.inbox(asked).places] == [early, weekend, answered]
    late = looking.Asked(looking.Wanted("late"), "", FRIDAY)
    assert [place.person_id for place in looking.inbox(late).places] == [early], "accepted is not answered"
