"""The page, and the same as a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.clock import now
from qualify.handoff.facts import Rep
from qualify.web.looking import handing as looking
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import MANAGE_REPS, READ_LEADS

SHOWN: Final = 20
"""Leads, and touches, that are shown; the rest is counted."""

TOMORROW: Final = 6

CHANNELS: Final = {
    "email": gettext_lazy("E-mail"), "phone": gettext_lazy("Call"), "linkedin": gettext_lazy("LinkedIn"),
    "whatsapp": gettext_lazy("WhatsApp"), "sms": gettext_lazy("SMS"), "meeting": gettext_lazy("Meeting"),
    "in person": gettext_lazy("In person"),
}  # fmt: skip


class Touch(NamedTuple):
    """A touch that is due: how, to whom, whether Qualify is sending it already; ``late`` milliseconds over its time."""

    due: looking.Due
    channel: Any
    reached: looking.Reached | None
    sending: bool
    late: int

    @property
    def which(self) -> str:
        """How a button names the step."""
        return f"{self.due.lead_id}:{self.due.task.step}:{self.due.task.sequence}"


class Waiting(NamedTuple):
    """A lead that waits for a first contact, how to reach it, and the touch that is due (None: none is)."""

    lead: looking.Held
    reached: looking.Reached | None
    touch: Touch | None


@page(READ_LEADS)
def day(request: PageRequest) -> HttpResponse:
    """What waits, what is due today, and what comes next."""
    at = now()
    reps = [rep for rep in looking.reps(at) if rep.is_active(at)]
    whose = whose_day(request, reps)
    context: dict[str, Any] = {"reps": _choices(request, reps), "whose": whose, "at": at}
    if whose is None:
        return show(request, "day/nobodys.html", {**context, "handed": looking.desk(at) is not None})
    told = looking.day(whose.rep_id, at)
    return show(request, "day/day.html", {**context, **_told(request, whose, told, at)})


def whose_day(request: PageRequest, reps: Sequence[Rep]) -> Rep | None:
    """The rep whose day is asked for: one's own, or, for who leads them, somebody else's. None: they are no rep.

    Raises :class:`~qualify.web.verbs.actor.Forbidden` for somebody else's without the right to see it.
    """
    asked = request.GET.get("rep", "").strip().lower() or request.actor.name.lower()
    if asked != request.actor.name.lower():
        request.actor.needs(MANAGE_REPS)
    return next((rep for rep in reps if rep.rep_id == asked), None)


def _choices(request: PageRequest, reps: Sequence[Rep]) -> list[Rep]:
    return sorted(reps, key=lambda rep: rep.called.lower()) if request.actor.may(MANAGE_REPS) else []


def _told(request: PageRequest, whose: Rep, told: looking.Day, at: int) -> dict[str, Any]:
    waiting = told.waiting[:SHOWN]
    alone = _alone(told.tasks, waiting)
    tasks, coming = alone[:SHOWN], told.next[:TOMORROW]
    ids = [*(each.lead_id for each in waiting), *(each.lead_id for each in tasks)]
    reached, sending = looking.reached(ids), looking.on_their_way(ids)
    touches = [_touch(each, reached, sending, at) for each in tasks]
    first: dict[int, looking.Due] = {}
    for each in told.tasks:
        first.setdefault(each.lead_id, each)
    mine = whose.rep_id == request.actor.name.lower()
    return {
        "mine": mine,
        "waiting": [
            Waiting(
                each,
                reached.get(each.lead_id),
                _touch(first[each.lead_id], reached, sending, at) if each.lead_id in first else None,
            )
            for each in waiting
        ],
        "touches": touches,
        "coming": [(each, CHANNELS.get(each.task.channel, "")) for each in coming],
        "late": sum(each.state == "late" for each in told.waiting),
        "overdue": sum(each.task.due_at <= at for each in alone),
        "many": {"waiting": len(told.waiting), "touches": len(alone), "coming": len(told.next)},
        "more": {
            "waiting": len(told.waiting) - len(waiting),
            "touches": len(alone) - len(tasks),
            "coming": len(told.next) - len(coming),
        },
        "next_at": told.next_at,
        "mail": bool(settings.MAIL.host),
        "here": request.get_full_path(),
    }


def _alone(tasks: Sequence[looking.Due], waiting: Sequence[looking.Held]) -> list[looking.Due]:
    """The touches that stand for themselves: the first one of a lead that waits stands with it."""
    first = {each.lead_id for each in waiting}
    found = []
    for each in tasks:
        if each.lead_id in first:
            first.discard(each.lead_id)
        else:
            found.append(each)
    return found


def _touch(
    due: looking.Due,
    reached: dict[int, looking.Reached],
    sending: set[tuple[int, str, int]],
    at: int,
) -> Touch:
    task = due.task
    on_its_way = (due.lead_id, task.sequence, task.step) in sending
    return Touch(
        due, CHANNELS.get(task.channel, task.channel), reached.get(due.lead_id), on_its_way, at - task.due_at
    )


@page(READ_LEADS)
def calendar(request: PageRequest) -> HttpResponse:
    """The touches to come as an iCalendar, for one's own calendar."""
    at = now()
    whose = whose_day(request, looking.reps(at))
    told = looking.ical(whose.rep_id if whose is not None else request.actor.name, at)
    answer = HttpResponse(told, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_("follow-ups")}.ics"'
    return answer
