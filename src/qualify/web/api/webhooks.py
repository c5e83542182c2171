"""Webhooks over HTTP: their secrets, and every attempt to tell them something."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.shapes import Asked, Id, Limit
from qualify.web.database import rows
from qualify.web.verbs.actor import ADMIN
from qualify.web.verbs.resending import resend, rotate_secret, settle_secret

router = Router(tags=["administration"])

_NAMES = (
    *("id", "message_id", "webhook_id", "type", "state", "tries", "next_at"),
    *("status", "detail", "delivered_at"),
)


class SecretOut(Schema):
    """A secret that was just made; it is shown this once."""

    secret: str


class AttemptQuery(Asked):
    """Which messages on their way; older than ``before`` when that is given."""

    webhook_id: Id | None = None
    state: Literal["", "waiting", "delivered", "dead"] = ""
    before: Id | None = None
    limit: Limit = 50


class AttemptOut(Schema):
    """A message on its way to a webhook, delivered to it, or given up (dead)."""

    id: int
    message_id: int
    webhook_id: int
    type: str
    state: str
    tries: int
    next_at: int
    status: int | None
    detail: str
    delivered_at: int | None


class ResendIn(Asked):
    """Attempts to make again."""

    attempts: Annotated[list[Id], Field(min_length=1, max_length=500)]


class ResentOut(Schema):
    """How many are on their way again."""

    resent: int


@router.post(
    "/webhooks/{webhook_id}/rotate",
    response={201: SecretOut},
    operation_id="rotate_webhook",
    summary="New secret",
)
def rotate_webhook(request: HttpRequest, webhook_id: Id) -> Any:
    """Messages carry both signatures until `/webhooks/{id}/settle`, so that nothing is refused meanwhile."""
    return Status(201, {"secret": rotate_secret(actor(request), webhook_id, now())})


@router.post(
    "/webhooks/{webhook_id}/settle",
    response={204: None},
    operation_id="settle_webhook",
    summary="Newest secret alone",
)
def settle_webhook(request: HttpRequest, webhook_id: Id) -> Any:
    """From here on messages are signed with the newest secret alone."""
    settle_secret(actor(request), webhook_id, now())
    return Status(204, None)


@router.get(
    "/attempts", response=list[AttemptOut], operation_id="list_attempts", summary="Messages on their way"
)
def list_attempts(request: HttpRequest, query: Query[AttemptQuery]) -> Any:
    """The newest first; those with the state `dead` were given up."""
    actor(request, ADMIN)
    where = [
        (f"a.{name} {how} %s", value)
        for name, how, value in (
            ("webhook_id", "=", query.webhook_id), ("state", "=", query.state or None), ("id", "<", query.before),
        )
        if value is not None
    ]  # fmt: skip
    said = " AND ".join(["a.message_id = m.id", *(each for each, _ in where)])
    found = rows(
        "SELECT a.id, a.message_id, a.webhook_id, m.type, a.state, a.tries, a.next_at, a.status, a.detail, "
        f"a.delivered_at FROM attempt a, message m WHERE {said} ORDER BY a.id DESC LIMIT %s",
        [*(value for _, value in where), query.limit],
    )
    return [dict(zip(_NAMES, row, strict=True)) for row in found]


@router.post("/attempts/resend", response=ResentOut, operation_id="resend", summary="Send again")
def post_resend(request: HttpRequest, body: ResendIn) -> Any:
    """They keep their `webhook-id`: who kept what they got knows it again."""
    return {"resent": resend(actor(request), body.attempts, now())}
