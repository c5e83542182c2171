"""From nothing to a scored lead: the first admin, the company, a playbook, leads; and the simulated market."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.demonstration import removing
from qualify.web.looking.members import anybody
from qualify.web.looking.started import Started, started
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.people import tickets
from qualify.web.people.entering import PasswordForm, let_in, private
from qualify.web.people.reaching import link
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, for_everybody, page, show
from qualify.web.screens.starters import offered
from qualify.web.verbs import beginning
from qualify.web.verbs.actor import ADMIN, NotThere


@page()
def first_page(request: PageRequest) -> HttpResponse:
    """Where one begins the day: with what is to be worked."""
    return HttpResponseRedirect(reverse("inbox"))


@for_everybody
def start(request: HttpRequest) -> HttpResponseBase:
    """For strangers on a server without members: how to begin. For an admin: what is done, and what comes next."""
    if not anybody():
        return render(request, "start/unclaimed.html")
    return _overview(request)


@page(ADMIN)
def _overview(request: PageRequest) -> HttpResponse:
    return _shown(request, "start/start.html", {})


def _shown(request: PageRequest, template: str, told: dict[str, Any]) -> HttpResponse:
    """A page with what is done by now beside it."""
    state = started()
    return show(request, template, {"state": state, "steps": _steps(state), **told})


def _steps(state: Started) -> list[tuple[str, str, bool]]:
    """The steps: their words, their address, and whether they are done."""
    return [
        (_("Your company"), reverse("start-company"), bool(state.company)),
        (_("A playbook"), reverse("start-playbook"), state.playbook),
        (_("Leads"), reverse("start-leads"), state.leads > 0),
        (_("Look"), reverse("leads"), state.judged > 0),
    ]


class ClaimForm(PasswordForm):
    """The first admin."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password", "again")


@for_everybody
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first admin, by the link that the console showed."""
    if anybody() or tickets.found(token, "start", now()) is None:
        raise NotThere(
            _("This set-up link is not good (any more). Restart “qualify serve” for a new one, or sign in.")
        )
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            user = beginning.first_admin(token, told["email"], told["name"], told["password"], now())
        except QualifyError as error:
            form.add_error(None, said_to_the_reader(error))
        else:
            let_in(request, user)
            return HttpResponseRedirect(reverse("start-company"))
    return private(render(request, "start/claim.html", {"form": form}))


class CompanyForm(forms.Form):
    """Whose application this is."""

    name = forms.CharField(
        label=gettext_lazy("Company"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    domain = forms.CharField(
        label=gettext_lazy("Domain of your site"), max_length=300, required=False,
        help_text=gettext_lazy("As fabrik.example. Only its pages may use the key of your site."),
    )  # fmt: skip


@page(ADMIN)
def company(request: PageRequest) -> HttpResponse:
    """Name and domain."""
    form = CompanyForm(request.POST or None, initial=beginning.company()._asdict())
    if request.method == "POST" and form.is_valid():
        try:
            beginning.name_company(
                request.actor, form.cleaned_data["name"], form.cleaned_data["domain"], now()
            )
        except QualifyError as error:
            form.add_error("domain", said_to_the_reader(error))
        else:
            return HttpResponseRedirect(reverse("start-leads" if started().playbook else "start-playbook"))
    return _shown(request, "start/company.html", {"form": form})


@page(ADMIN)
def playbook(request: PageRequest) -> HttpResponse:
    """Choose a starter."""
    if request.method == "POST":
        with transaction.atomic():
            if first_time(request):
                beginning.first_playbook(request.actor, request.POST.get("starter", ""), now())
        done(request, _("Your playbook is published. Whoever comes in from now on is judged by it."))
        return HttpResponseRedirect(reverse("start-leads"))
    return _shown(request, "start/playbook.html", {"starters": offered()})


@page(ADMIN)
def leads(request: PageRequest) -> HttpResponse:
    """Three ways to the first leads."""
    work = beginning.market_work()
    return _shown(request, "start/leads.html", {"work": work if work and work.runs() else None})


@page(ADMIN)
@require_POST
def snippet(request: PageRequest) -> HttpResponse:
    """What to paste into the site, with a fresh key, which is shown this once."""
    with transaction.atomic():
        if not first_time(request):
            return HttpResponseRedirect(reverse("start-leads"))
        made = beginning.open_site(request.actor, now())
    address = link("/q.js", request)
    told = {"address": address, "key": made.key, "domain": beginning.company().domain}
    return _shown(request, "start/snippet.html", told)


@page(ADMIN)
def market(request: PageRequest) -> HttpResponse:
    """Load the simulated market; how far that is."""
    if request.method == "POST":
        with transaction.atomic():
            if first_time(request):
                beginning.load_market(request.actor, now())
        return HttpResponseRedirect(reverse("start-market"))
    return _shown(request, "start/market.html", {"work": beginning.market_work()})


@page(ADMIN)
def market_removal(request: PageRequest) -> HttpResponse:
    """Take the simulated market out: first what that would take away, then it is done."""
    if request.method == "POST":
        with transaction.atomic():
            if first_time(request):
                beginning.remove_market(request.actor, now())
        return HttpResponseRedirect(reverse("start-market"))
    if removing.source() is None:
        raise NotThere(_("There is no simulated market here."))
    counts = removing.counts()
    state = started()
    told = {"counts": counts, "real": max(0, state.leads - counts.leads), "work": beginning.market_work()}
    return _shown(request, "start/removal.html", told)
