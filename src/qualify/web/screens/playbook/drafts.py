"""Drafts: begun, looked at, talked about, agreed to, given up."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.playbook import starters
from qualify.web.looking import members, plans
from qualify.web.looking import playbook as looking
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page, show
from qualify.web.screens.playbook.reading import differ
from qualify.web.screens.playbook.telling import elsewhere, told
from qualify.web.screens.starters import offered
from qualify.web.verbs import drafting
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, READ_PLAYBOOK, NotThere
from qualify.web.verbs.agreeing import SIDES, agree, withdraw
from qualify.web.verbs.publish import Present, present
from qualify.web.verbs.roles import ROLES


class Opened:
    """A draft with its text, read, and what it is compared with."""

    def __init__(self, number: int) -> None:
        found = looking.draft(number)
        if found is None:
            raise NotThere(_("there is no draft %(number)s") % {"number": number})
        self.draft, self.text = found
        self.here: Present | None = present()
        self.examined = looking.examined(self.text)

    @property
    def behind(self) -> bool:
        """Whether another version came into force since the draft began."""
        return self.draft.state == "open" and self.draft.based_on != (
            self.here.version_id if self.here else None
        )

    def context(self, tab: str) -> dict[str, Any]:
        """What every page of a draft shows."""
        return {
            "draft": self.draft, "book": self.examined.book, "problems": self.examined.problems,
            "errors": self.examined.errors, "behind": self.behind, "tab": tab,
            "in_force": self.here.version_id if self.here else None,
        }  # fmt: skip


@page(READ_PLAYBOOK)
def drafts(request: PageRequest) -> HttpResponseBase:
    """The drafts; or, sent as a form, a new one."""
    if request.method == "POST":
        return _begin(request)
    found = {state: looking.drafts(state) for state in ("open", "published", "discarded")}
    return show(request, "playbook/drafts.html", {"drafts": found, "tab": "drafts", "starters": offered()})


def _begin(request: PageRequest) -> HttpResponseBase:
    starter, at = request.POST.get("starter", ""), now()
    if starter and starter not in starters.names():
        raise QualifyError(_("there is no such starter"))
    with transaction.atomic():
        if not first_time(request):
            found = looking.drafts()
            return HttpResponseRedirect(
                reverse("playbook-draft", args=[found[0].id]) if found else reverse("playbook")
            )
        from_it = (
            _("From the starter %(name)s") % {"name": starter} if starter else _("Change of the playbook")
        )
        title = request.POST.get("title", "").strip() or from_it
        number = drafting.begin(
            request.actor, at, title=title, text=starters.text(starter) if starter else None
        )
    done(request, _("A new draft. It judges nobody until both sides agree."))
    return HttpResponseRedirect(reverse("playbook-draft", args=[number]))


@page(READ_PLAYBOOK)
def draft(request: PageRequest, number: int) -> HttpResponse:
    """What a draft says and changes, who agreed, what was said of it."""
    opened = Opened(number)
    base = looking.text_of(opened.draft.based_on) if opened.draft.based_on else None
    said, approvals = looking.comments(number), looking.approvals(number)
    book = opened.examined.book
    plan = plans.planned(opened.draft, opened.here.version_id if opened.here else None)
    context = {
        "sections": told(book, said) if book else [], "general": elsewhere(book, said) if book else said,
        "changed": differ(base, opened.text) if base is not None else None, "first": base is None,
        "approvals": approvals, "sides": _sides(request, opened, approvals), "plan": plan,
        "lacks": _lacks(_holding(opened, approvals)) if opened.draft.state == "open" else "",
        "about": request.GET.get("about"), "unsettled": sum(1 for each in said if each.settled_at is None),
    }  # fmt: skip
    return show(request, "playbook/draft.html", {**opened.context("draft"), **context})


def _sides(request: PageRequest, opened: Opened, approvals: list[looking.Approval]) -> list[dict[str, Any]]:
    """For each side: who agreed to this text, and whether whoever looks can do so."""
    holds = _holding(opened, approvals)
    mine = any(each.who == request.actor.name for each in holds.values())
    ready = opened.draft.state == "open" and not opened.examined.errors and not opened.behind
    return [
        {
            "name": side,
            "label": {"marketing": _("Marketing"), "sales": _("Sales")}[side],
            "approval": holds.get(side),
            "own": side in holds and holds[side].who == request.actor.name,
            "may": ready and side not in holds and not mine and request.actor.may(scope),
            "publishes": len(holds) == len(SIDES) - 1,
        }
        for side, scope in SIDES.items()
    ]


def _holding(opened: Opened, approvals: list[looking.Approval]) -> dict[str, looking.Approval]:
    """By side the approval that holds of the text as it stands."""
    digest = opened.draft.digest
    return {each.side: each for each in approvals if each.withdrawn_at is None and each.digest == digest}


def _lacks(holds: dict[str, looking.Approval]) -> str:
    """The side for which there is nobody left who could agree (``either``: there is one person for both); empty where
    there is somebody for each.
    """
    able = {
        side: {holds[side].who}
        if side in holds
        else {who for who, role in members.roles().items() if role in ROLES and scope in ROLES[role].scopes}
        for side, scope in SIDES.items()
    }
    for side in SIDES:
        if not able[side] - {each.who for other, each in holds.items() if other != side}:
            return side
    return "either" if len(set().union(*able.values())) < len(SIDES) else ""


@page(READ_PLAYBOOK)
@require_POST
def agreed(request: PageRequest, number: int) -> HttpResponseBase:
    """Agree for a side to the text that was shown, or take that back."""
    at = now()
    with transaction.atomic():
        if not first_time(request):
            return HttpResponseRedirect(reverse("playbook-draft", args=[number]))
        if "withdraw" in request.POST:
            withdraw(request.actor, _id(request.POST["withdraw"]), at)
            done(request, _("Your agreement is taken back."))
            return HttpResponseRedirect(reverse("playbook-draft", args=[number]))
        made = agree(
            request.actor, number, request.POST.get("side", ""), request.POST.get("digest", ""), at,
            note=request.POST.get("note", "").strip(),
        )  # fmt: skip
    if made.published is None:
        done(request, _("You agreed. It is published when the other side agrees to this very text."))
        return HttpResponseRedirect(reverse("playbook-draft", args=[number]))
    said = _("Both sides agreed: version %(number)s is in force, and everybody is judged anew.")
    done(request, said % {"number": made.published.version_id})
    return HttpResponseRedirect(reverse("playbook"))


def _id(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise NotThere(_("there is no such thing"))
    return int(text)


@page(DRAFT_PLAYBOOK)
@require_POST
def turn(request: PageRequest, number: int) -> HttpResponseBase:
    """Rename a draft, give it up, take it up again, or go on from the version in force."""
    at, what = now(), request.POST.get("do", "")
    if what == "rename":
        drafting.rename(request.actor, number, request.POST.get("title", ""), at)
        done(request, _("The draft has another title."))
    elif what == "discard":
        drafting.discard(request.actor, number, at)
        done(request, _("The draft is given up; it can be taken up again."))
    elif what == "reopen":
        drafting.reopen(request.actor, number, at)
        done(request, _("The draft is open again."))
    elif what == "renew":
        drafting.renew(request.actor, number, at)
        done(request, _("The draft goes on from the version that is in force. Both sides agree anew."))
    else:
        raise QualifyError(_("nothing was asked for"))
    return HttpResponseRedirect(reverse("playbook-draft", args=[number]))


@page(DRAFT_PLAYBOOK)
@require_POST
def say(request: PageRequest) -> HttpResponseBase:
    """Comment on a part of a draft, or of the playbook in force."""
    about = request.POST.get("draft", "")
    with transaction.atomic():
        if first_time(request):
            number = _id(about) if about else None
            drafting.comment(
                request.actor, number, request.POST.get("anchor", ""), request.POST.get("text", ""), now()
            )
            done(request, _("Your comment is kept."))
    return back(request, reverse("playbook"))


@page(DRAFT_PLAYBOOK)
@require_POST
def settle(request: PageRequest, number: int) -> HttpResponseBase:
    """Say that a comment is dealt with, or is not after all."""
    drafting.settle(request.actor, number, now(), settled="again" not in request.POST)
    return back(request, reverse("playbook"))
