"""The hand-off over HTTP: whose leads are whose and why, clocks, contacts, sequences, a rep's day."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.shapes import Asked, Done, Id, Moment, Text, Word
from qualify.web.looking import handing as looking
from qualify.web.looking.lead import survivor_of
from qualify.web.verbs.actor import READ_LEADS, NotThere
from qualify.web.verbs.assigning import assign, own_account, take
from qualify.web.verbs.contacting import Touch, log_contact
from qualify.web.verbs.enrolling import enrol, finish_step, skip_step, stop_sequences
from qualify.web.verbs.handing_out import AT_ONCE, hand_out, preview_hand_out
from qualify.web.verbs.mailing import receive_mail, write_to_lead

router = Router(tags=["hand-off"])

Address = Annotated[str, Field(pattern=r"^[^\s\x00@]+@[^\s\x00@]+$", max_length=254)]


class AssignIn(Asked):
    """To whom; ``instead_of`` is who had it when you looked (empty: nobody)."""

    rep: Address
    reason: Annotated[Text, Field(max_length=500)] = ""
    instead_of: Word | None = None


class ContactIn(Asked):
    """A contact: the same ``contact_id`` told again does nothing, with another outcome it corrects."""

    channel: Literal["email", "phone", "linkedin", "whatsapp", "sms", "meeting", "in person"]
    direction: Literal["outbound", "inbound"] = "outbound"
    outcome: Annotated[Word, Field(description="of a call or a meeting: what came of it")] = ""
    happened_at: Moment | None = None
    rep: Address | None = None
    contact_id: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=900)] = ""
    auto_reply: bool = False
    note: Text = ""


class ContactOut(Schema):
    """The contact's name; whether it is new, and its line in the audit (null: it was there)."""

    contact_id: str
    new: bool
    audit_id: int | None


class SequenceIn(Asked):
    """A sequence of the playbook."""

    sequence: Word


class StepIn(Asked):
    """A step of a sequence, counted from 0, and what came of it."""

    sequence: Word
    step: Annotated[int, Field(ge=0, le=100)]
    outcome: Word = ""
    note: Text = ""
    skipped: bool = False


class MailIn(Asked):
    """A mail to a lead; with ``sequence`` and ``step`` it is that step."""

    subject: Word
    text: Annotated[str, Field(pattern=r"^[^\x00]*$", min_length=1, max_length=20_000)]
    sequence: Word = ""
    step: Annotated[int, Field(ge=0, le=100)] | None = None


class OwnerIn(Asked):
    """Whose an account is; null: nobody's."""

    rep: Address | None


class ReceivedIn(Asked):
    """A mail as it came over the wire (RFC 5322)."""

    mail: Annotated[
        str, Field(max_length=3_500_000, description="as text; each byte above 127 as one character")
    ]


class ReceivedOut(Schema):
    """What the mail was, which leads it is about, by which sign, and whether it is new."""

    kind: str
    leads: list[int]
    why: str
    new: bool


class ClockOut(Schema):
    """A clock as of now; moments in epoch milliseconds, durations in milliseconds of working time."""

    state: str
    owner: str | None
    started_at: int
    stopped_at: int | None
    within: int
    used: int
    left: int
    due_at: int | None
    warn_at: int | None
    kept: bool | None
    told_late: bool
    back_at: int | None


class AssignmentOut(Schema):
    """That somebody was given the lead, when, by whom and why."""

    rep_id: str | None
    assigned_at: int
    why: list[str]
    by: str
    rule: str


class TaskOut(Schema):
    """One touch: what is due when, and what became of it."""

    lead_id: int
    sequence: str
    step: int
    channel: str
    title: str
    text: str
    due_at: int
    state: str
    done_at: int | None
    moved: str


class SequenceOut(Schema):
    """A sequence that the lead is in; ``ended`` says why it ended, null while it goes on."""

    sequence: str
    ended: str | None
    ended_at: int | None
    tasks: list[TaskOut]


class HandoffOut(Schema):
    """Who has a lead and why, how its clock stands, and what is to be done."""

    clock: ClockOut | None
    owner: AssignmentOut | None
    assignments: list[AssignmentOut]
    sequences: list[SequenceOut]


class HeldOut(Schema):
    """An open lead of a rep."""

    lead_id: int
    name: str
    company: str
    stage: str
    state: str
    due_at: int | None
    reached_at: int


