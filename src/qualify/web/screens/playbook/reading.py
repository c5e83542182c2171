"""The playbook that is in force, as prose; its versions, and what differs between any two."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.playbook.differing import Difference, differences
from qualify.web.looking import icp
from qualify.web.looking import playbook as looking
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.screens.playbook.telling import elsewhere, rule_counts, told
from qualify.web.screens.starters import offered
from qualify.web.verbs.actor import ADMIN, DRAFT_PLAYBOOK, READ_PLAYBOOK, NotThere
from qualify.web.verbs.drafting import begin
from qualify.web.verbs.publish import publish

LINES = 400
"""Lines of a difference between texts that are shown."""


@page(READ_PLAYBOOK)
def playbook(request: PageRequest) -> HttpResponse:
    """What is in force, in words."""
    versions, drafts = looking.versions(), looking.drafts()
    if not versions:
        return show(request, "playbook/none.html", {"starters": offered(), "drafts": drafts})
    version = versions[0]
    text = looking.text_of(version.id) or ""
    book, said = looking.examined(text).book, looking.comments(None)
    at, context = now(), {"version": version, "drafts": drafts, "tab": "playbook", "book": book}
    if book is None:  # a later program may read a playbook more strictly than the one that published it
        return show(request, "playbook/unread.html", {**context, "text": text})
    matched = icp.matched(version.id)
    counts = rule_counts(book, icp.rule_counts(matched))
    due = looking.review_at(book, version.published_at)
    rejected = looking.rejected_since(version.published_at) if due <= at else None
    more = {
        "due": due,
        "overdue": due <= at,
        "rejected": rejected,
        "matched": matched,
        "about": request.GET.get("about"),
    }
    general = elsewhere(book, said)
    return show(
        request,
        "playbook/playbook.html",
        {**context, **more, "sections": told(book, said, counts), "general": general},
    )


@page(READ_PLAYBOOK)
def versions(request: PageRequest) -> HttpResponse:
    """Every version, and a choice of two to compare."""
    found = looking.versions()
    return show(request, "playbook/versions.html", {"versions": found, "tab": "versions"})


@page(READ_PLAYBOOK)
def version(request: PageRequest, number: int) -> HttpResponse:
    """One version as prose and as text, and what it changed."""
    found = looking.versions()
    place = next((place for place, each in enumerate(found) if each.id == number), None)
    if place is None:
        raise NotThere(_("there is no version %(number)s") % {"number": number})
    text = looking.text_of(number) or ""
    book = looking.examined(text).book
    before = found[place + 1] if place + 1 < len(found) else None
    changed = compared(before.id, number) if before else None
    context = {
        "version": found[place], "before": before, "book": book, "text": text, "in_force": place == 0,
        "newest": found[0].id, "sections": told(book) if book else [], "changed": changed, "tab": "versions",
    }  # fmt: skip
    return show(request, "playbook/version.html", context)


@page(READ_PLAYBOOK)
def compare(request: PageRequest) -> HttpResponse:
    """What differs between two versions, in words and line by line."""
    found = looking.versions()
    ids = [each.id for each in found]
    chosen = [_number(request.GET.get(name, "")) for name in ("from", "to")]
    old, new = (number if number in ids else None for number in chosen)
    if "from" not in request.GET and len(ids) > 1:  # what everybody asks first: what the last change was
        new, old = sorted(ids, reverse=True)[:2]
    context: dict[str, Any] = {"versions": found, "old": old, "new": new, "tab": "versions"}
    if old and new:
        texts = [looking.text_of(each) or "" for each in (old, new)]
        context |= {"changed": differ(*texts), "lines": lines_between(*texts)}
    return show(request, "playbook/compare.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 12 else None


def compared(old: int, new: int) -> list[Difference] | None:
    """What differs between two versions, in words; None when one of them cannot be read."""
    return differ(looking.text_of(old) or "", looking.text_of(new) or "")


def differ(old: str, new: str) -> list[Difference] | None:
    """What differs between two texts, in words; None when one of them cannot be read."""
    before, after = looking.examined(old).book, looking.examined(new).book
    return None if before is None or after is None else differences(before, after)


def lines_between(old: str, new: str) -> list[tuple[str, str]]:
    """What differs line by line: a mark (+, −, blank, @) and the line."""
    found = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    lines = [line for line in found if not line.startswith(("---", "+++"))][:LINES]
    return [
        ({"+": "+", "-": "−", "@": "@"}.get(line[:1], " "), line[1:] if line[:1] != "@" else "…")
        for line in lines
    ]


@page(READ_PLAYBOOK)
@require_POST
def back(request: PageRequest, number: int) -> HttpResponseBase:
    """Back to an old version: a draft of its text, to be agreed on; or, for who may do everything, at once."""
    text, at = looking.text_of(number), now()
    if text is None:
        raise NotThere(_("there is no version %(number)s") % {"number": number})
    title = _("Back to version %(number)s") % {"number": number}
    if "at_once" in request.POST:
        request.actor.needs(ADMIN)
        here = looking.versions()[0]
        if str(here.id) != request.POST.get("instead_of"):
            raise QualifyError(_("another version came into force meanwhile; look at it first"))
        published = publish(request.actor, text, at, note=title, instead_of=here.digest)
        done(
            request,
            _("Version %(number)s is in force, without agreement.") % {"number": published.version_id},
        )
        return HttpResponseRedirect(reverse("playbook"))
    request.actor.needs(DRAFT_PLAYBOOK)
    draft = begin(request.actor, at, title=title, version=number)
    said = _("A draft with the text of version %(number)s. It judges nobody until both sides agree.")
    done(request, said % {"number": number})
    return HttpResponseRedirect(reverse("playbook-draft", args=[draft]))
