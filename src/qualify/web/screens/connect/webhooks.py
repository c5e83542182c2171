"""Who is told what happens (webhooks), and who may ask (tokens of the API)."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.web.looking import hooks
from qualify.web.looking.capture import keys as every_key
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.verbs import hooking, opening, resending
from qualify.web.verbs.actor import ADMIN, SCOPES, NotThere


@page(ADMIN)
def webhooks(request: PageRequest) -> HttpResponseBase:
    """Every webhook, and a new one: its secret is shown once."""
    secret = ""
    if request.method == "POST":
        with transaction.atomic():
            if not first_time(request):
                return HttpResponseRedirect(reverse("connect-webhooks"))
            url, types = request.POST.get("url", "").strip(), request.POST.getlist("types")
            secret = hooking.create_webhook(request.actor, url, now(), types=types).secret
    told = {"webhooks": hooks.webhooks(), "types": hooking.TYPES, "secret": secret}
    return show(request, "connect/webhooks.html", told)


@page(ADMIN)
def webhook(request: PageRequest, webhook_id: int) -> HttpResponse:
    """A webhook, and the messages on their way to it."""
    return _shown(request, webhook_id)


def _shown(request: PageRequest, webhook_id: int, secret: str = "") -> HttpResponse:
    found = next((each for each in hooks.webhooks() if each.id == webhook_id), None)
    if found is None:
        raise NotThere(_("there is no such webhook"))
    state = request.GET.get("state", "")
    told = {"webhook": found, "attempts": hooks.attempts(webhook_id, state), "state": state, "secret": secret}
    return show(request, "connect/webhook.html", told)


@page(ADMIN)
@require_POST
def change(request: PageRequest, webhook_id: int, what: str) -> HttpResponseBase:
    """Close it, give it a new secret, let only the new one sign, or send messages again."""
    at = now()
    if what == "rotate":
        return _shown(request, webhook_id, resending.rotate_secret(request.actor, webhook_id, at))
    if what == "settle":
        resending.settle_secret(request.actor, webhook_id, at)
        done(request, _("Messages are signed with the new secret alone."))
    elif what == "close":
        hooking.close_webhook(request.actor, webhook_id, at)
        done(request, _("Nothing is sent there any more."))
    elif what == "resend":
        chosen = [int(each) for each in request.POST.getlist("lead") if each.isdecimal()]
        many = resending.resend(request.actor, chosen, at)
        done(request, _("%(n)s messages are on their way again.") % {"n": many})
    else:
        raise NotThere(_("a webhook cannot do that"))
    return HttpResponseRedirect(reverse("connect-webhook", args=[webhook_id]))


@page(ADMIN)
def tokens(request: PageRequest) -> HttpResponseBase:
    """Who may ask the API, and for what."""
    key = ""
    if request.method == "POST":
        with transaction.atomic():
            if not first_time(request):
                return HttpResponseRedirect(reverse("connect-tokens"))
            label, scopes = request.POST.get("label", ""), request.POST.getlist("scopes")
            key = opening.create_key(request.actor, "api", now(), label=label, scopes=scopes).key
    listed = [each for each in every_key() if each.kind == "api"]
    return show(
        request,
        "connect/tokens.html",
        {"tokens": listed, "scopes": [(scope, _(said)) for scope, said in SCOPES.items()], "key": key},
    )
