"""From what sales can work, or from money, to where the marks of the hand-off should stand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _

from qualify.web.looking.alignment import agreed
from qualify.web.screens.learning import charts
from qualify.web.screens.learning.lessons import shown
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_PLAYBOOK

MOST: Final = 100_000
"""Leads a week that can be asked for at most."""
FLAT: Final = 0.05
"""By how much, of all, the highest marks have to bring less than the lowest for moving them to be of use."""
MOSTLY: Final = 0.8
"""The share within the promise that most would call keeping it."""
QUIET: Final = 14.0
"""Days without anything after which a lead that has just entered may leave."""


class Mark(NamedTuple):
    """A mark as it stands and as it would; ``leave`` and ``suggested``: below what it is left, and better would be."""

    stage: str
    score: str
    now: float
    then: float
    leave: float | None
    suggested: float | None
    path: str

    @property
    def helps(self) -> bool:
        """Whether another way back is suggested than the one that is there."""
        return self.leave is not None and self.suggested is not None and self.leave != self.suggested


@page(READ_PLAYBOOK)
def thresholds(request: PageRequest) -> HttpResponse:
    """Capacity → marks, with what to expect of them; and what a contact that has to pay would ask for."""
    on = shown()
    told = on.told.get("marks") or {}
    steps: list[dict[str, Any]] = told.get("steps") or []
    terms = agreed()
    context: dict[str, Any] = {**on.context(request, "thresholds"), "marks": told, "steps": steps}
    if steps:
        asked = _whole(request.GET.get("exact", "")) or _whole(request.GET.get("capacity", ""))
        capacity = asked or (terms.capacity if terms else None) or max(1, round(_as_is(steps)["a_week"]))
        chosen = fitting(steps, capacity)
        context |= {
            "capacity": capacity, "chosen": chosen, "as_is": _as_is(steps), "range_most": _most(steps, capacity),
            "in_time": in_time(told["capacities"], chosen["in_time"], capacity),
            "list": moved_marks(told["marks"], chosen["by"]), "fits": chosen["a_week"] <= capacity,
            "flat": steps[0]["a_week"] - steps[-1]["a_week"] < FLAT * max(steps[0]["a_week"], 1),
            "keeps": keeping(told["capacities"], steps, capacity),
            "chart": charts.volume(steps, capacity, chosen["by"]), "lately": told.get("moved") or [],
            "may_draft": context["can_ask"] and not on.stale,
        }  # fmt: skip
        context["can_draft"] = chosen["by"] != 0 or any(each.helps for each in context["list"])
    context["money"] = by_money(request.GET, on.told.get("by_chance") or [], steps)
    context["currency"] = terms.currency if terms else ""
    return show(request, "learning/thresholds.html", context)


def _whole(text: str) -> int | None:
    """A number of leads a week; None for what is none."""
    said = text.strip()
    return min(int(said), MOST) if said.isdecimal() and len(said) < 9 and int(said) > 0 else None


def _as_is(steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return min(steps, key=lambda each: abs(each["by"]))


def _most(steps: Sequence[Mapping[str, Any]], capacity: int) -> int:
    """Where the slider ends."""
    return max(20, capacity, int(1.5 * max(each["high"] for each in steps)) + 1)


def fitting(steps: Sequence[dict[str, Any]], capacity: int) -> dict[str, Any]:
    """The lowest marks that bring no more a week than can be worked; the highest that were tried where all do."""
    return next((each for each in steps if each["a_week"] <= capacity), steps[-1])


def in_time(capacities: Sequence[int], shares: Sequence[float], capacity: int) -> float:
    """The share within the promise at a capacity, between the two that it was simulated for."""
    place = bisect_left(capacities, capacity)
    if place == 0 or place == len(capacities):
        return shares[min(place, len(shares) - 1)]
    low, high = capacities[place - 1], capacities[place]
    part = (capacity - low) / (high - low)
    return shares[place - 1] + part * (shares[place] - shares[place - 1])


def keeping(
    capacities: Sequence[int], steps: Sequence[dict[str, Any]], capacity: int
) -> dict[str, Any] | None:
    """The lowest marks with which the promise is mostly kept at a capacity; None where no marks that were tried do."""
    return next((each for each in steps if in_time(capacities, each["in_time"], capacity) >= MOSTLY), None)


def moved_marks(written: Sequence[Mapping[str, Any]], by: float) -> list[Mark]:
    """The marks by which stages are entered, moved, each with the mark at which it is left."""
    leaves = {(each["stage"], each["score"]): each for each in written if each["word"] == "below"}
    found = []
    for each in written:
        if each["word"] != "at_least":
            continue
        back = leaves.get((each["stage"], each["score"]))
        then = each["points"] + by
        found.append(
            Mark(
                each["stage"], each["score"], each["points"], then,
                None if back is None else back["points"] + by,
                None if back is None else _left_over(then, each["half_life"]),
                "" if back is None else ".".join(map(str, back["path"])),
            )
        )  # fmt: skip
    return found


def _left_over(points: float, half_life: float | None) -> float | None:
    """What is left of so many points after two quiet weeks; None for a score that does not fall."""
    from qualify.learning.thresholds import hysteresis

    return None if half_life is None or points <= 0 else float(round(hysteresis(points, half_life, QUIET)))


def by_money(
    words: Mapping[str, str], curve: Sequence[Mapping[str, float]], steps: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """What a contact that has to pay asks for: the least chance, how many leads have it, the marks nearest to it."""
    from qualify.learning.thresholds import by_money as least

    cost, value = _amount(words.get("cost", "")), _amount(words.get("value", ""))
    said: dict[str, Any] = {
        "cost": words.get("cost", ""),
        "value": words.get("value", ""),
        "curve": bool(curve),
    }
    if cost is None or not value:
        wrong = bool(words.get("cost") or words.get("value"))
        return {
            **said,
            "error": _("Give two amounts of money: the value is more than nothing.") if wrong else "",
        }
    chance = least(cost, value)
    over = next((each for each in curve if each["threshold"] >= chance), curve[-1] if curve else None)
    near = min(steps, key=lambda each: abs(each["a_week"] - over["a_week"])) if steps and over else None
    return {**said, "chance": chance, "over": over, "near": near}


def _amount(text: str) -> float | None:
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found < 1e12 else None
