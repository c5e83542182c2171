"""Leads that nobody works on: since when and why, and how they get to somebody."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.handoff.facts import Rep
from qualify.web.looking import handing as looking
from qualify.web.looking.leads import Listed, read
from qualify.web.screens import filters
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.verbs.actor import MANAGE_REPS, READ_LEADS
from qualify.web.verbs.handing_out import certain, hand_out, preview_hand_out
from qualify.web.verbs.several import Cannot

ROWS: Final = 50
RULES: Final = "by the rules"


class Gets(NamedTuple):
    """A lead of a preview: who would get it, and why; or why nobody does."""

    lead: Listed | None
    lead_id: int
    to: str
    why: str


@page(READ_LEADS)
def unassigned(request: PageRequest) -> HttpResponse:
    """The loud list, those that wait longest first."""
    at = now()
    place = max(1, filters.number_in(request.GET, "page") or 1)
    many = looking.how_many_unassigned(at)
    last = max(1, -(-many // ROWS))
    place = min(place, last)
    context = {
        "lines": looking.unassigned(at, ROWS, (place - 1) * ROWS),
        "many": many,
        "place": place,
        "last": last,
        "reps": active_reps(at),
        "handed": looking.desk(at) is not None,
        "here": request.get_full_path(),
        "at": at,
        "rules": RULES,
    }
    return show(request, "team/unassigned.html", context)


def active_reps(at: int) -> list[Rep]:
    """Those who get leads now, by name."""
    return sorted((rep for rep in looking.reps(at) if rep.is_active(at)), key=lambda rep: rep.called.lower())


def _chosen(request: PageRequest) -> list[int]:
    words = request.POST.getlist("lead")
    if not words:
        raise QualifyError(_("tick the leads first"))
    if not all(word.isdecimal() and len(word) < 19 for word in words):
        raise QualifyError(_("no lead was chosen"))
    return [int(word) for word in words]


def _to(request: PageRequest) -> str | None:
    """To whom; None: to whom the rules find."""
    said = request.POST.get("to", "").strip().lower()
    return None if said in ("", RULES) else said


@page(MANAGE_REPS)
@require_POST
def preview(request: PageRequest) -> HttpResponse:
    """Who would get them, before anybody does."""
    chosen, to, at = _chosen(request), _to(request), now()
    told = preview_hand_out(request.actor, chosen, at, rep_id=to)
    names = {each.rep_id: each.called for each in looking.reps(at)}
    leads = {lead.id: lead for lead in read(chosen)}
    context: dict[str, Any] = {
        "to": to or RULES,
        "name": names.get(to or "", ""),
        "gets": [
            Gets(leads.get(each.lead_id), each.lead_id, names.get(each.rep_id or "", ""), "; ".join(each.why))
            for each in told.done
        ],
        "cannot": [_cannot(each, leads) for each in told.cannot],
        "by_rep": [
            (names.get(who, who), many)
            for who, many in Counter(e.rep_id or "" for e in told.done).most_common()
        ],
        "chosen": [each.lead_id for each in told.done],
        "next": request.POST.get("next", ""),
    }
    return show(request, "team/preview.html", context)


def _cannot(each: Cannot, leads: dict[int, Listed]) -> Gets:
    return Gets(leads.get(each.lead_id), each.lead_id, "", each.why)


@page(MANAGE_REPS)
@require_POST
def give(request: PageRequest) -> HttpResponseBase:
    """Do what the preview said; what somebody has by now is left alone."""
    chosen, to = _chosen(request), _to(request)
    with transaction.atomic():
        if not first_time(request):
            return HttpResponseRedirect(reverse("unassigned"))
        told = certain(hand_out(request.actor, chosen, now(), rep_id=to))
    many = len(told.done)
    said = ngettext("%(many)s lead is with somebody now", "%(many)s leads are with somebody now", many) % {
        "many": many
    }
    if told.cannot:
        said += "; " + _("left alone: %(left)s") % {"left": len(told.cannot)}
    done(request, said, undo=told.audit_id)
    return HttpResponseRedirect(reverse("unassigned"))
