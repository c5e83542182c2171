"""A draft edited as text: saved with mistakes and all, each told with its line."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from qualify.clock import now
from qualify.errors import Problem
from qualify.web.looking import playbook as looking
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.screens.playbook.drafts import Opened
from qualify.web.screens.playbook.reading import differ, lines_between
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, Conflict
from qualify.web.verbs.drafting import save

MOST = 60
"""Problems that are shown at once."""


class Marked(NamedTuple):
    """A problem with the lines around it: their numbers, and whether each is the one."""

    problem: Problem
    lines: list[tuple[int, str, bool]]


@page(DRAFT_PLAYBOOK)
def text(request: PageRequest, number: int) -> HttpResponseBase:
    """The text of a draft, to be changed."""
    opened = Opened(number)
    if request.method != "POST":
        return _shown(request, opened, opened.text)
    typed = request.POST.get("text", "").replace("\r\n", "\n")
    if "check" in request.POST:
        return _shown(request, opened, typed, seen=request.POST.get("seen", ""))
    try:
        save(request.actor, number, typed, request.POST.get("seen", ""), now())
    except Conflict:
        if opened.draft.state != "open":
            raise
        return _tangled(request, Opened(number), typed)
    errors = looking.examined(typed).errors
    if errors:
        said = _(
            "Saved, with mistakes (%(count)s). It cannot be planned or agreed to before they are mended."
        )
        done(request, said % {"count": len(errors)})
        return HttpResponseRedirect(reverse("playbook-text", args=[number]))
    done(request, _("Saved. See what it would do before you agree."))
    return HttpResponseRedirect(reverse("playbook-draft", args=[number]))


def _shown(
    request: PageRequest, opened: Opened, typed: str, seen: str | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    problems = looking.examined(typed).problems
    context = {
        "typed": typed, "seen": opened.draft.digest if seen is None else seen, "checked": seen is not None,
        "marked": marked(typed, problems[:MOST]), "more_problems": max(0, len(problems) - MOST),
    }  # fmt: skip
    answer = show(request, "playbook/text.html", {**opened.context("text"), **context, **more})
    answer.status_code = status
    return answer


def _tangled(request: PageRequest, opened: Opened, typed: str) -> HttpResponse:
    """Somebody else changed it meanwhile: both texts, what differs, and the choice."""
    both = {"differ": differ(opened.text, typed), "lines": lines_between(opened.text, typed)}
    return _shown(request, opened, typed, status=409, tangled=True, both=both)


def marked(typed: str, problems: tuple[Problem, ...] | list[Problem]) -> list[Marked]:
    """Each problem with its line, and one before and after."""
    lines = typed.split("\n")
    found = []
    for each in problems:
        around = range(max(1, each.line - 1), min(len(lines), each.line + 1) + 1) if each.line else ()
        found.append(Marked(each, [(place, lines[place - 1][:200], place == each.line) for place in around]))
    return found
