"""The backtest of a draft, as its plan shows it: in a sentence, figures side by side, charts, and by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qualify.web.looking.playbook import Names
from qualify.web.screens.playbook.drawing import drawn
from qualify.web.screens.templatetags.qualify import number, percent, points, signed

LEAST: Final = 10
"""With fewer won, or fewer lost, nothing is said of whether a playbook would have been right."""


class Row(NamedTuple):
    """A figure of both playbooks, the difference with its interval, and whether that is more than chance.

    ``sure`` is ``better``, ``worse``, ``chance``, or empty: nothing is said of it. ``old_of`` and ``new_of`` say out of
    how many a share is, and how sure.
    """

    label: str
    old: str
    new: str
    change: str = ""
    interval: str = ""
    sure: str = ""
    old_of: str = ""
    new_of: str = ""


def leads_of(result: Mapping[str, Any] | None) -> list[int]:
    """The leads that are named."""
    if not result or result["why"]:
        return []
    new = result["sides"][1]
    held = result["held"] or {}
    some = [each for part in ("only_old", "only_new") for each in held.get(part, {}).get("some", ())]
    return [each["lead_id"] for each in (*new["missed_by_name"], *new["mistaken_by_name"], *some)]


def hindsight(result: Mapping[str, Any], names: Mapping[int, Names]) -> dict[str, Any]:
    """What the part ``playbook/parts/backtested.html`` shows."""
    if result["why"]:
        return {"nothing": _nothing(result)}
    new, leads = result["sides"][1], result["leads"]
    enough = min(leads["won"], leads["lost"]) >= LEAST
    return {
        "result": result, "enough": enough, "verdict": _verdict(result) if enough else _too_few(leads),
        "kind": _kind(result) if enough else "", "rows": _rows(result) if enough else _volumes(result),
        "charts": drawn(result, enough=enough),
        "missed": _people(new["missed_by_name"], names), "mistaken": _people(new["mistaken_by_name"], names),
        "only": [_only(result["held"], part, names) for part in ("only_new", "only_old")] if result["held"] else [],
        "undecided": leads["all"] - leads["won"] - leads["lost"], "side": new,
    }  # fmt: skip


def _nothing(result: Mapping[str, Any]) -> str:
    said = {
        "no leads": _("There are no leads yet: 0 to look back at."),
        "no outcomes": _(
            "0 leads are won, lost or decided on yet, so there is nothing to hold a playbook against. "
            "%(least)s won and %(least)s lost are wanted."
        )
        % {"least": LEAST},
    }
    return said.get(result["why"]) or str(result.get("said", ""))


# ── in words ────────────────────────────────────────────────────────────────────────────────────────


def _too_few(leads: Mapping[str, int]) -> str:
    told = {"won": number(leads["won"]), "lost": number(leads["lost"]), "least": LEAST}
    return (
        _(
            "Too few are decided to say whether it would have been right: %(won)s won and %(lost)s lost are old "
            "enough. At least %(least)s of each are wanted."
        )
        % told
    )


def _kind(result: Mapping[str, Any]) -> str:
    sure = {_sure(each) for each in result["held"]["differences"]}
    return "better" if "better" in sure and "worse" not in sure else "worse" if "worse" in sure else ""


def _verdict(result: Mapping[str, Any]) -> str:
    differences = result["held"]["differences"]
    better = [_label(each["name"]) for each in differences if _sure(each) == "better"]
    worse = [_label(each["name"]) for each in differences if _sure(each) == "worse"]
    told = {"better": ", ".join(better), "worse": ", ".join(worse)}
    if better and worse:
        return _("The draft is better by more than chance in: %(better)s; worse in: %(worse)s.") % told
    if better:
        return _("The draft is better by more than chance in: %(better)s.") % told
    if worse:
        return _("The draft is worse by more than chance in: %(worse)s.") % told
    if all(each["one"] == each["other"] for each in differences):
        return _("Both would have done the same.")
    return _("No difference between the two is more than chance.")


def _sure(each: Mapping[str, Any]) -> str:
    return "better" if each["low"] > 0 else "worse" if each["high"] < 0 else "chance"


def _label(name: str) -> str:
    if name.startswith("revenue"):
        return _("worth of the won that were handed over")
    return {
        "precision": _("won, of those handed over"),
        "recall": _("handed over, of the won"),
        "lift": _("times as good as all"),
        "auc": _("ranking (AUC of the total)"),
        "days ahead": _("days ahead of the deal, on average"),
    }.get(name, name)


# ── side by side ────────────────────────────────────────────────────────────────────────────────────


def _rows(result: Mapping[str, Any]) -> list[Row]:
    old, new = result["sides"]
    found = _volumes(result)
    for each in result["held"]["differences"]:
        name = each["name"]
        shown = [_figure(name, each[which]) for which in ("one", "other")]
        of = [_of(side[name]) if name in ("precision", "recall") else "" for side in (old, new)]
        change = _change(name, each["other"] - each["one"])
        interval = _("%(low)s to %(high)s") % {
            "low": _change(name, each["low"]),
            "high": _change(name, each["high"]),
        }
        same = each["one"] == each["other"] and each["low"] == each["high"]
        told = (change, "" if same else interval, _sure(each))
        found.append(Row(_label(name), shown[0], shown[1], *told, *of))
    return found


def _volumes(result: Mapping[str, Any]) -> list[Row]:
    """What needs no outcome: how many are handed over, and in how many weeks that is too many."""
    old, new = result["sides"]
    found = [
        Row(_("handed over a week, on average"), *(_figure("a week", side["a_week"]) for side in (old, new)))
    ]
    capacity = result["capacity"]
    if capacity:
        over = [sum(1 for week in side["weeks"] if (week[1] or 0) > capacity) for side in (old, new)]
        label = _("weeks with more than the %(capacity)s that sales can work") % {
            "capacity": number(capacity)
        }
        found.append(Row(label, *(number(each) for each in over)))
    if all(side["gain"] for side in (old, new)):
        label = _("flagged before sales took them up, of the won that were flagged")
        told = (
            _("%(hits)s of %(of)s") % {"hits": side["gain"]["in_time"], "of": side["gain"]["of"]}
            for side in (old, new)
        )
        found.append(Row(label, *told))
    return found


def _in_time(gain: Mapping[str, Any]) -> str:
    return _("%(hits)s of %(of)s") % {"hits": number(gain["in_time"]), "of": number(gain["of"])}


def _of(rate: Mapping[str, Any]) -> str:
    low, high = percent(rate["low"]), percent(rate["high"])
    told = {"hits": number(rate["hits"]), "of": number(rate["of"]), "low": low, "high": high}
    return _("%(hits)s of %(of)s; %(low)s to %(high)s") % told


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name.startswith("revenue"):
        return _money(value, name)
    if name in ("precision", "recall"):
        return percent(value)
    return points(round(value, 2 if name == "auc" else 1))


def _change(name: str, value: float) -> str:
    if name in ("precision", "recall"):
        return _("%(change)s points") % {"change": signed(round(100 * value, 1))}
    if name.startswith("revenue"):
        return ("+" if round(value) > 0 else "") + _money(value, name)
    return signed(round(value, 3 if name == "auc" else 1))


def _money(value: float, name: str) -> str:
    """An amount in whole units: cents say nothing here."""
    return f"{number(round(value))} {name[8:]}".strip()


# ── by name ─────────────────────────────────────────────────────────────────────────────────────────


def _people(told: Iterable[Mapping[str, Any]], names: Mapping[int, Names]) -> list[dict[str, Any]]:
    return [{**each, "who": names.get(each["lead_id"])} for each in told]


def _only(held: Mapping[str, Any], part: str, names: Mapping[int, Names]) -> dict[str, Any]:
    """Decided leads that one of the two alone would have handed over, in a sentence, and some of them."""
    told = held[part]
    leads = told["leads"]
    one, many = (
        ("The draft alone would have handed over %(n)s more decided lead, %(won)s of them won.",
         "The draft alone would have handed over %(n)s more decided leads, %(won)s of them won.")
        if part == "only_new" else
        ("The playbook in force alone would have handed over %(n)s more decided lead, %(won)s of them won.",
         "The playbook in force alone would have handed over %(n)s more decided leads, %(won)s of them won.")
    )  # fmt: skip
    said = ngettext(one, many, leads) % {"n": number(leads), "won": number(told["won"])}
    return {"said": said, "some": _people(_first(told["some"]), names), "leads": leads}


def _first(some: Sequence[Mapping[str, Any]], most: int = 6) -> Sequence[Mapping[str, Any]]:
    return some[:most]
