"""What the last weeks would have looked like under other rules."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.moments import DAY
from qualify.web.looking import handing as looking
from qualify.web.looking import playbook
from qualify.web.looking.leads import Listed, read
from qualify.web.looking.speed import speeds_of_reps
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_PLAYBOOK, NotThere
from qualify.web.verbs.leads import one_of_them
from qualify.web.verbs.simulating import Ready, Would, simulate

DAYS: Final = ("7", "30", "90")
SHOWN: Final = 30
"""Leads that somebody else would have got, and that are named."""


class Choice(NamedTuple):
    """Rules to be tried: the word of the address, and what they are called."""

    word: str
    name: str
    in_force: bool = False

    @property
    def label(self) -> str:
        """What they are called among others."""
        return _("%(version)s, in force") % {"version": self.name} if self.in_force else self.name


class Line(NamedTuple):
    """A rep: what they were given in fact and would have been, and how often they would have been there."""

    name: str
    before: int
    after: int
    most_open: int
    ready: Ready | None
    ready_before: Ready | None

    @property
    def more(self) -> int:
        """How many more they would have been given."""
        return self.after - self.before


class Changed(NamedTuple):
    """A lead that somebody else would have got."""

    lead: Listed | None
    lead_id: str
    before: str
    after: str
    why: str


@page(READ_PLAYBOOK)
def simulated(request: PageRequest) -> HttpResponse:
    """The rules that can be tried, and what came of those that were chosen."""
    choices = _choices()
    word = request.GET.get("rules", "")
    days = one_of_them(request.GET.get("days") or "30", DAYS, "length of time")
    context: dict[str, Any] = {
        "choices": choices, "word": word, "days": days, "lengths": DAYS,
        "label": next((each.name for each in choices if each.word == word), _("These rules")),
    }  # fmt: skip
    if word:
        context |= _tried(request, _text_of(word), int(days))
    return show(request, "team/simulate.html", context)


def _choices() -> list[Choice]:
    versions, drafts = playbook.versions()[:20], playbook.drafts(limit=20)
    found = [
        Choice(
            f"version-{each.id}" if place else "now", _("Version %(number)s") % {"number": each.id}, not place
        )
        for place, each in enumerate(versions)
    ]
    return found + [
        Choice(f"draft-{each.id}", _("Draft “%(title)s”") % {"title": each.title or each.id})
        for each in drafts
    ]


def _text_of(word: str) -> str | None:
    """The playbook; None: that in force."""
    if word == "now":
        return None
    kind, _dash, number = word.partition("-")
    if kind not in ("version", "draft") or not number.isdecimal() or len(number) > 18:
        raise QualifyError(_("there are no such rules"))
    found = (
        playbook.text_of(int(number))
        if kind == "version"
        else (playbook.draft(int(number)) or (None, None))[1]
    )
    if found is None:
        raise NotThere(_("there are no such rules"))
    return found


def _tried(request: PageRequest, text: str | None, days: int) -> dict[str, Any]:
    at = now()
    try:
        told = simulate(request.actor, at, text=text, since=at - days * DAY)
    except QualifyError as error:
        return {"trouble": str(error)}
    names = {rep.rep_id: rep.called for rep in looking.reps(at)}
    in_fact, _by_rep = speeds_of_reps(at, told.since)
    return {
        "told": told,
        "lines": _lines(told, names),
        "ready": told.ready.get(""),
        "ready_before": told.ready_before.get(""),
        "in_fact": in_fact.kept_of_due,
        "changed": _changed(told, names),
        "differences": len(told.differences),
        "most": max([1, *told.before.values(), *(each.given for each in told.loads.values())]),
    }


def _lines(told: Would, names: dict[str, str]) -> list[Line]:
    everybody = {rep for rep, each in told.loads.items() if each.given} | set(told.before)
    found = [
        Line(
            names.get(rep, rep), told.before.get(rep, 0), told.loads[rep].given if rep in told.loads else 0,
            told.loads[rep].most_open if rep in told.loads else 0, told.ready.get(rep), told.ready_before.get(rep),
        )
        for rep in everybody
    ]  # fmt: skip
    return sorted(found, key=lambda line: (-line.after, -line.before, line.name))


def _changed(told: Would, names: dict[str, str]) -> list[Changed]:
    some = told.differences[:SHOWN]
    leads = {str(lead.id): lead for lead in read([int(each.lead_id) for each in some])}
    return [
        Changed(
            leads.get(each.lead_id), each.lead_id, names.get(each.before or "", each.before or ""),
            names.get(each.after or "", each.after or ""), "; ".join(each.why),
        )
        for each in some
    ]  # fmt: skip
