"""Views that are saved under a name, of the inbox and of the list of leads."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page
from qualify.web.verbs.actor import READ_LEADS
from qualify.web.verbs.saving import forget_view, save_view


@page(READ_LEADS)
@require_POST
def save(request: PageRequest, screen: str) -> HttpResponse:
    """Give the words of the address a name."""
    name, query = request.POST.get("name", ""), request.POST.get("query", "")
    shared = request.POST.get("shared") == "on"
    with transaction.atomic():
        if first_time(request):
            save_view(request.actor, request.user.pk, screen, name, query, now(), shared=shared)
            done(request, _("The view “%(name)s” is saved") % {"name": " ".join(name.split())})
    return back(request, reverse("inbox"))


@page(READ_LEADS)
@require_POST
def forget(request: PageRequest, view_id: int) -> HttpResponse:
    """Forget a view; the leads in it are not touched."""
    name = forget_view(request.actor, request.user.pk, view_id, now())
    done(request, _("The view “%(name)s” is forgotten; nothing happened to the leads in it") % {"name": name})
    return back(request, reverse("inbox"))
