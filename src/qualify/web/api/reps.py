"""Who gets leads, over HTTP: set up, away, gone; how much they have, how fast they are, what other rules would do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.api.access import actor
from qualify.web.api.handoff import Address
from qualify.web.api.shapes import Asked, Done, Id, Moment, Word
from qualify.web.looking import handing as looking
from qualify.web.looking.loads import Loaded, loads
from qualify.web.looking.speed import speeds
from qualify.web.verbs.actor import READ_LEADS
from qualify.web.verbs.reps import (
    add_absence,
    call_off_absence,
    deactivate_rep,
    preview_deactivate_rep,
    set_rep,
)
from qualify.web.verbs.simulating import simulate

router = Router(tags=["hand-off"])

Words = Annotated[list[Annotated[str, Field(pattern=r"^[^\x00]+$", max_length=80)]], Field(max_length=50)]


class CapacityIn(Asked):
    """How many leads at most, in each calendar day, week or month."""

    leads: Annotated[int, Field(ge=0, le=100_000)]
    per: Literal["day", "week", "month"] = "week"


class HoursIn(Asked):
    """When somebody works: which days, from when until when."""

    days: Annotated[list[Word], Field(min_length=1, max_length=7)]
    from_: Annotated[str, Field(alias="from", pattern=r"^\d{1,2}:\d\d$")]
    until: Annotated[str, Field(pattern=r"^\d{1,2}:\d\d$")]


class HolidaysIn(Asked):
    """Whose public holidays, as DE-BY, and further dates."""

    countries: list[Word] = Field([], max_length=20)
    dates: list[Word] = Field([], max_length=400)


class RepIn(Asked):
    """Somebody who gets leads; what is left out stays as it is, null is as the playbook says."""

    rep: Address
    name: Word | None = None
    teams: Words | None = None
    weight: Annotated[int, Field(ge=0, le=1_000)] | None = None
    capacity: CapacityIn | None = None
    time_zone: Word | None = None
    hours: Annotated[list[HoursIn], Field(max_length=20)] | None = None
    holidays: HolidaysIn | None = None
    skills: Words | None = None
    active_from: Moment | None = None
    active_until: Moment | None = None


class AbsenceIn(Asked):
    """A rep is away from one moment until another."""

    rep: Address
    starts_at: Moment
    ends_at: Moment
    note: Word = ""


class AbsenceOut(Schema):
    """An absence with its number, by which it is called off."""

    id: int
    rep_id: str
    starts_at: int
    ends_at: int
    note: str


class NumberOut(Schema):
    """The number of what was written down."""

    id: int


class RepOut(Schema):
    """Somebody who gets leads, and how much they have: open, late, given in the period of their capacity."""

    rep_id: str
    name: str
    teams: list[str]
    weight: int
    skills: list[str]
    time_zone: str | None
    active: bool
    open: int
    late: int
    given: int
    capacity: int | None
    per: str
    away_until: int | None


class RepName(Asked):
    """A rep, by their address."""

    rep: Address


class GoesToOut(Schema):
    """A lead, who has it then (null: nobody), and why."""

    lead_id: int
    rep_id: str | None
    why: list[str]


class LeftOut(Schema):
    """Where each lead of somebody who gets none any more went; without a line of the audit it was only looked at."""

    audit_id: int | None
    rep_id: str
    leads: list[GoesToOut]


class SimulateIn(Asked):
    """A period (the last 30 days) and a playbook (that in force)."""

    text: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=300_000)] | None = None
    since: Moment | None = None
    until: Moment | None = None


class LoadOut(Schema):
    """What a rep would have been given, and how many they would have had open at most."""

    given: int
    most_open: int


class DifferenceOut(Schema):
    """A lead that somebody else would have got."""

    lead_id: int
    cycle: int
    before: str | None
    after: str | None
    why: list[str]


class ReadyOut(Schema):
    """Of so many leads: how many had somebody at work before the promise was over, in the playbook's working hours."""

    leads: int
    in_time: int


class SimulatedOut(Schema):
    """What would have been; ``before`` is what each was given in fact.

    ``ready`` and ``ready_before`` hold each rep, and all together under the empty name.
    """

    since: int
    until: int
    leads: int
    unassigned: int
    loads: dict[str, LoadOut]
    before: dict[str, int]
    differences: list[DifferenceOut]
    unassigned_before: int
    ready: dict[str, ReadyOut]
    ready_before: dict[str, ReadyOut]


class Period(Asked):
    """Hand-offs since when; the last 30 days when left out."""

    since: Moment | None = None
    until: Moment | None = None


class SpeedOut(Schema):
    """How fast leads heard from us, in milliseconds of working time; null: so many have not heard yet."""

    leads: int
    answered: int
    kept: int
    missed: int
    median: int | None
    p90: int | None
    p95: int | None
    within: float | None


