"""Who works here: members and their roles, invitations, who may do what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.looking import members as looking
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.people import mailing
from qualify.web.people.reaching import link
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.verbs import inviting, membering
from qualify.web.verbs.actor import ADMIN, SCOPES, Conflict, NotThere
from qualify.web.verbs.beginning import company
from qualify.web.verbs.inviting import Invited
from qualify.web.verbs.roles import ROLES, actor_in


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=lambda: [(name, f"{role.label}: {role.meaning}") for name, role in ROLES.items()],
        initial="sales_rep",
    )


@page(ADMIN)
def people(request: PageRequest) -> HttpResponse:
    """Everybody, and who is invited."""
    return _people(request, InviteForm())


def _people(request: PageRequest, form: InviteForm) -> HttpResponse:
    at = now()
    told = {
        "members": [(each, ROLES.get(each.role)) for each in looking.members()],
        "invitations": [
            (each, ROLES.get(each.role), each.expires_at <= at) for each in looking.invitations()
        ],
        "form": form,
        "mail": bool(settings.MAIL.host),
    }
    return show(request, "people/people.html", told)


@page(ADMIN)
def roles(request: PageRequest) -> HttpResponse:
    """Who may do what."""
    actors = [actor_in(name, "") for name in ROLES]
    matrix = [(scope, _(words), [actor.may(scope) for actor in actors]) for scope, words in SCOPES.items()]
    return show(request, "people/roles.html", {"roles": ROLES.values(), "matrix": matrix})


@page(ADMIN)
@require_POST
def invite_somebody(request: PageRequest) -> HttpResponseBase:
    """Invite somebody: by mail, or by a link that is shown to be passed on."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, form)
    try:
        with transaction.atomic():
            if not first_time(request):
                return HttpResponseRedirect(reverse("people"))
            made = inviting.invite(
                request.actor, form.cleaned_data["email"], form.cleaned_data["role"], now()
            )
    except QualifyError as error:
        form.add_error("email", said_to_the_reader(error))
        return _people(request, form)
    return _sent(request, made)


@page(ADMIN)
@require_POST
def invitation(request: PageRequest, invitation_id: int) -> HttpResponseBase:
    """Send an invitation again, or take it back."""
    if request.POST.get("what") == "again":
        return _sent(request, inviting.invite_again(request.actor, invitation_id, now()))
    email = inviting.revoke_invitation(request.actor, invitation_id, now())
    done(request, _("The invitation of %(email)s was taken back.") % {"email": email})
    return HttpResponseRedirect(reverse("people"))


def _sent(request: PageRequest, made: Invited) -> HttpResponseBase:
    """Send the link by mail; where that cannot be done, show it, this once."""
    address = link(reverse("join", args=[made.token]), request)
    role = ROLES[made.role].label
    trouble = mailing.invite(made.email, address, str(request.user), company().name, role)
    if not trouble:
        done(request, _("An invitation is on its way to %(email)s.") % {"email": made.email})
        return HttpResponseRedirect(reverse("people"))
    told = {"invited": made, "role": role, "address": address, "trouble": trouble}
    return show(request, "people/invited.html", told)


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=lambda: [(name, f"{role.label}: {role.meaning}") for name, role in ROLES.items()],
        widget=forms.RadioSelect,
    )


@page(ADMIN)
def person(request: PageRequest, user_id: int) -> HttpResponse:
    """One member: what they may do, and what would happen if they were kept out."""
    found = _found(user_id)
    told: dict[str, Any] = {
        "member": found,
        "role": ROLES.get(found.role),
        "form": RoleForm(initial={"role": found.role}),
        "is_me": found.id == request.user.pk,
    }
    return show(request, "people/person.html", told)


@page(ADMIN)
@require_POST
def change(request: PageRequest, user_id: int, what: str) -> HttpResponseBase:
    """Another role; keep out; let in again; sign out everywhere."""
    found, at = _found(user_id), now()
    name = found.name or found.email
    try:
        if what == "role":
            membering.change_role(request.actor, user_id, request.POST.get("role", ""), at)
            done(request, _("%(name)s has another role, from their next click on.") % {"name": name})
        elif what == "keep-out":
            membering.deactivate(request.actor, user_id, at)
            done(request, _("%(name)s is kept out, and signed out everywhere.") % {"name": name})
        elif what == "let-in":
            membering.reactivate(request.actor, user_id, at)
            done(request, _("%(name)s may come in again.") % {"name": name})
        elif what == "sign-out":
            ended = membering.end_sessions(request.actor, user_id, at)
            said = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended)
            done(request, said % {"count": ended})
        elif what == "second-step":
            membering.forget_second_steps(request.actor, user_id, at)
            done(
                request,
                _("%(name)s signs in without a second step, until they add one again.") % {"name": name},
            )
        elif what == "password":
            token = membering.password_link(request.actor, user_id, at)
            told = {"member": found, "address": link(reverse("enter", args=[token]), request)}
            return show(request, "people/password.html", told)
        else:
            raise NotThere(_("there is no such change"))
    except Conflict as error:
        messages_error(request, said_to_the_reader(error))
    return HttpResponseRedirect(reverse("people-person", args=[user_id]))


def messages_error(request: PageRequest, said: str) -> None:
    """Say on the next page why something was not done."""
    from django.contrib import messages

    messages.error(request, said[:1].upper() + said[1:] + ".")


def _found(user_id: int) -> looking.Member:
    found = looking.member(user_id)
    if found is None:
        raise NotThere(_("there is no such member"))
    return found
