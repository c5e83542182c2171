"""What one does about the hand-off of a lead on its page: give it away, take it, be in touch, follow up."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.handoff.clock import Clock
from qualify.moments import moment, written
from qualify.web.looking.decided import names_of
from qualify.web.looking.handed import handed
from qualify.web.looking.handing import whose
from qualify.web.looking.lead import survivor_of
from qualify.web.looking.recorded import Recorded
from qualify.web.screens.lead.deeds import contact_words
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page
from qualify.web.screens.templatetags.lead import hours
from qualify.web.verbs.actor import MANAGE_REPS, WRITE_LEADS, NotThere
from qualify.web.verbs.assigning import assign as give_away
from qualify.web.verbs.assigning import take as take_it
from qualify.web.verbs.contacting import Touch, log_contact
from qualify.web.verbs.enrolling import enrol, finish_step, skip_step, stop_sequences

CONTACTS: Final[tuple[tuple[Any, tuple[tuple[str, Any], ...]], ...]] = (
    (gettext_lazy("Call"), (
        ("phone:connected", gettext_lazy("We talked")),
        ("phone:voicemail", gettext_lazy("Left a message")),
        ("phone:no answer", gettext_lazy("No answer")),
        ("phone:busy", gettext_lazy("Busy")),
        ("phone:wrong number", gettext_lazy("Wrong number")),
    )),
    (gettext_lazy("Message"), (
        ("email:sent", gettext_lazy("Sent a mail")),
        ("linkedin:sent", gettext_lazy("Wrote on LinkedIn")),
        ("whatsapp:sent", gettext_lazy("Wrote on WhatsApp")),
        ("sms:sent", gettext_lazy("Sent a text message")),
        ("email:bounced", gettext_lazy("A mail came back")),
    )),
    (gettext_lazy("Meeting"), (
        ("meeting:held", gettext_lazy("We met")),
        ("meeting:no show", gettext_lazy("They did not come")),
        ("meeting:cancelled", gettext_lazy("It was called off")),
        ("in person:", gettext_lazy("Met by chance")),
    )),
    (gettext_lazy("They were in touch"), (
        ("email:in", gettext_lazy("They wrote")),
        ("phone:in", gettext_lazy("They called")),
    )),
)  # fmt: skip
"""What a contact was, in one choice: the words of the verb, channel and outcome (``in``: they were in touch)."""


class Rights(NamedTuple):
    """What somebody may do about a hand-off: take it, give it away, write down what happened."""

    take: bool
    assign: bool
    mine: bool


class Touched(NamedTuple):
    """A contact in words, when it was, and who of ours it was."""

    said: str
    at: int
    who: str


def panel(request: PageRequest, lead_id: int, at: int, lead: Recorded | None) -> dict[str, Any]:
    """What the panel of the hand-off shows, and what whoever looks may do there."""
    found = handed(lead_id, at, lead)
    me, writes = request.actor.name, request.actor.may(WRITE_LEADS)
    mine = found.owner_id == me
    is_rep = any(each.rep_id == me for each in found.takers)
    rights = Rights(
        take=writes and found.is_open and not found.owner_id and is_rep,
        assign=writes and found.is_open and bool(found.takers) and (mine or request.actor.may(MANAGE_REPS)),
        mine=mine,
    )
    touches = [
        Touched(contact_words(each.channel, each.direction, each.outcome, automatic=each.auto_reply),
                each.happened_at, found.who.get(each.rep_id or "", ""))
        for each in found.contacts
    ]  # fmt: skip
    due_at = None if found.clock is None else found.clock.due_at
    late = 0 if due_at is None else at - due_at
    return {
        "handed": found, "rights": rights, "contact_choices": CONTACTS, "touches": touches, "late": late,
    }  # fmt: skip


@page(WRITE_LEADS)
@require_POST
def assign(request: PageRequest, lead_id: int) -> HttpResponse:
    """Give the lead to somebody else, with a reason."""
    rep, at = request.POST.get("rep", ""), now()
    if not rep:
        raise QualifyError(_("Choose to whom it goes."))
    with transaction.atomic():
        if first_time(request):
            number = give_away(
                request.actor, lead_id, rep, at, reason=request.POST.get("reason", ""),
                instead_of=request.POST.get("instead_of"),
            )  # fmt: skip
            done(
                request, _("%(rep)s has this lead now, and is told.") % {"rep": names_of([rep])[rep]}, number
            )
    return _to_lead(request, lead_id)


@page(WRITE_LEADS)
@require_POST
def take(request: PageRequest, lead_id: int) -> HttpResponse:
    """Take a lead that nobody has."""
    with transaction.atomic():
        if first_time(request):
            number = take_it(request.actor, lead_id, now())
            done(request, _("It is yours now."), number)
    return _to_lead(request, lead_id)


@page(WRITE_LEADS)
@require_POST
def contact(request: PageRequest, lead_id: int) -> HttpResponse:
    """Write down that somebody was in touch, or tried to be; whether that stops the clock is said."""
    touch, at = _touch(request), now()
    with transaction.atomic():
        if first_time(request):
            before = _clock(lead_id, at)
            logged = log_contact(request.actor, lead_id, touch, at)
            after = _clock(lead_id, at)
            said = f"{_('Written down.')} {_did(before, after, logged.contact_id, touch)}".strip()
            done(request, said, logged.audit_id)
    return _to_lead(request, lead_id)


def _touch(request: PageRequest) -> Touch:
    """What the form says; a meeting that is booked says when it is."""
    note = " ".join(request.POST.get("note", "").split())
    if request.POST.get("meets_at"):
        when = moment(request.POST["meets_at"][:40], timezone.get_current_timezone_name())
        said = _("Meeting on %(when)s") % {"when": written(when, timezone.get_current_timezone_name())}
        return Touch("meeting", "outbound", "booked", note=f"{said}: {note}" if note else said)
    channel, _colon, outcome = request.POST.get("what", "").partition(":")
    if not channel:
        raise QualifyError(_("Say what it was: a call, a message, a meeting."))
    if outcome == "in":
        return Touch(channel, "inbound", "connected" if channel == "phone" else "", note=note)
    return Touch(channel, "outbound", outcome, note=note)


def _clock(lead_id: int, at: int) -> Clock | None:
    person = survivor_of(lead_id)
    if person is None:
        raise NotThere(_("There is no such lead."))
    return whose(person, at).clock


def _did(before: Clock | None, after: Clock | None, contact_id: str, touch: Touch) -> str:
    """What a contact did to the clock, in words."""
    if after is None or before is None or after.state == "ended":
        return _("No clock runs for this lead.")
    if after.contact is not None and after.contact.contact_id == contact_id:
        return _stopped(after)
    if before.stopped_at is not None:
        return _("The clock had stopped before.")
    if touch.direction == "inbound":
        return _("The clock goes on: that they were in touch is no answer of ours.")
    return _("The clock goes on: this was no contact with them.")


def _stopped(clock: Clock) -> str:
    used = hours(clock.used)
    if clock.kept:
        return _("The clock has stopped after %(time)s of working time: the promise is kept.") % {
            "time": used
        }
    return _("The clock has stopped after %(time)s of working time, %(late)s more than promised.") % {
        "time": used, "late": hours(-clock.left),
    }  # fmt: skip


@page(WRITE_LEADS)
@require_POST
def sequence(request: PageRequest, lead_id: int) -> HttpResponse:
    """Put the lead into a sequence of touches, or take it out of those that it is in."""
    name, at = request.POST.get("sequence", ""), now()
    with transaction.atomic():
        if first_time(request):
            if request.POST.get("what") == "stop":
                ended = stop_sequences(request.actor, lead_id, at)
                done(request, _("Its follow-ups are ended."), ended)
            else:
                enrol(request.actor, lead_id, name, at)
                done(request, _("It is in “%(name)s” now.") % {"name": name})
    return _to_lead(request, lead_id)


@page(WRITE_LEADS)
@require_POST
def step(request: PageRequest, lead_id: int) -> HttpResponse:
    """A touch of a sequence is done, which is a contact; or it is left out."""
    name, number = request.POST.get("sequence", ""), _number(request.POST.get("step", ""))
    outcome, at = request.POST.get("outcome", ""), now()
    with transaction.atomic():
        if first_time(request):
            if request.POST.get("what") == "skip":
                done(request, _("Left out."), skip_step(request.actor, lead_id, name, number, at))
            else:
                before = _clock(lead_id, at)
                line = finish_step(request.actor, lead_id, name, number, at, outcome=outcome)
                after = _clock(lead_id, at)
                stopped = before is not None and before.stopped_at is None and after is not None
                said = (
                    _stopped(after) if stopped and after is not None and after.stopped_at is not None else ""
                )
                done(request, f"{_('Done, and written down as a contact.')} {said}".strip(), line)
    return _to_lead(request, lead_id)


def _number(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 4):
        raise QualifyError(_("this sequence has no such step"))
    return int(said)


def _to_lead(request: PageRequest, lead_id: int) -> HttpResponse:
    return back(request, reverse("lead", args=[lead_id]))
