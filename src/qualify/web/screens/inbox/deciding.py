"""Accept and reject, one or several, with a preview; and undo."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.moments import moment
from qualify.web.handing.deciding import NOTHING_MORE, Besides, gets_it
from qualify.web.looking.decided import NOTHING, stories
from qualify.web.looking.handed import alike, lead_named, refusals
from qualify.web.looking.lead import survivor_of
from qualify.web.looking.leads import Listed, read
from qualify.web.looking.tongue import in_the_readers_words, said_to_the_reader
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page, show
from qualify.web.verbs.actor import WRITE_LEADS, Conflict, Forbidden, NotThere
from qualify.web.verbs.decide import decide
from qualify.web.verbs.reasons import REASONS, reason_of
from qualify.web.verbs.settle import settle
from qualify.web.verbs.several import Chosen, certain, decide_several, preview_several
from qualify.web.verbs.undo import undo

_CHOSEN: Final = re.compile(r"(\d{1,18})-(\d{1,18}\.\d{1,18})")


class Told(NamedTuple):
    """A lead of a preview: what it is, and what would become of it, or why nothing does."""

    lead: Listed | None
    lead_id: int
    before: str = ""
    after: str = ""
    why: str = ""


def chosen_in(word: str) -> Chosen:
    """A lead with what its story said, as a row carries it; raises :class:`~qualify.errors.QualifyError`."""
    found = _CHOSEN.fullmatch(word)
    if found is None:
        raise QualifyError(_("no lead was chosen"))
    return Chosen(int(found[1]), found[2])


def called(lead: Listed | None, lead_id: int) -> str:
    """What a lead is called in a sentence."""
    return (lead and (lead.name or lead.email)) or _("Lead %(number)s") % {"number": lead_id}


@page(WRITE_LEADS)
@require_POST
def accept(request: PageRequest) -> HttpResponse:
    """Accept one lead: it is theirs from now on, where no rep has it or they are one."""
    chosen, at = chosen_in(request.POST.get("accept", "")), now()
    gets = gets_it(request.actor.name, survivor_of(chosen.lead_id) or chosen.lead_id)
    said = (
        _("%(lead)s is yours now") if gets else _("%(lead)s is accepted; only who is in the team gets leads")
    )
    _decide(request, chosen, "accepted", "", at, said)
    return back(request, reverse("inbox"))


@page(WRITE_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: PageRequest, lead_id: int) -> HttpResponse:
    """Why not? One of the reasons, or one's own words."""
    survivor = survivor_of(lead_id)
    found = read([survivor]) if survivor is not None else []
    if not found:
        raise NotThere(_("this lead is not there any more"))
    if request.method != "POST":
        return _why(request, found[0], lead_id)
    chosen = chosen_in(f"{lead_id}-{request.POST.get('seen', '')}")
    word = request.POST.get("reason", "")
    try:
        reason = reason_of(word, request.POST.get("note", ""))
        more = _besides(request, word)
        _decide(request, chosen, "rejected", reason, now(), _("%(lead)s is rejected"), more)
    except (Forbidden, NotThere, Conflict):
        raise
    except QualifyError as error:
        with in_the_readers_words():
            return _why(request, found[0], lead_id, error)
    return back(request, reverse("inbox"))


def _why(request: PageRequest, lead: Listed, lead_id: int, error: QualifyError | None = None) -> HttpResponse:
    """The form that asks why; with what was typed, and what is wrong with it, where it was sent in vain."""
    context = {
        "lead": lead,
        "called": called(lead, lead_id),
        "reasons": _reasons(),
        "alike": alike(lead.id),
        "tomorrow": _tomorrow(),
        "seen": request.POST.get("seen")
        or request.GET.get("seen")
        or stories([lead.id]).get(lead.id, NOTHING).seen,
        "next": request.POST.get("next") or request.GET.get("next") or _came_from(request),
        **_in_vain(request, error),
    }
    return _answer(show(request, "inbox/reject.html", context), error)


_ASKED_AT: Final = {"wrong_timing": "back_on", "duplicate": "duplicate_of"}
"""The field that goes with a reason; with any other it is the words."""


def _in_vain(request: PageRequest, error: QualifyError | None) -> dict[str, Any]:
    """What a form for a reason is shown with again: what was typed, what is wrong, and at which field."""
    if error is None:
        return {}
    return {
        "typed": request.POST,
        "wrong": said_to_the_reader(error),
        "wrong_at": _ASKED_AT.get(request.POST.get("reason", ""), "note"),
    }


def _answer(shown: HttpResponse, error: QualifyError | None) -> HttpResponse:
    """A form that is shown again is a refusal still, for whoever reads only the status."""
    shown.status_code = 200 if error is None else 400
    return shown


def _besides(request: PageRequest, word: str) -> Besides:
    """What is said besides a reason: the day on which the lead wants it, the lead that it repeats; each of its reason
    only.
    """
    day, other = request.POST.get("back_on", "").strip(), request.POST.get("duplicate_of", "").strip()
    if word == "wrong_timing" and day:
        if _day(day) < _day(_tomorrow()):
            raise QualifyError(_("this day is over; name one to come"))
        return Besides(on=moment(f"{day}T00:00", timezone.get_current_timezone_name()))
    if word == "duplicate" and other:
        found = lead_named(other)
        if found is None:
            raise QualifyError(
                _("“%(said)s” is no lead that we have; write its address, or its number")
                % {"said": other[:80]}
            )
        return Besides(duplicate_of=found)
    return NOTHING_MORE


