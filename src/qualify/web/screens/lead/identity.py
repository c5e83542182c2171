"""What a lead goes by, with the evidence; merge and split, each shown before it is done."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.identity.graph import is_account
from qualify.web.duplicating import Alike, suggested_for
from qualify.web.looking import lead as looking
from qualify.web.looking.leads import Wanted, listed
from qualify.web.screens.lead.around import head, page_of
from qualify.web.screens.lead.entries import LABELS
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page
from qualify.web.verbs import merge as merging
from qualify.web.verbs import split as splitting
from qualify.web.verbs.actor import READ_LEADS, WRITE_LEADS
from qualify.web.verbs.dismiss import dismiss
from qualify.web.verbs.preview import preview_merge, preview_split
from qualify.web.verbs.settle import settle

FOUND_AT_ONCE = 8


class Evidence(NamedTuple):
    """A link as people read it: what it ties together, what says so, since when, whether it is in force."""

    id: int
    one: looking.Known | None
    other: looking.Known | None
    evidence: str
    linked_at: int
    severed_at: int | None


@page(READ_LEADS)
def identity(request: PageRequest, lead_id: int) -> HttpResponse:
    """Identifiers, the links between them, people who may be the same, and a search for somebody else."""
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    known, tied = looking.identity(lead_id)
    by_id = {each.id: each for each in known}
    links = [
        Evidence(
            each.id,
            by_id.get(each.one_id),
            by_id.get(each.other_id),
            each.evidence,
            each.linked_at,
            each.severed_at,
        )
        for each in tied
    ]
    wanted = request.GET.get("q", "").strip()[:200]
    return page_of(request, top, "lead/identity.html", {
        "known": [each for each in known if not is_account(each.kind)], "links": links, "q": wanted,
        "found": _found(wanted, lead_id) if wanted else [], "alike": _alike(lead_id),
    })  # fmt: skip


def _found(wanted: str, but: int) -> list[Any]:
    return [each for each in listed(Wanted(text=wanted), limit=FOUND_AT_ONCE + 1).leads if each.id != but][
        :FOUND_AT_ONCE
    ]


class Likely(NamedTuple):
    """Somebody who may be the same, with what speaks for it and against it."""

    alike: Alike
    other: looking.Detail


def _alike(lead_id: int) -> list[Likely]:
    found = []
    for each in suggested_for(lead_id, 3):
        other = looking.today(each.other_id, now())
        if other is not None:
            found.append(Likely(each, other))
    return found


@page(WRITE_LEADS)
def merge(request: PageRequest, lead_id: int) -> HttpResponse:
    """What merging two leads would do, side by side; and, when it is confirmed, the merge."""
    other, at = _number(request.POST.get("with") or request.GET.get("with", "")), now()
    if request.method == "POST" and request.POST.get("two"):
        return _dismissed(request, lead_id, other, at)
    if request.method == "POST":
        return _merged(request, lead_id, other, at)
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    seen = preview_merge(request.actor, lead_id, other, at)
    return page_of(request, top, "lead/preview.html", {
        "labels": LABELS, "seen": seen, "title": _("Merge these two?"), "verb": _("Merge"), "hidden": [("with", other)],
        "said": _("They become one lead with every fact of both. Nothing is lost; it can be undone at any time."),
    })  # fmt: skip


def _merged(request: PageRequest, lead_id: int, other: int, at: int) -> HttpResponse:
    survivor = lead_id
    with transaction.atomic():
        if first_time(request):
            made = merging.merge(
                request.actor, lead_id, other, at, reason=request.POST.get("reason", "")[:2_000]
            )
            survivor = made.survivor
            done(request, _("Merged: they are one lead now."), undo=made.audit_id)
    survivor = looking.survivor_of(survivor) or survivor
    settle([survivor], at)
    return HttpResponseRedirect(reverse("lead-identity", args=[survivor]))


def _dismissed(request: PageRequest, lead_id: int, other: int, at: int) -> HttpResponse:
    with transaction.atomic():
        if first_time(request):
            dismiss(request.actor, lead_id, other, at)
            done(request, _("They are two people; this is not suggested again."))
    return HttpResponseRedirect(reverse("lead-identity", args=[lead_id]))


@page(WRITE_LEADS)
def split(request: PageRequest, lead_id: int) -> HttpResponse:
    """What taking links out of force would do, side by side; and, when it is confirmed, the split."""
    links, at = _links(request), now()
    if request.method == "POST":
        with transaction.atomic():
            if first_time(request):
                parted = splitting.split(
                    request.actor, links, at, reason=request.POST.get("reason", "")[:2_000]
                )
                done(request, _("Split: each has their own facts again."), undo=parted.audit_id)
                transaction.on_commit(lambda: settle(parted.leads, at))
        return HttpResponseRedirect(reverse("lead-identity", args=[lead_id]))
    top = head(request, lead_id)
    if isinstance(top, HttpResponseRedirect):
        return top
    seen = preview_split(request.actor, links, at)
    return page_of(request, top, "lead/preview.html", {
        "labels": LABELS, "seen": seen, "title": _("Split here?"), "verb": _("Split"),
        "hidden": [("link", each) for each in links],
        "said": _("These links are out of force then. Nothing is lost, and it can be undone at any time."),
    })  # fmt: skip


def _links(request: PageRequest) -> list[int]:
    said = request.POST.getlist("link") or request.GET.getlist("link")
    if not said:
        raise QualifyError(_("Tick the links that are wrong, then look at what a split would do."))
    return [_number(each) for each in said[:500]]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise QualifyError(_("“%(said)s” is no number of a lead or a link") % {"said": text[:40]})
    return int(text)
