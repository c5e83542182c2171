"""Learning from outcomes: asked for, scheduled, questions answered, a model put in force or taken out of it."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.speech import sentence
from qualify.web.database import rows, run
from qualify.web.learning.keeping import crown, keep_settings, reign, settings
from qualify.web.learning.working import ask_for
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, PUBLISH_PLAYBOOK, Actor, Conflict, NotThere, audit
from qualify.web.verbs.leads import bounded, one_of_them

INTERVALS: Final = (0, 1, 7, 14, 30)
"""Days between two lessons that can be chosen; 0: only when somebody asks."""
ANSWERS: Final = ("leave out", "keep")
LONGEST_COLUMN: Final = 255
MOST_CHOICES: Final = 1_000


def ask_lesson(actor: Actor, now: int) -> int:
    """Have a worker learn from the store as it is now; the number of the work, which may be under way already."""
    actor.needs(DRAFT_PLAYBOOK)
    with transaction.atomic():
        before = settings().work_id
        number = ask_for(actor.name, now)
        if number != before:
            audit(actor, "ask lesson", number, {}, now)
    return number


def schedule_lessons(actor: Actor, every: int, now: int) -> None:
    """Learn by itself every so many days (one of :data:`INTERVALS`).

    Raises :class:`~qualify.errors.QualifyError` for another number.
    """
    actor.needs(PUBLISH_PLAYBOOK)
    if every not in INTERVALS:
        raise QualifyError(
            gettext("lessons can be every day, week, two weeks or month, or only when somebody asks")
        )
    with transaction.atomic():
        how = settings()
        if how.every != every:
            keep_settings(how._replace(every=every), now)
            audit(actor, "schedule lessons", every, {"from": how.every, "to": every}, now)


def answer_leak(actor: Actor, column: str, answer: str, now: int) -> None:
    """Say of a column that was asked about whether it may be learnt from (``keep``) or not (``leave out``).

    It holds from the next lesson on. Raises :class:`~qualify.errors.QualifyError` for another answer.
    """
    actor.needs(DRAFT_PLAYBOOK)
    column = bounded(column.strip(), LONGEST_COLUMN, "the column")
    one_of_them(answer, ANSWERS, "answer")
    if not column:
        raise QualifyError(gettext("say which column is meant"))
    from qualify.learning.leaks import Choices  # brings NumPy, which a web process does without until then

    with transaction.atomic():
        how = settings()
        before = Choices.read(how.choices)
        chosen = {
            word: [*(each for each in there if each != column), *([column] if word == answer else [])]
            for word, there in zip(ANSWERS, (before.leave_out, before.keep), strict=True)
        }
        if sum(map(len, chosen.values())) > MOST_CHOICES:
            raise QualifyError(
                gettext("%(most_choices)s columns are decided on already")
                % {"most_choices": f"{MOST_CHOICES:,}"}
            )
        keep_settings(how._replace(choices=chosen), now)
        audit(actor, "answer leak", column, {"answer": answer}, now)


def roll_back(actor: Actor, reign_id: int, now: int) -> None:
    """Take the model in force out of it: the one before is in force again, or the written rules alone.

    ``reign_id`` is what was seen to be in force: raises :class:`Conflict` when it is another by now.
    """
    actor.needs(PUBLISH_PLAYBOOK)
    with transaction.atomic():
        here = reign()
        if here is None or here.id != reign_id:
            raise Conflict(gettext("another model is in force by now; nothing was changed"))
        run(
            "UPDATE champion SET ended_at = %s, ended_by = %s WHERE id = %s", [now, actor.name[:255], here.id]
        )
        after = reign()
        detail = {"lesson": here.lesson_id, "in force": after.lesson_id if after else "the written rules"}
        audit(actor, "roll back model", here.lesson_id, detail, now)


def put_in_force(actor: Actor, lesson_id: int, now: int) -> None:
    """Put the model of an earlier lesson in force. Only one that held on leads that came later can be.

    Raises :class:`NotThere` for a lesson without such a model, and :class:`Conflict` for the one that is in force.
    """
    actor.needs(PUBLISH_PLAYBOOK)
    with transaction.atomic():
        if not rows("SELECT 1 FROM lesson WHERE id = %s AND active = %s AND model <> ''", [lesson_id, True]):
            raise NotThere(gettext("this lesson has no model that could be in force"))
        here = reign()
        if here is not None and here.lesson_id == lesson_id:
            raise Conflict(gettext("this model is in force already"))
        crown(lesson_id, sentence("put in force by %(who)s", who=actor.name), actor.name, now)
        audit(actor, "put model in force", lesson_id, {"before": here.lesson_id if here else None}, now)
