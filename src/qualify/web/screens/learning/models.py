"""Which model is in force, which were before, and how the store learns."""

from __future__ import annotations

from django.http import HttpResponse

from qualify.web.learning.keeping import reign
from qualify.web.looking.learned import lessons
from qualify.web.screens.learning.lessons import shown
from qualify.web.screens.page import PageRequest, page, show
from qualify.web.verbs.actor import READ_PLAYBOOK
from qualify.web.verbs.lessons import INTERVALS


@page(READ_PLAYBOOK)
def models(request: PageRequest) -> HttpResponse:
    """The lessons, with the models that were in force and the way back."""
    from qualify.learning.leaks import Choices  # brings NumPy

    on, here = shown(), reign()
    choices = Choices.read(on.how.choices)
    context = {
        **on.context(request, "models"), "reign": here, "lessons": lessons(), "intervals": INTERVALS,
        "left_out": choices.leave_out, "kept": choices.keep,
    }  # fmt: skip
    return show(request, "learning/models.html", context)