class DayOut(Schema):
    """Leads that wait for a first contact, and touches that are due by the end of the rep's day."""

    waiting: list[HeldOut]
    tasks: list[TaskOut]


class LoudOut(Schema):
    """A lead that nobody works on, since when, and why."""

    lead_id: int
    name: str
    company: str
    since: int
    due_at: int | None
    state: str
    why: list[str]


class HandOutIn(Asked):
    """Leads that nobody works on, and to whom they go; null: to whom the rules of the playbook find."""

    leads: Annotated[list[Id], Field(min_length=1, max_length=AT_ONCE)]
    rep: Address | None = None


class GotOut(Schema):
    """A lead, who got it, and why."""

    lead_id: int
    rep_id: str | None
    why: list[str]


class LeftAloneOut(Schema):
    """A lead that nothing was done to, and why."""

    lead_id: int
    why: str


class HandedOut(Schema):
    """Who got which lead, which were left alone, and the line of the audit (null: nothing was done)."""

    done: list[GotOut]
    cannot: list[LeftAloneOut]
    audit_id: int | None


class Whom(Asked):
    """Of which rep; your own when you are one."""

    rep: Address


@router.get("/leads/{lead_id}/handoff", response=HandoffOut, operation_id="get_handoff", summary="Hand-off")
def get_handoff(request: HttpRequest, lead_id: Id) -> Any:
    """Who has the lead and why, how its clock stands at this moment, and its sequences."""
    actor(request, READ_LEADS)
    person = survivor_of(lead_id)
    if person is None:
        raise NotThere(f"there is no lead {lead_id}")
    told = looking.whose(person, now())
    return {
        "clock": None if told.clock is None else {**_plain(told.clock), "left": told.clock.left,
                                                  "within": told.clock.promise.within},
        "owner": told.owner and asdict(told.owner),
        "assignments": [asdict(each) for each in told.brought_by],
        "sequences": [
            {"sequence": name, "ended": ended and ended.reason, "ended_at": ended and ended.at,
             "tasks": [_task(each) for each in tasks]}
            for name, tasks, ended in told.sequences
        ],
    }  # fmt: skip


def _plain(clock: Any) -> dict[str, Any]:
    return {name: getattr(clock, name) for name in ClockOut.model_fields if name not in ("left", "within")}


def _task(task: Any) -> dict[str, Any]:
    return {**asdict(task), "lead_id": int(task.lead_id)}


@router.post("/leads/{lead_id}/take", response={201: Done}, operation_id="take", summary="Take a lead")
def post_take(request: HttpRequest, lead_id: Id) -> Any:
    """Take a lead that nobody has; of two who do at once the second gets 409."""
    return Status(201, {"audit_id": take(actor(request), lead_id, now())})


@router.post("/leads/{lead_id}/assign", response={201: Done}, operation_id="assign", summary="Give a lead")
def post_assign(request: HttpRequest, lead_id: Id, body: AssignIn) -> Any:
    """Give a lead to somebody."""
    number = assign(actor(request), lead_id, body.rep, now(), reason=body.reason, instead_of=body.instead_of)
    return Status(201, {"audit_id": number})


@router.post(
    "/leads/{lead_id}/contacts", response={201: ContactOut}, operation_id="log_contact", summary="Contact"
)
def post_contact(request: HttpRequest, lead_id: Id, body: ContactIn) -> Any:
    """Write down that one of us and the lead were in touch, or tried to be."""
    told = body.model_dump(exclude={"rep"})
    return Status(201, log_contact(actor(request), lead_id, Touch(**told, rep_id=body.rep), now())._asdict())


@router.post(
    "/leads/{lead_id}/sequences", response={201: Done}, operation_id="enrol", summary="Into a sequence"
)
def post_sequence(request: HttpRequest, lead_id: Id, body: SequenceIn) -> Any:
    """Put a lead into a sequence of the playbook."""
    return Status(201, {"audit_id": enrol(actor(request), lead_id, body.sequence, now())})


@router.post(
    "/leads/{lead_id}/sequences/stop", response={201: Done}, operation_id="stop_sequences", summary="Stop"
)
def post_stop(request: HttpRequest, lead_id: Id) -> Any:
    """End every sequence that the lead is in."""
    return Status(201, {"audit_id": stop_sequences(actor(request), lead_id, now())})


