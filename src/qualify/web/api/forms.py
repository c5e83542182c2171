"""Forms of our own, and names that open a source, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.shapes import Asked, Id
from qualify.web.database import rows
from qualify.web.verbs.actor import ADMIN
from qualify.web.verbs.forming import add_alias, close_form, create_form

router = Router(tags=["administration"])

Address = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]


class FormIn(Asked):
    """A form to host: see the how-to on forms for what a spec holds."""

    source_id: Id
    spec: dict[str, Any]


class FormOut(Schema):
    """A form and its address under /f/."""

    address: str
    source_id: int
    created_at: int
    closed_at: int | None


class HostedOut(Schema):
    """The address at which the form is from now on."""

    address: str


class AliasIn(Asked):
    """What other software sends in place of a key."""

    alias: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


@router.get("/forms", response=list[FormOut], operation_id="list_forms", summary="Forms")
def list_forms(request: HttpRequest) -> Any:
    """Every form, open and closed."""
    actor(request).needs(ADMIN)
    found = rows("SELECT name, source_id, created_at, closed_at FROM form ORDER BY id")
    return [dict(zip(("address", "source_id", "created_at", "closed_at"), row, strict=True)) for row in found]


@router.post("/forms", response={201: HostedOut}, operation_id="create_form", summary="Make a form")
def make_form(request: HttpRequest, body: FormIn) -> Any:
    """From now on it is at `/f/` and its id; embed it with `?embed=1`."""
    return Status(201, {"address": create_form(actor(request), body.source_id, body.spec, now())})


@router.post(
    "/forms/{address}/close", response={204: None}, operation_id="close_form", summary="Close a form"
)
def end_form(request: HttpRequest, address: Address) -> Any:
    """Show the form no more; what it brought stays."""
    close_form(actor(request), address, now())
    return Status(204, None)


@router.post(
    "/sources/{source_id}/aliases", response={204: None}, operation_id="create_alias", summary="Add an alias"
)
def make_alias(request: HttpRequest, source_id: Id, body: AliasIn) -> Any:
    """Let Salesforce's `oid`, HubSpot's portal id or Plausible's domain open the source."""
    add_alias(actor(request), source_id, body.alias, now())
    return Status(204, None)
