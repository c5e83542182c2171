"""A draft edited as a form: made of the criteria's own classes, and written into the text with its comments kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import Problem
from qualify.playbook.rewriting import Rewriting
from qualify.vocabulary import STAGES
from qualify.web.looking.playbook import examined
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.screens.playbook import deeds
from qualify.web.screens.playbook.drafts import Opened
from qualify.web.screens.playbook.fields import Filled, full, inputs, typed
from qualify.web.screens.playbook.places import Place, one_of_places, place, refuse, still
from qualify.web.screens.playbook.shapes import part_shape
from qualify.web.screens.playbook.telling import told
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, Conflict
from qualify.web.verbs.drafting import save


@page(DRAFT_PLAYBOOK)
def outline(request: PageRequest, number: int) -> HttpResponse:
    """Everything that can be changed by a form."""
    opened = Opened(number)
    context = opened.context("form")
    book = opened.examined.book
    if book is not None:
        absent = [stage for stage in STAGES if stage != "lead" and stage not in book.ladder]
        kinds = {each.section.kind for each in told(book)}
        context |= {
            "sections": told(book), "absent": absent, "no_icp": "icp" not in kinds,
            "no_personas": "personas" not in kinds, "last": _last(book),
        }  # fmt: skip
    return show(request, "playbook/form.html", context)


def _last(book: Any) -> set[str]:
    """The items that are the last of their lists, by their place in addresses: they go no further down."""
    ends = [("icp", len(book.icp)), ("personas", len(book.personas))]
    ends += [(f"scores.{name}.rules", len(score.rules)) for name, score in book.scores.items()]
    return {f"{where}.{count - 1}" for where, count in ends}


@page(DRAFT_PLAYBOOK)
@require_POST
def arrange(request: PageRequest, number: int) -> HttpResponseBase:
    """Move an item up or down, or take it out."""
    opened = Opened(number)
    where = place(request.POST.get("at", ""))
    one_of_places(opened.text, where)
    tree = Rewriting(opened.text)
    what = request.POST.get("do", "")
    if what == "remove":
        tree.remove(where.path)
    elif where.part in ("rule", "profile"):
        tree.shift(where.path, -1 if what == "up" else 1)
    text = tree.text()
    refuse(examined(text).errors)
    save(request.actor, number, text, request.POST.get("seen", ""), now())
    if what == "remove":
        done(request, _("Taken out of the draft."))
    return HttpResponseRedirect(
        f"{reverse('playbook-form', args=[number])}#at-{'.'.join(map(str, where.path[:-1]))}"
    )


@page(DRAFT_PLAYBOOK)
def part(request: PageRequest, number: int) -> HttpResponseBase:
    """The form of one part. Its buttons that add, take out and move are posts of their own; only one saves."""
    opened = Opened(number)
    where = place(_at(request))
    one_of_places(opened.text, where)
    shape = part_shape(where.part)
    if request.method != "POST":
        data = full(where.part, where.read(opened.text), shape) or _fresh(where)
        return _shown(request, opened, where, data)
    data = typed(shape, request.POST)
    what = request.POST.get("do", "save")
    turned = deeds.wanted_kinds(data, request.POST)
    if what != "save":
        deeds.does(data, what)
    if turned or what != "save":
        return _shown(request, opened, where, data)
    return _saved(request, opened, where, data)


def _at(request: PageRequest) -> str:
    """The address of the part; a new score and a new stage get their names from a field."""
    at = request.GET.get("at", "")
    name = request.GET.get("name", "").strip()
    return at.replace("{name}", name) if name else at


def _fresh(where: Place) -> dict[str, Any]:
    """What the form of something new begins with."""
    begun: dict[str, dict[str, Any]] = {
        "rule": {"points": 10, "when": dict(deeds.FRESH)},
        "profile": {"conditions": [{"trait": ""}]},
        "stage": {"enter": {"score": ""}},
    }
    return begun.get(where.part, {})


def _shown(
    request: PageRequest, opened: Opened, where: Place, data: Any,
    problems: list[Problem] | None = None, status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    errors: dict[str, list[str]] = {}
    for each in problems or []:
        errors.setdefault(where.named(each, where.path) or "", []).append(each.message)
    shown = inputs(part_shape(where.part), data, Filled(where.use, errors))
    first = request.method != "POST"
    context = {
        "where": where, "inputs": shown, "wrong": problems or [],
        "seen": opened.draft.digest if first or more.get("tangled") else request.POST.get("seen", ""),
        "anchor": where.anchor(opened.text) if first else request.POST.get("anchor", ""),
        "unsaved": not first,
    }  # fmt: skip
    answer = show(request, "playbook/part.html", {**opened.context("form"), **context, **more})
    answer.status_code = status
    return answer


def _saved(request: PageRequest, opened: Opened, where: Place, data: dict[str, Any]) -> HttpResponseBase:
    """The text with the part in it, saved; or the form again with what is wrong."""
    still(where, opened.text, request.POST.get("anchor", ""))
    tree = Rewriting(opened.text)
    path = where.write(tree, data)
    text = tree.text()
    problems = examined(text).errors
    if problems:
        new = where._replace(path=path)
        return _shown(request, opened, new, data, problems, status=422)
    try:
        save(request.actor, opened.draft.id, text, request.POST.get("seen", ""), now())
    except Conflict:
        if opened.draft.state != "open":
            raise
        return _shown(request, opened, where, data, status=409, tangled=True)
    done(request, _("Saved. See what it would do before you agree."))
    return HttpResponseRedirect(
        f"{reverse('playbook-form', args=[opened.draft.id])}#at-{'.'.join(map(str, path))}"
    )
