"""Playbooks over HTTP: those that were published, checking a text, publishing it."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from qualify.clock import now
from qualify.speech import heard_text
from qualify.web.api.access import actor
from qualify.web.api.around import tags
from qualify.web.api.problems import Mistake, of_playbook, problem
from qualify.web.api.shapes import Asked, Id, LongText, Text
from qualify.web.database import rows
from qualify.web.living.kinds import ask
from qualify.web.verbs.actor import READ_PLAYBOOK, NotThere
from qualify.web.verbs.publish import check, checked, present, publish

router = Router(tags=["playbooks"])

_COLUMNS = "id, digest, author, note, published_at"


class VersionOut(Schema):
    """A version as it was published; it judges until another is."""

    id: int
    digest: str
    author: str
    note: str
    published_at: int


class PlaybookOut(VersionOut):
    """A version with its text."""

    text: str


class TextIn(Asked):
    """The text of a playbook."""

    text: LongText


class PublishIn(TextIn):
    """A playbook to publish, and why."""

    note: Text = ""


class CheckedOut(Schema):
    """Whether a text can be used, and everything that is wrong or odd in it."""

    usable: bool
    problems: list[Mistake]


class PublishedOut(Schema):
    """The version that is in force now; ``new`` false: it was already."""

    id: int
    digest: str
    published_at: int
    new: bool
    work_id: int | None
    warnings: list[Mistake]


@router.get("/playbooks", response=list[VersionOut], operation_id="list_playbooks", summary="Every version")
def list_playbooks(request: HttpRequest) -> Any:
    """Every version that was published, the newest first."""
    actor(request, READ_PLAYBOOK)
    return [
        _version(row) for row in rows(f"SELECT {_COLUMNS} FROM playbook_version ORDER BY published_at DESC")
    ]


@router.get(
    "/playbooks/current", response=PlaybookOut, operation_id="current_playbook", summary="The one in force"
)
def current_playbook(request: HttpRequest, response: HttpResponse) -> Any:
    """The text that judges today; its ETag is what `If-Match` wants when the next is published."""
    actor(request, READ_PLAYBOOK)
    version = present()
    if version is None:
        raise NotThere("no playbook is published yet")
    response["ETag"] = f'"{version.digest}"'
    return _whole(version.version_id)


@router.post("/playbooks/check", response=CheckedOut, operation_id="check_playbook", summary="Check a text")
def check_playbook(request: HttpRequest, body: TextIn) -> Any:
    """Everything that is wrong or odd in a text, with line and column; nothing is kept."""
    problems = check(actor(request), body.text)
    usable = not any(each.severity == "error" for each in problems)
    return {"usable": usable, "problems": [of_playbook(each) for each in problems]}


class WorkOut(Schema):
    """A long piece of work: its state is waiting, running, done or failed; ``result`` is there when it is done."""

    id: int
    kind: str
    state: str
    done: int
    of: int
    detail: str
    result: Any = None


@router.post(
    "/playbooks/plan", response={202: WorkOut}, operation_id="plan_playbook", summary="What would it do?"
)
def plan_playbook(request: HttpRequest, body: TextIn) -> Any:
    """Who would move from which stage to which if the text were published, by which rules, and some of them by
    id. It takes seconds: ask for the work until it is done; its `result` is the plan.
    """
    problems = check(actor(request), body.text)
    if any(each.severity == "error" for each in problems):
        checked(body.text)
    at = now()
    number = ask("plan", {"text": body.text}, at)
    return Status(202, _work(number))


@router.get("/work/{work_id}", response=WorkOut, operation_id="get_work", summary="A long piece of work")
def get_work(request: HttpRequest, work_id: Id) -> Any:
    """How far it is, and what came of it."""
    actor(request, READ_PLAYBOOK)
    return _work(work_id)


@router.get(
    "/playbooks/{version_id}", response=PlaybookOut, operation_id="get_playbook", summary="One version"
)
def get_playbook(request: HttpRequest, version_id: Id) -> Any:
    """The text of a version."""
    actor(request, READ_PLAYBOOK)
    return _whole(version_id)


@router.post("/playbooks", response={201: PublishedOut}, operation_id="publish_playbook", summary="Publish")
def publish_playbook(request: HttpRequest, body: PublishIn) -> Any:
    """From now on it judges, and everybody is judged anew. `If-Match` with the ETag of the version that was
    read before keeps two people from overwriting each other: 412 when another came between.
    """
    before, wanted = None, tags(request.headers.get("if-match", ""))
    if wanted:
        here = present()
        before = here.digest if here is not None else ""
        if not here or not wanted & {f'"{before}"', "*"}:
            return problem(412, "another version was published meanwhile; read it, and publish again")
    done = publish(actor(request), body.text, now(), note=body.note, instead_of=before)
    said = {"id": done.version_id, "warnings": [of_playbook(each) for each in done.warnings]}
    return Status(201, {**done._asdict(), **said})


def _work(number: int) -> dict[str, Any]:
    found = rows("SELECT id, kind, state, done, of, detail FROM work WHERE id = %s", [number])
    if not found:
        raise NotThere(f"there is no work {number}")
    told = dict(zip(("id", "kind", "state", "done", "of", "detail"), found[0], strict=True))
    if told["state"] != "done" or not told["detail"].startswith("{"):
        return {**told, "detail": heard_text(told["detail"])}
    return {**told, "detail": "", "result": msgspec.json.decode(told["detail"])}


def _whole(version_id: int) -> dict[str, Any]:
    found = rows(f"SELECT {_COLUMNS}, text FROM playbook_version WHERE id = %s", [version_id])
    if not found:
        raise NotThere(f"there is no version {version_id}")
    return {**_version(found[0][:-1]), "text": found[0][-1]}


def _version(row: Any) -> dict[str, Any]:
    return dict(zip(_COLUMNS.split(", "), row, strict=True))
