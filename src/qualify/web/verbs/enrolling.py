"""Sequences of touches: put a lead into one, do or leave out a step, stop."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError, instead
from qualify.handoff.followups import Enrolment, Followed, Task
from qualify.speech import sentence
from qualify.web.database import is_sqlite, run
from qualify.web.handing import facts, line
from qualify.web.handing.deciding import owner_of, stood
from qualify.web.handing.desk import Desk
from qualify.web.handing.giving import enrol as put_into
from qualify.web.handing.giving import followed_of
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, NotThere, audit
from qualify.web.verbs.assigning import at_desk
from qualify.web.verbs.contacting import OUTCOMES, Touch, keep_contact, keep_happening
from qualify.web.verbs.leads import Lead, bounded, lead, one_of_them

DONE: Final = {"email": "sent", "phone": "connected", "linkedin": "sent", "whatsapp": "sent"}
"""What comes of a step that is done where nothing else is said, by its channel."""


def enrol(actor: Actor, lead_id: int, sequence: str, now: int) -> int:
    """Put a lead into a sequence of the playbook in its present cycle; the line of the audit.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when it was in it in this cycle, or nobody has the lead.
    """
    actor.needs(WRITE_LEADS)
    with transaction.atomic():
        whose, desk = lead(lead_id), at_desk(now)
        assert desk.plan is not None
        names = [each.name for each in desk.plan.book.sequences or []]
        if sequence not in names:
            raise QualifyError(
                sentence(
                    "there is no sequence %(sequence)s%(hint)s",
                    sequence=repr(sequence[:60]),
                    hint=instead(sequence, names),
                )
            )
        owner = owner_of(whose.person_id)
        if owner is None or owner.rep_id is None:
            raise Conflict(gettext("nobody has this lead; take it first"))
        cycle, _ = stood(whose.person_id)
        told = Enrolment(
            str(whose.person_id), cycle, sequence, now, owner.rep_id, owner.account_id
        )  # fmt: skip
        if put_into(whose, told, actor.name, now) is None:
            raise Conflict(gettext("this lead was put into this sequence before"))
        line.mark([whose.person_id], now)
        return audit(actor, "enrol", whose.person_id, {"sequence": sequence, "cycle": cycle}, now)


def stop_sequences(actor: Actor, lead_id: int, now: int) -> int:
    """End every sequence that the lead is in; the line of the audit."""
    actor.needs(WRITE_LEADS)
    with transaction.atomic():
        whose, desk = lead(lead_id), at_desk(now)
        if not any(each.exit is None for _, each in followed_of([whose.person_id], desk)):
            raise Conflict(gettext("this lead is in no sequence that goes on"))
        number = keep_happening(whose, "stopped", now, actor.name, now)
        return audit(actor, "stop sequences", whose.person_id, {"happening": number}, now)


def finish_step(
    actor: Actor, lead_id: int, sequence: str, step: int, now: int, *, outcome: str = "", note: str = ""
) -> int:
    """A step is done: that is a contact, with what came of it; the line of the audit.

    Raises :class:`~qualify.web.verbs.actor.Conflict` for a step that is done already, or of a sequence that ended.
    """
    return _step(actor, lead_id, sequence, step, now, skipped=False, outcome=outcome, note=note)


def skip_step(actor: Actor, lead_id: int, sequence: str, step: int, now: int) -> int:
    """Leave a step out; the line of the audit. Raises as :func:`finish_step` does."""
    return _step(actor, lead_id, sequence, step, now, skipped=True)


def _step(
    actor: Actor, lead_id: int, sequence: str, step: int, now: int, *, skipped: bool, outcome: str = "",
    note: str = "",
) -> int:  # fmt: skip
    actor.needs(WRITE_LEADS)
    bounded(note, 2_000, "the note")
    with transaction.atomic():
        if not is_sqlite():
            run("SELECT pg_advisory_xact_lock(70256)")
        whose, desk = lead(lead_id), at_desk(now)
        task = _open(whose, desk, sequence, step)
        if outcome:
            one_of_them(outcome, OUTCOMES.get(task.channel, OUTCOMES["email"]), "outcome")
        detail: dict[str, object] = {"sequence": sequence, "step": step, "outcome": outcome}
        detail["step_done"] = keep_step(whose, task, actor.name, now, skipped=skipped)
        if not skipped:
            said = outcome or DONE[task.channel]
            touch = Touch(task.channel, "outbound", said, now, task.rep_id, _name(task), note=note)
            kept = keep_contact(whose, touch, actor.name, now)
            detail["contact"] = None if kept is None else kept.contact
        return audit(actor, "skip step" if skipped else "finish step", whose.person_id, detail, now)


def keep_step(whose: Lead, task: Task, source: str, now: int, *, skipped: bool = False) -> int | None:
    """Write down that a step is done, in the verb's transaction; the number of the fact."""
    told: dict[str, object] = {
        "cycle": task.cycle, "sequence": task.sequence, "step": task.step, "done_at": now, "skipped": skipped
    }  # fmt: skip
    number = facts.keep("step_done", whose, told, source, now)
    line.mark([whose.person_id], now)
    return number


def _open(whose: Lead, desk: Desk, sequence: str, step: int) -> Task:
    """The step, which is still to be done."""
    found = [each for own, each in followed_of([whose.person_id], desk) if own.sequence == sequence]
    if not found:
        raise NotThere(gettext("this lead is not in the sequence %(name)s") % {"name": sequence[:60]})
    followed: Followed = found[-1]
    task = next((each for each in followed.tasks if each.step == step), None)
    if task is None:
        raise NotThere(gettext("this sequence has no step %(number)s") % {"number": step})
    if task.state in ("done", "skipped"):
        raise Conflict(gettext("this step is done already"))
    if followed.exit is not None:
        raise Conflict(gettext("this sequence has ended: %(why)s") % {"why": followed.exit.reason})
    return task


def _name(task: Task) -> str:
    return f"step {task.lead_id} {task.cycle} {task.sequence} {task.step}"
