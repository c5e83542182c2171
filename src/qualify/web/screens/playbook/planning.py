"""What a draft would do: asked of a worker, waited for, looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.looking import plans
from qualify.web.looking.playbook import Names, names_of
from qualify.web.screens.chart import Chart, spec
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.screens.playbook.drafts import Opened
from qualify.web.screens.playbook.hindsight import hindsight, leads_of
from qualify.web.verbs.actor import READ_PLAYBOOK
from qualify.web.verbs.drafting import ask_plan

EXAMPLES = 5
"""Leads that are named for each move, and in all."""
MOST_EXAMPLES = 40


@page(READ_PLAYBOOK)
def plan(request: PageRequest, number: int) -> HttpResponseBase:
    """The plan of a draft; sent as a form, a new one is asked for."""
    if request.method == "POST":
        ask_plan(request.actor, number, now(), capacity=_capacity(request.POST.get("capacity", "")))
        return HttpResponseRedirect(reverse("playbook-plan", args=[number]))
    opened = Opened(number)
    in_force = opened.here.version_id if opened.here else None
    found, past = plans.planned(opened.draft, in_force), plans.backtested(opened.draft, in_force)
    told = past.result if past else None
    moved = [each["lead_id"] for each in found.result["examples"]] if found.result else []
    names = names_of([*leads_of(told), *moved])
    context = {
        **opened.context("plan"), "plan": found, "backtest": past,
        **(sides(found.result, opened, names) if found.result else {}),
        "past": hindsight(told, names) if told else None,
    }  # fmt: skip
    return show(request, "playbook/plan.html", context)


def _capacity(text: str) -> int | None:
    said = text.strip().replace(",", "").replace(".", "").replace(" ", "")
    if not said:
        return None
    if not said.isdecimal() or len(said) > 9:
        raise QualifyError(_("how many leads sales can work in a week is a whole number"))
    return int(said)


def sides(result: dict[str, Any], opened: Opened, names: Mapping[int, Names]) -> dict[str, Any]:
    """The plan as the page shows it."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in result["examples"][:200]:
        groups.setdefault((each["stage_before"], each["stage_after"]), []).append(
            {**each, "who": names.get(each["lead_id"])}
        )
    moves = [
        {**each, "examples": groups.get((each["before"], each["after"]), [])[:EXAMPLES]}
        for each in result["moves"]
    ]
    weeks = result.get("weeks", [])
    return {
        "moves": moves, "weeks": weeks, "volume": _volume(weeks, opened.draft.capacity), "result": result,
        "most": max((each["leads"] for each in moves), default=0), "distribution": _distribution(result),
        "grades": [row for row in result.get("grades", []) if row[1] != row[2]],
        "segments": [_segment(each) for each in result.get("segments", [])],
        "explored": result.get("explored") or [None, None],
    }  # fmt: skip


def _segment(told: dict[str, Any]) -> dict[str, Any]:
    """A segment without the values of which nobody moves."""
    labels = {
        "country": _("Country"), "industry": _("Industry"), "source": _("Source"),
        "lead_source": _("Lead source"), "grade": _("Grade after"),
    }  # fmt: skip
    moved = [row for row in told["values"] if row[2] or row[3]]
    return {"label": labels.get(told["name"], told["name"]), "values": moved}


def _volume(weeks: list[list[int]], capacity: int | None) -> dict[str, Any] | None:
    """New leads for sales in a week, by the old and the new playbook, against what sales can work."""
    if not weeks:
        return None
    old, new = (sum(week[place] for week in weeks) / len(weeks) for place in (1, 2))
    return {
        "old": old, "new": new, "capacity": capacity, "over": capacity is not None and new > capacity,
        "share": new / capacity if capacity else None, "most": max([old, new, float(capacity or 0)]),
    }  # fmt: skip


def _distribution(result: dict[str, Any]) -> Chart | None:
    rows = result.get("distribution", [])
    if not rows:
        return None
    before, after = _("before"), _("after")
    values = [
        {"points": start, "which": which, "leads": leads}
        for start, *both in rows
        for which, leads in zip((before, after), both, strict=True)
    ]
    made = spec(
        values,
        mark={"type": "bar"},
        encoding={
            "x": {"field": "points", "type": "ordinal", "title": _("total, from … points")},
            "xOffset": {"field": "which", "sort": [before, after]},
            "y": {"field": "leads", "type": "quantitative", "title": _("leads")},
            "color": {"field": "which", "type": "nominal", "sort": [after, before], "title": None},
        },
    )
    columns = [_("from points"), before, after]
    return Chart(
        "distribution", _("How many leads have how many points, before and after"), made, columns, rows
    )
