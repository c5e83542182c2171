"""What sales did with the market's leads since the playbook has been in force: who got whom, who called when.

The market says what sales decided, and knows nothing of a promise. So three colleagues are set up, every lead that was
handed over is routed as it would have been at that moment, and somebody gets in touch: mostly in time, at times late.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.db import transaction

from qualify.handoff.facts import Assignment
from qualify.handoff.followups import Enrolment, StepDone, follow
from qualify.handoff.routing import route
from qualify.handoff.standing import Standing
from qualify.moments import DAY
from qualify.web.database import rows, run
from qualify.web.demonstration.names import ADMIN, AUTHOR, NAME
from qualify.web.handing import facts, line
from qualify.web.handing.desk import Desk, Plans
from qualify.web.handing.giving import enrol
from qualify.web.handing.minding import BY_ROUTING
from qualify.web.handing.people import keep_settings
from qualify.web.handing.spells import Spell, spells
from qualify.web.handing.working import Hander
from qualify.web.living.versions import Versions
from qualify.web.verbs.contacting import Touch, keep_contact
from qualify.web.verbs.leads import lead

COLLEAGUES: Final[Mapping[str, Mapping[str, Any]]] = {
    ADMIN: {"name": "Demo", "teams": ["sales"]},
    "ana.ruiz@demo.example": {"name": "Ana Ruiz", "teams": ["sales"], "weight": 2},
    "ben.okafor@demo.example": {"name": "Ben Okafor", "teams": ["sales", "managers"], "weight": 1},
}
"""Who gets leads in the demonstration; mail to their addresses reaches nobody (RFC 2606)."""

ROUTED_IN: Final = 4_000
"""Milliseconds from the stage reached to the lead given to somebody."""

FIRST_CALL: Final = 75
"""Working minutes until somebody is in touch, at the median."""

SLOW: Final = 0.1
"""The share of leads that wait ten times as long."""

LATELY: Final = 6 * DAY
UNTOUCHED: Final = 0.4
"""Of the leads of the last days, the share with whom nobody has been in touch: they are the day's work."""

_CALLS: Final = ("connected", "voicemail", "no answer")


class Handed(NamedTuple):
    """A lead that was handed over, and to whom."""

    spell: Spell
    given: Assignment
    desk: Desk


def sell(since: int, now: int) -> int:
    """Write down what sales did between the two moments; how many leads they were given. Nothing where they did."""
    if rows("SELECT 1 FROM assignment LIMIT 1") or rows("SELECT 1 FROM rep_setting LIMIT 1"):
        return 0
    for rep_id, told in COLLEAGUES.items():
        keep_settings(rep_id, told, AUTHOR, since)
    plans = Plans(Versions())
    plans.versions.refresh()
    with transaction.atomic():
        handed = list(_given(_spells(plans), plans, now))
        chance = random.Random(0)
        for each in handed:
            _worked(each, chance, now)
        line.mark({int(each.given.lead_id) for each in handed}, now)
    Hander().work_off(now)
    return len(handed)


def _spells(plans: Plans) -> list[Spell]:
    people = [who for (who,) in rows("SELECT DISTINCT person_id FROM move")]
    found = spells(people, plans.section, plans.begins)
    return sorted(
        (each for their in found.values() for each in their),
        key=lambda each: (each.handed.reached_at, int(each.handed.lead_id)),
    )


def _given(found: Iterable[Spell], plans: Plans, now: int) -> Iterator[Handed]:
    """Each given to whom the playbook's rules name, at the moment it reached its stage."""
    standing = Standing()
    for spell in found:
        at = min(spell.handed.reached_at + ROUTED_IN, now)
        desk = Desk(plans, at)
        who = int(spell.handed.lead_id)
        judged = desk.judged([who]).get(who)
        if desk.plan is None or judged is None:
            continue
        given = route(desk.arrival(judged, spell.handed.cycle, at), desk.plan, desk.roster, standing)
        standing.add(given)
        facts.keep_assignment(lead(who), given, BY_ROUTING, at)
        if given.rep_id is not None:
            yield Handed(spell, given, desk)


def _worked(each: Handed, chance: random.Random, now: int) -> None:
    """Somebody is in touch, follows up, and what was decided was decided by them."""
    given, whose = each.given, lead(int(each.given.lead_id))
    assert given.rep_id is not None
    calendar = each.desk.calendars(each.spell.version_id).of(given.rep_id)
    minutes = round(FIRST_CALL * chance.lognormvariate(0, 0.8) * (10 if chance.random() < SLOW else 1))
    called_at = calendar.after(given.assigned_at, minutes * 60_000)
    outcome = chance.choice(_CALLS)
    waits = given.assigned_at > now - LATELY and chance.random() < UNTOUCHED
    ended = each.spell.handed.ended_at
    if called_at is not None and called_at < min(now, ended or now) and not waits:
        told = Touch("phone", outcome=outcome, happened_at=called_at, rep_id=given.rep_id)
        keep_contact(whose, told._replace(contact_id=f"call {given.lead_id} {given.cycle}"), NAME, called_at)
        if each.spell.is_open:
            _followed_up(each, called_at, now)
    run(
        "UPDATE decision SET decided_by = %s WHERE owner_id = %s AND source = %s AND decided_at >= %s",
        [given.rep_id, whose.person_id, NAME, each.spell.handed.reached_at],
    )


def _followed_up(each: Handed, begun_at: int, now: int) -> None:
    """The lead is in the first sequence for its stage; its touches were made when they were due, but for today's."""
    given, desk = each.given, each.desk
    assert desk.plan is not None and given.rep_id is not None
    sequences = [one for one in desk.plan.book.sequences or [] if each.spell.stage in one.runs_in]
    if not sequences:
        return
    enrolment = Enrolment(
        given.lead_id, given.cycle, sequences[0].name, begun_at, given.rep_id, given.account_id
    )
    whose, calendar = lead(int(given.lead_id)), desk.calendars(desk.version_id).of(given.rep_id)
    enrol(whose, enrolment, BY_ROUTING, begun_at)
    happenings = facts.happenings([whose.person_id])
    done: list[StepDone] = []
    while True:
        tasks = follow(sequences[0], enrolment, done, happenings, calendar, now).tasks
        made = next((task for task in tasks if task.state == "due" and task.due_at < now - DAY), None)
        if made is None:
            return
        step = StepDone(given.lead_id, given.cycle, enrolment.sequence, made.step, made.due_at)
        done.append(step)
        told: dict[str, object] = {
            "cycle": step.cycle, "sequence": step.sequence, "step": step.step, "done_at": step.done_at,
            "skipped": False,
        }  # fmt: skip
        facts.keep("step_done", whose, told, NAME, step.done_at)
