"""What every page of a lead shows: who it is and how it stands, today or as of a day that somebody chose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualify import moments
from qualify.clock import now
from qualify.web.looking import lead as looking
from qualify.web.looking.accounts import Account, account_of
from qualify.web.looking.decided import NOTHING, Story, names_of, stories
from qualify.web.looking.recorded import is_waiting
from qualify.web.screens.page import PageRequest
from qualify.web.verbs.actor import NotThere
from qualify.web.verbs.erase import gone

TABS = (
    ("lead", _("Why")),
    ("lead-timeline", pgettext_lazy("page of a lead", "Timeline")),
    ("lead-history", _("Over time")),
    ("lead-questions", _("Questions")),
    ("lead-identity", _("Identity")),
    ("lead-privacy", _("Privacy")),
)
"""The pages of a lead, by the names of their addresses."""

DECISIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lead": (("accepted", "rejected"), ("recycled", "disqualified")),
    "iql": (("accepted", "rejected"), ("recycled", "disqualified")),
    "mql": (("accepted", "rejected"), ("recycled", "disqualified")),
    "pql": (("accepted", "rejected"), ("recycled", "disqualified")),
    "sal": (("confirmed", "rejected"), ("recycled", "disqualified", "lost")),
    "sql": (("won", "lost"), ("recycled", "disqualified")),
    "customer": ((), ("lost",)),
    "recycled": (("reopened",), ("accepted", "disqualified")),
    "disqualified": (("reopened",), ()),
}
"""By stage, the decisions that come next, and those that are possible besides."""

WORDS = {
    "accepted": _("Accept"), "rejected": _("Reject"), "confirmed": _("Confirm"), "recycled": _("Recycle"),
    "disqualified": _("Disqualify"), "reopened": _("Reopen"), "won": _("Won"), "lost": _("Lost"),
}  # fmt: skip

KEYS = {"accepted": "a", "rejected": "r", "confirmed": "c"}

NEED_REASON = frozenset({"rejected", "recycled", "disqualified", "lost"})
"""Decisions that somebody will ask about later."""


class Choice(NamedTuple):
    """A decision that can be taken: its word, what stands on the button, its key, whether it needs a reason."""

    decision: str
    label: Any
    key: str
    why: bool


class Head(NamedTuple):
    """The head of every page of a lead."""

    detail: looking.Detail
    as_of: int | None
    """The end of the day that was chosen; None: today."""
    at: int
    """The moment for which everything on the page holds."""
    called: str
    """The name, or what else they go by."""
    title: str
    company: str
    phone: str
    account: Account | None
    story: Story
    by: str
    waiting: bool
    stayed: int | None
    """For how many milliseconds it has been in its stage."""
    choices: list[Choice]
    more: list[Choice]


def head(request: PageRequest, lead_id: int) -> Head | HttpResponseRedirect:
    """The head; of a lead that was merged away, the way to who it is now.

    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    survivor = looking.survivor_of(lead_id)
    if survivor is None:
        raise gone(lead_id)
    if survivor != lead_id:
        return HttpResponseRedirect(
            request.get_full_path().replace(f"/leads/{lead_id}", f"/leads/{survivor}", 1)
        )
    today, as_of = now(), chosen_day(request)
    detail = looking.today(lead_id, today) if as_of is None else looking.then(lead_id, as_of)
    if detail is None:
        raise NotThere(_("Nothing was known of this lead on that day."))
    return _head(detail, as_of, today)


def _head(detail: looking.Detail, as_of: int | None, today: int) -> Head:
    person = detail.lead.id
    story = NOTHING if as_of is not None else stories([person]).get(person, NOTHING)
    who = story.newest.who if story.newest else ""
    first, more = DECISIONS.get(detail.lead.stage or "lead", ((), ()))
    account, shown = account_of(detail.lead.account_id, person), detail.lead
    at = today if as_of is None else as_of
    return Head(
        detail, as_of, at, shown.name or shown.email or str(person),
        _text(detail.traits, "job_title"), shown.company or (account.name if account else ""),
        _text(detail.traits, "phone"), account, story,
        names_of([who]).get(who, "") if who else "",
        as_of is None and is_waiting(person, today), None if shown.since is None else at - shown.since,
        _choices(first), _choices(more),
    )  # fmt: skip


def _choices(decisions: tuple[str, ...]) -> list[Choice]:
    return [Choice(each, WORDS[each], KEYS.get(each, ""), each in NEED_REASON) for each in decisions]


def _text(traits: Mapping[str, Any], name: str) -> str:
    value = traits.get(name)
    return value if isinstance(value, str) else ""


def chosen_day(request: PageRequest) -> int | None:
    """The end of the day in the address, in the reader's time zone; None when there is none, or it is not over.

    Raises :class:`~qualify.errors.QualifyError` for what is no day.
    """
    said = request.GET.get("as_of", "").strip()
    if not said:
        return None
    end = moments.moment(said[:40], timezone.get_current_timezone_name())
    return end if end < now() else None


def page_of(request: PageRequest, top: Head, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A page of the lead, with the head and the way to the others."""
    here, said = (
        request.resolver_match.url_name if request.resolver_match else "",
        request.GET.get("as_of", ""),
    )
    query = f"?as_of={said}" if top.as_of is not None else ""
    tabs = [
        {"url": reverse(name, args=[top.detail.lead.id]) + query, "label": label, "here": name == here}
        for name, label in TABS
    ]
    around = {
        "top": top, "lead": top.detail.lead, "detail": top.detail, "tabs": tabs, "query": query,
        "as_of_day": said if top.as_of is not None else "",
        "can_write": top.as_of is None and request.actor.may("write:leads"),
    }  # fmt: skip
    return render(request, template, {**around, **context})
