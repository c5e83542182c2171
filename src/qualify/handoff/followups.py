"""Follow-ups: the touches of a sequence as tasks with due times in the rep's working hours, until something ends it.

Days are working days of whoever does the touches. A step is due so many of them after the one before was done; so a
late step pushes the rest, and nobody finds five touches on one morning. Who does a step early keeps to the plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from qualify.handoff.calendar import Calendar
from qualify.handoff.conditions import Conditions, Look
from qualify.moments import written
from qualify.playbook.followups import FollowUps, Step, StepChannel

HappeningKind: TypeAlias = Literal[
    "reply", "meeting", "bounce", "unsubscribe", "stage", "out of office", "stopped"
]
ExitReason: TypeAlias = Literal[
    "reply", "meeting", "bounce", "unsubscribe", "stage", "account reply", "stopped", "finished"
]
TaskState: TypeAlias = Literal["done", "skipped", "due", "planned", "cancelled"]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A lead was put into a sequence in one cycle; ``rep_id`` does the touches."""

    lead_id: str
    cycle: int
    sequence: str
    begun_at: int
    rep_id: str
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step (counted from 0) was done, or left out on purpose."""

    lead_id: str
    cycle: int
    sequence: str
    step: int
    done_at: int
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a sequence goes by.

    A ``reply`` is one that a person wrote, a ``bounce`` one for good. ``stage`` names the stage that the lead moved to;
    ``returns_at`` is when somebody out of office is back (None: not said); ``stopped`` is by hand.
    """

    kind: HappeningKind
    lead_id: str
    happened_at: int
    account_id: str | None = None
    stage: str = ""
    returns_at: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One touch of one lead: what is due when, and what became of it. ``moved`` says why it is later than planned."""

    lead_id: str
    cycle: int
    rep_id: str
    sequence: str
    step: int
    channel: StepChannel
    title: str
    text: str
    due_at: int
    state: TaskState
    done_at: int | None = None
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Exit:
    """Why a sequence ended, and when."""

    reason: ExitReason
    at: int


@dataclass(frozen=True, slots=True)
class Followed:
    """A sequence as of a moment: each step as a task, why it ended (None: it goes on), when the next step is due."""

    tasks: tuple[Task, ...]
    exit: Exit | None
    next_at: int | None


def sequence_for(sequences: Sequence[FollowUps], conditions: Conditions, look: Look) -> FollowUps | None:
    """The first sequence that is for the lead; None when none is."""
    return next((each for each in sequences if conditions.sequence_holds(each.name, look)), None)


def follow(
    sequence: FollowUps,
    enrolment: Enrolment,
    done: Iterable[StepDone],
    happenings: Iterable[Happening],
    calendar: Calendar,
    as_of: int,
) -> Followed:
    """The sequence for that lead as of a moment, in the calendar of the rep who does the touches now.

    ``done`` and ``happenings`` may be of any leads; what is of this lead, or of a colleague's reply, counts.
    """
    by_step = {each.step: each for each in done if _is_of(each, enrolment) and each.done_at <= as_of}
    seen = [each for each in happenings if enrolment.begun_at < each.happened_at <= as_of]
    ended = _exit(sequence, enrolment, by_step, seen)
    away = [each for each in seen if each.kind == "out of office" and each.lead_id == enrolment.lead_id]
    tasks = _Laid(sequence, enrolment, by_step, away, calendar, as_of, ended).tasks()
    coming = [each.due_at for each in tasks if each.state == "planned"]
    return Followed(tuple(tasks), ended, min(coming, default=None))


def tasks_of_day(followed: Iterable[Followed], rep_id: str, calendar: Calendar, as_of: int) -> list[Task]:
    """What the rep has to do by the end of the day that ``as_of`` is in: what is due longest first."""
    day = calendar.local(as_of).date() + dt.timedelta(days=1)
    until = calendar.at_wall(day, 0)
    mine = [
        task
        for each in followed
        for task in each.tasks
        if task.rep_id == rep_id and task.state in ("due", "planned") and task.due_at < until
    ]
    return sorted(mine, key=lambda task: (task.due_at, task.lead_id, task.step))


def _is_of(done: StepDone, enrolment: Enrolment) -> bool:
    return (done.lead_id, done.cycle, done.sequence) == (
        enrolment.lead_id,
        enrolment.cycle,
        enrolment.sequence,
    )


def _exit(
    sequence: FollowUps, enrolment: Enrolment, by_step: Mapping[int, StepDone], seen: Iterable[Happening]
) -> Exit | None:
    exits = [
        Exit(reason, each.happened_at)
        for each in seen
        if (reason := _ends(each, sequence, enrolment)) is not None
    ]
    if len(by_step) == len(sequence.steps):
        exits.append(Exit("finished", max(each.done_at for each in by_step.values())))
    return min(exits, key=lambda each: (each.at, each.reason), default=None)


def _ends(happening: Happening, sequence: FollowUps, enrolment: Enrolment) -> ExitReason | None:
    """Why this ends the sequence; None when it does not."""
    kind = happening.kind
    if happening.lead_id != enrolment.lead_id:
        colleague = enrolment.account_id is not None and happening.account_id == enrolment.account_id
        return "account reply" if colleague and kind == "reply" and sequence.account_reply_stops else None
    if kind == "stage":
        return None if happening.stage in sequence.runs_in else "stage"
    if kind == "out of office" or (kind != "stopped" and kind not in sequence.stops_on):
        return None
    return kind


class _Laid:
    """The steps of a sequence laid out over the rep's days."""

    def __init__(
        self,
        sequence: FollowUps,
        enrolment: Enrolment,
        by_step: Mapping[int, StepDone],
        away: Sequence[Happening],
        calendar: Calendar,
        as_of: int,
        ended: Exit | None,
    ) -> None:
        self.sequence, self.enrolment, self.by_step = sequence, enrolment, by_step
        self.calendar, self.as_of, self.ended = calendar, as_of, ended
        self.returns = max((each.returns_at or 0 for each in away), default=0)

    def tasks(self) -> list[Task]:
        """Each step; those for which the rep has no working time any more are left out."""
        found: list[Task] = []
        anchor, day = self.calendar.opens(self.enrolment.begun_at), 1
        for number, step in enumerate(self.sequence.steps):
            due_at = None if anchor is None else self._due(anchor, step.day - day, step)
            if due_at is None:
                break
            task = self._task(number, step, due_at)
            found.append(task)
            anchor, day = self._anchor(task, number), step.day
        return found

    def _task(self, number: int, step: Step, due_at: int) -> Task:
        done, moved = self.by_step.get(number), ""
        if done is None and due_at < self.returns:
            moved = f"out of office until {written(self.returns, self.calendar.zone.key)}"
            due_at = self.calendar.opens(self.returns) or due_at
        state, done_at = self._state(done, due_at), None if done is None else done.done_at
        enrolment = self.enrolment
        return Task(
            enrolment.lead_id,
            enrolment.cycle,
            enrolment.rep_id,
            self.sequence.name,
            number,
            step.channel,
            step.title,
            step.text,
            due_at,
            state,
            done_at,
            moved,
        )

    def _state(self, done: StepDone | None, due_at: int) -> TaskState:
        if done is not None:
            return "skipped" if done.skipped else "done"
        if self.ended is not None:
            return "cancelled"
        return "due" if due_at <= self.as_of else "planned"

    def _anchor(self, task: Task, number: int) -> int:
        """From when the next step counts its days: one still to be done pushes those of later days."""
        if task.done_at is not None:
            return max(task.done_at, task.due_at)
        following = self.sequence.steps[number + 1 : number + 2]
        same_day = bool(following) and following[0].day == self.sequence.steps[number].day
        return task.due_at if same_day or self.ended is not None else max(task.due_at, self.as_of)

    def _due(self, anchor: int, gap: int, step: Step) -> int | None:
        if gap == 0 and step.at is None:
            return self.calendar.opens(anchor)
        day = self.calendar.local(anchor).date()
        if gap:
            return self.calendar.days_later(day, gap, step.at)
        return self.calendar.opens(max(anchor, self.calendar.at_wall(day, step.at or 0)))
