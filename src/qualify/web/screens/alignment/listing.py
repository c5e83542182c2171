"""The leads behind a number of the alignment page, as a list and as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from qualify.clock import now
from qualify.reports.alignment import HandedOver
from qualify.web.database import those
from qualify.web.looking.alignment import agreed, with_words
from qualify.web.looking.decided import names_of
from qualify.web.screens import filters
from qualify.web.screens.alignment.period import period_in
from qualify.web.screens.alignment.slicing import CAME_WORDS, LABELS, SAID_WORDS, read, slice_in
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import EXPORT_LEADS, READ_LEADS, audit
from qualify.web.verbs.reasons import REASONS

AT_ONCE: Final = 50

COLUMNS: Final = (
    "lead_id", "email", "name", "company", "handed_at", "points", "grade", "source", "rep", "said", "said_at",
    "reason", "words", "outcome", "closed_at", "amount", "currency", "rules",
)  # fmt: skip

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class Row(NamedTuple):
    """A hand-off as the list shows it."""

    each: HandedOver
    name: str
    company: str
    rep: str
    said: Any
    reason: Any
    came: Any


@page(READ_LEADS)
def leads(request: PageRequest) -> HttpResponse:
    """The newest hand-offs first; the words of the address say which."""
    at = now()
    period, terms = period_in(request.GET, at), agreed()
    found = slice_in(request.GET).of(read(period, terms, at).handed)[::-1] if terms else []
    place = filters.number_in(request.GET, "page") or 1
    last = max(1, -(-len(found) // AT_ONCE))
    place = min(max(1, place), last)
    context = {
        "rows": _rows(found[(place - 1) * AT_ONCE : place * AT_ONCE]),
        "many": len(found),
        "period": period,
        "chips": filters.chips(request.GET, LABELS),
        "place": place,
        "last": last,
        "back": f"{reverse('alignment')}?{_kept(request)}",
        "export": f"{reverse('alignment-export')}?{_words(request)}",
    }
    return show(request, "alignment/leads.html", context)


def _words(request: PageRequest) -> str:
    words = request.GET.copy()
    words.pop("page", None)
    return words.urlencode()


def _kept(request: PageRequest) -> str:
    """The words that the page itself knows."""
    words = request.GET.copy()
    for name in [*words]:
        if name not in ("last", "from", "to", "source", "rep"):
            words.pop(name)
    return words.urlencode()


def _rows(found: Sequence[HandedOver]) -> list[Row]:
    found, people = with_words(found), _people(found)
    reps = names_of(each.rep for each in found)
    return [
        Row(
            each, *_called(people, each.lead_id), reps.get(each.rep, ""), SAID_WORDS[each.said],
            REASONS.get(each.reason, ""), CAME_WORDS.get(each.came, ""),
        )
        for each in found
    ]  # fmt: skip


def _people(found: Sequence[HandedOver]) -> dict[int, tuple[str, str, str]]:
    statement = "SELECT id, email, name, company FROM person WHERE id IN ({})"
    return {
        who: (email, name, company)
        for who, email, name, company in those(statement, {e.lead_id for e in found})
    }


def _called(people: dict[int, tuple[str, str, str]], who: int) -> tuple[str, str]:
    email, name, company = people.get(who, ("", "", ""))
    return name or email or f"#{who}", company


@page(EXPORT_LEADS)
def export(request: PageRequest) -> HttpResponseBase:
    """All hand-offs that the words of the address mean, one in a line, as CSV."""
    at = now()
    period, terms = period_in(request.GET, at), agreed()
    found = slice_in(request.GET).of(read(period, terms, at).handed) if terms else []
    with transaction.atomic():
        audit(
            request.actor, "export", "", {"format": "csv", "which": f"alignment {_words(request)}"[:500]}, at
        )
    answer = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="alignment-{period.first}-{period.last}.csv"'
    return answer


def _csv(found: Sequence[HandedOver]) -> Iterator[bytes]:
    yield _line(COLUMNS)
    for start in range(0, len(found), 500):
        some = with_words(found[start : start + 500])
        people = _people(some)
        for each in some:
            yield _line(_cells(each, people.get(each.lead_id, ("", "", ""))))


def _cells(each: HandedOver, person: tuple[str, str, str]) -> list[str]:
    cells = [
        str(each.lead_id), *person, _moment(each.handed_at), f"{each.points:g}", each.grade, each.source, each.rep,
        each.said, _moment(each.said_at), each.reason, each.words, each.came, _moment(each.closed_at),
        "" if each.amount is None else str(each.amount), each.currency, "; ".join(each.rules),
    ]  # fmt: skip
    numbers = {COLUMNS.index("points"), COLUMNS.index("amount")}
    return [cell if place in numbers else _harmless(cell) for place, cell in enumerate(cells)]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _moment(at: int | None) -> str:
    return "" if at is None else dt.datetime.fromtimestamp(at / 1000, dt.UTC).isoformat(timespec="seconds")


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")
