"""What people do on the learning pages: learn now, make a draft, answer a question, choose a model."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page
from qualify.web.verbs import lessons, proposing
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, PUBLISH_PLAYBOOK, NotThere

MOST_TICKS = 500


@page(DRAFT_PLAYBOOK)
@require_POST
def learn_now(request: PageRequest) -> HttpResponseBase:
    """Have a worker learn from the store as it is now."""
    lessons.ask_lesson(request.actor, now())
    return back(request, reverse("learning"))


@page(DRAFT_PLAYBOOK)
@require_POST
def draft(request: PageRequest) -> HttpResponseBase:
    """Make a draft of what was chosen on one of the pages; the playbook in force stays as it is."""
    at, lesson = now(), _number(request.POST.get("lesson", ""))
    with transaction.atomic():
        if not first_time(request):
            return HttpResponseRedirect(reverse("playbook-drafts"))
        what = request.POST.get("what", "")
        if what == "proposals":
            made = proposing.draft_of_proposals(request.actor, lesson, _ticked(request), at)
        elif what == "profiles":
            made = proposing.draft_of_profiles(request.actor, lesson, _ticked(request), at)
        elif what == "marks":
            made = proposing.draft_of_marks(request.actor, lesson, _by(request), at, leave=_leave(request))
        else:
            raise QualifyError(_("nothing was asked for"))
    done(request, _("A new draft. It judges nobody until both sides agree."))
    return HttpResponseRedirect(reverse("playbook-draft", args=[made]))


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise NotThere(_("there is no such lesson"))
    return int(text)


def _ticked(request: PageRequest) -> set[int]:
    return {
        int(each) for each in request.POST.getlist("take")[:MOST_TICKS] if each.isdecimal() and len(each) < 6
    }


def _by(request: PageRequest) -> int:
    text = request.POST.get("by", "").replace("−", "-")
    if not text.lstrip("-").isdecimal() or len(text) > 4:
        raise QualifyError(_("by how many points is a whole number"))
    return int(text)


def _leave(request: PageRequest) -> dict[str, float]:
    """The ways back that were ticked, as ``path=points``."""
    found = {}
    for each in request.POST.getlist("leave")[:50]:
        path, _equals, points = each.partition("=")
        try:
            found[path] = float(points)
        except ValueError:
            raise QualifyError(_("by how many points is a whole number")) from None
    return found


@page(DRAFT_PLAYBOOK)
@require_POST
def question(request: PageRequest) -> HttpResponseBase:
    """Say whether a column may be learnt from."""
    answer = request.POST.get("answer", "")
    lessons.answer_leak(request.actor, request.POST.get("column", ""), answer, now())
    done(request, _("Kept. It holds from the next lesson on."))
    return back(request, reverse("learning"))


@page(PUBLISH_PLAYBOOK)
@require_POST
def schedule(request: PageRequest) -> HttpResponseBase:
    """Say how often the store learns by itself."""
    said = request.POST.get("every", "")
    lessons.schedule_lessons(request.actor, int(said) if said.isdecimal() and len(said) < 4 else -1, now())
    done(request, _("Kept."))
    return HttpResponseRedirect(reverse("learning-models"))


@page(PUBLISH_PLAYBOOK)
@require_POST
def force(request: PageRequest) -> HttpResponseBase:
    """Take the model in force out of it, or put an earlier one in force."""
    at = now()
    with transaction.atomic():
        if first_time(request):
            if "back" in request.POST:
                lessons.roll_back(request.actor, _number(request.POST["back"]), at)
                done(request, _("The model before is in force again, or the written rules alone."))
            else:
                lessons.put_in_force(request.actor, _number(request.POST.get("lesson", "")), at)
                done(request, _("This model is in force."))
    return HttpResponseRedirect(reverse("learning-models"))
