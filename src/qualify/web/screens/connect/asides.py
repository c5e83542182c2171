"""What was put aside and why, and its replay after what stopped it was mended."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.moments import DAY
from qualify.web.looking import capture, connecting
from qualify.web.looking.judging import taken_back
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.verbs.actor import ADMIN
from qualify.web.verbs.replay import replay


@page(ADMIN)
def aside(request: PageRequest) -> HttpResponse:
    """Calls that were put aside, the newest first."""
    wanted = request.GET
    source = wanted.get("source", "")
    found, following = capture.asides(
        reason=wanted.get("reason", ""),
        source_id=int(source) if source.isdecimal() else None,
        replayed=None if wanted.get("all") else False,
        cursor=wanted.get("cursor") or None,
    )
    names = {each.id: each.name for each in capture.sources()}
    told = {
        "asides": [(each, names.get(each.source_id or 0, "")) for each in found],
        "next_cursor": following,
        "first": not wanted.get("cursor"),
        "reasons": connecting.aside_reasons(now() - 30 * DAY),
        "reason": wanted.get("reason", ""),
    }
    return show(request, "connect/aside.html", told)


@page(ADMIN)
@require_POST
def replay_them(request: PageRequest) -> HttpResponseBase:
    """Replay calls: first what will happen, then, when that is wanted, it happens."""
    chosen = [int(each) for each in request.POST.getlist("lead") if each.isdecimal()]
    if not chosen:
        raise QualifyError(_("tick the calls that are to be replayed"))
    if request.POST.get("sure"):
        came = replay(request.actor, chosen, now())
        many = len(came.kept)
        done(request, ngettext("%(n)s call is kept now.", "%(n)s calls are kept now.", many) % {"n": many})
        return HttpResponseRedirect(reverse("connect-aside"))
    with taken_back():
        came = replay(request.actor, chosen, now())
    return show(request, "connect/replay.html", {"came": came, "chosen": chosen})
