"""What is told of leads over HTTP: decisions, answers, traits, consents; merges and splits."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.shapes import Asked, Done, Id, Moment, Text, Word
from qualify.web.handing.deciding import Besides
from qualify.web.verbs import merge as merging
from qualify.web.verbs import preview, split, undo
from qualify.web.verbs.answer import answer
from qualify.web.verbs.consent import consent
from qualify.web.verbs.decide import Amount, decide
from qualify.web.verbs.learn import learn

router = Router(tags=["deeds"])


class AmountIn(Asked):
    """What a deal was worth, and in which currency."""

    amount: Annotated[Decimal, Field(ge=0, lt=10**15, decimal_places=2)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class DecisionIn(Asked):
    """A decision, or what came of the lead; an amount belongs to won and lost."""

    decision: Literal[
        "accepted", "rejected", "confirmed", "recycled", "disqualified", "reopened", "won", "lost"
    ]
    reason: Text = ""
    decided_at: Moment | None = None
    worth: AmountIn | None = None
    back_on: Annotated[Moment | None, Field(description="of a refusal: when the lead wants it")] = None
    duplicate_of: Annotated[Id | None, Field(description="of a refusal: the lead that it repeats")] = None


class AnswerIn(Asked):
    """An answer to a question of qualification, as budget, authority, need or timeline."""

    question: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$")]
    value: Text = ""
    satisfied: bool | None = None
    answered_at: Moment | None = None
    expires_at: Moment | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None


class TraitsIn(Asked):
    """Traits with their values; null: not known any more."""

    traits: Annotated[dict[str, Any], Field(min_length=1, max_length=100)]
    learned_at: Moment | None = None


class ConsentIn(Asked):
    """A consent that was given or withdrawn, with the words that were agreed to."""

    purpose: Literal["process", "email", "phone"]
    given: bool
    given_at: Moment | None = None
    proof: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=10_000)] = ""


class MergeIn(Asked):
    """Two leads that are one person."""

    leads: Annotated[list[Id], Field(min_length=2, max_length=2)]
    reason: Text = ""


class SplitIn(Asked):
    """Links to take out of force; a lead's identity lists them."""

    links: Annotated[list[Id], Field(min_length=1, max_length=500)]
    reason: Text = ""


class MergedOut(Done):
    """Who is left, who is now them, and by which link."""

    survivor: int
    gone: int
    link_id: int


class PartedOut(Done):
    """Which links changed, and the leads at their ends now."""

    links: list[int]
    leads: list[int]


class NamedOut(Schema):
    """An identifier of a person."""

    id: int
    kind: Word
    value: str


class SeenOut(Schema):
    """A lead as it is, or as it would be."""

    lead_id: int
    name: str
    email: str
    identifiers: list[NamedOut]
    facts: dict[str, int]
    total: float | None
    grade: str | None
    stage: str | None
    consents: dict[str, bool]


class PreviewOut(Schema):
    """The leads that it is about, before and after."""

    before: list[SeenOut]
    after: list[SeenOut]


@router.post("/leads/{lead_id}/decisions", response={201: Done}, operation_id="decide", summary="Decide")
def post_decision(request: HttpRequest, lead_id: Id, body: DecisionIn) -> Any:
    """Accept, reject, confirm, recycle, disqualify or reopen a lead; or say that it was won or lost."""
    worth = None if body.worth is None else Amount(body.worth.amount, body.worth.currency)
    number = decide(
        actor(request), lead_id, body.decision, now(), reason=body.reason, at=body.decided_at, worth=worth,
        besides=Besides(body.back_on, body.duplicate_of),
    )  # fmt: skip
    return Status(201, {"audit_id": number})


@router.post("/leads/{lead_id}/answers", response={201: Done}, operation_id="answer", summary="Answer")
def post_answer(request: HttpRequest, lead_id: Id, body: AnswerIn) -> Any:
    """Write down an answer to a question of qualification."""
    said = body.model_dump(exclude={"question", "answered_at"})
    return Status(
        201, {"audit_id": answer(actor(request), lead_id, body.question, now(), at=body.answered_at, **said)}
    )


@router.post("/leads/{lead_id}/traits", response={201: Done}, operation_id="learn", summary="Learn traits")
def post_traits(request: HttpRequest, lead_id: Id, body: TraitsIn) -> Any:
    """Write down by hand what was learnt of somebody."""
    return Status(201, {"audit_id": learn(actor(request), lead_id, body.traits, now(), at=body.learned_at)})


@router.post("/leads/{lead_id}/consents", response={201: Done}, operation_id="consent", summary="Consent")
def post_consent(request: HttpRequest, lead_id: Id, body: ConsentIn) -> Any:
    """Write down that somebody agreed to something, or withdrew it."""
    asks, at = actor(request), body.given_at
    return Status(
        201, {"audit_id": consent(asks, lead_id, body.purpose, body.given, now(), at=at, proof=body.proof)}
    )


@router.post("/merges", response={201: MergedOut}, operation_id="merge", summary="Merge two leads")
def post_merge(request: HttpRequest, body: MergeIn) -> Any:
    """The older stays; nothing is deleted, and it can be taken back."""
    return Status(
        201, merging.merge(actor(request), body.leads[0], body.leads[1], now(), reason=body.reason)._asdict()
    )


@router.post("/merges/preview", response=PreviewOut, operation_id="preview_merge", summary="Preview a merge")
def post_merge_preview(request: HttpRequest, body: MergeIn) -> Any:
    """What a merge would do, to the point; nothing is changed."""
    return preview.preview_merge(actor(request), body.leads[0], body.leads[1], now())._asdict()


@router.post("/splits", response={201: PartedOut}, operation_id="split", summary="Split a lead")
def post_split(request: HttpRequest, body: SplitIn) -> Any:
    """Take links out of force: everything is as if they had never been."""
    return Status(201, split.split(actor(request), body.links, now(), reason=body.reason)._asdict())


@router.post("/splits/preview", response=PreviewOut, operation_id="preview_split", summary="Preview a split")
def post_split_preview(request: HttpRequest, body: SplitIn) -> Any:
    """What a split would do, to the point; nothing is changed."""
    return preview.preview_split(actor(request), body.links, now())._asdict()


@router.post("/audit/{audit_id}/undo", response={201: PartedOut}, operation_id="undo", summary="Undo")
def post_undo(request: HttpRequest, audit_id: Id) -> Any:
    """Take back a merge, a split, or an undoing, by its line in the audit."""
    return Status(201, undo.undo(actor(request), audit_id, now())._asdict())
