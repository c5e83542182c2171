"""The ICP and the personas: whom they fit, and the best customers whom they do not."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.looking import icp as looking
from qualify.web.looking import playbook as books
from qualify.web.screens.page import PageRequest, back, page, show
from qualify.web.screens.playbook.telling import told
from qualify.web.verbs.actor import READ_PLAYBOOK, NotThere
from qualify.web.verbs.drafting import ask_match
from qualify.web.verbs.publish import present

FRESH = DAY
"""After so long it is counted anew when somebody looks."""


@page(READ_PLAYBOOK)
def icp(request: PageRequest) -> HttpResponse:
    """Each profile and persona in words, with how many leads and customers it fits."""
    here = present()
    text = books.text_of(here.version_id) if here else None
    book = books.examined(text).book if text else None
    if here is None or book is None:
        return show(request, "playbook/icp.html", {"tab": "icp", "book": None})
    found, result = looking.matched(here.version_id), None
    if found.result is not None:
        result = _told(found.result)
    sections = [each for each in told(book) if each.section.kind in ("icp", "personas")]
    stale = found.counted_at is None or now() - found.counted_at > FRESH
    context = {
        "tab": "icp", "book": book, "version": here.version_id, "matched": found, "result": result,
        "sections": [_section(each, result) for each in sections], "ask": stale and found.state != "failed",
    }  # fmt: skip
    return show(request, "playbook/icp.html", context)


def _section(shown: Any, result: dict[str, Any] | None) -> dict[str, Any]:
    counts = {} if result is None else result[shown.section.kind]
    nobody = None if result is None else result["no_icp" if shown.section.kind == "icp" else "no_persona"]
    return {
        "shown": shown, "nobody": nobody, "all": None if result is None else result["all"],
        "rows": [(item, counts.get(item.said.name)) for item in shown.items],
    }  # fmt: skip


def _told(result: dict[str, Any]) -> dict[str, Any]:
    """The counts by name, and the best customers with what is known of them."""
    ids = [who for who, _amount, _currency in result["best"]]
    names, about = books.names_of(ids), looking.about_accounts(ids)
    best = [
        {
            "id": who,
            "who": names.get(who),
            "amount": amount,
            "currency": currency,
            "about": about.get(who, {}),
        }
        for who, amount, currency in result["best"]
    ]
    by_name = {kind: {name: counts for name, *counts in result[kind]} for kind in ("icp", "personas")}
    return {**result, **by_name, "best": best}


@page(READ_PLAYBOOK)
@require_POST
def count(request: PageRequest) -> HttpResponseBase:
    """Have it counted anew whom the version in force fits."""
    here = present()
    if here is None:
        raise NotThere(_("no playbook is in force yet"))
    ask_match(request.actor, here.version_id, now())
    return back(request, reverse("playbook-icp"))
