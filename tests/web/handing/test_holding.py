"""What everybody holds is kept from look to look, and is what all facts together say."""

from __future__ import annotations

import pytest

from qualify.handoff.facts import Assignment
from qualify.handoff.standing import Fact, Standing
from qualify.web.database import run
from qualify.web.handing import facts
from qualify.web.handing.holding import Holding
from qualify.web.verbs.assigning import assign, own_account
from qualify.web.verbs.decide import decide
from qualify.web.verbs.undo import undo
from tests.web.handing.conftest import HOUR, MANAGER, MONDAY, RAVI, ROSA, Company, rep


def held(standing: Standing) -> tuple[object, ...]:
    """All that it says; who is given what, and why so, apart from the words."""
    owners = {key: (each.rep_id, each.assigned_at) for key, each in standing.owners.items()}
    open_ = {rep_id: many for rep_id, many in standing.open.items() if many}
    worked = {account: each.rep_id for account, each in standing._worked.items()}
    return owners, open_, standing.credits, standing.rejections, standing._given, standing._named, worked


def afresh() -> tuple[object, ...]:
    """What all facts together say."""
    return held(Standing(facts.everything()))


def test_additions_are_added_and_nothing_else_is_read(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.hand("ann", MONDAY)
    kept = Holding()
    assert held(kept.standing(MONDAY)) == afresh()
    bob = company.hand("bob", MONDAY + 1)
    decide(rep(ROSA), bob, "rejected", MONDAY + 2, reason="no_intent")
    company.works(MONDAY + 3)
    asked: list[facts.After] = []
    everything = facts.everything

    def noted(after: facts.After = facts.NOTHING) -> list[Fact]:
        asked.append(after)
        return everything(after)

    monkeypatch.setattr(facts, "everything", noted)
    assert held(kept.standing(MONDAY + 4)) == held(Standing(everything()))
    assert asked and facts.NOTHING not in asked
    asked.clear()
    kept.standing(MONDAY + 5)
    assert asked == [], "nothing was new"


def test_what_is_undone_or_put_down_to_somebody_else_is_seen(company: Company) -> None:
    ann, bob = company.hand("ann", MONDAY), company.hand("bob", MONDAY + 1)
    kept = Holding()
    kept.standing(MONDAY + 2)
    number = assign(MANAGER, ann, ROSA if owner(ann) == RAVI else RAVI, MONDAY + 3)
    assert held(kept.standing(MONDAY + 4)) == afresh()
    undo(MANAGER, number, MONDAY + 5)
    assert held(kept.standing(MONDAY + 6)) == afresh()
    run("UPDATE assignment SET owner_id = %s WHERE owner_id = %s", [bob, ann])  # as a merge does
    assert held(kept.standing(MONDAY + 7)) == afresh()
    run("DELETE FROM assignment WHERE owner_id = %s", [bob])  # as an erasure does
    assert held(kept.standing(MONDAY + 8)) == afresh()


def owner(who: int) -> str | None:
    """Who has the lead."""
    return facts.assignments([who])[-1].rep_id


@pytest.mark.slow
def test_what_was_to_be_given_and_never_was_is_forgotten(company: Company) -> None:
    ann = company.hand("ann", MONDAY)
    kept = Holding()
    standing = kept.standing(MONDAY + 1)
    [given] = facts.assignments([ann])
    other = RAVI if given.rep_id == ROSA else ROSA
    kept.give(Assignment(given.lead_id, given.cycle, other, MONDAY + 2))
    assert standing.open[other] == 1
    assert held(kept.standing(MONDAY + 3)) == afresh()


@pytest.mark.slow
def test_the_worker_goes_by_the_same_as_if_it_read_everything(company: Company) -> None:
    for place in range(12):
        at = MONDAY + place * HOUR
        who = company.hand(f"p{place}", at)
        if place % 3 == 0:
            decide(rep(owner(who) or ROSA), who, "rejected", at + 1, reason="no_intent")
        if place % 4 == 0:
            own_account(MANAGER, account_of(who), ROSA, at + 2)
        company.works(at + 3)
        assert held(company.hander.plans.holding.standing(at + 4)) == afresh(), place


def account_of(who: int) -> int:
    """The account of a lead."""
    from qualify.web.database import rows

    return int(rows("SELECT account_id FROM person WHERE id = %s", [who])[0][0])
