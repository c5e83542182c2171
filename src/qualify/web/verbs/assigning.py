"""Who has a lead: take one that nobody has, give one to somebody; and whose an account is."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.handoff.facts import Assignment
from qualify.speech import sentence
from qualify.web.database import insert, rows
from qualify.web.handing import line
from qualify.web.handing.deciding import owner_of, stood
from qualify.web.handing.desk import Desk
from qualify.web.handing.giving import give, look
from qualify.web.handing.working import Hander, one_at_a_time
from qualify.web.verbs.actor import MANAGE_REPS, WRITE_LEADS, Actor, Conflict, Forbidden, NotThere, audit
from qualify.web.verbs.leads import Lead, bounded, lead


def take(actor: Actor, lead_id: int, now: int) -> int:
    """Take a lead that nobody has upon oneself; the line of the audit.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when somebody has it (of two who take it at once the second
    is told), and :class:`~qualify.web.verbs.actor.Forbidden` for who is no rep.
    """
    actor.needs(WRITE_LEADS)
    with transaction.atomic():
        one_at_a_time()
        whose, desk = lead(lead_id), at_desk(now)
        if not desk.is_active(actor.name):
            raise Forbidden(gettext("who takes leads is set up as somebody who gets them"))
        owner = owner_of(whose.person_id)
        if owner is not None and desk.is_active(owner.rep_id):
            raise Conflict(gettext("%(rep)s has this lead") % {"rep": desk.called(owner.rep_id)})
        return _give(actor, whose, actor.name, sentence("took it"), "take", desk)


def assign(
    actor: Actor, lead_id: int, rep_id: str, now: int, *, reason: str = "", instead_of: str | None = None
) -> int:
    """Give a lead to somebody; the line of the audit. Whoever has it may give it away, others need the right to.

    ``instead_of`` is who had it when whoever asks looked (empty: nobody). Raises
    :class:`~qualify.web.verbs.actor.Conflict` when somebody else has it by now, or the rep has it already.
    """
    actor.needs(WRITE_LEADS)
    reason = bounded(reason.strip(), 500, "the reason")
    with transaction.atomic():
        one_at_a_time()
        whose, desk = lead(lead_id), at_desk(now)
        owner = owner_of(whose.person_id)
        had = "" if owner is None or owner.rep_id is None else owner.rep_id
        if had != actor.name:
            actor.needs(MANAGE_REPS)
        if not desk.is_active(rep_id):
            raise NotThere(gettext("%(rep)s gets no leads") % {"rep": rep_id})
        if instead_of not in (None, had):
            raise Conflict(gettext("%(rep)s has this lead by now") % {"rep": desk.called(had or None)})
        if had == rep_id:
            raise Conflict(gettext("%(rep)s has this lead already") % {"rep": desk.called(rep_id)})
        who = desk.called(actor.name)
        said = sentence("given by %(who)s", who=who)
        if reason:
            said = sentence("given by %(who)s: %(reason)s", who=who, reason=reason)
        return _give(actor, whose, rep_id, said, "assign", desk)


def own_account(actor: Actor, account_id: int, rep_id: str | None, now: int) -> int:
    """Make an account somebody's (None: nobody's): who is asked first for its leads; the line of the audit."""
    actor.needs(MANAGE_REPS)
    with transaction.atomic():
        one_at_a_time()
        found = rows("SELECT owner_id FROM identifier WHERE id = %s", [account_id])
        if not found or not rows("SELECT 1 FROM person WHERE account_id = %s LIMIT 1", [found[0][0]]):
            raise NotThere(gettext("there is no account %(number)s") % {"number": account_id})
        if rep_id is not None and not at_desk(now).is_active(rep_id):
            raise NotThere(gettext("%(rep)s gets no leads") % {"rep": rep_id})
        row = (account_id, found[0][0], now, now, now, rep_id, actor.name[:255])
        columns = "subject_id, owner_id, since, received_at, known_at, rep_id, set_by"
        insert("ownership", columns, [row])
        return audit(actor, "own account", account_id, {"rep": rep_id}, now)


def at_desk(now: int) -> Desk:
    """The desk at this moment; raises :class:`~qualify.errors.QualifyError` where leads are not handed over."""
    desk = Hander().desk(now)
    if desk is None or desk.plan is None:
        raise QualifyError(gettext("the playbook says nothing of the hand-off; add a `handoff` section"))
    return desk


def _give(actor: Actor, whose: Lead, rep_id: str, said: str, verb: str, desk: Desk) -> int:
    number = given_by_hand(actor, whose, rep_id, said, desk)
    return audit(actor, verb, whose.person_id, {"rep": rep_id, "assignment": number, "why": said}, desk.now)


def given_by_hand(actor: Actor, whose: Lead, rep_id: str, said: str, desk: Desk) -> int:
    """Give a lead to a rep, in the transaction of a verb that has the right to; the number of the assignment.

    Raises :class:`~qualify.web.verbs.actor.Conflict` for a lead that is not judged yet.
    """
    judged = desk.judged([whose.person_id]).get(whose.person_id)
    if judged is None:
        raise Conflict(gettext("this lead is not judged yet; try again in a moment"))
    account = None if judged.person.account_id is None else str(judged.person.account_id)
    cycle, _ = stood(whose.person_id)
    given = Assignment(
        str(whose.person_id), cycle, rep_id, desk.now, (said,), actor.name, "", account
    )  # fmt: skip
    number = give(whose, given, judged, desk, actor.name)
    look([whose.person_id], desk)
    line.mark([whose.person_id], desk.now)
    return number
