"""The charts of the learning pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from qualify.web.screens.chart import Chart, of_time, spec
from qualify.web.screens.templatetags.qualify import day, number, percent, points

SHARE = {"format": ".0%"}


def calibration(told: Mapping[str, Any]) -> Chart | None:
    """The chance that was foretold against the share that was won, in tenths of the later leads."""
    bins = told.get("calibration") or []
    if not bins:
        return None
    most = max(0.05, *(max(said, high) for said, _came, _n, _low, high in bins))
    values = [
        {"said": said, "came": came, "low": low, "high": high, "leads": leads}
        for said, came, leads, low, high in bins
    ]
    across = {"field": "said", "type": "quantitative", "title": _("chance foretold"), "axis": SHARE,
              "scale": {"domain": [0, most]}}  # fmt: skip
    up = {"type": "quantitative", "title": _("share won"), "axis": SHARE, "scale": {"domain": [0, most]}}
    made = spec(
        values,
        layer=[
            {"data": {"values": [{"said": 0, "came": 0}, {"said": most, "came": most}]},
             "mark": {"type": "line", "strokeDash": [4, 4], "color": "#7d8792"},
             "encoding": {"x": across, "y": {**up, "field": "came"}}},
            {"mark": {"type": "rule"}, "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": True, "size": 60},
             "encoding": {"x": across, "y": {**up, "field": "came"}}},
        ],
    )  # fmt: skip
    rows = [[percent(said), percent(came), f"{percent(low)} – {percent(high)}", number(leads)]
            for said, came, leads, low, high in bins]  # fmt: skip
    columns = [_("chance foretold"), _("share won"), _("95 % sure"), _("leads")]
    return Chart(
        "calibration",
        _("Of leads that were said to have a chance of x, is x won? On the line: yes."),
        made,
        columns,
        rows,
    )


def curve(told: Mapping[str, Any]) -> Chart | None:
    """What a better score costs in rules: the ranking by the number of items."""
    found = [(each["items"], each["auc"]) for each in told.get("auc_by_items") or []]
    if len(found) < 2:
        return None
    best = (told.get("figures") or {}).get("likelihood", {}).get("auc")
    values = [{"items": items, "auc": auc} for items, auc in found]
    across = {"field": "items", "type": "quantitative", "title": _("rules on the card")}
    up = {"field": "auc", "type": "quantitative", "title": _("AUC on later leads"), "scale": {"zero": False}}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "line", "point": True}, "encoding": {"x": across, "y": up}}
    ]
    if best is not None:
        line = [{"items": 1, "auc": best}, {"items": found[-1][0], "auc": best}]
        layers.append({"data": {"values": line}, "mark": {"type": "line", "strokeDash": [4, 4], "color": "#7d8792"},
                       "encoding": {"x": across, "y": up}})  # fmt: skip
    rows = [[number(items), points(round(auc, 3))] for items, auc in found]
    if best is not None:
        rows.append([_("the whole likelihood"), points(round(best, 3))])
    title = _("What a better score costs in rules; dashed: the likelihood with everything")
    return Chart("curve", title, spec(values, layer=layers), [_("rules"), _("AUC")], rows)


def history(told: Mapping[str, Any]) -> Chart | None:
    """How well it ranked the leads of each stretch that followed."""
    found = told.get("history") or []
    if len(found) < 2:
        return None
    values = [{"at": cut, "auc": auc, "low": low, "high": high} for cut, auc, low, high in found]
    across = {"field": "at", "type": "temporal", "title": _("learnt up to"), "axis": of_time()}
    up = {"type": "quantitative", "title": _("AUC"), "scale": {"zero": False}}
    made = spec(
        values,
        layer=[
            {
                "mark": {"type": "rule"},
                "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
            },
            {"mark": {"type": "line", "point": True}, "encoding": {"x": across, "y": {**up, "field": "auc"}}},
        ],
    )
    rows = [
        [day(cut), points(round(auc, 3)), f"{points(round(low, 2))} – {points(round(high, 2))}"]
        for cut, auc, low, high in found
    ]
    title = _("How well it ranked the leads that came next, further and further on")
    return Chart("history", title, made, [_("learnt up to"), _("AUC"), _("90 % sure")], rows)


def volume(steps: Sequence[Mapping[str, Any]], capacity: int | None, chosen: int) -> Chart:
    """Hand-offs a week by how far the marks are moved, with what a coming week may bring, against the capacity."""
    values = [
        {"by": each["by"], "a_week": each["a_week"], "low": each["low"], "high": each["high"],
         "which": _("chosen") if each["by"] == chosen else _("others")}
        for each in steps
    ]  # fmt: skip
    across = {"field": "by", "type": "quantitative", "title": _("marks moved by … points")}
    up = {"type": "quantitative", "title": _("leads a week (90 %)")}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "area", "opacity": 0.25},
         "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "line"}, "encoding": {"x": across, "y": {**up, "field": "a_week"}}},
        {"mark": {"type": "point", "filled": True, "size": 90},
         "encoding": {"x": across, "y": {**up, "field": "a_week"},
                      "color": {"field": "which", "type": "nominal", "title": None}}},
    ]  # fmt: skip
    if capacity is not None:
        ends = [{"by": steps[0]["by"], "a_week": capacity}, {"by": steps[-1]["by"], "a_week": capacity}]
        layers.append({"data": {"values": ends}, "mark": {"type": "line", "strokeDash": [4, 4], "color": "#7d8792"},
                       "encoding": {"x": across, "y": {**up, "field": "a_week"}}})  # fmt: skip
    rows = [[points(each["by"]), points(round(each["a_week"], 1)), f"{points(each['low'])} – {points(each['high'])}"]
            for each in steps]  # fmt: skip
    title = _(
        "Leads that would be handed over in a week, as the marks are moved; dashed: what sales can work"
    )
    return Chart(
        "volume",
        title,
        spec(values, layer=layers),
        [_("marks moved by"), _("a week"), _("90 % of weeks")],
        rows,
    )
