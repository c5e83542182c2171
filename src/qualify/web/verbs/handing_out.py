"""Give out several leads that nobody works on, to one rep or by the rules; and what that would come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web.handing.deciding import owner_of
from qualify.web.handing.desk import Desk
from qualify.web.handing.giving import write
from qualify.web.handing.minding import mind
from qualify.web.handing.working import hold, one_at_a_time
from qualify.web.looking.judging import taken_back
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.verbs.actor import MANAGE_REPS, Actor, Conflict, NotThere, audit
from qualify.web.verbs.assigning import at_desk, given_by_hand
from qualify.web.verbs.leads import lead
from qualify.web.verbs.reps import GoesTo
from qualify.web.verbs.several import Cannot

AT_ONCE: Final = 200
"""Leads that are given out at once at most."""


class HandedOut(NamedTuple):
    """Who got which lead and why, who got none and why; the line of the audit (None: nothing was done)."""

    done: tuple[GoesTo, ...]
    cannot: tuple[Cannot, ...]
    audit_id: int | None


def hand_out(actor: Actor, leads: Sequence[int], now: int, *, rep_id: str | None = None) -> HandedOut:
    """Give these leads to the rep, or (None) to whom the rules of the playbook find; all under one line of the audit.

    A lead that somebody works on by now is left alone. Raises :class:`~qualify.errors.QualifyError` for too many, and
    :class:`~qualify.web.verbs.actor.NotThere` for somebody who gets no leads.
    """
    actor.needs(MANAGE_REPS)
    chosen = sorted(set(leads))
    if not 1 <= len(chosen) <= AT_ONCE:
        raise QualifyError(gettext("choose 1 to %(most)s leads at a time") % {"most": AT_ONCE})
    with transaction.atomic():
        one_at_a_time()
        desk = at_desk(now)
        if rep_id is not None and not desk.is_active(rep_id):
            raise NotThere(gettext("%(rep)s gets no leads") % {"rep": rep_id})
        able, cannot = _able(chosen, desk)
        hold(able)
        done, numbers = _by_rules(able, desk) if rep_id is None else _to_rep(actor, able, rep_id, desk)
        nobody = {each.lead_id: each for each in done if each.rep_id is None}
        missing = set(able) - {each.lead_id for each in done}
        cannot += [Cannot(who, "; ".join(each.why)) for who, each in nobody.items()]
        cannot += [Cannot(who, gettext("still nobody can take it")) for who in sorted(missing)]
        found = tuple(each for each in done if each.rep_id is not None)
        if not found:
            return HandedOut((), tuple(cannot), None)
        told = {"rep": rep_id, "leads": [each.lead_id for each in found], "assignments": numbers}
        return HandedOut(found, tuple(cannot), audit(actor, "hand out", f"{len(found)} leads", told, now))


def preview_hand_out(actor: Actor, leads: Sequence[int], now: int, *, rep_id: str | None = None) -> HandedOut:
    """Who would get them: it is done, looked at and taken back. Raises as doing it does."""
    with taken_back():
        return hand_out(actor, leads, now, rep_id=rep_id)._replace(audit_id=None)


def certain(outcome: HandedOut) -> HandedOut:
    """The same; raises :class:`~qualify.web.verbs.actor.Conflict` when nobody got anything."""
    if not outcome.done:
        raise Conflict("; ".join(sorted({each.why for each in outcome.cannot})))
    return outcome


def _able(chosen: Sequence[int], desk: Desk) -> tuple[list[int], list[Cannot]]:
    """Those whom nobody works on, and the others with the reason."""
    able, cannot = list[int](), list[Cannot]()
    for lead_id in chosen:
        try:
            who = lead(lead_id).person_id
        except NotThere as error:
            cannot.append(Cannot(lead_id, said_to_the_reader(error)))
            continue
        owner = owner_of(who)
        if owner is not None and desk.is_active(owner.rep_id):
            why = gettext("%(rep)s has it by now") % {"rep": desk.called(owner.rep_id)}
            cannot.append(Cannot(lead_id, why))
        elif who not in able:
            able.append(who)
    return able, cannot


def _by_rules(able: Sequence[int], desk: Desk) -> tuple[list[GoesTo], list[int]]:
    desk.left_today = len(able)  # whoever chooses them by hand sets the pace
    minded = mind(able, desk)
    numbers = write(minded, desk)
    done = [
        GoesTo(each.person_id, each.given.assignment.rep_id, each.given.assignment.why)
        for each in minded
        if each.given is not None
    ]
    return done, numbers


def _to_rep(actor: Actor, able: Sequence[int], rep_id: str, desk: Desk) -> tuple[list[GoesTo], list[int]]:
    said = gettext("given by %(who)s") % {"who": desk.called(actor.name)}
    done, numbers = list[GoesTo](), list[int]()
    for who in able:
        try:
            numbers.append(given_by_hand(actor, lead(who), rep_id, said, desk))
        except Conflict:
            continue
        done.append(GoesTo(who, rep_id, (said,)))
    return done, numbers
