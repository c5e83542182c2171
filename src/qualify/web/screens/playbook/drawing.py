"""The charts of a backtest, each with its figures as a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from babel.dates import format_date
from django.utils.translation import gettext as _

from qualify.vocabulary import STAGES
from qualify.web.screens.chart import Chart, of_time, spec
from qualify.web.screens.templatetags.qualify import locale, number, percent, stage_word

IN_PLAY: Final = ("iql", "mql", "pql", "sal", "sql")
"""Stages in which something goes on with a lead."""


def _time() -> dict[str, Any]:
    return {"field": "week", "type": "temporal", "title": None, "axis": of_time(grid=False)}


def drawn(result: Mapping[str, Any], *, enough: bool) -> list[Chart]:
    """The charts; how bands converted only where ``enough`` leads are decided."""
    return [weeks(result), stages(result), *([bands(result)] if enough else [])]


def weeks(result: Mapping[str, Any]) -> Chart:
    """Leads handed over in each week by both, against what sales can work."""
    words, capacity = (_("in force"), _("draft")), result["capacity"]
    both = zip(*(side["weeks"] for side in result["sides"]), strict=True)
    rows = [(old[0], old[1], new[1]) for old, new in both if old[1] is not None]
    values = [{"week": week, words[0]: old, words[1]: new} for week, old, new in rows]
    line = {
        "transform": [_folded(words)],
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": _time(),
            "y": {"field": "leads", "type": "quantitative", "title": _("leads")},
            "color": {"field": "which", "type": "nominal", "sort": list(reversed(words)), "title": None},
        },
    }
    limit = {"mark": {"type": "rule", "strokeDash": [5, 4]}, "encoding": {"y": {"datum": capacity}}}
    title = _("Leads handed over in each week, had each playbook been in force")
    if capacity:
        told = {"title": title, "capacity": number(capacity)}
        title = _("%(title)s (dashed: the %(capacity)s that sales can work)") % told
    made = spec(values, layer=[line, limit] if capacity else [line])
    table = [[_day(week), number(old), number(new)] for week, old, new in rows]
    return Chart("backtest-weeks", title, made, [_("Week to"), *words], table)


def stages(result: Mapping[str, Any]) -> Chart:
    """Where leads would have stood at each week's end by the draft; drawn are the stages in which something goes on."""
    ends = result["sides"][1]["weeks"]
    there = [name for name in STAGES[1:] if any(week[3].get(name) for week in ends)]
    words = [stage_word(name) for name in there if name in IN_PLAY]
    values = [
        {"week": week[0], **{stage_word(name): week[3].get(name, 0) for name in there if name in IN_PLAY}}
        for week in ends
    ]
    made = spec(
        values,
        transform=[_folded(words)],
        mark={"type": "area"},
        encoding={
            "x": _time(),
            "y": {"field": "leads", "type": "quantitative", "stack": True, "title": _("leads")},
            "color": {"field": "which", "type": "nominal", "sort": words, "title": None},
        },
    )
    table = [[_day(week[0]), *(number(week[3].get(name, 0)) for name in there)] for week in ends]
    title = _("Leads between the first interest and the deal at the end of each week, by the draft")
    return Chart("backtest-stages", title, made, [_("Week to"), *map(stage_word, there)], table)


def _folded(words: Sequence[str]) -> dict[str, Any]:
    """From a column for each to a row for each: the page stays small."""
    return {"fold": list(words), "as": ["which", "leads"]}


def _day(moment: int) -> str:
    return format_date(dt.datetime.fromtimestamp(moment / 1000, dt.UTC).date(), "medium", locale=locale())


def bands(result: Mapping[str, Any]) -> Chart:
    """How each band of the total converted, by both (by one where they are the same), with the 95 % interval."""
    old, new = (side["bands"] for side in result["sides"])
    sides = [(_("both"), new)] if old == new else [(_("in force"), old), (_("draft"), new)]
    parts = [(which, part) for which, found in sides for part in found if part["of"]]
    values = [_band(which if len(sides) > 1 else "", part) for which, part in parts]
    across = {"type": "quantitative", "title": _("share won"), "axis": {"format": "%", "tickCount": 5}}
    down = {"field": "band", "type": "ordinal", "sort": None, "title": None, "axis": {"labelLimit": 220}}
    order = [which for which, _found in reversed(sides)]
    colour = {"field": "which", "type": "nominal", "sort": order, "title": None, "legend": None}
    sure = {
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"y": down, "x": {**across, "field": "low"}, "x2": {"field": "high"}, "color": colour},
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 60},
        "encoding": {"y": down, "x": {**across, "field": "share"}, "color": colour},
    }
    title = _("Share won in each band of the total; the line is the 95 % interval")
    columns = [_("Playbook"), _("Points"), _("Decided"), _("Won"), _("95 %")]
    table = [[which, *_figures(part)] for which, part in parts]
    return Chart("backtest-bands", title, spec(values, layer=[sure, dots]), columns, table)


def _band(which: str, part: Mapping[str, Any]) -> dict[str, Any]:
    shares = {name: round(part[name], 4) for name in ("share", "low", "high")}
    return {"band": f"{which}: {part['name']}" if which else part["name"], "which": which, **shares}


def _figures(part: Mapping[str, Any]) -> list[str]:
    sure = f"{percent(part['low'])} – {percent(part['high'])}"
    return [str(part["name"]), number(part["of"]), percent(part["share"]), sure]
