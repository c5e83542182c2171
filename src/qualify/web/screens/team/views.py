"""The page of all who get leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from django.http import HttpResponse

from qualify.clock import now
from qualify.handoff.speed import Speed
from qualify.moments import DAY
from qualify.playbook.handoff import Handoff
from qualify.web.handing.deciding import present_handoff
from qualify.web.looking import handing as looking
from qualify.web.looking.loads import Loaded, loads
from qualify.web.looking.speed import speeds_of_reps
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.screens.team.words import at_work
from qualify.web.verbs.actor import READ_LEADS

DAYS: Final = 30
"""Over which the speed is told."""

SHOWN: Final = 60
"""Reps on the page; of a larger team those who are active and have most."""


class Line(NamedTuple):
    """A rep as the table shows them: what they have, when they work, how fast they are, when they are away next."""

    told: Loaded
    hours: list[str]
    zone: str
    speed: Speed | None
    away: looking.Away | None

    @property
    def full(self) -> bool:
        """Whether they were given as many leads as they can take in this period."""
        return self.told.capacity is not None and self.told.given >= self.told.capacity


@page(READ_LEADS)
def team(request: PageRequest) -> HttpResponse:
    """Everybody with their load, their hours and their speed."""
    at = now()
    found, section = loads(at), present_handoff()
    everybody, speeds = speeds_of_reps(at, at - DAYS * DAY)
    away: dict[str, looking.Away] = {}
    for each in looking.absences(at):
        away.setdefault(each.absence.rep_id, each)
    lines = [_line(each, section, speeds, away) for each in _in_order(found)]
    context = {
        "lines": lines[:SHOWN],
        "more": len(lines) - SHOWN,
        "section": section,
        "all": everybody,
        "days": DAYS,
        "problems": looking.problems(at),
        "unassigned": looking.how_many_unassigned(at),
        "at": at,
    }
    return show(request, "team/team.html", context)


def _in_order(found: Sequence[Loaded]) -> list[Loaded]:
    return sorted(found, key=lambda each: (not each.active, each.rep.called.lower()))


def _line(
    told: Loaded, section: Handoff | None, speeds: dict[str, Speed], away: dict[str, looking.Away]
) -> Line:
    rep = told.rep
    zone = rep.time_zone or (section.time_zone if section is not None else None) or ""
    return Line(told, at_work(rep, section), zone, speeds.get(rep.rep_id), away.get(rep.rep_id))
