"""One rep: what holds of them, when they are away, and what would happen to their leads if they left."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.db import transaction
from django.forms.utils import flatatt
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.handoff.facts import Absence, Rep
from qualify.web.handing.deciding import present_handoff
from qualify.web.handing.people import rep_of, settings_of
from qualify.web.looking import handing as looking
from qualify.web.looking.leads import Listed, read
from qualify.web.looking.loads import Loaded, loads
from qualify.web.looking.tongue import in_the_readers_words, said_to_the_reader
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.screens.team.words import at_work, hours_of, listed, written_hours
from qualify.web.verbs.actor import MANAGE_REPS, READ_LEADS, WRITE_LEADS, Forbidden, NotThere
from qualify.web.verbs.reps import (
    GoesTo,
    add_absence,
    call_off_absence,
    deactivate_rep,
    preview_deactivate_rep,
    set_rep,
)

PERIODS: Final = (
    ("week", gettext_lazy("a week")),
    ("day", gettext_lazy("a day")),
    ("month", gettext_lazy("a month")),
)
SHOWN: Final = 100
"""Leads of a preview that are named; the rest is counted."""


class ZoneSelect(forms.Select):
    """Six hundred zones, written at once: Django's own would take a template for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The element, with the value chosen."""
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((each, mark_safe(" selected") if each == value else "", said) for each, said in self.choices),
        )
        told = flatatt({**self.attrs, **(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", told, options)


class RepForm(forms.Form):
    """What holds of somebody who gets leads."""

    email = forms.EmailField(
        label=gettext_lazy("Address by which they sign in"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), max_length=255, required=False)
    teams = forms.CharField(
        label=gettext_lazy("Teams"), max_length=1_000, required=False,
        help_text=gettext_lazy("As the playbook calls them, separated by commas."),
    )  # fmt: skip
    weight = forms.IntegerField(
        label=gettext_lazy("Share of a turn"), min_value=0, max_value=1_000, initial=1,
        help_text=gettext_lazy("2: twice as many leads as somebody with 1. 0: only leads of their own accounts."),
    )  # fmt: skip
    capacity = forms.IntegerField(
        label=gettext_lazy("New leads at most"), min_value=0, max_value=100_000, required=False,
        help_text=gettext_lazy("Empty: no limit."),
    )  # fmt: skip
    per = forms.ChoiceField(label=gettext_lazy("Counted by the"), choices=PERIODS, initial="week")
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False, widget=ZoneSelect)
    hours = forms.CharField(
        label=gettext_lazy("Working hours"), max_length=1_000, required=False,
        widget=forms.Textarea(attrs={"class": "few", "rows": 3, "placeholder": "Mon–Fri 09:00–17:00"}),
        help_text=gettext_lazy("A stretch in a line. Empty: as the playbook says."),
    )  # fmt: skip
    countries = forms.CharField(
        label=gettext_lazy("Public holidays of"), max_length=400, required=False,
        help_text=gettext_lazy("As DE-BY or US, separated by commas. Empty: as the playbook says."),
    )  # fmt: skip
    skills = forms.CharField(
        label=gettext_lazy("Skills and territories"), max_length=1_000, required=False,
        help_text=gettext_lazy("What rules of the playbook ask for, as german, separated by commas."),
    )  # fmt: skip

    def __init__(self, *args: Any, known: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [("", _("as the playbook says")), *((each, each) for each in sorted(available_timezones()))]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        if known:
            del self.fields["email"]

    def settings(self) -> dict[str, Any]:
        """What the verb is told; raises :class:`~qualify.errors.QualifyError` for hours that mean nothing."""
        told = self.cleaned_data
        capacity, countries = told["capacity"], listed(told["countries"])
        return {
            "name": told["name"].strip(), "teams": listed(told["teams"]), "weight": told["weight"],
            "capacity": None if capacity is None else {"leads": capacity, "per": told["per"]},
            "time_zone": told["time_zone"] or None, "hours": hours_of(told["hours"]),
            "skills": listed(told["skills"]), "holidays": {"countries": countries} if countries else None,
        }  # fmt: skip


def _initial(rep: Rep) -> dict[str, Any]:
    return {
        "name": rep.name, "teams": ", ".join(rep.teams), "weight": rep.weight,
        "capacity": None if rep.capacity is None else rep.capacity.leads,
        "per": "week" if rep.capacity is None else rep.capacity.per, "time_zone": rep.time_zone or "",
        "hours": "\n".join(written_hours(rep.hours or ())), "skills": ", ".join(sorted(rep.skills)),
        "countries": "" if rep.holidays is None else ", ".join(rep.holidays.countries),
    }  # fmt: skip


class AwayForm(forms.Form):
    """The days on which somebody is away."""

    first = forms.DateField(
        label=gettext_lazy("First day away"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("Last day away"), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=gettext_lazy("Why"), max_length=255, required=False)

    def clean(self) -> dict[str, Any]:
        """The last day does not lie before the first."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in told and "last" in told and told["last"] < told["first"]:
            self.add_error("last", _("The last day lies before the first one."))
        return told


class AwayOn(NamedTuple):
    """An absence as it is listed; ``first`` and ``last`` are None where it is not of whole days."""

    id: int
    absence: Absence
    first: dt.date | None
    last: dt.date | None


@page(MANAGE_REPS)
def new(request: PageRequest) -> HttpResponseBase:
    """Let somebody get leads."""
    form = RepForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and form.is_valid():
        rep_id = form.cleaned_data["email"].strip().lower()
        if _kept(request, form, rep_id, _("%(name)s gets leads from now on")):
            return HttpResponseRedirect(reverse("team-rep", args=[rep_id]))
    return show(request, "team/new.html", {"form": form, "section": present_handoff()})


@page(READ_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def rep(request: PageRequest, rep_id: str) -> HttpResponseBase:
    """What holds of a rep; sent as a form, it changes."""
    told = _told(rep_id, now())
    form = RepForm(request.POST or None, known=rep_id, initial=_initial(told.rep))
    if request.method == "POST":
        request.actor.needs(MANAGE_REPS)
        if form.is_valid() and _kept(request, form, rep_id, _("Kept: it holds of %(name)s from now on")):
            return HttpResponseRedirect(reverse("team-rep", args=[rep_id]))
    return _page_of(request, told, form, AwayForm())


def _told(rep_id: str, at: int) -> Loaded:
    """The rep with what they hold; raises :class:`~qualify.web.verbs.actor.NotThere`."""
    told = next((each for each in loads(at) if each.rep.rep_id == rep_id), None)
    if told is None:
        raise NotThere(_("%(rep)s gets no leads") % {"rep": rep_id})
    return told


def _page_of(request: PageRequest, told: Loaded, form: RepForm, away_form: AwayForm) -> HttpResponseBase:
    at, rep_id, section = now(), told.rep.rep_id, present_handoff()
    zone = _zone_of(rep_id)
    context = {
        "told": told,
        "form": form,
        "mine": rep_id == request.actor.name,
        "away_form": away_form,
        "absences": [_away_on(each, zone) for each in looking.absences(at, rep_id)],
        "hours": at_work(told.rep, section),
        "section": section,
        "at": at,
    }
    return show(request, "team/rep.html", context)


def _away_on(each: looking.Away, zone: dt.tzinfo) -> AwayOn:
    """An absence by its days, the last one included, where it begins and ends with the rep's day."""
    begins, ends = (
        dt.datetime.fromtimestamp(at / 1000, zone) for at in (each.absence.starts_at, each.absence.ends_at)
    )
    if begins.time() == ends.time() == dt.time():
        return AwayOn(each.id, each.absence, begins.date(), ends.date() - dt.timedelta(days=1))
    return AwayOn(each.id, each.absence, None, None)


def _kept(request: PageRequest, form: RepForm, rep_id: str, said: str) -> bool:
    """Whether it was kept; what is wrong is said in the form."""
    try:
        told = form.settings()
        before = settings_of(rep_id)
        off = (before or {}).get("holidays")
        if off and told["holidays"]:  # dates of their own, which the form does not show, stay
            told["holidays"] = {**off, **told["holidays"]}
        with transaction.atomic():
            if first_time(request):
                set_rep(request.actor, rep_id, now(), **told)
    except QualifyError as error:
        form.add_error(None, said_to_the_reader(error))
        return False
    done(request, said % {"name": told["name"] or rep_id})
    return True


@page(WRITE_LEADS)
@require_POST
def away(request: PageRequest, rep_id: str) -> HttpResponseBase:
    """Write down that somebody is away; reps for themselves."""
    form = AwayForm(request.POST)
    if form.is_valid() and _written_down(request, form, rep_id):
        return HttpResponseRedirect(reverse("team-rep", args=[rep_id]) + "#away")
    told = _told(rep_id, now())
    form.fields[next(iter(form.errors))].widget.attrs["autofocus"] = True
    with in_the_readers_words():
        answer = _page_of(request, told, RepForm(known=rep_id, initial=_initial(told.rep)), form)
    answer.status_code = 400  # a refusal still, for whoever reads only the status
    return answer


def _written_down(request: PageRequest, form: AwayForm, rep_id: str) -> bool:
    """Whether it was; what is wrong is said in the form."""
    zone, day = _zone_of(rep_id), dt.timedelta(days=1)
    starts_at, ends_at = (
        _begin(form.cleaned_data["first"], zone),
        _begin(form.cleaned_data["last"] + day, zone),
    )
    try:
        with transaction.atomic():
            if first_time(request):
                add_absence(request.actor, rep_id, starts_at, ends_at, now(), note=form.cleaned_data["note"])
                done(request, _("Written down. Until then, new leads go to others."))
    except (Forbidden, NotThere):
        raise
    except QualifyError as error:
        form.add_error("last", capfirst(said_to_the_reader(error)))
        return False
    return True


def _zone_of(rep_id: str) -> dt.tzinfo:
    """A day away is a day on the rep's own clock."""
    settings = settings_of(rep_id)
    name = None if settings is None else rep_of(rep_id, settings).time_zone
    return timezone.get_current_timezone() if not name else ZoneInfo(name)


def _begin(day: dt.date, zone: dt.tzinfo) -> int:
    return round(dt.datetime.combine(day, dt.time(), zone).timestamp() * 1000)


@page(WRITE_LEADS)
@require_POST
def call_off(request: PageRequest, rep_id: str, absence_id: int) -> HttpResponseBase:
    """They are there after all."""
    call_off_absence(request.actor, absence_id, now())
    done(request, _("Called off: they are there after all."))
    return HttpResponseRedirect(reverse("team-rep", args=[rep_id]) + "#away")


class Goes(NamedTuple):
    """A lead of somebody who leaves, as the preview shows it: who would have it, and why."""

    lead: Listed | None
    told: GoesTo
    to: str


@page(MANAGE_REPS)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: PageRequest, rep_id: str) -> HttpResponseBase:
    """What would become of a rep's leads, and, sent as a form, what becomes of them."""
    at = now()
    if request.method == "POST":
        with transaction.atomic():
            left = deactivate_rep(request.actor, rep_id, at) if first_time(request) else None
        if left is not None:
            done(request, _left_words(len(left.leads), len(left.unassigned)), undo=left.audit_id)
        return HttpResponseRedirect(reverse("team"))
    names = {each.rep_id: each.called for each in looking.reps(at)}
    if rep_id not in names:
        raise NotThere(_("%(rep)s gets no leads") % {"rep": rep_id})
    left = preview_deactivate_rep(request.actor, rep_id, at)
    leads = {each.id: each for each in read([each.lead_id for each in left.leads[:SHOWN]])}
    context = {
        "rep_id": rep_id,
        "name": names[rep_id],
        "goes": _goes(left.leads[:SHOWN], leads, names),
        "more": max(0, len(left.leads) - SHOWN),
        "many": len(left.leads),
        "nobody": len(left.unassigned),
        "by_rep": [
            (names.get(to, to), many)
            for to, many in Counter(e.rep_id for e in left.leads if e.rep_id).most_common()
        ],
    }
    return show(request, "team/leave.html", context)


def _goes(found: Sequence[GoesTo], leads: Mapping[int, Listed], names: Mapping[str, str]) -> list[Goes]:
    return [
        Goes(leads.get(each.lead_id), each, names.get(each.rep_id or "", each.rep_id or "")) for each in found
    ]


def _left_words(many: int, nobody: int) -> str:
    said = ngettext(
        "They get no leads any more; %(many)s lead is with somebody else.",
        "They get no leads any more; %(many)s leads are with others.",
        many - nobody,
    ) % {"many": many - nobody}
    return f"{said} {_('For %(many)s nobody was found.') % {'many': nobody}}" if nobody else said


@page(MANAGE_REPS)
@require_POST
def again(request: PageRequest, rep_id: str) -> HttpResponseBase:
    """Somebody who got no leads any more gets them again; those that went to others stay there."""
    set_rep(request.actor, rep_id, now(), active_until=None)
    done(request, _("They get leads again. Those that went to others stay there."))
    return HttpResponseRedirect(reverse("team-rep", args=[rep_id]))
