"""Drafts of the playbook over HTTP: begun, changed, planned, commented on, agreed to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.shapes import Asked, Id, LongText, Text, Word
from qualify.web.looking import playbook as looking
from qualify.web.verbs import drafting
from qualify.web.verbs.actor import READ_PLAYBOOK, NotThere
from qualify.web.verbs.agreeing import agree, withdraw

router = Router(tags=["playbooks"])

Title = Annotated[Word, Field(max_length=drafting.LONGEST_TITLE)]


class DraftOut(Schema):
    """A draft: it judges nobody. `digest` is what its text is told from others by."""

    id: int
    title: str
    digest: str
    based_on: int | None
    author: str
    created_at: int
    changed_at: int
    changed_by: str
    state: str
    version_id: int | None
    plan_id: int | None


class ApprovalOut(Schema):
    """That somebody of a side agreed to the text of that digest; it holds until `withdrawn_at`."""

    id: int
    digest: str
    side: str
    who: str
    note: str
    approved_at: int
    withdrawn_at: int | None
    ended_by: str


class CommentOut(Schema):
    """What somebody said; `anchor` is what it is about, empty: all of it."""

    id: int
    anchor: str
    text: str
    who: str
    written_at: int
    settled_at: int | None
    settled_by: str


class WholeDraftOut(DraftOut):
    """A draft with its text, who agreed, and what was said of it."""

    text: str
    approvals: list[ApprovalOut]
    comments: list[CommentOut]


class BeginIn(Asked):
    """A new draft: of a text, or of a published version, or of the one in force."""

    title: Title = ""
    text: LongText | None = None
    version: Id | None = None


class ChangeIn(Asked):
    """Another text; `seen` is the digest of the text that was changed."""

    text: LongText
    seen: Word


class PlanIn(Asked):
    """`capacity`: how many new leads sales can work in a week."""

    capacity: Annotated[int, Field(ge=1, le=drafting.MOST_CAPACITY)] | None = None


class AgreeIn(Asked):
    """For which side, and to the text of which digest."""

    side: Literal["marketing", "sales"]
    digest: Word
    note: Text = ""


class SayIn(Asked):
    """A comment, and what it is about."""

    text: Text
    anchor: Word = ""


class AgreedOut(Schema):
    """The approval; `version_id` when both sides agreed and the draft came into force."""

    approval_id: int
    version_id: int | None


class Made(Schema):
    """What was made or changed, by its id."""

    id: int


@router.get("/drafts", response=list[DraftOut], operation_id="list_drafts", summary="Open drafts")
def list_drafts(request: HttpRequest) -> Any:
    """The drafts that somebody is working on, those changed last first."""
    actor(request, READ_PLAYBOOK)
    return [each._asdict() for each in looking.drafts()]


@router.post("/drafts", response={201: DraftOut}, operation_id="begin_draft", summary="Begin a draft")
def begin_draft(request: HttpRequest, body: BeginIn) -> Any:
    """A draft may have mistakes; it cannot be planned or agreed to before they are mended."""
    number = drafting.begin(actor(request), now(), title=body.title, text=body.text, version=body.version)
    return Status(201, _found(number)[0]._asdict())


@router.get("/drafts/{draft_id}", response=WholeDraftOut, operation_id="get_draft", summary="One draft")
def get_draft(request: HttpRequest, draft_id: Id) -> Any:
    """A draft with its text, who agreed to it, and what was said."""
    actor(request, READ_PLAYBOOK)
    draft, text = _found(draft_id)
    approvals = [each._asdict() for each in looking.approvals(draft_id)]
    comments = [each._asdict() for each in looking.comments(draft_id)]
    return {**draft._asdict(), "text": text, "approvals": approvals, "comments": comments}


@router.post("/drafts/{draft_id}", response=DraftOut, operation_id="change_draft", summary="Change a draft")
def change_draft(request: HttpRequest, draft_id: Id, body: ChangeIn) -> Any:
    """Another text in its place. What was agreed ends; 409 when somebody changed it since `seen`."""
    drafting.save(actor(request), draft_id, body.text, body.seen, now())
    return _found(draft_id)[0]._asdict()


@router.post(
    "/drafts/{draft_id}/plan", response={202: Made}, operation_id="plan_draft", summary="What would it do?"
)
def plan_draft(request: HttpRequest, draft_id: Id, body: PlanIn) -> Any:
    """The `id` is that of the work: ask `GET /work/{work_id}` until it is done."""
    return Status(202, {"id": drafting.ask_plan(actor(request), draft_id, now(), capacity=body.capacity)})


@router.post(
    "/drafts/{draft_id}/approvals", response={201: AgreedOut}, operation_id="agree_to_draft", summary="Agree"
)
def agree_to_draft(request: HttpRequest, draft_id: Id, body: AgreeIn) -> Any:
    """For a side, to this very text. When somebody else agreed for the other side, it comes into force."""
    made = agree(actor(request), draft_id, body.side, body.digest, now(), note=body.note)
    version = made.published.version_id if made.published else None
    return Status(201, {"approval_id": made.approval_id, "version_id": version})


@router.post(
    "/approvals/{approval_id}/withdraw",
    response=Made,
    operation_id="withdraw_approval",
    summary="Take it back",
)
def withdraw_approval(request: HttpRequest, approval_id: Id) -> Any:
    """An approval of one's own, as long as nothing came of it."""
    withdraw(actor(request), approval_id, now())
    return {"id": approval_id}


@router.post(
    "/drafts/{draft_id}/comments", response={201: Made}, operation_id="comment_on_draft", summary="Comment"
)
def comment_on_draft(request: HttpRequest, draft_id: Id, body: SayIn) -> Any:
    """About a part of the draft (`engagement: came to a webinar`), or about all of it."""
    return Status(201, {"id": drafting.comment(actor(request), draft_id, body.anchor, body.text, now())})


def _found(number: int) -> tuple[looking.Draft, str]:
    found = looking.draft(number)
    if found is None:
        raise NotThere(f"there is no draft {number}")
    return found
