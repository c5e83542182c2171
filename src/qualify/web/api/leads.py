"""Leads over HTTP: lists, one lead with its lines, its timeline and what it goes by."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from qualify.clock import now
from qualify.vocabulary import STAGES
from qualify.web.api.access import actor
from qualify.web.api.shapes import Cursor, Id, Limit, Moment, Text
from qualify.web.looking import lead as looking
from qualify.web.looking.leads import Order, Wanted, listed
from qualify.web.looking.timeline import timeline
from qualify.web.verbs.actor import ERASE_LEADS, READ_LEADS, NotThere
from qualify.web.verbs.erase import erase, gone

router = Router(tags=["leads"])

Stage = Literal["lead", "iql", "mql", "pql", "sal", "sql", "customer", "recycled", "disqualified"]
assert set(STAGES) == set(Stage.__args__)  # type: ignore[attr-defined]

Grade = Annotated[str, Field(pattern=r"^[A-D]?[1-4]?$")]
Channel = Annotated[
    str, Field(min_length=1, max_length=200, description="by which they first came; -: nobody knows")
]
Points = Annotated[float, Field(ge=-1e12, le=1e12)]
Type = Literal[
    "event", "learnt", "move", "decision", "outcome", "answer", "consent", "assignment", "contact", "mail", "incoming",
    "step", "escalation", "message",
]  # fmt: skip


class Filters(Schema):
    """Which leads: every condition that is given has to hold."""

    stage: list[Stage] = Field([], max_length=20)
    grade: list[Grade] = Field([], max_length=20)
    min_total: Points | None = None
    max_total: Points | None = None
    channel: list[Channel] = Field([], max_length=40)
    account: Id | None = None
    updated_since: Moment | None = None
    text: Annotated[Text, Field(description="somewhere in e-mail address, name or company")] = ""
    identifier: Annotated[Text, Field(description="as email:jane@example.com, user_id:42")] = ""

    def wanted(self) -> Wanted:
        """The same, as lists are looked up by."""
        least, most = (
            None if each is None else round(each * 100) for each in (self.min_total, self.max_total)
        )
        return Wanted(
            tuple(self.stage), tuple(self.grade), least, most, self.account, self.updated_since, self.text,
            self.identifier, channel=tuple("" if each == "-" else each for each in self.channel),
        )  # fmt: skip


class Listing(Filters):
    """Which leads, in which order, and which page of them."""

    sort: Order = "-total"
    cursor: Cursor | None = None
    limit: Limit = 50


class LeadOut(Schema):
    """A lead; what follows from scoring is null while nobody has judged it."""

    id: int
    email: str
    name: str
    company: str
    account_id: int | None
    created_at: int
    stage: str | None
    since: int | None
    cycle: int | None
    total: float | None
    grade: str | None
    scores: dict[str, float] | None
    information: float | None
    updated_at: int | None
    playbook_version: int | None


class LeadsOut(Schema):
    """A page of leads, and where the next begin."""

    leads: list[LeadOut]
    next_cursor: str | None


class LineOut(Schema):
    """A line of the ledger; the points of a score's lines add up to it exactly."""

    score: str
    line: str
    rule: str
    points: float
    occurrences: int | None
    first_at: int | None
    last_at: int | None
    raw: float | None
    decayed: float | None
    capped: float | None


class ConsentOut(Schema):
    """What holds of consent for one purpose, and the statement that says so."""

    given: bool
    given_at: int
    source: str
    proof: str


class TouchOut(Schema):
    """An event that brought somebody here: when, by which channel, from which source, by which campaign."""

    happened_at: int
    channel: str
    source: str | None
    campaign: str | None


class TouchesOut(Schema):
    """The first touch, the last, and the last before the conversion; direct visits only where nothing else is."""

    first: TouchOut | None
    last: TouchOut | None
    converting: TouchOut | None


class DetailOut(LeadOut):
    """A lead with the lines behind its score."""

    as_of: int
    next_at: int | None
    lines: list[LineOut]
    unknown: list[str]
    traits: dict[str, Any]
    consents: dict[str, ConsentOut]
    touches: TouchesOut


class EntryOut(Schema):
    """Something that happened; ``machine`` says why it is held to be a machine's doing, which counts for nothing."""

    type: str
    id: int
    at: int
    known_at: int
    machine: str | None
    details: dict[str, Any]


class TimelineOut(Schema):
    """A page of what happened, newest first, and where older entries begin."""

    entries: list[EntryOut]
    next_cursor: str | None


class IdentifierOut(Schema):
    """What somebody goes by; a contested one belonged to one person after another."""

    id: int
    kind: str
    value: str
    first_seen: int
    owner_id: int
    joined_at: int
    contested: bool


