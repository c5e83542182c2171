"""A sequence of touches in the rep's working days, and everything that ends or moves it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.handoff.calendar import Calendar
from qualify.handoff.followups import (
    Enrolment,
    Followed,
    Happening,
    StepDone,
    follow,
    sequence_for,
    tasks_of_day,
)
from qualify.playbook import Playbook
from qualify.playbook.followups import FollowUps
from qualify.playbook.times import DaysOff, Hours
from tests.handoff.made import BERLIN, DAY, HOUR, at, judged, plan, wall

STEPS = [
    {"day": 1, "channel": "email", "title": "write"},
    {"day": 1, "channel": "phone", "title": "call", "at": "14:00"},
    {"day": 3, "channel": "linkedin", "title": "connect"},
    {"day": 6, "channel": "whatsapp", "title": "ask"},
]
SEQUENCE = FollowUps.model_validate({"name": "first", "steps": STEPS})
CALENDAR = Calendar(BERLIN, (Hours(),), DaysOff.model_validate({"countries": "DE"}))
BEGUN = at("2026-03-02 10:00")  # a Monday
ENROLMENT = Enrolment("lead", 1, "first", BEGUN, "ada", "acme")


def done(step: int, when: str, **more) -> StepDone:
    return StepDone("lead", 1, "first", step, at(when), **more)


def seen(kind, when: str, lead_id: str = "lead", **more) -> Happening:
    return Happening(kind, lead_id, at(when), **more)


def followed(
    now: str, dones=(), happenings=(), begun: str | None = None, sequence=SEQUENCE, calendar=CALENDAR
) -> Followed:
    enrolment = ENROLMENT if begun is None else Enrolment("lead", 1, "first", at(begun), "ada", "acme")
    return follow(sequence, enrolment, dones, happenings, calendar, at(now))


def due(found: Followed) -> list[str | None]:
    return [wall(task.due_at) for task in found.tasks]


def states(found: Followed) -> list[str]:
    return [task.state for task in found.tasks]


BOTH = [done(0, "2026-03-02 10:30"), done(1, "2026-03-02 14:10")]


def test_steps_are_due_on_working_days_in_working_hours():
    found = followed("2026-03-02 10:00")
    assert due(found) == ["2026-03-02 10:00", "2026-03-02 14:00", "2026-03-04 09:00", "2026-03-09 09:00"]
    assert states(found) == ["due", "planned", "planned", "planned"]
    assert (wall(found.next_at), found.exit) == ("2026-03-02 14:00", None)


def test_a_sequence_that_begins_on_a_weekend_has_its_first_day_on_the_next_working_day():
    assert due(followed("2026-03-07 12:00", begun="2026-03-07 12:00"))[:3] == [
        "2026-03-09 09:00",
        "2026-03-09 14:00",
        "2026-03-11 09:00",
    ]


def test_holidays_and_absences_are_no_working_days():
    assert due(followed("2026-04-01 10:00", begun="2026-04-01 10:00"))[2] == "2026-04-07 09:00"  # over Easter
    away = Calendar(BERLIN, (Hours(),), None, [(at("2026-03-03 00:00"), at("2026-03-10 00:00"))])
    assert due(followed("2026-03-02 10:00", calendar=away))[2] == "2026-03-11 09:00"


def test_a_step_at_a_time_outside_working_hours_is_due_when_work_begins():
    early = FollowUps.model_validate(
        {"name": "first", "steps": [{"day": 1, "channel": "phone", "title": "x", "at": "18:00"}]}
    )
    assert due(followed("2026-03-02 10:00", sequence=early)) == ["2026-03-03 09:00"]


def test_a_late_step_pushes_those_after_it():
    late = [BOTH[0], done(1, "2026-03-05 15:00")]
    assert due(followed("2026-03-05 16:00", late))[2:] == ["2026-03-09 09:00", "2026-03-12 09:00"]


def test_nobody_finds_all_touches_on_one_morning():
    found = followed("2026-03-20 10:00")
    assert states(found) == ["due", "due", "planned", "planned"]
    assert due(found)[2:] == ["2026-03-24 09:00", "2026-03-27 09:00"]


def test_who_is_early_keeps_to_the_plan():
    found = followed("2026-03-02 15:00", [*BOTH, done(2, "2026-03-02 15:00")])
    assert due(found)[3] == "2026-03-09 09:00"


@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        (seen("reply", "2026-03-03 11:00"), "reply"),
        (seen("meeting", "2026-03-03 11:00"), "meeting"),
        (seen("bounce", "2026-03-03 11:00"), "bounce"),
        (seen("unsubscribe", "2026-03-03 11:00"), "unsubscribe"),
        (seen("stage", "2026-03-03 11:00", stage="recycled"), "stage"),
        (seen("stopped", "2026-03-03 11:00"), "stopped"),
        (seen("reply", "2026-03-03 11:00", "colleague", account_id="acme"), "account reply"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_ends_it(happening, reason):
    found = followed("2026-03-04 10:00", BOTH, [happening])
    assert found.exit is not None and (found.exit.reason, wall(found.exit.at)) == (reason, "2026-03-03 11:00")
    assert states(found) == ["done", "done", "cancelled", "cancelled"]
    assert found.next_at is None


@pytest.mark.parametrize(
    "happening",
    [
        seen("stage", "2026-03-03 11:00", stage="sal"),
        seen("reply", "2026-03-03 11:00", "stranger", account_id="other"),
        seen("meeting", "2026-03-03 11:00", "colleague", account_id="acme"),
        seen("reply", "2026-03-01 11:00"),
        seen("reply", "2026-03-05 11:00"),
        seen("out of office", "2026-03-03 11:00"),
    ],
    ids=[
        "a stage it runs in",
        "a stranger's reply",
        "a colleague's meeting",
        "before it began",
        "not yet",
        "no date said",
    ],
)
def test_what_does_not(happening):
    found = followed("2026-03-04 10:00", BOTH, [happening])
    assert (found.exit, states(found)) == (None, ["done", "done", "due", "planned"])


def test_settings_say_what_ends_it():
    deaf = FollowUps.model_validate(
        {"name": "first", "stops_on": "meeting", "account_reply_stops": False, "steps": STEPS}
    )
    replies = [
        seen("reply", "2026-03-03 11:00"),
        seen("reply", "2026-03-03 11:00", "colleague", account_id="acme"),
    ]
    assert followed("2026-03-04 10:00", BOTH, replies, sequence=deaf).exit is None


def test_out_of_office_moves_what_is_open_to_the_day_they_are_back_and_the_rest_with_it():
    away = seen("out of office", "2026-03-02 10:31", returns_at=at("2026-03-14 00:00"))
    found = followed("2026-03-04 10:00", BOTH, [away])
    assert due(found) == ["2026-03-02 10:00", "2026-03-02 14:00", "2026-03-16 09:00", "2026-03-19 09:00"]
    assert (found.tasks[2].moved, found.exit) == ("out of office until 2026-03-14 00:00", None)


def test_it_is_finished_when_every_step_is_done_or_left_out():
    every = [*BOTH, done(2, "2026-03-04 09:30", skipped=True), done(3, "2026-03-09 09:30")]
    found = followed("2026-03-10 10:00", every)
    assert (found.exit and found.exit.reason, states(found)) == (
        "finished",
        ["done", "done", "skipped", "done"],
    )


def test_what_was_done_in_another_cycle_or_sequence_is_not_done_in_this():
    others = [
        StepDone("lead", 2, "first", 0, BEGUN),
        StepDone("lead", 1, "second", 0, BEGUN),
        StepDone("other", 1, "first", 0, BEGUN),
    ]
    assert states(followed("2026-03-02 10:00", others))[0] == "due"


def test_a_reps_day_is_what_is_due_until_it_ends_longest_first():
    older = Enrolment("older", 1, "first", at("2026-02-27 10:00"), "ada")
    every = [followed("2026-03-02 10:00"), follow(SEQUENCE, older, [], [], CALENDAR, at("2026-03-02 10:00"))]
    day = tasks_of_day(every, "ada", CALENDAR, at("2026-03-02 10:00"))
    assert [(task.lead_id, task.title) for task in day] == [
        ("older", "write"),
        ("older", "call"),
        ("lead", "write"),
        ("lead", "call"),
    ]
    assert tasks_of_day(every, "ben", CALENDAR, at("2026-03-02 10:00")) == []


def test_the_starter_has_eight_touches_and_is_for_who_is_handed_over():
    book = Playbook.load("b2b-saas")
    assert book.sequences is not None and [len(each.steps) for each in book.sequences] == [8]
    look = plan().conditions.look(judged(BEGUN))
    assert sequence_for(book.sequences, plan().conditions, look) is book.sequences[0]


@given(
    st.integers(0, 30 * DAY).map(lambda each: BEGUN + each),
    st.lists(st.integers(0, 60 * HOUR), max_size=4),
    st.none() | st.integers(0, 40 * DAY).map(lambda each: BEGUN + each),
)
def test_steps_keep_their_order_and_nothing_is_due_outside_working_hours(now, pauses, returns):
    dones, moment = list[StepDone](), BEGUN
    for step, pause in enumerate(pauses):
        moment += pause
        dones.append(StepDone("lead", 1, "first", step, moment))
    away = [] if returns is None else [Happening("out of office", "lead", BEGUN + 1, None, "", returns)]
    found = follow(SEQUENCE, ENROLMENT, dones, away, CALENDAR, now)
    moments = [task.due_at for task in found.tasks]
    assert moments == sorted(moments)
    assert all(CALENDAR.opens(moment) == moment for moment in moments)
    assert all(
        task.due_at >= (returns or 0)
        for task in found.tasks
        if task.state in ("due", "planned") and now > BEGUN
    )
