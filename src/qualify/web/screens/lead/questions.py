"""The questions that sales qualifies by: what was answered, what is missing, what to ask next."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify import moments
from qualify.clock import now
from qualify.web.looking.answers import qualifying
from qualify.web.looking.decided import names_of
from qualify.web.looking.questions import SETS, worded
from qualify.web.looking.recorded import recorded
from qualify.web.screens.lead.around import Head, head, page_of
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page
from qualify.web.verbs.actor import READ_LEADS, WRITE_LEADS, NotThere
from qualify.web.verbs.answer import answer
from qualify.web.verbs.settle import settle

VERDICTS = (
    ("", gettext_lazy("cannot say yet")),
    ("yes", gettext_lazy("yes, good enough")),
    ("no", gettext_lazy("no")),
)
SURE = (
    ("", gettext_lazy("not said")),
    ("0.9", gettext_lazy("sure (90%)")),
    ("0.6", gettext_lazy("rather (60%)")),
    ("0.3", gettext_lazy("a guess (30%)")),
)


class AnswerForm(forms.Form):
    """An answer to a question."""

    question = forms.CharField(widget=forms.HiddenInput, max_length=64)
    value = forms.CharField(
        label=gettext_lazy("What they said"), max_length=2_000, required=False,
        widget=forms.Textarea({"rows": 2, "class": "short"}),
    )  # fmt: skip
    satisfied = forms.ChoiceField(label=gettext_lazy("Good enough for us?"), choices=VERDICTS, required=False)
    confidence = forms.ChoiceField(label=gettext_lazy("How sure are you?"), choices=SURE, required=False)
    expires = forms.DateField(
        label=gettext_lazy("Counts until"), required=False, widget=forms.DateInput({"type": "date"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """An answer says something: words, or whether it is good enough."""
        told: dict[str, Any] = super().clean() or {}
        if not told.get("value") and not told.get("satisfied"):
            raise forms.ValidationError(_("Write what they said, or say whether it is good enough."))
        expires = told.get("expires")
        if expires is not None and expires < _day(now()):
            self.add_error("expires", _("This day is over; choose one that is to come."))
        return told


def _day(moment: int) -> dt.date:
    """The day that it is at a moment where the reader is."""
    return dt.datetime.fromtimestamp(moment / 1000, timezone.get_current_timezone()).date()


@page(READ_LEADS)
def questions(request: PageRequest, lead_id: int) -> HttpResponse:
    """The questions of a set with their answers, which are missing for SQL, and the next one, worded."""
    if request.method == "POST":
        return _answered(request, lead_id)
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    return _shown(request, top, None)


def _shown(request: PageRequest, top: Head, form: AnswerForm | None) -> HttpResponse:
    known = recorded(top.detail.lead.id)
    if known is None:
        raise NotThere(_("Nothing is known of this lead."))
    found = qualifying(known, top.at, request.GET.get("set", ""))
    asked = (
        form["question"].value()
        if form
        else request.GET.get("ask") or (found.next.name if found.next else "")
    )
    asked = str(asked)[:64]
    given = [each.newest for each in (*found.asked, *found.others) if each.newest]
    return page_of(request, top, "lead/questions.html", {
        "found": found, "sets": SETS, "now": worded(asked) if asked else None,
        "form": form or AnswerForm(initial={"question": asked}),
        "people": names_of(each.asked_by for each in given),
    })  # fmt: skip


def _answered(request: PageRequest, lead_id: int) -> HttpResponse:
    request.actor.needs(WRITE_LEADS)
    form, at = AnswerForm(request.POST), now()
    if not form.is_valid():
        top = head(request, lead_id)
        return top if isinstance(top, HttpResponseRedirect) else _shown(request, top, form)
    told = form.cleaned_data
    with transaction.atomic():
        if first_time(request):
            answer(
                request.actor, lead_id, told["question"], at, value=told["value"].strip(),
                satisfied={"yes": True, "no": False}.get(told["satisfied"]),
                confidence=float(told["confidence"]) if told["confidence"] else None,
                expires_at=_end_of(told["expires"]),
            )  # fmt: skip
            done(request, _("The answer is written down."))
    settle([lead_id], at)
    said = {"set": request.GET["set"]} if request.GET.get("set") else {}
    return HttpResponseRedirect(f"{reverse('lead-questions', args=[lead_id])}?{urlencode(said)}".rstrip("?"))


def _end_of(day: dt.date | None) -> int | None:
    return None if day is None else moments.moment(day, timezone.get_current_timezone_name())
