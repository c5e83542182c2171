"""Score and stage of a lead over time, as a chart with its figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from qualify.vocabulary import STAGES
from qualify.web.living.loading import read_once
from qualify.web.looking.history import History
from qualify.web.looking.history import history as told
from qualify.web.looking.recorded import recorded
from qualify.web.screens.chart import Chart, of_time, spec
from qualify.web.screens.lead.around import head, page_of
from qualify.web.screens.page import PageRequest, page
from qualify.web.screens.templatetags.qualify import moment, points, stage_word
from qualify.web.verbs.actor import READ_LEADS


@page(READ_LEADS)
def history(request: PageRequest, lead_id: int) -> HttpResponse:
    """How the score went and which stages there were; where a playbook came into force there is a line."""
    with read_once():
        top = head(request, lead_id)
        if isinstance(top, HttpResponseRedirect):
            return top
        known = recorded(lead_id)
    found = told(known, top.at) if known is not None else History([], [], [])
    chart = chart_of(found, top.at) if found.points else None
    return page_of(request, top, "lead/history.html", {"chart": chart, "found": found})


def chart_of(found: History, until: int) -> Chart:
    """The line of the score, the stages behind it, a rule for each playbook; the figures beneath."""
    values = [{"at": each.at, "total": each.total} for each in found.points]
    bands = [
        {
            "since": each.since,
            "until": until if each.until is None else each.until,
            "stage": stage_word(each.stage),
        }
        for each in found.bands
    ]
    rules = [
        {"at": each.at, "said": _("playbook %(number)s") % {"number": each.version}}
        for each in found.published
    ]
    rows = [
        [moment(each.at), points(each.total), each.grade or "–", stage_word(_stage_at(found, each.at))]
        for each in reversed(found.points)
    ]
    title = _("Total score; behind it the stages, dashed where a playbook came into force")
    columns = [_("When"), _("Total"), _("Grade"), _("Stage")]
    behind = [layer(values) for layer, values in ((_bands, bands), (_published, rules)) if values]
    return Chart("score", title, spec(values, layer=[*behind, _line()]), columns, rows)


def _stage_at(found: History, at: int) -> str:
    return next((each.stage for each in reversed(found.bands) if each.since <= at), STAGES[0])


def _time(name: str, **more: Any) -> dict[str, Any]:
    return {"field": name, "type": "temporal", "title": None, "scale": {"type": "time"}, **more}


def _bands(bands: list[dict[str, Any]]) -> dict[str, Any]:
    """The stages: a tint each, in the order of the ladder."""
    return {
        "data": {"values": bands},
        "mark": {"type": "rect", "opacity": 0.16},
        "encoding": {
            "x": _time("since"),
            "x2": {"field": "until"},
            "color": {
                "field": "stage", "type": "nominal", "title": _("Stage"),
                "sort": [stage_word(each) for each in STAGES],
                "scale": {"scheme": "tableau10"}, "legend": {"orient": "top"},
            },
        },
    }  # fmt: skip


def _published(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "data": {"values": rules},
        "layer": [
            {"mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": {"x": _time("at")}},
            {
                "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "fontSize": 11},
                "encoding": {"x": _time("at"), "y": {"value": 216}, "text": {"field": "said"}},
            },
        ],
    }


def _line() -> dict[str, Any]:
    return {
        "mark": {"type": "line", "point": {"size": 18}},
        "encoding": {
            "x": _time("at", axis=of_time(labelOverlap=True, tickCount=6)),
            "y": {"field": "total", "type": "quantitative", "title": _("Total"), "axis": {"tickCount": 5}},
        },
    }
