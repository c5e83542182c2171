"""Who did what, when: filtered by words in the address, and as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.clock import now
from qualify.web.looking import members
from qualify.web.looking.audited import Asked, every, lines
from qualify.web.looking.deeds import DEEDS, label, lead_of, words
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_AUDIT
from qualify.web.verbs.actor import audit as write_down

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_DAY = forms.DateInput(attrs={"type": "date"})


class AuditForm(forms.Form):
    """Which lines are wanted."""

    who = forms.CharField(
        label=gettext_lazy("Who"), required=False, max_length=255,
        widget=forms.TextInput(attrs={"list": "members", "autocomplete": "off"}),
    )  # fmt: skip
    verb = forms.CharField(label=gettext_lazy("What"), required=False, max_length=64)
    subject = forms.CharField(
        label=gettext_lazy("About"), required=False, max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=_DAY)
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=_DAY)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        chosen = str(self.data.get("verb", "")) if self.is_bound else ""
        verbs = sorted({*DEEDS, *([chosen] if chosen else [])}, key=lambda verb: label(verb).casefold())
        choices = [("", _("anything")), *((verb, label(verb)) for verb in verbs)]
        self.fields["verb"].widget = forms.Select(choices=choices)

    def asked(self) -> Asked:
        """As a question to the store; what cannot be read asks for nothing."""
        self.is_valid()
        told = self.cleaned_data
        since, until = told.get("since"), told.get("until")
        return Asked(
            told.get("who", "").strip(), told.get("verb", ""), told.get("subject", "").strip(),
            _begin(since) if since else None, _begin(until + dt.timedelta(days=1)) if until else None,
        )  # fmt: skip


def _begin(day: dt.date) -> int:
    """The first moment of a day, by the clock of whoever reads."""
    return round(dt.datetime.combine(day, dt.time(), timezone.get_current_timezone()).timestamp() * 1000)


@page(READ_AUDIT)
def audit(request: PageRequest) -> HttpResponse:
    """A page of it."""
    form = AuditForm(request.GET)
    asked, cursor = form.asked(), request.GET.get("cursor")
    found, following = lines(asked, cursor or None)
    told = {
        "form": form,
        "lines": [(each, label(each.verb), words(each), lead_of(each)) for each in found],
        "members": members.members(),
        "filtered": asked != Asked(),
        "next_cursor": following,
        "first": not cursor,
    }
    return show(request, "audit/audit.html", told)


@page(READ_AUDIT)
def export(request: PageRequest) -> HttpResponseBase:
    """All lines that are wanted, as CSV."""
    asked = AuditForm(request.GET).asked()
    at = now()
    kept = {name: value for name, value in asked._asdict().items() if value not in ("", None)}
    write_down(request.actor, "export audit", "", kept, at)
    answer = StreamingHttpResponse(_csv(asked), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{at}.csv"'
    return answer


def _csv(asked: Asked) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["id", "moment", "who", "verb", "subject", "words"])
    for part in every(asked):
        for each in part:
            moment = dt.datetime.fromtimestamp(each.happened_at / 1000, dt.UTC).isoformat(timespec="seconds")
            writer.writerow(
                [each.id, moment, *map(_harmless, (each.who, each.verb, each.subject, words(each)))]
            )
        yield out.getvalue().encode("utf-8", "replace")
        out.seek(0)
        out.truncate()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
