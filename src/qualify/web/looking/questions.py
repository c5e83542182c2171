"""The sets of questions that sales qualifies by, worded so that they can be asked as they stand.

A playbook names questions by the words on the left (``answer: budget``); sets share them, so that a budget that was
asked for under BANT is known under CHAMP too. BANT is of IBM, MEDDIC of PTC (McMahon and Dunkel), CHAMP of
InsightSquared, GPCTBA/C&I of HubSpot.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _


class Question(NamedTuple):
    """A question: as a playbook names it, as people call it, and as it is asked."""

    name: str
    label: Any
    asked: Any


class QuestionSet(NamedTuple):
    """A set of questions, in the order in which they are best asked."""

    name: str
    label: str
    questions: tuple[Question, ...]


_NEED = Question(
    "need",
    _("Need"),
    _("What would change for you if this problem were solved, and what happens if it is not?"),
)
_BUDGET = Question("budget", _("Budget"), _("Is there money set aside for this, and about how much?"))
_AUTHORITY = Question("authority", _("Authority"), _("Who besides you decides, and who signs?"))
_TIMELINE = Question(
    "timeline", _("Timeline"), _("By when does it have to run, and what happens on that day?")
)
_CHALLENGES = Question(
    "challenges", _("Challenges"), _("What gets in the way today, and what have you tried against it?")
)

SETS: Final = (
    QuestionSet("bant", "BANT", (_NEED, _BUDGET, _AUTHORITY, _TIMELINE)),
    QuestionSet(
        "meddic",
        "MEDDIC",
        (
            Question(
                "metrics", _("Metrics"), _("By which number will you tell in a year that it was worth it?")
            ),
            Question(
                "economic_buyer",
                _("Economic buyer"),
                _("Whose budget does it come from, and may we meet them?"),
            ),
            Question(
                "decision_criteria",
                _("Decision criteria"),
                _("What do you compare offers by, and what weighs most?"),
            ),
            Question(
                "decision_process",
                _("Decision process"),
                _("Which steps lie between today and a signature, and who takes part in each?"),
            ),
            Question("identify_pain", _("Pain"), _("What does the problem cost you each month as it is?")),
            Question(
                "champion",
                _("Champion"),
                _("Who in your company would speak for this when we are not in the room?"),
            ),
        ),
    ),
    QuestionSet(
        "champ",
        "CHAMP",
        (
            _CHALLENGES,
            _AUTHORITY,
            Question("money", _("Money"), _("What may a solution cost so that it pays for you?")),
            Question(
                "prioritization",
                _("Priority"),
                _("Where does this stand among what you have planned for this quarter?"),
            ),
        ),
    ),
    QuestionSet(
        "gpctba",
        "GPCTBA/C&I",
        (
            Question("goals", _("Goals"), _("What do you have to have reached by the end of the year?")),
            Question("plans", _("Plans"), _("How do you mean to reach it so far?")),
            _CHALLENGES,
            _TIMELINE,
            _BUDGET,
            _AUTHORITY,
            Question("consequences", _("Consequences"), _("What happens if you do not reach it?")),
            Question(
                "implications", _("Implications"), _("And when you do reach it, what becomes possible next?")
            ),
        ),
    ),
)
"""The sets, the first of which is shown unless another is chosen."""

BY_NAME: Final = {each.name: each for each in SETS}

WORDED: Final = {question.name: question for each in reversed(SETS) for question in each.questions}
"""Every question by its name."""


def worded(name: str) -> Question:
    """The question of that name; one of a company's own is asked for plainly."""
    spoken = name.replace("_", " ").capitalize()
    return WORDED.get(name) or Question(
        name, spoken, _("What about this: %(name)s?") % {"name": spoken.lower()}
    )
