"""What was written down by mistake, a call or a step done, is undone: as if it had never been; and may be done again."""

from __future__ import annotations

import pytest

from qualify.web.database import rows
from qualify.web.handing.desk import Desk
from qualify.web.handing.giving import followed_of
from qualify.web.verbs.actor import Conflict, Forbidden
from qualify.web.verbs.contacting import Touch, log_contact
from qualify.web.verbs.enrolling import finish_step, skip_step, stop_sequences
from qualify.web.verbs.undo import undo
from tests.web.handing.conftest import HOUR, MANAGER, MINUTE, MONDAY, Company, rep

NAME = "eight touches"
LATER = MONDAY + 10 * MINUTE


def clock(who: int) -> tuple[object, ...]:
    return rows("SELECT state, stopped_at, due_at, rep_id FROM handoff WHERE person_id = %s", [who])[0]


def steps(company: Company, who: int, at: int) -> tuple[list[str], str | None]:
    """How each step of the sequence stands, and why it ended."""
    company.hander.plans.versions.refresh()
    [(_, followed)] = followed_of([who], Desk(company.hander.plans, at))
    return [task.state for task in followed.tasks], None if followed.exit is None else followed.exit.reason


def audit_of(verb: str) -> int:
    return int(rows("SELECT max(id) FROM audit WHERE verb = %s", [verb])[0][0])


def test_a_call_logged_by_mistake_is_undone_and_the_clock_runs_on(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    before = clock(jane)
    mine = rep(str(before[3]))
    logged = log_contact(mine, jane, Touch("phone", outcome="connected", contact_id="c1"), MONDAY + MINUTE)
    company.works(MONDAY + MINUTE)
    assert clock(jane)[:2] == ("answered", MONDAY + MINUTE)
    undo(mine, logged.audit_id or 0, MONDAY + 2 * MINUTE)
    assert clock(jane) == before, "at once, not when the worker comes by"
    company.works(MONDAY + 2 * MINUTE)
    assert clock(jane) == before
    with pytest.raises(Conflict, match="taken back before"):
        undo(mine, logged.audit_id or 0, MONDAY + 3 * MINUTE)
    undo(mine, audit_of("strike touch"), MONDAY + 3 * MINUTE)
    assert clock(jane)[:2] == ("answered", MONDAY + MINUTE)


def test_the_same_call_can_be_logged_again_after_it_was_undone(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    mine, touch = rep(str(clock(jane)[3])), Touch("phone", outcome="connected", contact_id="c1")
    logged = log_contact(mine, jane, touch, MONDAY + MINUTE)
    undo(mine, logged.audit_id or 0, MONDAY + 2 * MINUTE)
    assert log_contact(mine, jane, touch, MONDAY + 3 * MINUTE).new
    company.works(MONDAY + 3 * MINUTE)
    assert clock(jane)[:2] == ("answered", MONDAY + 3 * MINUTE)
    assert not log_contact(mine, jane, touch, MONDAY + 4 * MINUTE).new


def test_a_step_done_or_left_out_by_mistake_is_to_be_done_again(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    before, (stood, _) = clock(jane), steps(company, jane, LATER)
    mine = rep(str(before[3]))
    done = finish_step(mine, jane, NAME, 0, LATER)
    skipped = skip_step(mine, jane, NAME, 1, LATER + 1)
    assert steps(company, jane, LATER + 1)[0][:2] == ["done", "skipped"]
    company.works(LATER + 2)
    assert clock(jane)[:2] == ("answered", LATER)
    undo(mine, skipped, LATER + 3)
    undo(mine, done, LATER + 4)
    assert steps(company, jane, LATER)[0] == stood
    assert clock(jane)[:2] == before[:2]
    again = finish_step(mine, jane, NAME, 0, LATER + 5)
    assert again > done and steps(company, jane, LATER + 5)[0][0] == "done"
    company.works(LATER + 5)
    assert clock(jane)[0] == "answered"


def test_an_answer_noted_by_mistake_lets_the_sequence_go_on(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    mine = rep(str(clock(jane)[3]))
    noted = log_contact(mine, jane, Touch("email", "inbound"), MONDAY + MINUTE)
    assert steps(company, jane, MONDAY + HOUR)[1] == "reply"
    undo(mine, noted.audit_id or 0, MONDAY + 2 * MINUTE)
    assert steps(company, jane, MONDAY + HOUR)[1] is None
    ended = stop_sequences(mine, jane, MONDAY + 3 * MINUTE)
    assert steps(company, jane, MONDAY + HOUR)[1] == "stopped"
    undo(mine, ended, MONDAY + 4 * MINUTE)
    assert steps(company, jane, MONDAY + HOUR)[1] is None


def test_what_others_wrote_down_only_who_leads_them_undoes(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    mine = rep(str(clock(jane)[3]))
    logged = log_contact(mine, jane, Touch("phone", outcome="busy"), MONDAY + MINUTE)
    with pytest.raises(Forbidden):
        undo(rep("somebody.else@qualify.example"), logged.audit_id or 0, MONDAY + 2 * MINUTE)
    undo(MANAGER, logged.audit_id or 0, MONDAY + 2 * MINUTE)
    assert clock(jane)[0] == "running"
