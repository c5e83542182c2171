"""What the last weeks would have looked like under other rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.handoff.simulating import Difference
from qualify.moments import DAY
from qualify.web.looking import handing as looking
from qualify.web.looking import plans, playbook
from qualify.web.looking.leads import Listed, read
from qualify.web.looking.speed import speeds_of_reps
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_PLAYBOOK, NotThere
from qualify.web.verbs.leads import one_of_them
from qualify.web.verbs.simulating import (
    SOME,
    Ready,
    Tried,
    Would,
    ask_simulation,
    how_many,
    shortly,
    simulate,
)
from qualify.web.verbs.simulating import read as found_out

DAYS: Final = ("7", "30", "90")


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
    if word == "now" and not (choices and choices[0].in_force):
        context["trouble"] = _("no playbook is published yet")
    elif word:
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


def _text_of(word: str) -> str:
    """The playbook of these rules; ``now`` is that in force, which stands first."""
    if word == "now":
        word = f"version-{playbook.versions()[0].id}"
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


def _tried(request: PageRequest, text: str, days: int) -> dict[str, Any]:
    """What came of the rules: at once where few leads were handed over, else as a worker found it out."""
    at = now()
    since = at - days * DAY
    try:
        if how_many(since, at) <= SOME:
            return _told(shortly(simulate(request.actor, at, text=text, since=since)), at)
        found = plans.work(ask_simulation(request.actor, text, days, at))
    except QualifyError as error:
        return {"trouble": said_to_the_reader(error)}
    if found is not None and found.result is not None:
        return {**_told(found_out(found.result), at), "found_out_at": found.finished_at}
    return {"plan": found} if found is None or found.under_way else {"trouble": found.said}


def _told(tried: Tried, at: int) -> dict[str, Any]:
    told, names = tried.would, {rep.rep_id: rep.called for rep in looking.reps(at)}
    in_fact, _by_rep = speeds_of_reps(at, told.since)
    return {
        "told": told,
        "lines": _lines(told, names),
        "ready": told.ready.get(""),
        "ready_before": told.ready_before.get(""),
        "in_fact": in_fact.kept_of_due,
        "changed": _changed(tried.differences, names),
        "differences": tried.many,
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


def _changed(some: Sequence[Difference], names: dict[str, str]) -> list[Changed]:
    leads = {str(lead.id): lead for lead in read([int(each.lead_id) for each in some])}
    return [
        Changed(
            leads.get(each.lead_id), each.lead_id, names.get(each.before or "", each.before or ""),
            names.get(each.after or "", each.after or ""), "; ".join(each.why),
        )
        for each in some
    ]  # fmt: skip
