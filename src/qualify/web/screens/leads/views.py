"""Every lead: searched, filtered, sorted, and taken away as a file."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from qualify.clock import now
from qualify.vocabulary import STAGES
from qualify.web.api.export import TYPES, Kind, as_file
from qualify.web.looking.leads import FEW, Sort, Wanted, channels, count, listed, narrowed
from qualify.web.looking.saved import saved_views
from qualify.web.screens import filters
from qualify.web.screens.channels import UNKNOWN, channel_name
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.screens.templatetags.qualify import stage_word
from qualify.web.verbs.actor import EXPORT_LEADS, READ_LEADS, audit
from qualify.web.verbs.leads import one_of_them

WORDS: Final = ("stage", "grade", "least", "most", "channel", "account", "changed", "q")
"""What of an address filters."""

HEADS: Final = {
    "total": (_("Score"), "-total"),
    "name": (_("Who"), "name"),
    "company": (_("Company"), "company"),
    "created_at": (_("First seen"), "-created_at"),
}
"""The columns that can be sorted by, and which way at first."""


class Head(NamedTuple):
    """A head of a column: what it says, where it leads, whether it is sorted by and which way."""

    label: Any
    sort: str
    sorted: str
    """``ascending``, ``descending`` or empty, as ``aria-sort`` wants it."""


@page(READ_LEADS)
def leads(request: PageRequest) -> HttpResponse:
    """The list."""
    wanted, sort, cursor = wanted_in(request.GET), sort_in(request.GET), request.GET.get("cursor") or None
    known = narrowed(wanted)
    found = listed(wanted, sort, cursor, known=known)
    # A page that is not full says by itself how many there are.
    whole = cursor is None and found.next_cursor is None
    many = len(found.leads) if whole else count(wanted, known=known)
    context = {
        "leads": found.leads,
        "next_cursor": found.next_cursor,
        "first": cursor is None,
        "many": many,
        "more": many > FEW,
        "few": FEW,
        "heads": {name: _head(name, sort) for name in HEADS},
        "sort": sort,
        "wanted": wanted,
        "chips": filters.chips(request.GET, {name: filters.LABELS[name] for name in WORDS}),
        "views": saved_views(request.user.pk, "leads"),
        "screen": "leads",
        "stages": filters.choices(STAGES, wanted.stage, stage_word),
        "grades": filters.GRADES_IN_ROWS,
        "channels": _channels(request.GET),
        "last": filters.choices(filters.LAST, [request.GET.get("changed", "")], filters.changed_words),
        "kinds": list(TYPES),
        "words": _filtering(request.GET),
        "searched": request.GET.get("q", "").strip(),
    }
    return show(request, "leads/leads.html", context)


@page(EXPORT_LEADS)
def export(request: PageRequest) -> HttpResponseBase:
    """Exactly the leads that the list shows with these words, all pages of it, as a file."""
    kind = cast("Kind", one_of_them(request.GET.get("format") or "csv", tuple(TYPES), "kind of file"))
    wanted = wanted_in(request.GET)
    with transaction.atomic():
        detail = {"format": kind, "which": _filtering(request.GET)}
        audit(request.actor, "export", "", detail, now())
    return as_file(wanted, kind)


def wanted_in(words: QueryDict) -> Wanted:
    """Which leads an address asks for; raises :class:`~qualify.errors.QualifyError` for what makes no sense."""
    return Wanted(
        filters.stages_in(words), filters.grades_in(words), filters.points_in(words, "least"),
        filters.points_in(words, "most"), filters.number_in(words, "account"),
        filters.since_in(words, "changed", now()), anything=filters.text_in(words, "q"),
        channel=filters.channels_in(words),
    )  # fmt: skip


def _channels(words: QueryDict) -> list[filters.Choice]:
    """The channels by which somebody came, and those that are asked for all the same."""
    asked = [each for each in words.getlist("channel") if each]
    there = dict.fromkeys([*(each or UNKNOWN for each in channels()), *asked])
    found = filters.choices(there, asked, channel_name)
    return sorted(found, key=lambda each: (each.word == UNKNOWN, each.label))


def sort_in(words: QueryDict) -> Sort:
    """The order that an address asks for."""
    said = words.get("sort") or "-total"
    one_of_them(said.lstrip("-"), tuple(HEADS), "order")
    return cast("Sort", "-" * said.startswith("-") + said.lstrip("-"))


def _head(name: str, sort: str) -> Head:
    label, first = HEADS[name]
    if sort.lstrip("-") != name:
        return Head(label, first, "")
    down = sort.startswith("-")
    return Head(label, name if down else f"-{name}", "descending" if down else "ascending")


def _filtering(words: QueryDict) -> str:
    """The words that filter, and no others."""
    left = QueryDict(mutable=True)
    for name in WORDS:
        left.setlist(name, [each for each in words.getlist(name) if each])
    return left.urlencode()
