"""What goes wrong in between: a worker that dies, two at once, conclusions that are thrown away, another's rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qualify.handoff.routing import route
from qualify.handoff.standing import Standing
from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.handing import facts
from qualify.web.handing.desk import Desk
from qualify.web.handing.line import LEASE, mark
from qualify.web.handing.working import Hander
from qualify.web.looking.handing import day, held, problems, unassigned, whose
from qualify.web.looking.loads import loads
from qualify.web.looking.speed import speeds
from qualify.web.recomputing import forget, recompute
from qualify.web.verbs.actor import Conflict
from qualify.web.verbs.assigning import own_account
from qualify.web.verbs.contacting import Touch, log_contact
from qualify.web.verbs.decide import decide
from qualify.web.verbs.enrolling import enrol, finish_step, skip_step, stop_sequences
from qualify.web.verbs.merge import merge
from qualify.web.verbs.reasons import reason_of
from qualify.web.verbs.reps import set_rep
from qualify.web.verbs.simulating import Ready, simulate
from qualify.web.verbs.undo import undo
from tests.web.cast import OWNER
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

pytestmark = pytest.mark.slow

OUTCOME = (
    "SELECT rep_id FROM assignment",
    "SELECT type FROM message",
    "SELECT message_id FROM mail",
    "SELECT sequence FROM enrolment",
)


def outcome() -> list[list[tuple[object, ...]]]:
    return [rows(statement) for statement in OUTCOME]


@pytest.mark.parametrize("place", ["post", "tell", "write_clocks", "finish"])
def test_a_worker_that_dies_between_owner_and_notification_leaves_nothing_half_done(
    company: Company, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    where = {
        "post": "telling.post",
        "tell": "telling.tell",
        "write_clocks": "giving.write_clocks",
        "finish": "working.finish",
    }
    who = company.comes("jane", MONDAY)
    company.worker.work_off(MONDAY)
    before = outcome()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"qualify.web.handing.{where[place]}", killed)
        with pytest.raises(KeyboardInterrupt):
            Hander().work(MONDAY)
    assert outcome() == before
    assert Hander().work(MONDAY + 1) == 0, "whoever took it may still be at it"
    assert Hander().work_off(MONDAY + LEASE + 1) == 1
    assert told("lead.assigned") == [who]
    assert len(rows("SELECT 1 FROM mail")) == len(rows("SELECT 1 FROM assignment")) == 1


def test_one_lead_that_cannot_be_looked_after_stops_nobody_else(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = company.comes("ann", MONDAY), company.comes("bob", MONDAY + 1)
    company.worker.work_off(MONDAY + 1)
    from qualify.web.handing import working

    real: Callable[..., object] = vars(working)["mind"]

    def poisoned(people: list[int], desk: Desk) -> object:
        assert ann not in people
        return real(people, desk)

    with monkeypatch.context() as patch:
        patch.setattr(working, "mind", poisoned)
        company.hander.work(MONDAY + 1)
    assert owners(ann, bob)[1] is not None
    company.hander.work_off(MONDAY + 1 + HOUR)
    assert None not in owners(ann, bob)


def test_what_was_seen_is_looked_at_again_when_somebody_gave_leads_away_meanwhile(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = company.comes("ann", MONDAY), company.comes("bob", MONDAY + 1)
    company.worker.work_off(MONDAY + 1)
    from qualify.web.handing import working

    real: Callable[..., object] = vars(working)["mind"]

    def slow(people: list[int], desk: Desk) -> object:
        seen = real(people, desk)
        monkeypatch.setattr(working, "mind", real)
        Hander().work(MONDAY + 2)  # another worker is quicker with the other lead
        return seen

    monkeypatch.setattr(working, "mind", slow)
    Hander().work(MONDAY + 2, most=1)
    company.hander.work_off(MONDAY + 3)
    assert sorted(str(each) for each in owners(ann, bob)) == [RAVI, ROSA], "each has a turn"


def test_conclusions_that_are_lost_come_back_and_nobody_is_told_again(company: Company) -> None:
    people = [company.hand(name, MONDAY + place) for place, name in enumerate(["ann", "bob", "cid"])]
    log_contact(OWNER, people[1], Touch("email", outcome="sent"), MONDAY + HOUR)
    decide(
        rep(str(owners(people[2])[0])), people[2], "rejected", MONDAY + HOUR, reason=reason_of("no_intent")
    )
    last = MONDAY + 3 * HOUR
    company.works(last)
    kept = "SELECT person_id, cycle, reached_at, ended_at, closed, rep_id, state, due_at, kept, source FROM handoff ORDER BY 1, 3"
    before = (
        rows(kept),
        owners(*people),
        told("lead.assigned"),
        told("lead.breached"),
        rows("SELECT id FROM mail"),
    )
    forget()
    assert rows("SELECT 1 FROM handoff") == []
    recompute(last)
    company.works(last)
    assert before == (
        rows(kept),
        owners(*people),
        told("lead.assigned"),
        told("lead.breached"),
        rows("SELECT id FROM mail"),
    )


def test_the_same_facts_give_the_same_owners(company: Company) -> None:
    names = [f"lead{number}" for number in range(12)]
    set_rep(MANAGER, ROSA, MONDAY - 1, weight=3)
    for place, name in enumerate(names):
        company.hand(name, MONDAY + place * 10 * MINUTE)
    every = facts.everything()
    found = facts.assignments([who for (who,) in rows("SELECT id FROM person")])
    assert len(found) == 12
    for each in sorted(found, key=lambda each: each.assigned_at):
        desk = company.hander.desk(each.assigned_at)
        assert desk is not None and desk.plan is not None
        judged = desk.judged([int(each.lead_id)])[int(each.lead_id)]
        earlier = Standing(one for one in every if getattr(one, "assigned_at", 0) < each.assigned_at)
        again = route(desk.arrival(judged, each.cycle, each.assigned_at), desk.plan, desk.roster, earlier)
        assert (again.rep_id, again.why) == (each.rep_id, each.why)


def test_a_month_under_its_own_rules_is_as_it_was_and_under_others_it_is_not(company: Company) -> None:
    for place in range(8):
        company.hand(f"lead{place}", MONDAY + place * MINUTE)
    as_it_was = simulate(OWNER, MONDAY + DAY)
    assert (as_it_was.leads, as_it_was.differences) == (8, [])
    other = starter("b2b-saas").replace("team: sales, respond_within: 2 hours", "team: managers")
    would = simulate(OWNER, MONDAY + DAY, text=other)
    assert would.loads[MAX].given == 8 and len(would.differences) == 8
    assert would.before == {ROSA: 4, RAVI: 4}
    assert len(rows("SELECT 1 FROM assignment")) == 8


def test_trying_rules_names_accounts_and_holds_no_night_against_anybody(company: Company) -> None:
    ann = company.hand("ann", MONDAY)
    company.hand("bob", MONDAY + 12 * HOUR)
    assert simulate(OWNER, MONDAY + DAY).ready[""] == Ready(2, 2), "in the evening nobody is to be there"
    [(account,)] = rows("SELECT account_id FROM person WHERE id = %s", [ann])
    own_account(MANAGER, account, MAX, MONDAY - 1)
    changed = simulate(OWNER, MONDAY + DAY).differences[0]
    assert changed.after == MAX and "owner of the account ann-works.io" in changed.why[0]


def test_two_leads_that_are_one_have_one_owner(company: Company) -> None:
    ann, bob = company.hand("ann", MONDAY), company.hand("bob", MONDAY + 1)
    done = merge(OWNER, ann, bob, MONDAY + 2)
    company.works(MONDAY + 3)
    assert rows("SELECT DISTINCT person_id FROM handoff") == [(done.survivor,)]
    undo(OWNER, done.audit_id, MONDAY + 4)
    company.works(MONDAY + 5)
    assert sorted(str(each) for each in owners(ann, bob)) == [RAVI, ROSA]
    assert len(rows("SELECT 1 FROM handoff")) == 2


def test_a_day_shows_who_waits_and_what_is_due(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    owner = rep(str(owners(jane)[0]))
    today = day(owner.name, MONDAY + MINUTE)
    assert [each.lead_id for each in today.waiting] == [jane]
    assert [(each.task.channel, each.name) for each in today.tasks] == [("email", "Jane"), ("phone", "Jane")]
    finish_step(owner, jane, "eight touches", 0, MONDAY + 2 * MINUTE)
    skip_step(owner, jane, "eight touches", 1, MONDAY + 3 * MINUTE)
    with pytest.raises(Conflict, match="done already"):
        finish_step(owner, jane, "eight touches", 0, MONDAY + 4 * MINUTE)
    company.works(MONDAY + 4 * MINUTE)
    today = day(owner.name, MONDAY + 5 * MINUTE)
    assert (today.waiting, today.tasks) == ([], [])
    assert clock(jane)[0] == "answered"
    with pytest.raises(Conflict, match="before"):
        enrol(owner, jane, "eight touches", MONDAY + 6 * MINUTE)
    stop_sequences(owner, jane, MONDAY + 6 * MINUTE)
    [(_, tasks, ended)] = whose(jane, MONDAY + 7 * MINUTE).sequences
    assert ended is not None and ended.reason == "stopped" and tasks[2].state == "cancelled"


def test_what_everybody_has_is_told_with_how_fast_they_are(company: Company) -> None:
    ann, bob = company.hand("ann", MONDAY), company.hand("bob", MONDAY + 1)
    log_contact(rep(str(owners(ann)[0])), ann, Touch("email", outcome="sent"), MONDAY + HOUR)
    company.works(MONDAY + 4 * HOUR)
    every = {each.rep.rep_id: (each.open, each.late, each.given) for each in loads(MONDAY + 4 * HOUR)}
    assert every == {MAX: (0, 0, 0), owners(ann)[0]: (1, 0, 1), owners(bob)[0]: (1, 1, 1)}
    found = speeds(MONDAY + 4 * HOUR, MONDAY - DAY)
    assert (found.all.leads, found.all.kept, found.all.missed, found.all.median) == (2, 1, 1, HOUR)
    assert set(found.by_rep) == {ROSA, RAVI}
    assert [each.lead_id for each in held(str(owners(bob)[0]))] == [bob]
    assert (unassigned(MONDAY + 4 * HOUR), problems(MONDAY + 4 * HOUR)) == ([], [])


def test_a_lead_in_line_costs_nothing_where_nothing_is_to_be_done(company: Company) -> None:
    joe = company.hand("joe", MONDAY)
    decide(OWNER, joe, "disqualified", MONDAY + 1)
    company.works(MONDAY + 2)
    mark([joe], MONDAY + 3)
    company.works(MONDAY + 3)
    assert rows("SELECT * FROM handing") == []
    assert rows("SELECT closed FROM handoff") == [(1,)]
