"""Forms of our own: which there are, where they are, and a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.web.looking import capture
from qualify.web.looking.hosted import forms_there
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.people.reaching import origin
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.verbs import forming, opening
from qualify.web.verbs.actor import ADMIN

QUESTIONS = 8
"""How many questions the page offers; the API takes more."""

TYPES = [
    ("text", gettext_lazy("one line")),
    ("email", gettext_lazy("e-mail address")),
    ("phone", gettext_lazy("phone number")),
    ("textarea", gettext_lazy("several lines")),
    ("select", gettext_lazy("a choice")),
    ("consent", gettext_lazy("a box to agree")),
]


@page(ADMIN)
def hosted(request: PageRequest) -> HttpResponse:
    """Every form."""
    return show(request, "connect/forms.html", {"forms": forms_there(), "base": origin(request)})


class FormForm(forms.Form):
    """A form as it is described."""

    id = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=80,
        help_text=gettext_lazy("It will be at /f/ and this, as demo."),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        help_text=gettext_lazy("What its visitors read above it."),
    )
    event = forms.SlugField(
        label=gettext_lazy("Kind of event"),
        initial="form_submitted",
        help_text=gettext_lazy(
            "What a submission counts as, as demo_requested: the word that the playbook uses."
        ),
    )
    success_message = forms.CharField(
        label=gettext_lazy("Thanks"), max_length=500, initial="Thank you. We have received your message."
    )
    success_redirect = forms.URLField(
        label=gettext_lazy("Lead on to"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("A page to show instead of the thanks."),
    )
    consent_text = forms.CharField(
        label=gettext_lazy("Words to agree to"), required=False, max_length=2000,
        help_text=gettext_lazy("For questions that are a box to agree; kept as proof with each agreement."),
    )  # fmt: skip


class QuestionForm(forms.Form):
    """A question; one without a name is not asked."""

    name = forms.RegexField(r"^[A-Za-z][A-Za-z0-9_]{0,79}$", label=gettext_lazy("Trait"), required=False)
    label = forms.CharField(label=gettext_lazy("Question"), required=False, max_length=200)
    type = forms.ChoiceField(label=gettext_lazy("Answer"), choices=TYPES, required=False)
    options = forms.CharField(label=gettext_lazy("Choices"), required=False, max_length=2000)
    required = forms.BooleanField(label=gettext_lazy("Needed"), required=False)
    progressive = forms.BooleanField(label=gettext_lazy("Only while unknown"), required=False)

    def question(self) -> dict[str, Any]:
        """The question as a form has it."""
        said = self.cleaned_data
        options = [each.strip() for each in said["options"].split(",") if each.strip()]
        return {
            **said,
            "options": options,
            "type": said["type"] or "text",
            "label": said["label"] or said["name"],
        }


_BEGIN: list[dict[str, Any]] = [
    {"name": "email", "label": "Work e-mail", "type": "email", "required": True},
    {"name": "first_name", "label": "First name"},
    {"name": "company", "label": "Company"},
]


@page(ADMIN)
def new(request: PageRequest) -> HttpResponseBase:
    """Make a form."""
    questions_of = forms.formset_factory(QuestionForm, extra=0, max_num=QUESTIONS)
    blank: list[dict[str, Any]] = [{}] * (QUESTIONS - len(_BEGIN))
    form = FormForm(request.POST or None)
    questions = questions_of(request.POST or None, initial=[*_BEGIN, *blank], prefix="q")
    if request.method == "POST" and form.is_valid() and questions.is_valid():
        asked = [each.question() for each in questions if each.cleaned_data.get("name")]
        try:
            address = _made(
                request, {**form.cleaned_data, "name": form.cleaned_data["title"], "fields": asked}
            )
        except QualifyError as error:
            form.add_error(None, said_to_the_reader(error))
        else:
            done(request, _("The form is at /f/%(address)s.") % {"address": address})
            return HttpResponseRedirect(reverse("connect-forms"))
    return show(request, "connect/form_new.html", {"form": form, "questions": questions})


def _made(request: PageRequest, spec: dict[str, Any]) -> str:
    """The form is kept; all forms of our own have one source, which is made with the first."""
    with transaction.atomic():
        if not first_time(request):
            return str(spec["id"])
        there = next((each.id for each in capture.sources() if each.kind == "forms"), None)
        at = now()
        source = there or opening.create_source(request.actor, "Forms", "forms", at)
        return forming.create_form(request.actor, source, spec, at)


@page(ADMIN)
@require_POST
def close(request: PageRequest, address: str) -> HttpResponseBase:
    """Show a form no more."""
    forming.close_form(request.actor, address, now())
    done(request, _("The form is closed."))
    return HttpResponseRedirect(reverse("connect-forms"))