def _day(said: str) -> dt.date:
    try:
        return dt.datetime.strptime(said, "%Y-%m-%d").date()
    except ValueError:
        raise QualifyError(_("write the day as 2026-08-03")) from None


def _tomorrow() -> str:
    """The next day where the reader is, as a field for days takes it."""
    here = dt.datetime.fromtimestamp(now() / 1000, timezone.get_current_timezone())
    return (here.date() + dt.timedelta(days=1)).isoformat()


def _came_from(request: PageRequest) -> str:
    """The page that somebody came from; :func:`~qualify.web.screens.page.back` goes to none that is not ours."""
    said = urlsplit(request.headers.get("referer") or "")
    return f"{said.path}{'?' + said.query if said.query else ''}" if said.netloc == request.get_host() else ""


def _decide(
    request: PageRequest, chosen: Chosen, decision: str, reason: str, at: int, said: str,
    more: Besides = NOTHING_MORE,
) -> None:  # fmt: skip
    """Do it once, have it reckoned with at once, and say so."""
    with transaction.atomic():
        if not first_time(request, chosen.lead_id):
            return
        number = decide(
            request.actor, chosen.lead_id, decision, at, reason=reason, seen=chosen.seen, besides=more
        )
    person = survivor_of(chosen.lead_id) or chosen.lead_id
    settle([person], at)
    lead = next(iter(read([person])), None)
    done(request, said % {"lead": called(lead, person)}, undo=number)


class Reason(NamedTuple):
    """A reason with its key: its word, what it is called, what it does, and what it asks besides."""

    number: int
    word: str
    label: Any
    does: str
    asks: str


def _reasons(*, alone: bool = True) -> list[Reason]:
    """Every reason, in the order in which they are offered; ``alone``: for one lead."""
    told = {each.word: each for each in refusals(alone=alone)}
    return [
        Reason(number, word, label, told[word].does, told[word].asks)
        for number, (word, label) in enumerate(REASONS.items(), 1)
    ]


@page(WRITE_LEADS)
@require_POST
def several(request: PageRequest) -> HttpResponse:
    """What would become of several leads, before anything does."""
    chosen = [chosen_in(word) for word in request.POST.getlist("lead")]
    if not chosen:
        raise QualifyError(_("tick the leads first"))
    return _before(request, chosen, "rejected" if request.POST.get("what") == "reject" else "accepted")


def _before(
    request: PageRequest, chosen: list[Chosen], decision: str, error: QualifyError | None = None
) -> HttpResponse:
    """The preview; with what was typed, and what is wrong with it, where it was sent in vain."""
    preview = preview_several(request.actor, chosen, decision, now())
    leads = {lead.id: lead for lead in read([each.lead_id for each in chosen])}
    would = [Told(leads.get(each.lead_id), *each) for each in preview.would]
    cannot = [Told(leads.get(each.lead_id), each.lead_id, why=each.why) for each in preview.cannot]
    context = {
        "decision": decision,
        "would": would,
        "cannot": cannot,
        "chosen": [f"{each.lead_id}-{each.seen}" for each in chosen],
        "reasons": _reasons(alone=False),
        "next": request.POST.get("next", ""),
        **_in_vain(request, error),
    }
    return _answer(show(request, "inbox/several.html", context), error)


@page(WRITE_LEADS)
@require_POST
def do_several(request: PageRequest) -> HttpResponse:
    """Do what the preview said; who was decided about meanwhile is left out, and named."""
    chosen, at = [chosen_in(word) for word in request.POST.getlist("lead")], now()
    decision = "rejected" if request.POST.get("decision") == "rejected" else "accepted"
    reason = ""
    if decision == "rejected":
        try:
            reason = reason_of(request.POST.get("reason", ""), request.POST.get("note", ""))
        except QualifyError as error:
            with in_the_readers_words():
                return _before(request, chosen, decision, error)
    with transaction.atomic():
        if not first_time(request):
            return back(request, reverse("inbox"))
        outcome = certain(decide_several(request.actor, chosen, decision, at, reason=reason))
    settle(outcome.done, at)
    many = len(outcome.done)
    said = (
        ngettext("%(many)s lead is yours now", "%(many)s leads are yours now", many)
        if decision == "accepted"
        else ngettext("%(many)s lead is rejected", "%(many)s leads are rejected", many)
    ) % {"many": many}
    if outcome.cannot:
        said += "; " + _("left alone: %(left)s") % {"left": len(outcome.cannot)}
    done(request, said, undo=outcome.audit_id)
    return back(request, reverse("inbox"))


@page(WRITE_LEADS)
@require_POST
def undone(request: PageRequest, audit_id: int) -> HttpResponseRedirect:
    """Take back what a line of the audit says."""
    at = now()
    with transaction.atomic():
        outcome = undo(request.actor, audit_id, at)
    settle(outcome.leads, at)
    done(request, _("Undone: everything is as it was before"), undo=outcome.audit_id)
    return back(request, reverse("inbox"))
