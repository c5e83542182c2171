"""What happened to a lead, newest first."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect

from qualify.web.looking.timeline import TYPES
from qualify.web.looking.timeline import timeline as told
from qualify.web.screens.lead.around import head, page_of
from qualify.web.screens.lead.entries import LABELS, entries
from qualify.web.screens.page import PageRequest, page
from qualify.web.verbs.actor import READ_LEADS

AT_ONCE = 40


@page(READ_LEADS)
def timeline(request: PageRequest, lead_id: int) -> HttpResponse:
    """Events, moves, decisions, answers, consents, messages and what was learnt; machines' doing greyed."""
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    types = tuple(each for each in request.GET.getlist("type") if each in TYPES)
    cursor = request.GET.get("cursor") or None
    found = told(lead_id, top.at, types=types, cursor=cursor, limit=AT_ONCE)
    return page_of(request, top, "lead/timeline.html", {
        "days": entries(found.entries), "next_cursor": found.next_cursor, "first": cursor is None,
        "types": [(each, LABELS[each], each in types) for each in TYPES], "chosen": types,
    })  # fmt: skip
