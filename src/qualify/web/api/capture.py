"""The doors over HTTP: sources, keys, what was put aside, counts of steps, webhooks, the audit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.api.access import actor
from qualify.web.api.shapes import Asked, Cursor, Id, Limit, Moment, Text, Word
from qualify.web.database import rows
from qualify.web.looking import capture as looking
from qualify.web.verbs import hooking, opening
from qualify.web.verbs.actor import ADMIN
from qualify.web.verbs.replay import replay

router = Router(tags=["administration"])

Scope = Literal["read:leads", "write:leads", "read:playbook", "publish:playbook", "admin"]


class SourceIn(Asked):
    """A source of calls; secrets are for signatures."""

    name: Annotated[Word, Field(min_length=1)]
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    settings: dict[str, Any] = Field({})
    secrets: dict[str, Text] = Field({}, max_length=20)


class SourceChange(Asked):
    """What to change of a source: settings and secrets that are not named stay, null takes one away."""

    settings: dict[str, Any] = Field({}, max_length=50)
    secrets: dict[str, Text | None] = Field({}, max_length=20)


class SourceOut(Schema):
    """A source with its settings."""

    id: int
    name: str
    kind: str
    settings: dict[str, Any]
    created_at: int
    closed_at: int | None


class KeyIn(Asked):
    """A key to make: write and secret keys belong to a source, api keys have scopes."""

    kind: Literal["write", "secret", "api"]
    source_id: Id | None = None
    label: Word = ""
    scopes: list[Scope] = Field([], max_length=5)


class KeyOut(Schema):
    """A key, without the key; when it was used last is known to the hour."""

    id: int
    source_id: int | None
    kind: str
    label: str
    prefix: str
    scopes: list[str]
    created_at: int
    revoked_at: int | None
    last_used_at: int | None


class NewKeyOut(Schema):
    """A key that was just made; it is shown this once."""

    key_id: int
    key: str


class MadeOut(Schema):
    """The number of what was made."""

    id: int


class AsideQuery(Schema):
    """Which calls that were put aside."""

    reason: Word = ""
    step: Word = ""
    source_id: Id | None = None
    replayed: bool | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class AsideOut(Schema):
    """A call that was dropped: the step that stopped it, why, and how it came."""

    id: int
    source_id: int | None
    door: str
    step: str
    reason: str
    detail: str
    raw: str
    received_at: int
    replayed_at: int | None


class AsidesOut(Schema):
    """A page of calls that were put aside, and where older ones begin."""

    asides: list[AsideOut]
    next_cursor: str | None


class ReplayIn(Asked):
    """Calls to replay."""

    asides: Annotated[list[Id], Field(min_length=1, max_length=500)]


class RefusedOut(Schema):
    """A call that did not get through this time either."""

    aside_id: int
    step: str
    reason: str
    detail: str


class ReplayedOut(Schema):
    """Calls that are kept now, that were there already, and that stay aside."""

    kept: list[int]
    duplicates: list[int]
    refused: list[RefusedOut]


class StepOut(Schema):
    """How many calls passed a step on a day, or left there for a reason, and how long it took."""

    day: int
    source_id: int
    step: str
    reason: str
    calls: int
    nanoseconds: int


class WebhookIn(Asked):
    """An address, and the types of messages that it wants (none: all)."""

    url: Annotated[str, Field(max_length=2_000)]
    types: list[Word] = Field([], max_length=20)
    kind: Annotated[
        Literal["standard", "slack"], Field(description="slack: a line of text for a channel, unsigned")
    ] = "standard"


class WebhookOut(Schema):
    """An address that wants messages."""

    id: int
    url: str
    types: list[str]
    active: bool
    created_at: int
    failing_since: int | None


class NewWebhookOut(Schema):
    """A webhook that was just made; its secret is shown this once."""

    webhook_id: int
    secret: str


class AuditOut(Schema):
    """A line of the audit."""

    id: int
    happened_at: int
    who: str
    verb: str
    subject: str
    detail: dict[str, Any]


class AuditsOut(Schema):
    """A page of the audit, newest first, and where older lines begin."""

    lines: list[AuditOut]
    next_cursor: str | None


class PageQuery(Schema):
    """Which page."""

    cursor: Cursor | None = None
    limit: Limit = 50


@router.get("/sources", response=list[SourceOut], operation_id="list_sources", summary="Sources")
def list_sources(request: HttpRequest) -> Any:
    """Every source with its settings; secrets are not shown."""
    actor(request, ADMIN)
    return looking.sources()


@router.post("/sources", response={201: MadeOut}, operation_id="create_source", summary="Open a source")
def post_source(request: HttpRequest, body: SourceIn) -> Any:
    """Open a source; give it a key next."""
    own = {"settings": body.settings, "secrets": body.secrets}
    return Status(201, {"id": opening.create_source(actor(request), body.name, body.kind, now(), **own)})


@router.post(
    "/sources/{source_id}", response={204: None}, operation_id="change_source", summary="Change a source"
)
def post_change(request: HttpRequest, source_id: Id, body: SourceChange) -> Any:
    """Its settings (origins, rate …) and its secrets; they hold two seconds from now at the latest."""
    opening.change_source(actor(request), source_id, now(), settings=body.settings, secrets=body.secrets)
    return Status(204, None)


@router.get("/keys", response=list[KeyOut], operation_id="list_keys", summary="Keys")
def list_keys(request: HttpRequest) -> Any:
    """Every key; of the key itself only how it begins is known."""
    actor(request, ADMIN)
    return looking.keys()


@router.post("/keys", response={201: NewKeyOut}, operation_id="create_key", summary="Give a key")
def post_key(request: HttpRequest, body: KeyIn) -> Any:
    """The key is shown this once."""
    asks, at = actor(request), now()
    made = opening.create_key(
        asks, body.kind, at, source_id=body.source_id, label=body.label, scopes=body.scopes
    )
    return Status(201, made._asdict())


@router.post("/keys/{key_id}/rotate", response={201: NewKeyOut}, operation_id="rotate_key", summary="Rotate")
def post_rotation(request: HttpRequest, key_id: Id) -> Any:
    """A new key in the place of this one, which is revoked."""
    return Status(201, opening.rotate_key(actor(request), key_id, now())._asdict())


@router.delete("/keys/{key_id}", response={204: None}, operation_id="revoke_key", summary="Revoke a key")
def delete_key(request: HttpRequest, key_id: Id) -> Any:
    """It opens nothing any more, two seconds from now at the latest."""
    opening.revoke_key(actor(request), key_id, now())
    return Status(204, None)


@router.get("/asides", response=AsidesOut, operation_id="list_asides", summary="What was put aside")
def list_asides(request: HttpRequest, query: Query[AsideQuery]) -> Any:
    """Calls that were dropped, with the step that stopped them and why; newest first."""
    actor(request, ADMIN)
    asides, following = looking.asides(**query.model_dump())
    return {"asides": asides, "next_cursor": following}


@router.post("/asides/replay", response=ReplayedOut, operation_id="replay", summary="Replay")
def post_replay(request: HttpRequest, body: ReplayIn) -> Any:
    """Send calls through the pipeline again, after what stopped them was mended."""
    return replay(actor(request), body.asides, now())._asdict()


@router.get("/steps", response=list[StepOut], operation_id="list_steps", summary="Counts of the steps")
def list_steps(request: HttpRequest, since: Moment | None = None) -> Any:
    """How many calls passed each step of capture, or left there; the last 30 days when not told."""
    actor(request, ADMIN)
    return looking.steps(now() - 30 * DAY if since is None else since)


@router.get("/webhooks", response=list[WebhookOut], operation_id="list_webhooks", summary="Webhooks")
def list_webhooks(request: HttpRequest) -> Any:
    """Every address that wants messages."""
    actor(request, ADMIN)
    found = rows("SELECT id, url, types, active, created_at, failing_since FROM webhook ORDER BY id")
    names = ("id", "url", "types", "active", "created_at", "failing_since")
    return [dict(zip(names, (*row[:2], row[2].split(), *row[3:]), strict=True)) for row in found]


@router.post(
    "/webhooks", response={201: NewWebhookOut}, operation_id="create_webhook", summary="Add a webhook"
)
def post_webhook(request: HttpRequest, body: WebhookIn) -> Any:
    """The secret that signs what it is sent is shown this once."""
    made = hooking.create_webhook(actor(request), body.url, now(), types=body.types, kind=body.kind)
    return Status(201, made._asdict())


@router.delete(
    "/webhooks/{webhook_id}", response={204: None}, operation_id="close_webhook", summary="Stop one"
)
def delete_webhook(request: HttpRequest, webhook_id: Id) -> Any:
    """Nothing is sent there any more."""
    hooking.close_webhook(actor(request), webhook_id, now())
    return Status(204, None)


@router.get("/audit", response=AuditsOut, operation_id="list_audit", summary="Who did what")
def list_audit(request: HttpRequest, query: Query[PageQuery]) -> Any:
    """Every change of state that somebody asked for, newest first."""
    actor(request, ADMIN)
    lines, following = looking.audit(query.cursor, query.limit)
    return {"lines": lines, "next_cursor": following}
