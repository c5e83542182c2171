"""What is done from the day's page: a touch done or left out, a contact logged, a mail written."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.handoff.followups import Task
from qualify.web.handing.telling import called
from qualify.web.looking import handing as looking
from qualify.web.looking.lead import survivor_of
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.screens.day.views import CHANNELS
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, back, done, page, show
from qualify.web.verbs.actor import WRITE_LEADS, NotThere
from qualify.web.verbs.contacting import OUTCOMES, Touch, log_contact
from qualify.web.verbs.enrolling import finish_step, skip_step
from qualify.web.verbs.mailing import MOST_TEXT, write_to_lead

OUTCOME_WORDS: Final = {
    "connected": gettext_lazy("reached them"), "voicemail": gettext_lazy("left a voicemail"),
    "no answer": gettext_lazy("no answer"), "busy": gettext_lazy("busy"),
    "wrong number": gettext_lazy("wrong number"), "failed": gettext_lazy("did not get through"),
    "sent": gettext_lazy("sent"), "delivered": gettext_lazy("arrived"), "bounced": gettext_lazy("came back"),
    "booked": gettext_lazy("a meeting is booked"), "held": gettext_lazy("we met"),
    "cancelled": gettext_lazy("was cancelled"), "no show": gettext_lazy("they did not come"),
}  # fmt: skip

TO_SAY: Final = {
    channel: tuple(word for word in words if word in OUTCOME_WORDS) for channel, words in OUTCOMES.items()
}
"""What somebody says came of a contact; of a mail that is only being written there is nothing to say."""

ANYWHERE: Final = tuple(dict.fromkeys(word for words in TO_SAY.values() for word in words))


@page(WRITE_LEADS)
@require_POST
def at_once(request: PageRequest) -> HttpResponseBase:
    """One button: ``do`` says what, to which step of which lead: ``done::12:0:eight touches``."""
    what, outcome, which = _parted(request.POST.get("do", ""))
    at = now()
    with transaction.atomic():
        if not first_time(request, f"{what}{outcome}{which}"):
            return back(request, reverse("day"))
        said, number = _done(request, what, outcome, which, at)
    done(request, said, number)
    return back(request, reverse("day"))


def _parted(word: str) -> tuple[str, str, tuple[int, int | None, str]]:
    what, _colon, rest = word.partition(":")
    outcome, _colon, rest = rest.partition(":")
    lead, _colon, rest = rest.partition(":")
    step, _colon, sequence = rest.partition(":")
    if not (lead.isdecimal() and len(lead) < 19 and len(step) < 4 and (step.isdecimal() or not step)):
        raise QualifyError(_("there is no such touch"))
    return what, outcome[:32], (int(lead), int(step) if step else None, sequence)


def _done(
    request: PageRequest, what: str, outcome: str, which: tuple[int, int | None, str], at: int
) -> tuple[str, int | None]:
    """What is said of it, and its line of the audit."""
    lead_id, step, sequence = which
    who = called(survivor_of(lead_id) or lead_id)
    if what == "skip" and step is not None:
        number = skip_step(request.actor, lead_id, sequence, step, at)
        said = _("Left out: %(lead)s. The next touch is planned as if it had been done.")
        return said % {"lead": who}, number
    if what == "done" and step is not None:
        number = finish_step(request.actor, lead_id, sequence, step, at, outcome=outcome)
        return _("Done: %(lead)s") % {"lead": who}, number
    if what == "called" and step is None:
        logged = log_contact(request.actor, lead_id, Touch("phone", outcome=outcome), at)
        told = {"lead": who, "outcome": OUTCOME_WORDS.get(outcome, outcome)}
        return _("Written down: you called %(lead)s, %(outcome)s") % told, logged.audit_id
    raise NotThere(_("there is no such deed"))


class ContactForm(forms.Form):
    """How one was in touch with a lead, and what came of it."""

    channel = forms.ChoiceField(label=gettext_lazy("How"), choices=list(CHANNELS.items()), initial="phone")
    outcome = forms.ChoiceField(
        label=gettext_lazy("What came of it"),
        choices=[("", gettext_lazy("nothing to add")), *((word, OUTCOME_WORDS[word]) for word in ANYWHERE)],
        required=False,
        help_text=gettext_lazy(
            "Calls and meetings need it: a call is a contact when it was made and logged."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"class": "few", "rows": 3}),
    )

    def only(self, channel: str) -> None:
        """It was by this channel: only what can come of that is left to choose."""
        del self.fields["channel"]
        words = TO_SAY.get(channel, TO_SAY["email"])
        empty = [] if channel == "phone" else [("", gettext_lazy("nothing to add"))]
        cast("forms.ChoiceField", self.fields["outcome"]).choices = [
            *empty,
            *((word, OUTCOME_WORDS[word]) for word in words),
        ]


@page(WRITE_LEADS)
def contact(request: PageRequest, lead_id: int) -> HttpResponseBase:
    """Log a contact with its outcome; with ``step`` and ``sequence`` it is that touch of the sequence."""
    person, task = _about(request, lead_id)
    initial = {"channel": task.channel if task is not None else "phone"}
    form = ContactForm(request.POST or None, initial=initial)
    if task is not None:
        form.only(task.channel)
    if request.method == "POST" and form.is_valid() and _logged(request, form, person, task):
        return back(request, reverse("day"))
    return show(request, "day/contact.html", _page_of(request, person, task, form))


def _logged(request: PageRequest, form: ContactForm, person: int, task: Task | None) -> bool:
    """Whether it was written down; what is wrong with it is said in the form."""
    told, at = form.cleaned_data, now()
    try:
        with transaction.atomic():
            if not first_time(request):
                return True
            if task is not None:
                number: int | None = finish_step(
                    request.actor, person, task.sequence, task.step, at, outcome=told["outcome"], note=told["note"]
                )  # fmt: skip
            else:
                touch = Touch(told["channel"], outcome=told["outcome"], note=told["note"])
                number = log_contact(request.actor, person, touch, at).audit_id
    except QualifyError as error:
        form.add_error("outcome", said_to_the_reader(error))
        return False
    done(request, _("Written down: you were in touch with %(lead)s") % {"lead": called(person)}, number)
    return True


class MailForm(forms.Form):
    """A mail to a lead."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=255)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=MOST_TEXT, widget=forms.Textarea)