class LinkOut(Schema):
    """That two identifiers are one person's, and what says so; severed ones are out of force."""

    id: int
    one_id: int
    other_id: int
    evidence: str
    linked_at: int
    known_at: int
    severed_at: int | None


class IdentityOut(Schema):
    """What a lead goes by, and the links that hold it together."""

    identifiers: list[IdentifierOut]
    links: list[LinkOut]


class ErasedOut(Schema):
    """What went: every number that the lead had, by table how many rows, and the line of the audit."""

    lead_id: int
    leads: list[int]
    rows: dict[str, int]
    audit_id: int


class TimelineQuery(Schema):
    """Which entries."""

    type: list[Type] = Field([], max_length=20)
    as_of: Moment | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


@router.get("/leads", response=LeadsOut, operation_id="list_leads", summary="List leads")
def list_leads(request: HttpRequest, query: Query[Listing]) -> Any:
    """Filtered, searched and sorted, a page at a time; pages stay whole while others come in between."""
    actor(request, READ_LEADS)
    return listed(query.wanted(), query.sort, query.cursor, query.limit)._asdict()


@router.get(
    "/leads/{lead_id}", response={200: DetailOut, 308: None}, operation_id="get_lead", summary="One lead"
)
def get_lead(request: HttpRequest, lead_id: Id, as_of: Moment | None = None) -> Any:
    """With its lines in words; as of any moment, told anew from what was known by then."""
    found = _there(request, lead_id)
    if isinstance(found, HttpResponse):
        return found
    detail = looking.today(found, now()) if as_of is None else looking.then(found, as_of)
    if detail is None:
        raise NotThere(f"there was no lead {lead_id} then")
    consents = {purpose: each._asdict() for purpose, each in detail.consents.items()}
    touches = {name: each and each._asdict() for name, each in detail.touches._asdict().items()}
    own = {**detail._asdict(), "consents": consents, "lines": [each._asdict() for each in detail.lines]}
    return {**detail.lead._asdict(), **own, "touches": touches}


@router.delete("/leads/{lead_id}", response=ErasedOut, operation_id="erase_lead", summary="Erase a lead")
def erase_lead(request: HttpRequest, lead_id: Id) -> Any:
    """For good, with whoever was merged into them: what they did, what we knew, judged and decided, and every word that
    names them. Nothing takes it back. A line of the audit with numbers only stays, and what they went by as keyed
    digests, so that lists that still name them are refused.
    """
    who = actor(request, ERASE_LEADS)
    if looking.survivor_of(lead_id) is None:
        raise gone(lead_id)
    done = erase(who, lead_id, now())
    return {"lead_id": done.lead_id, "leads": done.leads, "rows": done.counts, "audit_id": done.audit_id}


@router.get(
    "/leads/{lead_id}/timeline",
    response={200: TimelineOut, 308: None},
    operation_id="get_timeline",
    summary="What happened to a lead",
)
def get_timeline(request: HttpRequest, lead_id: Id, query: Query[TimelineQuery]) -> Any:
    """Newest first: what they did, what was learnt, moves, decisions, answers, consents, and what we did about it."""
    found = _there(request, lead_id)
    if isinstance(found, HttpResponse):
        return found
    until = now() if query.as_of is None else query.as_of
    page = timeline(found, until, types=tuple(query.type), cursor=query.cursor, limit=query.limit)
    return page._asdict()


@router.get(
    "/leads/{lead_id}/identity",
    response={200: IdentityOut, 308: None},
    operation_id="get_identity",
    summary="What a lead goes by",
)
def get_identity(request: HttpRequest, lead_id: Id) -> Any:
    """Its identifiers, and the links between them with their evidence: what a split can take back."""
    found = _there(request, lead_id)
    if isinstance(found, HttpResponse):
        return found
    identifiers, links = looking.identity(found)
    return {"identifiers": identifiers, "links": links}


def _there(request: HttpRequest, lead_id: int) -> int | HttpResponse:
    """The lead; of one that was merged away, a redirection to who it is now."""
    actor(request, READ_LEADS)
    survivor = looking.survivor_of(lead_id)
    if survivor is None:
        raise NotThere(f"there is no lead {lead_id}")
    return survivor if survivor == lead_id else _moved(request, lead_id, survivor)


def _moved(request: HttpRequest, lead_id: int, survivor: int) -> HttpResponse:
    path = request.path.replace(f"/leads/{lead_id}", f"/leads/{survivor}", 1)
    query = f"?{urlencode(list(request.GET.items()))}" if request.GET else ""
    response = HttpResponse(status=308)
    response["Location"] = path + query
    del response["Content-Type"]
    return response