@router.post("/leads/{lead_id}/steps", response={201: Done}, operation_id="do_step", summary="A step is done")
def post_step(request: HttpRequest, lead_id: Id, body: StepIn) -> Any:
    """A step is done, which is a contact; or left out on purpose."""
    asks, at = actor(request), now()
    if body.skipped:
        return Status(201, {"audit_id": skip_step(asks, lead_id, body.sequence, body.step, at)})
    number = finish_step(asks, lead_id, body.sequence, body.step, at, outcome=body.outcome, note=body.note)
    return Status(201, {"audit_id": number})


@router.post("/leads/{lead_id}/mails", response={201: Done}, operation_id="write_to_lead", summary="Write")
def post_mail(request: HttpRequest, lead_id: Id, body: MailIn) -> Any:
    """Send a mail to a lead in the name of whoever has it."""
    number = write_to_lead(
        actor(request), lead_id, body.subject, body.text, now(), sequence=body.sequence, step=body.step
    )
    return Status(201, {"audit_id": number})


@router.post(
    "/accounts/{account_id}/owner",
    response={201: Done},
    operation_id="own_account",
    summary="An account's owner",
)
def post_owner(request: HttpRequest, account_id: Id, body: OwnerIn) -> Any:
    """Make an account somebody's: who is asked first for its leads."""
    return Status(201, {"audit_id": own_account(actor(request), account_id, body.rep, now())})


@router.post(
    "/mails/received", response={201: ReceivedOut}, operation_id="receive_mail", summary="A mail came"
)
def post_received(request: HttpRequest, body: ReceivedIn) -> Any:
    """Take in a mail that came: a reply, a bounce, an automatic answer, a complaint, a copy of what a rep wrote."""
    try:
        raw = body.mail.encode("latin-1")
    except UnicodeEncodeError:
        raw = body.mail.encode("utf-8", "replace")
    return Status(201, receive_mail(actor(request), raw, now())._asdict())


@router.get("/unassigned", response=list[LoudOut], operation_id="list_unassigned", summary="Nobody has them")
def get_unassigned(request: HttpRequest) -> Any:
    """The loud list: leads that are handed over and that nobody works on, with the reasons."""
    actor(request, READ_LEADS)
    return [each._asdict() for each in looking.unassigned(now())]


@router.post(
    "/unassigned/hand-out", response={201: HandedOut}, operation_id="hand_out", summary="Give them out"
)
def post_hand_out(request: HttpRequest, body: HandOutIn) -> Any:
    """Give leads that nobody works on to a rep, or to whom the rules find; what somebody has by now is left alone."""
    return Status(201, _handed_out(hand_out(actor(request), body.leads, now(), rep_id=body.rep)))


@router.post(
    "/unassigned/hand-out/preview",
    response=HandedOut,
    operation_id="preview_hand_out",
    summary="Who gets them",
)
def post_hand_out_preview(request: HttpRequest, body: HandOutIn) -> Any:
    """Who would get them; nothing is changed."""
    return _handed_out(preview_hand_out(actor(request), body.leads, now(), rep_id=body.rep))


def _handed_out(told: Any) -> dict[str, Any]:
    return {
        "done": [each._asdict() for each in told.done],
        "cannot": [each._asdict() for each in told.cannot],
        "audit_id": told.audit_id,
    }


@router.get("/day", response=DayOut, operation_id="get_day", summary="A rep's day")
def get_day(request: HttpRequest, query: Annotated[Whom, Query()]) -> Any:
    """What a rep has to do by the end of their day."""
    actor(request, READ_LEADS)
    told = looking.day(query.rep.lower(), now())
    return {
        "waiting": [each._asdict() for each in told.waiting],
        "tasks": [_task(each.task) for each in told.tasks],
    }


@router.get("/day/calendar", response=None, operation_id="get_day_calendar", summary="As iCalendar")
def get_calendar(request: HttpRequest, query: Annotated[Whom, Query()]) -> HttpResponse:
    """A rep's follow-ups as an iCalendar to subscribe to."""
    actor(request, READ_LEADS)
    return HttpResponse(looking.ical(query.rep.lower(), now()), content_type="text/calendar; charset=utf-8")
