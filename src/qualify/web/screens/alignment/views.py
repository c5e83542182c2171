"""The first page that marketing and sales look at together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from qualify.clock import now
from qualify.reports import alignment as report
from qualify.reports.alignment import HandedOver
from qualify.web.looking.alignment import MOST, Agreed, Found, agreed
from qualify.web.looking.decided import names_of
from qualify.web.looking.explored import drawn_between
from qualify.web.screens import filters
from qualify.web.screens.alignment import telling
from qualify.web.screens.alignment.period import LAST, USUAL, Period, period_in
from qualify.web.screens.alignment.slicing import LABELS, Links, Slice, named, read, slice_in
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_LEADS


@page(READ_LEADS)
def alignment(request: PageRequest) -> HttpResponse:
    """Whether the score is any good, what became of what was handed over, and what was agreed on."""
    at = now()
    period, terms = period_in(request.GET, at), agreed()
    if terms is None:
        return show(request, "alignment/alignment.html", {"period": period})
    asked = slice_in(request.GET)
    chosen = Slice(asked.source, asked.rep)
    found = read(period, terms, at)
    handed = chosen.of(found.handed)
    context = {
        "period": period,
        "terms": terms,
        "last": filters.choices(tuple(LAST), [period.word], _last_words),
        "chips": filters.chips(request.GET, {word: LABELS[word] for word in ("from", "to", "source", "rep")}),
        **_choices(found, chosen),
        "drawn": drawn_between(period.since, period.until),
        **_all(
            request,
            _Page(period, terms, found, handed, Links(reverse("alignment-leads"), period, chosen), at),
        ),
    }
    return show(request, "alignment/alignment.html", context)


class _Page(NamedTuple):
    """What the page is made of."""

    period: Period
    terms: Agreed
    found: Found
    handed: Sequence[HandedOver]
    links: Links
    at: int


def _all(request: PageRequest, on: _Page) -> dict[str, Any]:
    """Every part of the page; without any hand-off there is nothing to tell but what was agreed on."""
    words = request.GET.urlencode()
    around = {
        "counts": report.counts(on.handed), "most": MOST, "more": on.found.more, "clock": on.found.clock,
        "export": f"{reverse('alignment-export')}?{words}", "all_of": on.links.to(),
        "longest": "?last=52w" if on.period.word in ("4w", USUAL, "26w") else "",
    }  # fmt: skip
    if not on.handed:
        return {**around, "kept": telling.kept([], on.period, on.terms, on.at)}
    return {**around, **_score(on), **_weeks(on), **_parts(on, everything=request.GET.get("all") == "1")}


def _score(on: _Page) -> dict[str, Any]:
    found = report.foretold(on.handed)
    bands = telling.band_lines(found, on.links)
    return {
        "foretold": found, "verdict": telling.verdict(found), "bands": bands,
        "band_chart": telling.band_chart(bands) if bands else None,
        "closed_links": {word: on.links.to(came=word) for word in ("won", "lost", "open")},
        "worth": report.worth(on.handed), "days": report.days_to_close(on.handed),
    }  # fmt: skip


def _weeks(on: _Page) -> dict[str, Any]:
    weeks = telling.weeks(on.handed, on.period, on.links)
    by_week = on.period.by_week
    return {
        "weeks": weeks, "by_week": by_week, "kept": telling.kept(weeks, on.period, on.terms, on.at),
        "week_chart": telling.week_chart(weeks, on.terms.capacity, by_week=by_week),
        "said_links": {word: on.links.to(said=word) for word in report.SAID},
    }  # fmt: skip


def _parts(on: _Page, *, everything: bool) -> dict[str, Any]:
    names = names_of(each.rep for each in on.handed)
    found = {
        "rules": telling.lines(report.parts(report.by_rule, on.handed), on.links, "rule", {}),
        "sources": telling.lines(report.parts(report.by_source, on.handed), on.links, "source", {}),
        "reps": telling.lines(report.parts(report.by_rep, on.handed), on.links, "rep", names),
    }
    shown = {name: lines if everything else lines[: telling.SHOWN] for name, lines in found.items()}
    speeds = telling.speeds(on.handed, on.links, names)
    return {
        **shown, "cut": any(len(lines) > len(shown[name]) for name, lines in found.items()),
        "reasons": telling.reason_lines(on.handed, on.links), "speeds": speeds,
    }  # fmt: skip


def _choices(found: Found, chosen: Slice) -> dict[str, Any]:
    """The sources and the reps of the period, to choose one of; those that are chosen are always among them."""
    reps = {named(each.rep) for each in found.handed} | ({chosen.rep} if chosen.rep else set())
    sources = {named(each.source) for each in found.handed} | ({chosen.source} if chosen.source else set())
    names = names_of(reps)
    return {
        "rep_choices": filters.choices(
            tuple(sorted(reps)),
            [chosen.rep],
            lambda each: _("nobody") if each == "-" else names.get(each, each),
        ),
        "source_choices": filters.choices(
            tuple(sorted(sources)), [chosen.source], lambda each: _("not known") if each == "-" else each
        ),
    }


def _last_words(word: str) -> str:
    return _("the last %(weeks)s weeks") % {"weeks": LAST[word]}
