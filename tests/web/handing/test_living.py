"""A hand-off lives: it is warned about, broken, taken from whoever let it lie, refused, and comes back."""

from __future__ import annotations

import pytest

from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.looking.handing import unassigned
from qualify.web.verbs.actor import Conflict, Forbidden, NotThere
from qualify.web.verbs.assigning import assign, take
from qualify.web.verbs.contacting import Touch, log_contact
from qualify.web.verbs.decide import decide
from qualify.web.verbs.publish import publish
from qualify.web.verbs.reasons import reason_of
from qualify.web.verbs.reps import add_absence, deactivate_rep, preview_deactivate_rep, set_rep
from qualify.web.verbs.undo import undo
from tests.web.cast import OWNER, lead_of, of, send
from tests.web.handing.conftest import (
    DAY,
    HOUR,
    MANAGER,
    MAX,
    MINUTE,
    MONDAY,
    RAVI,
    ROSA,
    Company,
    clock,
    owners,
    rep,
    told,
)


def stage(who: int) -> tuple[str, int]:
    [found] = rows("SELECT stage, cycle FROM standing WHERE person_id = %s", [who])
    return found[0], found[1]


def other(address: str) -> str:
    return RAVI if address == ROSA else ROSA


def test_the_owner_is_warned_once_and_the_managers_hear_of_what_is_late(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    for at in range(MONDAY, MONDAY + 5 * HOUR, 10 * MINUTE):
        company.works(at)
    assert told("lead.warned") == told("lead.breached") == [jane]
    [(to,)] = rows('SELECT "to" FROM mail WHERE message_id LIKE %s AND "to" = %s', ["<breached%", MAX])
    assert to == MAX
    assert clock(jane)[0] == "late"


def test_a_real_contact_stops_the_clock_and_a_wrong_number_does_not(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    owner = rep(str(owners(jane)[0]))
    log_contact(owner, jane, Touch("phone", outcome="wrong number"), MONDAY + HOUR)
    company.works(MONDAY + HOUR)
    assert clock(jane)[0] == "warning"
    log_contact(owner, jane, Touch("phone", outcome="voicemail"), MONDAY + HOUR + 1)
    company.works(MONDAY + HOUR + 1)
    assert clock(jane)[0] == "answered"
    company.works(MONDAY + DAY)
    assert told("lead.breached") == []


def test_the_same_contact_told_twice_is_one(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    touch = Touch("email", outcome="sent", contact_id="<m1@crm.example>")
    assert log_contact(OWNER, jane, touch, MONDAY + 1).new
    assert not log_contact(OWNER, jane, touch, MONDAY + 2).new
    assert len(rows("SELECT 1 FROM contact")) == 1


def test_who_lets_a_lead_lie_loses_it_where_the_playbook_says_so(company: Company) -> None:
    publish(
        OWNER,
        starter("b2b-saas").replace("warn_before: 1 hour", "warn_before: 1 hour\n  on_breach: reroute"),
        MONDAY - 1,
    )
    jane = company.hand("jane", MONDAY)
    [first] = owners(jane)
    company.works(MONDAY + 2 * HOUR + 1)
    assert owners(jane) == [other(str(first))]
    company.works(MONDAY + 4 * HOUR + 2)
    assert owners(jane) == [MAX], "after both it is the fallback's"
    assert told("lead.breached") == [jane], "the promise is broken once"


def test_undoing_an_acceptance_gives_owner_and_clock_back(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    [first] = owners(jane)
    before = clock(jane)
    number = decide(rep(other(str(first))), jane, "accepted", MONDAY + MINUTE)
    company.works(MONDAY + MINUTE)
    assert (owners(jane), stage(jane)) == ([other(str(first))], ("sal", 1))
    undo(OWNER, number, MONDAY + 2 * MINUTE)
    company.works(MONDAY + 2 * MINUTE)
    assert (owners(jane), clock(jane)) == ([first], before)


def test_of_two_reps_who_accept_the_second_is_told(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    decide(rep(ROSA), jane, "accepted", MONDAY + 1)
    with pytest.raises(Conflict, match="Rosa accepted this lead already"):
        decide(rep(RAVI), jane, "accepted", MONDAY + 2)
    assert owners(jane) == [ROSA]


def test_of_two_who_take_a_lead_that_nobody_has_one_gets_it(company: Company) -> None:
    for address in (ROSA, RAVI, MAX):
        add_absence(MANAGER, address, MONDAY - DAY, MONDAY + 7 * DAY, MONDAY - 1)
    jane = company.hand("jane", MONDAY)
    assert owners(jane) == [None]
    assert told("lead.unassigned") == [jane]
    take(rep(ROSA), jane, MONDAY + 1)
    with pytest.raises(Conflict, match="Rosa has this lead"):
        take(rep(RAVI), jane, MONDAY + 2)
    with pytest.raises(Forbidden):
        take(rep("vic@qualify.example"), jane, MONDAY + 2)
    company.works(MONDAY + 3)
    assert owners(jane) == [ROSA]


@pytest.mark.slow
def test_a_lead_that_nobody_could_take_finds_somebody_who_is_back(company: Company) -> None:
    for address in (ROSA, RAVI, MAX):
        add_absence(MANAGER, address, MONDAY - DAY, MONDAY + 3 * DAY, MONDAY - 1)
    jane = company.hand("jane", MONDAY)
    for hours in range(1, 80):
        company.works(MONDAY + hours * HOUR)
    assert owners(jane)[0] in (ROSA, RAVI)
    assert told("lead.unassigned") == [jane], "said once, not every quarter of an hour"


def test_a_refusal_for_now_comes_back_on_its_day_and_not_to_who_refused(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    [first] = owners(jane)
    decide(rep(str(first)), jane, "rejected", MONDAY + HOUR, reason=reason_of("no_intent"))
    company.works(MONDAY + HOUR)
    assert stage(jane) == ("recycled", 1)
    company.works(MONDAY + HOUR + 59 * DAY)
    assert stage(jane) == ("recycled", 1)
    company.works(MONDAY + HOUR + 60 * DAY)
    assert stage(jane)[1] == 2
    assert told("lead.returned") == [jane]
    if stage(jane)[0] in ("mql", "pql"):
        assert owners(jane) == [other(str(first))]


def test_undoing_a_refusal_gives_the_lead_back(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    owner = owners(jane)
    number = decide(rep(str(owner[0])), jane, "rejected", MONDAY + 1, reason=reason_of("not_icp"))
    company.works(MONDAY + 1)
    assert stage(jane)[0] == "disqualified"
    undo(OWNER, number, MONDAY + 2)
    company.works(MONDAY + 2)
    assert (stage(jane)[0], owners(jane)) == ("mql", owner)
    assert clock(jane)[0] == "running"


@pytest.mark.slow
def test_who_leaves_holding_forty_leads_leaves_none_behind(company: Company) -> None:
    everybody = [company.comes(f"lead{number}", MONDAY + number) for number in range(40)]
    set_rep(MANAGER, RAVI, MONDAY - 1, active_until=MONDAY - 1)
    company.works(MONDAY + 100)
    assert owners(*everybody) == [ROSA] * 40
    set_rep(MANAGER, RAVI, MONDAY + 101, active_until=None, capacity={"leads": 30, "per": "week"})
    set_rep(MANAGER, MAX, MONDAY + 101, capacity={"leads": 6, "per": "day"})
    preview = preview_deactivate_rep(MANAGER, ROSA, MONDAY + 102)
    assert owners(*everybody) == [ROSA] * 40, "looking changes nothing"
    left = deactivate_rep(MANAGER, ROSA, MONDAY + 102)
    assert left.leads == preview.leads
    company.works(MONDAY + 103)
    found = owners(*everybody)
    assert (found.count(RAVI), found.count(MAX), found.count(None)) == (30, 6, 4)
    assert len(left.unassigned) == 4
    assert len(set(told("lead.unassigned"))) == 4
    with pytest.raises(Conflict):
        deactivate_rep(MANAGER, ROSA, MONDAY + 104)


@pytest.mark.slow
def test_of_a_competitor_nobody_is_handed_over_again(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    number = decide(rep(str(owners(jane)[0])), jane, "rejected", MONDAY + 1, reason=reason_of("competitor"))
    told_of = {
        "email": "jim@jane-works.io",
        "title": "VP Marketing",
        "employees": 120,
        "country": "DE",
        "industry": "software",
    }
    send(company.source, MONDAY + HOUR, *of("jim", told_of, ["Demo Requested"]))
    jim = lead_of("jim@jane-works.io")
    company.works(MONDAY + HOUR)
    assert owners(jim) == [None]
    assert "its account was excluded when Jane was refused" in unassigned(MONDAY + HOUR)[0].why[0]
    undo(OWNER, number, MONDAY + 2 * HOUR)
    company.works(MONDAY + 3 * HOUR)
    assert owners(jim)[0] in (ROSA, RAVI)


@pytest.mark.slow
def test_taking_a_members_sign_in_away_gives_their_leads_to_others(company: Company) -> None:
    from qualify.web.store.models import User
    from qualify.web.verbs.membering import deactivate

    jane = company.hand("jane", MONDAY)
    [owner] = owners(jane)
    User(email="ada@qualify.example", role="admin", password="!").save()
    member = User(email=str(owner), role="sales_rep", password="!")
    member.save()
    deactivate(OWNER, member.pk, MONDAY + 1)
    assert owners(jane) == [other(str(owner))]


@pytest.mark.slow
def test_giving_a_lead_away_needs_the_right_to(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    [owner] = owners(jane)
    with pytest.raises(Forbidden):
        assign(rep(other(str(owner))), jane, MAX, MONDAY + 1)
    assign(rep(str(owner)), jane, other(str(owner)), MONDAY + 2, reason="speaks French")
    with pytest.raises(Conflict):
        assign(MANAGER, jane, MAX, MONDAY + 3, instead_of=owner)
    with pytest.raises(NotThere):
        assign(MANAGER, jane, "nobody@qualify.example", MONDAY + 3)
    company.works(MONDAY + 4)
    assert owners(jane) == [other(str(owner))]


@pytest.mark.slow
def test_as_long_as_there_is_no_rep_nobody_is_looked_for(company: Company) -> None:
    for table in ("rep_setting", "absence"):
        from qualify.web.database import run

        run(f"DELETE FROM {table}")
    jane = company.hand("jane", MONDAY)
    assert owners(jane) == [None]
    assert told("lead.unassigned") == []
    set_rep(MANAGER, ROSA, MONDAY + HOUR, teams=["sales"], time_zone="UTC")
    company.works(MONDAY + HOUR)
    assert owners(jane) == [ROSA]
