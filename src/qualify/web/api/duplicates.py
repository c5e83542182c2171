"""People who may be one, over HTTP: suggestions with their evidence."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.shapes import Asked, Done, Id, Limit
from qualify.web.duplicating import waiting
from qualify.web.verbs.actor import READ_LEADS
from qualify.web.verbs.dismiss import dismiss

router = Router(tags=["deeds"])


class AlikeOut(Schema):
    """Two leads who may be one: how likely, what speaks for it and what against."""

    one_id: int
    other_id: int
    probability: float
    evidence: list[str]
    against: list[str]


class Most(Asked):
    """How many of them."""

    limit: Limit = 50


class PairIn(Asked):
    """Two leads."""

    one_id: Id
    other_id: Id


@router.get(
    "/duplicates", response=list[AlikeOut], operation_id="list_duplicates", summary="Likely duplicates"
)
def list_duplicates(request: HttpRequest, query: Annotated[Most, Query()]) -> Any:
    """The pairs that wait to be settled, the likeliest first; `qualify duplicates` looks for them. To merge two,
    post them to `/merges`.
    """
    actor(request).needs(READ_LEADS)
    return [each._asdict() for each in waiting(query.limit)]


@router.post(
    "/duplicates/dismiss", response={201: Done}, operation_id="dismiss_duplicate", summary="Two people"
)
def dismiss_duplicate(request: HttpRequest, body: PairIn) -> Any:
    """They are two: the suggestion does not come again."""
    return Status(201, {"audit_id": dismiss(actor(request), body.one_id, body.other_id, now())})
