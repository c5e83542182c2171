"""Leads are given out, taken back as if it had never been, and whoever loses one is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from qualify.errors import QualifyError
from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.looking.handing import how_many_unassigned, unassigned
from qualify.web.looking.loads import loads
from qualify.web.verbs.actor import Conflict, Forbidden
from qualify.web.verbs.assigning import assign
from qualify.web.verbs.handing_out import AT_ONCE, hand_out, preview_hand_out
from qualify.web.verbs.publish import publish
from qualify.web.verbs.reps import deactivate_rep, preview_deactivate_rep, set_rep
from qualify.web.verbs.undo import undo
from tests.web.cast import OWNER
from tests.web.handing.conftest import (
    HOUR,
    MANAGER,
    MAX,
    MONDAY,
    RAVI,
    ROSA,
    Company,
    owners,
    rep,
    settled,
)  # fmt: skip

LATER = MONDAY + HOUR


@pytest.fixture
def company(store: Path) -> Company:
    """Two reps and whoever leads them."""
    return settled()


def to(address: str) -> list[str]:
    """The subjects of the mails to somebody."""
    return [subject for (subject,) in rows('SELECT subject FROM mail WHERE "to" = %s ORDER BY id', [address])]


def nobodys(company: Company, *names: str) -> list[int]:
    """Leads that nobody can take: everybody is full."""
    for address in (ROSA, RAVI, MAX):
        set_rep(OWNER, address, MONDAY, capacity={"leads": 0, "per": "week"})
    return [company.hand(name, MONDAY + place) for place, name in enumerate(names, 1)]


def test_leads_that_nobody_has_are_given_to_somebody_and_undone(company: Company) -> None:
    leads = nobodys(company, "ann", "bob")
    assert owners(*leads) == [None, None]
    assert [each.lead_id for each in unassigned(LATER)] == leads
    would = preview_hand_out(MANAGER, leads, LATER, rep_id=ROSA)
    assert [each.rep_id for each in would.done] == [ROSA, ROSA]
    assert owners(*leads) == [None, None], "a preview changes nothing"
    done = hand_out(MANAGER, leads, LATER, rep_id=ROSA)
    assert owners(*leads) == [ROSA, ROSA]
    company.works(LATER)
    assert how_many_unassigned(LATER) == 0
    assert next(each.given for each in loads(LATER) if each.rep.rep_id == ROSA) == 2
    assert done.audit_id is not None
    back = undo(MANAGER, done.audit_id, LATER + 1)
    company.works(LATER + 1)
    assert [each.lead_id for each in unassigned(LATER + 1)] == leads
    assert to(ROSA)[-1] == "Bob is not yours any more"
    with pytest.raises(Conflict):
        undo(MANAGER, done.audit_id, LATER + 2)
    undo(MANAGER, back.audit_id, LATER + 3)
    assert owners(*leads) == [ROSA, ROSA]


@pytest.mark.slow
def test_by_the_rules_whoever_the_rules_find_gets_them(company: Company) -> None:
    leads = nobodys(company, "ann", "bob", "cid")
    told = preview_hand_out(MANAGER, leads, LATER)
    assert told.done == () and len(told.cannot) == 3
    set_rep(OWNER, RAVI, LATER, capacity=None)
    told = hand_out(MANAGER, leads, LATER + 1)
    assert {each.rep_id for each in told.done} == {RAVI}


@pytest.mark.slow
def test_what_somebody_works_on_is_left_alone(company: Company) -> None:
    ann = company.hand("ann", MONDAY)
    with_her = owners(ann)
    told = hand_out(MANAGER, [ann, 987_654], LATER, rep_id=MAX)
    assert told.done == () and {each.lead_id for each in told.cannot} == {ann, 987_654}
    assert owners(ann) == with_her
    with pytest.raises(QualifyError):
        hand_out(MANAGER, range(1, AT_ONCE + 2), LATER)
    with pytest.raises(Forbidden):
        hand_out(rep(ROSA), [ann], LATER)


def test_whoever_loses_a_lead_is_told_where_it_is(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAIL", settings.MAIL._replace(host="mail.example"))
    ann = company.hand("ann", MONDAY)
    [before] = owners(ann)
    after = RAVI if before == ROSA else ROSA
    number = assign(MANAGER, ann, after, LATER, reason="speaks her language")
    assert to(str(before))[-1] == "Ann is not yours any more"
    [(body,)] = rows("SELECT body FROM mail WHERE subject = 'Ann is not yours any more'")
    assert "speaks her language" in body and f"/leads/{ann}" in body
    undo(MANAGER, number, LATER + 1)
    assert owners(ann) == [before]
    assert to(after)[-1] == "Ann is not yours any more"


@pytest.mark.slow
def test_one_who_gives_a_lead_away_is_not_told_so(company: Company) -> None:
    ann = company.hand("ann", MONDAY)
    [mine] = owners(ann)
    assign(rep(str(mine)), ann, MAX, LATER)
    assert "Ann is not yours any more" not in to(str(mine))


@pytest.mark.slow
def test_the_clock_tells_who_loses_a_lead(company: Company) -> None:
    text = starter("b2b-saas").replace("warn_before: 1 hour", "warn_before: 1 hour\n  on_breach: reroute")
    publish(OWNER, text, MONDAY, rescore=lambda *_: 0)
    ann = company.hand("ann", MONDAY + 1)
    [before] = owners(ann)
    company.works(MONDAY + 3 * HOUR)
    assert owners(ann) != [before]
    assert to(str(before))[-1] == "Ann is not yours any more"


@pytest.mark.slow
def test_a_rep_who_leaves_with_forty_leads_comes_back_and_has_them_all(company: Company) -> None:
    leads = [company.hand(f"p{place}", MONDAY + place) for place in range(80)]
    hers = [who for who in leads if owners(who) == [ROSA]]
    assert len(hers) == 40
    would = preview_deactivate_rep(MANAGER, ROSA, LATER)
    assert sorted(each.lead_id for each in would.leads) == sorted(hers)
    assert {each.rep_id for each in would.leads} == {RAVI}
    left = deactivate_rep(MANAGER, ROSA, LATER)
    assert left.leads == would.leads
    company.works(LATER)
    taken = next(who for who in hers if owners(who) == [RAVI])
    assign(MANAGER, taken, MAX, LATER + 1)
    assert left.audit_id is not None
    undo(MANAGER, left.audit_id, LATER + 2)
    company.works(LATER + 2)
    assert [who for who in leads if owners(who) == [ROSA]] == [who for who in hers if who != taken]
    assert owners(taken) == [MAX], "what was done with one since stays"
    assert next(each for each in loads(LATER + 2) if each.rep.rep_id == ROSA).active
