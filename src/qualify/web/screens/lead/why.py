"""The first page of a lead: why it stands where it stands, and what would lift it; and what is decided of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.moments import DAY, moment
from qualify.web.living.loading import read_once
from qualify.web.looking.lifting import ahead
from qualify.web.looking.recorded import Recorded, recorded
from qualify.web.looking.timeline import timeline
from qualify.web.screens.lead.around import NEED_REASON, Head, head, page_of
from qualify.web.screens.lead.entries import entries
from qualify.web.screens.lead.handoff import panel
from qualify.web.screens.lead.waterfall import waterfall
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page
from qualify.web.verbs import decide as deciding
from qualify.web.verbs import learn as learning
from qualify.web.verbs.actor import READ_LEADS, WRITE_LEADS
from qualify.web.verbs.reasons import REASONS, reason_of
from qualify.web.verbs.settle import settle

DONE = {
    "accepted": gettext_lazy("Accepted."), "rejected": gettext_lazy("Rejected."),
    "confirmed": gettext_lazy("Confirmed."), "recycled": gettext_lazy("Recycled."),
    "disqualified": gettext_lazy("Disqualified."), "reopened": gettext_lazy("Reopened."),
    "won": gettext_lazy("Won. Well done."), "lost": gettext_lazy("Lost."),
}  # fmt: skip

LATELY = ("event", "move", "decision", "outcome", "answer", "assignment", "contact", "incoming", "escalation")
"""What somebody wants to see at a glance before they call."""

MOST_LATELY = 8


def _today() -> str:
    """The day that it is where the reader is, as a field for days takes it."""
    return dt.datetime.fromtimestamp(now() / 1000, timezone.get_current_timezone()).date().isoformat()


@page(READ_LEADS)
def lead(request: PageRequest, lead_id: int) -> HttpResponse:
    """Why first: the sentences and points that add up to the score, what is unknown, what would lift it."""
    with read_once():
        top = head(request, lead_id)
        return top if isinstance(top, HttpResponseRedirect) else _why(request, top, recorded(lead_id))


def _why(request: PageRequest, top: Head, known: Recorded | None) -> HttpResponse:
    lead_id = top.detail.lead.id
    version = None if known is None else known.version(top.at)
    coming = None if known is None else ahead(known, top.at)
    handing = {} if top.as_of is not None else panel(request, lead_id, top.at, known)
    return page_of(request, top, "lead/lead.html", {
        **handing,
        "lately": entries(timeline(lead_id, top.at, types=LATELY, limit=MOST_LATELY).entries),
        "fall": _fall(top, [] if version is None else version.judge.layout.book.total_of),
        "ahead": coming, "reasons": REASONS.items(), "currency": version.judge.layout.book.currency if version else "",
        "today": _today(),
        "learn_form": LearnForm(initial={"name": _asked_trait(request)}),
    })  # fmt: skip


def _fall(top: Head, of: list[str]) -> object:
    shown = top.detail.lead
    if shown.scores is None or shown.total is None:
        return None
    return waterfall(top.detail.lines, shown.scores, shown.total, of)


def _asked_trait(request: PageRequest) -> str:
    return request.GET.get("trait", "")[:128]


@page(WRITE_LEADS)
@require_POST
def decide(request: PageRequest, lead_id: int) -> HttpResponse:
    """Take a decision; who decided in another tab meanwhile is not overridden without being seen."""
    decision, at = request.POST.get("decision", ""), now()
    reason = _reason(request, decision)
    seen = request.POST.get("seen")
    with transaction.atomic():
        if first_time(request):
            worth, closed_at = _worth_and_when(request, at) if decision in deciding.OUTCOMES else (None, None)
            number = deciding.decide(
                request.actor, lead_id, decision, at, reason=reason, at=closed_at, worth=worth, seen=seen
            )
            done(request, str(DONE.get(decision, _("Done."))), undo=number)
    settle([lead_id], at)
    return back(request, reverse("lead", args=[lead_id]))


def _reason(request: PageRequest, decision: str) -> str:
    """Why, in words that can be counted where a lead is rejected; raises where it is missing."""
    word, told = request.POST.get("reason", ""), request.POST.get("told", "").strip()
    if decision == "rejected":
        return reason_of(word, told)
    if decision in NEED_REASON and not told:
        raise QualifyError(_("Say why: whoever looks at this lead later will ask."))
    return told


def _worth_and_when(request: PageRequest, now_: int) -> tuple[deciding.Amount | None, int | None]:
    """What the deal was, or would have been, worth; and the end of the day on which it ended (None: just now)."""
    said = request.POST.get("closed_on", "").strip()
    if not said:
        return _worth(request), None
    end = moment(said[:40], timezone.get_current_timezone_name())
    if end >= now_ + DAY:
        raise QualifyError(_("That day is still to come: say when it has ended."))
    return _worth(request), None if end >= now_ else end


def _worth(request: PageRequest) -> deciding.Amount | None:
    """What the deal was worth; None when that was left out."""
    said = request.POST.get("amount", "").strip().replace(" ", "")
    if not said:
        return None
    try:
        amount = Decimal(said.replace(",", "."))
    except InvalidOperation as error:
        raise QualifyError(
            _("“%(said)s” is no amount; write digits, as 12000.50") % {"said": said[:40]}
        ) from error
    return deciding.Amount(amount.quantize(Decimal("0.01")), request.POST.get("currency", "").strip().upper())


class LearnForm(forms.Form):
    """Something that somebody learnt of a lead."""

    name = forms.CharField(
        label=gettext_lazy("What"), max_length=128, widget=forms.TextInput({"list": "traits"})
    )
    value = forms.CharField(
        label=gettext_lazy("Is"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy("Empty: not known any more."),
    )


@page(WRITE_LEADS)
@require_POST
def learn(request: PageRequest, lead_id: int) -> HttpResponse:
    """Write down what somebody learnt: a title, the size of the company."""
    form, at = LearnForm(request.POST), now()
    if not form.is_valid():
        raise QualifyError(_("Say what you learnt: the name of a trait, as job_title."))
    name, value = form.cleaned_data["name"].strip(), form.cleaned_data["value"].strip()
    with transaction.atomic():
        if first_time(request):
            learning.learn(request.actor, lead_id, {name: value or None}, at)
            done(request, _("Written down."))
    settle([lead_id], at)
    return back(request, reverse("lead", args=[lead_id]))
