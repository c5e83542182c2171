"""Coming in by a link: an invitation, a link for a new password, the demonstration's own."""

from __future__ import annotations

import ipaddress
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.doors import address
from qualify.web.looking.members import anybody
from qualify.web.people import tickets
from qualify.web.people.entering import PasswordForm, let_in, private
from qualify.web.screens.page import View
from qualify.web.store.models import User
from qualify.web.verbs.actor import NotThere
from qualify.web.verbs.beginning import company
from qualify.web.verbs.inviting import accept, invitation_of
from qualify.web.verbs.membering import choose_password
from qualify.web.verbs.roles import ROLES


def first_of_all(view: View) -> View:
    """Where nobody is a member yet, there is nobody to sign in."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and not anybody():
            return HttpResponseRedirect(reverse("start"))
        return view(request, *args, **kwargs)

    return asked


class JoinForm(PasswordForm):
    """Who joins: their name, and a password."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "password", "again")


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation."""
    found = invitation_of(token, now())
    if found is None:
        raise NotThere(_("This invitation is over: it was taken up or taken back, or is older than a week."))
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            user = accept(token, told["name"], told["password"], now())
        except NotThere:
            raise
        except QualifyError as error:
            form.add_error("password", str(error))
        else:
            return let_in(request, user)
    role = ROLES.get(found.role)
    told = {"form": form, "invitation": found, "role": role, "company": company().name, "quiet": True}
    return private(render(request, "account/join.html", told))


def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by a link that was made on this machine: to choose a password, or to look at the demonstration."""
    demo = tickets.found(token, "demo", now())
    if demo is not None:
        return _demonstration(request, demo)
    found = tickets.found(token, "password", now())
    if found is None or found.user_id is None:
        raise NotThere(_("This link was used already, or is too old."))
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = choose_password(found, form.cleaned_data["password"], now())
        except NotThere:
            raise
        except QualifyError as error:
            form.add_error("password", str(error))
        else:
            return let_in(request, user)
    return private(render(request, "account/enter.html", {"form": form}))


def _demonstration(request: HttpRequest, ticket: tickets.Ticket) -> HttpResponse:
    user = User.objects.filter(pk=ticket.user_id, is_active=True).first()
    if not _here(request):
        raise NotThere(_("This link opens only in a browser on the machine that runs Qualify."))
    if user is None or not tickets.use(ticket, now()):
        raise NotThere(_("This link was used already, or is too old."))
    return let_in(request, user)


def _here(request: HttpRequest) -> bool:
    """Whether the request comes from this very machine, and through nothing that could hide another."""
    try:
        near = ipaddress.ip_address(address(request)).is_loopback
    except ValueError:
        return False
    return near and "x-forwarded-for" not in request.headers and "forwarded" not in request.headers
