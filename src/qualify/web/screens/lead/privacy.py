"""What somebody agreed to, everything that we hold of them, and how to erase it."""

from __future__ import annotations

import json

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.looking.consents import statements_of
from qualify.web.screens.lead.around import head, page_of
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page
from qualify.web.verbs import consent as consenting
from qualify.web.verbs.actor import ERASE_LEADS, EXPORT_LEADS, READ_LEADS, WRITE_LEADS
from qualify.web.verbs.erase import erase as erased
from qualify.web.verbs.erase import preview_erase
from qualify.web.verbs.export import exported

READ_AT_ONCE = 200
"""Events that somebody reads; the file has all of them."""

PURPOSES = {
    "process": (gettext_lazy("Keep and use what we know"), gettext_lazy("without it we keep nothing new")),
    "email": (gettext_lazy("Write e-mails"), gettext_lazy("newsletters, invitations, offers")),
    "phone": (gettext_lazy("Call"), gettext_lazy("about our offer")),
}

TABLES = {
    "event": gettext_lazy("things they did"), "learnt": gettext_lazy("times something was learnt"),
    "answer": gettext_lazy("answers"), "decision": gettext_lazy("decisions"), "outcome": gettext_lazy("outcomes"),
    "consent": gettext_lazy("statements about consent"), "identifier": gettext_lazy("addresses and ids"),
    "link": gettext_lazy("links between them"), "move": gettext_lazy("moves between stages"),
    "message": gettext_lazy("messages to other systems"), "suggestion": gettext_lazy("suggested duplicates"),
    "aside": gettext_lazy("calls that were put aside"), "reply": gettext_lazy("kept replies of the API"),
    "saved_view": gettext_lazy("saved views that search for them"), "import": gettext_lazy("imports with refused rows"),
    "upload": gettext_lazy("trials of imports"), "work": gettext_lazy("pieces of work that name them"),
    "audit": gettext_lazy("lines of the audit that lose their words"),
}  # fmt: skip
"""What may hold something of somebody, as people call it."""


@page(READ_LEADS)
def privacy(request: PageRequest, lead_id: int) -> HttpResponse:
    """Consents by purpose with their proof; what can be exported and erased."""
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    said = sorted(statements_of(lead_id, top.at), key=lambda each: -each.given_at)
    purposes = [
        (
            name,
            *PURPOSES[name],
            top.detail.consents.get(name),
            [each for each in said if each.purpose == name][:20],
        )
        for name in consenting.PURPOSES
    ]
    return page_of(request, top, "lead/privacy.html", {"purposes": purposes})


@page(WRITE_LEADS)
@require_POST
def consent(request: PageRequest, lead_id: int) -> HttpResponse:
    """Write down that they agreed, or withdrew; what they said goes with it."""
    given, proof, at = request.POST.get("given") == "yes", request.POST.get("proof", "").strip(), now()
    if given and not proof:
        raise QualifyError(_("Write down how they agreed: consent without proof is none (GDPR art. 7)."))
    with transaction.atomic():
        if first_time(request):
            consenting.consent(
                request.actor, lead_id, request.POST.get("purpose", ""), given, at, proof=proof
            )
            done(request, _("Written down: given.") if given else _("Written down: withdrawn."))
    return back(request, reverse("lead-privacy", args=[lead_id]))


@page(EXPORT_LEADS)
def readable(request: PageRequest, lead_id: int) -> HttpResponse:
    """Everything that we hold and how we judged it, in plain words, to be printed and sent."""
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    told = exported(request.actor, lead_id, now())
    return render(request, "lead/export.html", {
        "told": told, "lead": top.detail.lead, "newest": told["events"][: -READ_AT_ONCE - 1 : -1],
    })  # fmt: skip


@page(EXPORT_LEADS)
def download(request: PageRequest, lead_id: int) -> HttpResponse:
    """The same for machines."""
    told = exported(request.actor, lead_id, now())
    answer = HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=1, default=str),
        content_type="application/json; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="lead-{lead_id}.json"'
    return answer


@page(ERASE_LEADS)
def erase(request: PageRequest, lead_id: int) -> HttpResponse:
    """What will go, counted; and, when it is confirmed by typing the word, the erasure."""
    if request.method == "POST":
        return _erased(request, lead_id)
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    seen = preview_erase(request.actor, lead_id, now())
    counted = [(label, seen.counts[name]) for name, label in TABLES.items() if seen.counts.get(name)]
    return page_of(request, top, "lead/erase.html", {"seen": seen, "counted": counted})


def _erased(request: PageRequest, lead_id: int) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        raise QualifyError(_("Tick that you are sure; this cannot be undone."))
    with transaction.atomic():
        if first_time(request):
            erased(request.actor, lead_id, now())
            done(
                request, _("Erased. Nothing of this lead is left but a line in the audit, with numbers only.")
            )
    return HttpResponseRedirect(reverse("leads"))
