"""The first page of a rep: what waits, what to do about it, and why it is worth it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.clock import now
from qualify.web.looking import inbox as looking
from qualify.web.looking import waiting
from qualify.web.looking.questions import worded
from qualify.web.looking.saved import saved_views
from qualify.web.screens import filters
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.screens.templatetags.qualify import stage_word
from qualify.web.verbs.actor import READ_LEADS
from qualify.web.verbs.leads import one_of_them

ROWS: Final = 40
"""Rows of a page: as many as the page's budget of bytes allows."""

STAGES: Final = looking.TO_ACCEPT + looking.WORKED + looking.BELOW

TABS: Final = {
    "new": gettext_lazy("To accept"),
    "late": gettext_lazy("Late"),
    "mine": gettext_lazy("Mine"),
    "nobody": gettext_lazy("Nobody's"),
    "all": gettext_lazy("All"),
}
"""The parts of the inbox, in the order in which they stand."""


class Tab(NamedTuple):
    """A part of the inbox: its word, what it is called, how many are in it, whether it is shown."""

    word: str
    label: Any
    many: str
    here: bool


class Line(NamedTuple):
    """A row as it is shown: what it holds, the next step in words, what is being done to it right now, and since
    how many milliseconds it is where it is.
    """

    row: waiting.Waiting
    next: str
    moving: str
    since: int


class Key(NamedTuple):
    """A key and what it does."""

    key: str
    does: Any


KEYS: Final = (
    (gettext_lazy("In every list"), (
        Key("j", gettext_lazy("mark the next row")),
        Key("k", gettext_lazy("mark the row before")),
        Key("Enter", gettext_lazy("open the lead of the marked row")),
        Key("x", gettext_lazy("tick the marked row, to do something to several at once")),
    )),
    (gettext_lazy("In the inbox, on the marked row"), (
        Key("a", gettext_lazy("accept the lead: it is yours")),
        Key("r", gettext_lazy("reject the lead; then 1 to 7 for the reason, or 8 to say it in your own words")),
    )),
    (gettext_lazy("Everywhere"), (
        Key("z", gettext_lazy("undo what was done just now")),
        Key("/", gettext_lazy("find a lead")),
        Key("?", gettext_lazy("this page")),
        Key("Esc", gettext_lazy("leave the field in which you are typing")),
    )),
)  # fmt: skip
"""Every key, by where it works."""


@page(READ_LEADS)
def inbox(request: PageRequest) -> HttpResponse:
    """The page."""
    wanted, at = wanted_in(request.GET), now()
    cursor = request.GET.get("cursor") or None
    version = looking.in_force()
    asked = looking.Asked(wanted, request.actor.name, at, looking.respond_within(version))
    found = looking.inbox(asked, cursor, ROWS)
    told = waiting.read(found.places, asked)
    lines = [Line(row, next_in_words(row.next), _moving(row), at - row.since) for row in told]
    filtered = filters.chips(
        request.GET, {name: filters.LABELS[name] for name in ("stage", "grade", "least")}
    )
    context = {
        "lines": lines,
        "next_cursor": found.next_cursor,
        "first": cursor is None,
        "wanted": wanted,
        "tabs": _tabs(looking.counted(asked), wanted.show),
        "chips": filtered,
        "views": saved_views(request.user.pk, "inbox"),
        "screen": "inbox",
        "stages": filters.choices(STAGES, wanted.stage, stage_word),
        "grades": filters.GRADES_IN_ROWS,
        "at": at,
        "within": asked.within,
        "playbook": version is not None,
    }
    return show(request, "inbox/inbox.html", context)


@page(READ_LEADS)
def fresh(request: PageRequest) -> HttpResponse:
    """How many have come since the page was shown: said above the table, which stays as it is under one's hands."""
    since = filters.number_in(request.GET, "since") or now()
    return show(request, "inbox/fresh.html", {"arrived": looking.arrived(since), "since": since})


@page(READ_LEADS)
def keys(request: PageRequest) -> HttpResponse:
    """Which keys do what."""
    return show(request, "inbox/keys.html", {"keys": KEYS})


def wanted_in(words: QueryDict) -> looking.Wanted:
    """What of the inbox an address asks for; raises :class:`~qualify.errors.QualifyError` for what makes no sense."""
    shown = one_of_them(words.get("show") or "new", looking.SHOWS, "part of the inbox")
    stages = filters.stages_in(words, STAGES)
    return looking.Wanted(shown, stages, filters.grades_in(words), filters.points_in(words, "least"))


def _tabs(counts: dict[str, int], here: str) -> list[Tab]:
    most = looking.MOST_COUNTED
    said = {word: f"{most}+" if many > most else str(many) for word, many in counts.items()}
    return [Tab(word, label, said[word], word == here) for word, label in TABS.items()]


def _moving(row: waiting.Waiting) -> str:
    """What was decided a moment ago and is still being reckoned with."""
    words = {
        "accepted": _("accepted, moving on"),
        "rejected": _("rejected, moving out"),
    }
    return "" if row.moving is None else words.get(row.moving.decision, _("being moved"))


def next_in_words(step: waiting.Next) -> str:
    """What to do now."""
    about = str(worded(step.about).label).lower() if step.about else ""
    return {
        "answer": _("Accept or reject"),
        "call": _("Call, and ask about: %(about)s"),
        "write": _("Write, and ask about: %(about)s"),
        "ask": _("Ask about: %(about)s"),
        "confirm": _("Confirm: every question is answered"),
        "close": _("Make an offer; say when it is won or lost"),
    }[step.step] % {"about": about}
