"""Who reaches the stage is given to somebody, who is told, once, whatever happens in between."""

from __future__ import annotations

from qualify.web.database import rows
from tests.web.handing.conftest import HOUR, MONDAY, RAVI, ROSA, Company, clock, owners, told


def test_a_lead_that_is_ready_has_an_owner_who_knows_why(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    [owner] = owners(jane)
    assert owner in (ROSA, RAVI)
    [(why,)] = rows("SELECT why FROM assignment")
    assert "asked for a demo: their turn among 2 of team sales" in why
    assert told("lead.assigned") == [jane]
    assert clock(jane) == ("running", MONDAY + 2 * HOUR)


def test_they_take_turns(company: Company) -> None:
    people = [company.hand(name, MONDAY + place) for place, name in enumerate(["ann", "bob", "cid", "dan"])]
    assert sorted(str(each) for each in owners(*people)) == [RAVI, RAVI, ROSA, ROSA]


def test_looking_again_gives_nobody_anything_twice(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    before = rows("SELECT * FROM assignment"), rows("SELECT * FROM message"), rows("SELECT * FROM mail")
    company.worker.work_off(MONDAY + 1)
    from qualify.web.handing.line import mark

    mark([jane], MONDAY + 2)
    company.works(MONDAY + 2)
    assert before == (
        rows("SELECT * FROM assignment"),
        rows("SELECT * FROM message"),
        rows("SELECT * FROM mail"),
    )
