"""What was learnt from outcomes, over HTTP: lessons, what changed lately, and a lesson asked for."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Query, Router, Schema, Status
from pydantic import Field

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.shapes import Id
from qualify.web.looking import learned
from qualify.web.verbs.actor import READ_PLAYBOOK, NotThere
from qualify.web.verbs.lessons import ask_lesson

router = Router(tags=["learning"])


class KeptOut(Schema):
    """A lesson. `active`: its model may come into force; `kept`: it can still be put in force; `since` and `ended_at`
    say when it was in force, `crowned_why` why.
    """

    id: int
    learned_at: int
    asked_by: str
    version_id: int | None
    leads: int
    won: int
    active: bool
    why: str
    kept: bool
    since: int | None
    crowned_why: str | None
    ended_at: int | None
    ended_by: str | None


class LessonOut(Schema):
    """A lesson with everything that the pages show of it: `told` is an object whose parts may become more."""

    id: int
    learned_at: int
    asked_by: str
    version_id: int | None
    data: str
    leads: int
    won: int
    active: bool
    why: str
    told: dict[str, Any]


class AlarmOut(Schema):
    """Something that is more than chance: of which kind, about what, its figure with the limit, in one sentence."""

    kind: str
    about: str
    figure: float
    limit: float
    said: str


class DriftOut(Schema):
    """What changed: the `after` leads of the last `days` against the `before`; null before the first look."""

    looked_at: int | None
    days: int | None
    before: int
    after: int
    alarms: list[AlarmOut]


class WorkOut(Schema):
    """The work that learns: ask `GET /work/{work_id}` until it is done."""

    id: int


@router.get("/lessons", response=list[KeptOut], operation_id="list_lessons", summary="Lessons")
def list_lessons(request: HttpRequest, limit: Annotated[int, Query(), Field(ge=1, le=100)] = 20) -> Any:
    """The newest, and every one whose model is or was in force, newest first."""
    actor(request, READ_PLAYBOOK)
    return [each._asdict() for each in learned.lessons(limit)]


@router.post("/lessons", response={202: WorkOut}, operation_id="ask_lesson", summary="Learn now")
def post_lesson(request: HttpRequest) -> Any:
    """A worker learns from what the store holds by now; while one is under way no other begins."""
    return Status(202, {"id": ask_lesson(actor(request), now())})


@router.get("/lessons/{lesson_id}", response=LessonOut, operation_id="get_lesson", summary="One lesson")
def get_lesson(request: HttpRequest, lesson_id: Id) -> Any:
    """What history said at that moment: proposals with their evidence, figures, thresholds, profiles."""
    actor(request, READ_PLAYBOOK)
    found = learned.lesson(lesson_id)
    if found is None:
        raise NotThere(gettext("there is no lesson %(number)s") % {"number": lesson_id})
    return found._asdict()


@router.get("/drift", response=DriftOut, operation_id="get_drift", summary="What changed lately")
def get_drift(request: HttpRequest) -> Any:
    """Looked at once a day, one sentence for each thing that is more than chance; quiet otherwise."""
    actor(request, READ_PLAYBOOK)
    found = learned.watched()
    if found is None:
        return {"looked_at": None, "days": None, "before": 0, "after": 0, "alarms": []}
    return {"looked_at": found.looked_at, **found.told}