@page(WRITE_LEADS)
def write(request: PageRequest, lead_id: int) -> HttpResponseBase:
    """Write a mail that Qualify sends in the name of whoever has the lead."""
    person, task = _about(request, lead_id)
    form = MailForm(request.POST or None, initial={"text": ""})
    if request.method == "POST" and form.is_valid() and _written(request, form, person, task):
        return back(request, reverse("day"))
    told = {**_page_of(request, person, task, form), "mail": bool(settings.MAIL.host)}
    return show(request, "day/write.html", told)


def _written(request: PageRequest, form: MailForm, person: int, task: Task | None) -> bool:
    told, step = form.cleaned_data, None if task is None else task.step
    try:
        with transaction.atomic():
            if not first_time(request):
                return True
            write_to_lead(
                request.actor, person, told["subject"], told["text"], now(),
                sequence="" if task is None else task.sequence, step=step,
            )  # fmt: skip
    except QualifyError as error:
        form.add_error(None, said_to_the_reader(error))
        return False
    done(request, _("On its way: Qualify sends it to %(lead)s") % {"lead": called(person)})
    return True


def _about(request: PageRequest, lead_id: int) -> tuple[int, Task | None]:
    """Who it is about, and the touch of which sequence it is; None: none."""
    person = survivor_of(lead_id)
    if person is None:
        raise NotThere(_("this lead is not there any more"))
    words = request.POST if request.method == "POST" else request.GET
    step, sequence = words.get("step", ""), words.get("sequence", "")
    if not step:
        return person, None
    told = looking.whose(person, now())
    tasks = [task for name, tasks, _exit in told.sequences if name == sequence for task in tasks]
    found = next((task for task in tasks if str(task.step) == step), None)
    if found is None:
        raise NotThere(_("there is no such touch"))
    return person, found


def _page_of(request: PageRequest, person: int, task: Task | None, form: forms.Form) -> dict[str, Any]:
    words = request.POST if request.method == "POST" else request.GET
    return {
        "form": form,
        "lead_id": person,
        "called": called(person),
        "reached": looking.reached([person]).get(person),
        "task": task,
        "channel": "" if task is None else CHANNELS.get(task.channel, task.channel),
        "next": words.get("next", ""),
    }