class SpeedsOut(Schema):
    """The speed of all, and by rep, source and grade."""

    since: int
    until: int
    all: SpeedOut
    by_rep: dict[str, SpeedOut]
    by_source: dict[str, SpeedOut]
    by_grade: dict[str, SpeedOut]


@router.get("/reps", response=list[RepOut], operation_id="list_reps", summary="Reps")
def get_reps(request: HttpRequest) -> Any:
    """Everybody who gets leads, and how much they have."""
    actor(request, READ_LEADS)
    return [_rep(each) for each in loads(now())]


def _rep(told: Loaded) -> dict[str, Any]:
    rep = told.rep
    return {
        "rep_id": rep.rep_id, "name": rep.called, "teams": list(rep.teams), "weight": rep.weight,
        "skills": sorted(rep.skills), "time_zone": rep.time_zone, **told._asdict(),
    }  # fmt: skip


@router.post("/reps", response={201: Done}, operation_id="set_rep", summary="Set a rep up")
def post_rep(request: HttpRequest, body: RepIn) -> Any:
    """Let somebody get leads, or change what holds of them from now on."""
    told = body.model_dump(exclude={"rep"}, exclude_unset=True, by_alias=True)
    return Status(201, {"audit_id": set_rep(actor(request), body.rep, now(), **told)})


@router.post(
    "/reps/deactivate", response={201: LeftOut}, operation_id="deactivate_rep", summary="No leads any more"
)
def post_deactivate(request: HttpRequest, body: RepName) -> Any:
    """Somebody gets no leads any more; each that they hold goes to somebody else at once, or on the loud list."""
    return Status(201, _left(deactivate_rep(actor(request), body.rep.lower(), now())))


@router.post(
    "/reps/deactivate/preview",
    response=LeftOut,
    operation_id="preview_deactivate_rep",
    summary="Where they go",
)
def post_deactivate_preview(request: HttpRequest, body: RepName) -> Any:
    """Where the leads of somebody would go; nothing is changed."""
    return _left(preview_deactivate_rep(actor(request), body.rep.lower(), now()))


def _left(told: Any) -> dict[str, Any]:
    return {**told._asdict(), "leads": [each._asdict() for each in told.leads]}


@router.get("/absences", response=list[AbsenceOut], operation_id="list_absences", summary="Absences")
def get_absences(request: HttpRequest) -> Any:
    """Absences that are not over yet."""
    actor(request, READ_LEADS)
    return [{"id": each.id, **asdict(each.absence)} for each in looking.absences(now())]


@router.post("/absences", response={201: NumberOut}, operation_id="add_absence", summary="Somebody is away")
def post_absence(request: HttpRequest, body: AbsenceIn) -> Any:
    """Write down that a rep is away."""
    told = add_absence(actor(request), body.rep.lower(), body.starts_at, body.ends_at, now(), note=body.note)
    return Status(201, {"id": told})


@router.delete(
    "/absences/{absence_id}",
    response=Done,
    operation_id="call_off_absence",
    summary="They are there after all",
)
def delete_absence(request: HttpRequest, absence_id: Id) -> Any:
    """Call an absence off."""
    return {"audit_id": call_off_absence(actor(request), absence_id, now())}


@router.post(
    "/handoff/simulate", response=SimulatedOut, operation_id="simulate_routing", summary="Other rules"
)
def post_simulate(request: HttpRequest, body: SimulateIn) -> Any:
    """What a period would have looked like under other rules of routing; nothing is changed."""
    told = simulate(actor(request), now(), text=body.text, since=body.since, until=body.until)
    return {
        **told._asdict(), "loads": {rep: asdict(each) for rep, each in told.loads.items()},
        "ready": {rep: each._asdict() for rep, each in told.ready.items()},
        "ready_before": {rep: each._asdict() for rep, each in told.ready_before.items()},
        "differences": [{**each._asdict(), "lead_id": int(each.lead_id)} for each in told.differences],
    }  # fmt: skip


@router.get("/handoff/speed", response=SpeedsOut, operation_id="get_speed", summary="How fast")
def get_speed(request: HttpRequest, query: Annotated[Period, Query()]) -> Any:
    """Median, 90th and 95th percentile, and the share within the promise, by rep, source and grade."""
    actor(request, READ_LEADS)
    at = now()
    told = speeds(at, query.since if query.since is not None else at - 30 * DAY, query.until)
    groups = {name: {key: asdict(each) for key, each in getattr(told, name).items()}
              for name in ("by_rep", "by_source", "by_grade")}  # fmt: skip
    return {"since": told.since, "until": told.until, "all": asdict(told.all), **groups}
