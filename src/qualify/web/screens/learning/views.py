"""What history says about the playbook, and what changed lately."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse

from qualify.clock import now
from qualify.learning import gates
from qualify.moments import DAY
from qualify.web.looking.explored import drawn_between
from qualify.web.screens.learning import charts, telling
from qualify.web.screens.learning.lessons import shown
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_PLAYBOOK

YEAR: Final = 365 * DAY


@page(READ_PLAYBOOK)
def learning(request: PageRequest) -> HttpResponse:
    """Rule by rule what history supports; whether there is anything to learn, and how good it is."""
    on, at = shown(), now()
    context: dict[str, Any] = on.context(request, "playbook")
    if on.lesson is not None:
        told = on.told
        may = on.lesson.version_id is not None and not on.stale and not told["nothing_to_learn"]
        context |= {
            "groups": telling.groups(told.get("proposals", [])), "may_draft": may and context["can_ask"],
            "gate": telling.gate(told), "figures": telling.figures(told),
            "missing": gates.missing(told["won"], told["lost"]),
            "rates": telling.rates(told), "calibration": charts.calibration(told), "curve": charts.curve(told),
            "card": [[telling.spoken(said), points] for said, points in told.get("card_lines", [])],
            "history": charts.history(told), "questions": telling.questions(told, on.how.choices),
            "drawn": drawn_between(at - YEAR, at),
        }  # fmt: skip
    return show(request, "learning/learning.html", context)


@page(READ_PLAYBOOK)
def drift(request: PageRequest) -> HttpResponse:
    """What changed lately, one sentence each; quiet when nothing did."""
    on = shown()
    looked = on.looked
    told = {} if looked is None else looked.told
    context = {
        **on.context(request, "drift"), "drift": told, "looked_at": None if looked is None else looked.looked_at,
        "alarms": telling.alarms(told), "kinds": telling.kinds(told), "model": told.get("model") or {},
    }  # fmt: skip
    return show(request, "learning/drift.html", context)
