"""What the best customers have in common; who is like them and nobody works; who of them no profile describes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from qualify.web.looking import icp as accounts
from qualify.web.looking.playbook import names_of
from qualify.web.screens.learning.lessons import shown
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_LEADS, READ_PLAYBOOK


@page(READ_PLAYBOOK)
def icp(request: PageRequest) -> HttpResponse:
    """The profiles that were found, each in a sentence, with the leads that fit and nobody works."""
    on = shown()
    told = on.told.get("icp") or {}
    counts = {each["name"]: each for each in told.get("profiles", [])}
    undescribed = told.get("undescribed") or {"count": 0, "named": []}
    may_see = request.actor.may(READ_LEADS)
    ids = [who for each in counts.values() for who in each["named"]] + [
        who for who, *_ in undescribed["named"]
    ]
    names = names_of(ids) if may_see else {}
    about = accounts.about_accounts(ids) if may_see else {}
    found = [
        _profile(place, each, counts.get(each["name"]), names, about)
        for place, each in enumerate(told.get("found", []))
    ]
    context = {
        **on.context(request, "icp"), "icp": told, "profiles": found, "undescribed": undescribed["count"],
        "customers": [
            {"id": who, "who": names[who], "amount": amount, "currency": currency, "about": about.get(who, {})}
            for who, amount, currency in undescribed["named"] if who in names
        ],
    }  # fmt: skip
    context["may_draft"] = context["can_ask"] and not on.stale and on.lesson is not None
    return show(request, "learning/icp.html", context)


def _profile(
    place: int,
    each: dict[str, Any],
    counted: dict[str, Any] | None,
    names: dict[int, Any],
    about: dict[int, Any],
) -> dict[str, Any]:
    """A profile with its numbers, and who of those that fit is worked by nobody."""
    idle = [] if counted is None else [who for who in counted["named"] if who in names]
    times = each["rate"] / each["overall"] if each["overall"] else None
    return {
        **each, "place": place, "counted": counted, "times": times,
        "idle": [{"id": who, "who": names[who], "about": about.get(who, {})} for who in idle],
    }  # fmt: skip
