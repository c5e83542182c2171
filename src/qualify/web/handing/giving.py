"""What was found to be done about hand-offs, written: who has a lead now, who is told, how the clocks stand.

All of one lead in one transaction: that somebody owns it and that they are told are there together, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from qualify.handoff.clock import Clock
from qualify.handoff.facts import Assignment
from qualify.handoff.followups import Enrolment, Followed, follow
from qualify.web.database import insert, run, run_many, those
from qualify.web.handing import facts, verdicts
from qualify.web.handing.desk import Desk, Judged
from qualify.web.handing.minding import BY_ROUTING, Minded, Nudge, Ticking, clock_of, known, ticks
from qualify.web.handing.resting import BACK, Rest
from qualify.web.handing.spells import Spell, spells
from qualify.web.handing.telling import called, tell_assigned, tell_of_clock, tell_taken
from qualify.web.looking.touches import touches_of
from qualify.web.verbs.leads import Lead, keep_fact, lead
from qualify.web.verbs.telling import tell

HANDOFF = (
    "person_id, cycle, reached_at, ended_at, closed, rep_id, given_at, state, due_at, warn_at, stopped_at, within, "
    "used, kept, source, grade, tenures, as_of, " + verdicts.KEPT
)
_REPLACED = ", ".join(
    f"{name} = excluded.{name}"
    for name in HANDOFF.split(", ")
    if name not in ("person_id", "reached_at", "source", "grade")
)


def write(minded: Iterable[Minded], desk: Desk) -> list[int]:
    """Write all of it; to be called in a transaction that holds these leads. The numbers of who was given what."""
    given: list[int] = []
    for each in minded:
        whose = lead(each.person_id)
        if each.enrolment is not None:
            enrol(whose, each.enrolment, BY_ROUTING, desk.now)
        if each.given is not None:
            assignment, judged, by = each.given
            given.append(give(whose, assignment, judged, desk, by))
        for nudge in each.nudges:
            _nudge(whose, nudge, desk)
        if each.rest is not None:
            come_back(whose, each.rest, desk.now)
        write_clocks(each.person_id, each.ticking, desk)
    return given


def give(
    whose: Lead, given: Assignment, judged: Judged, desk: Desk, by: str, decision_id: int | None = None
) -> int:
    """Somebody has the lead now, and is told; so is who had it. The number of the fact."""
    before = [each for each in facts.assignments([whose.person_id]) if each.cycle == given.cycle]
    number = facts.keep_assignment(whose, given, by, desk.now, decision_id)
    if decision_id is None:
        due_at = due(whose.person_id, [*before, given], desk)
        tell_assigned(number, judged, given, desk, due_at, _tasks(whose.person_id, given, desk))
        if before and before[-1].rep_id != given.rep_id:
            tell_taken(number, whose.person_id, before[-1].rep_id, given, desk, by)
    return number


def due(person_id: int, given: Sequence[Assignment], desk: Desk) -> int | None:
    """By when the lead is to hear from us, now that it is theirs who got it last."""
    spell = spell_of(person_id, given[-1].cycle, desk)
    if spell is None:
        return None
    made = clock_of(spell, given, facts.contacts([person_id]), desk)
    return None if made.stopped_at is not None else made.due_at


def spell_of(person_id: int, cycle: int, desk: Desk) -> Spell | None:
    """The hand-off of that cycle that is open."""
    found = spells([person_id], desk.plans.section, desk.plans.begins).get(person_id, [])
    return found[-1] if found and found[-1].is_open and found[-1].handed.cycle == cycle else None


def _tasks(person_id: int, given: Assignment, desk: Desk) -> Sequence[Any]:
    followed = [each for _, each in followed_of([person_id], desk, given.rep_id)]
    return [task for each in followed for task in each.tasks]


def followed_of(
    people: Sequence[int], desk: Desk, rep_id: str | None = None
) -> list[tuple[Enrolment, Followed]]:
    """Every sequence that these leads are in, with what is due; the touches are the present owner's to do.

    ``rep_id`` is the owner where that is not written yet. A sequence that the playbook has no more is left out.
    """
    if desk.plan is None:
        return []
    sequences = {each.name: each for each in desk.plan.book.sequences or []}
    owners = {each.lead_id: each.rep_id for each in facts.assignments(people) if each.rep_id is not None}
    enrolments = [each for each in facts.enrolments(people) if each.sequence in sequences]
    done, seen = _by_lead(facts.steps_done(people)), _Seen(_happenings(enrolments, people))
    found = []
    for each in enrolments:
        owner = rep_id or owners.get(each.lead_id) or each.rep_id
        own = Enrolment(each.lead_id, each.cycle, each.sequence, each.begun_at, owner, each.account_id)
        calendar = desk.calendars(desk.version_id).of(owner)
        mine = done.get(own.lead_id, ())
        found.append((own, follow(sequences[each.sequence], own, mine, seen.of(own), calendar, desk.now)))
    return found


class _Seen:
    """What happened, to be looked up by whom a sequence is for: a rep has hundreds of them."""

    def __init__(self, happenings: Sequence[Any]) -> None:
        self.by_lead = _by_lead(happenings)
        self.replies: dict[str | None, list[Any]] = {}
        for each in happenings:
            if each.kind == "reply" and each.account_id is not None:
                self.replies.setdefault(each.account_id, []).append(each)

    def of(self, own: Enrolment) -> list[Any]:
        """What happened to the lead, and replies of its colleagues."""
        colleagues = self.replies.get(own.account_id, ()) if own.account_id is not None else ()
        return [
            *self.by_lead.get(own.lead_id, ()),
            *(each for each in colleagues if each.lead_id != own.lead_id),
        ]


def _by_lead(found: Iterable[Any]) -> dict[str, list[Any]]:
    by_lead: dict[str, list[Any]] = {}
    for each in found:
        by_lead.setdefault(each.lead_id, []).append(each)
    return by_lead


def _happenings(enrolments: Sequence[Enrolment], people: Sequence[int]) -> list[Any]:
    """What happened to them, and replies of their colleagues."""
    accounts = sorted({int(each.account_id) for each in enrolments if each.account_id is not None})
    colleagues = those(
        "SELECT DISTINCT h.owner_id FROM happening h JOIN person p ON p.id = h.owner_id "
        "WHERE h.kind = 'reply' AND h.taken_back_at IS NULL AND p.account_id IN ({})",
        accounts,
    )
    return facts.happenings({*people, *(who for (who,) in colleagues)})


def enrol(whose: Lead, enrolment: Enrolment, source: str, now: int) -> int | None:
    """Put the lead into the sequence; None when it is in it already."""
    account = None if enrolment.account_id is None else int(enrolment.account_id)
    told: dict[str, object] = {
        "cycle": enrolment.cycle, "sequence": enrolment.sequence, "begun_at": enrolment.begun_at,
        "rep_id": enrolment.rep_id, "account_id": account,
    }  # fmt: skip
    once = "ON CONFLICT (subject_id, cycle, sequence) DO NOTHING"
    return facts.keep("enrolment", whose, told, source, now, once)


def _nudge(whose: Lead, nudge: Nudge, desk: Desk) -> None:
    handed = nudge.spell.handed
    told: dict[str, object] = {
        "cycle": handed.cycle, "reached_at": handed.reached_at, "what": nudge.what, "told_at": desk.now,
        "rep_id": nudge.clock.owner,
    }  # fmt: skip
    number = facts.keep("nudge", whose, told, "clock", desk.now)
    assert number is not None
    tell_of_clock(number, whose.person_id, called(whose.person_id), nudge.what, nudge.clock, desk)


def come_back(whose: Lead, rest: Rest, now: int) -> None:
    """The time of rest is over: the lead is reopened, and judged anew, into a cycle of its own."""
    told = {
        "decision": "reopened", "decided_at": now, "reason": "", "decided_by": BACK,
        "detail": msgspec.json.encode({"follows": rest.decision_id}).decode(),
    }  # fmt: skip
    keep_fact("decision", whose, told, BACK, now)
    tell("lead.returned", whose.person_id, {"lead_id": whose.person_id, "rested_until": rest.back_at}, now)


def look(people: Sequence[int], desk: Desk) -> None:
    """Write at once how the clocks of these leads stand, so that pages tell what was just done; whoever is to be
    told of them, and what else is to be done, is left to the worker.
    """
    for who, told in known(sorted(people), desk).items():
        write_clocks(who, [ticks(each, told, desk) for each in told.spells], desk)


def write_clocks(person_id: int, ticking: Sequence[Ticking], desk: Desk) -> None:
    """How the clocks of a lead stand; hand-offs that were none after all go."""
    there = {at for (at,) in those("SELECT reached_at FROM handoff WHERE person_id IN ({})", [person_id])}
    became = verdicts.kept(person_id, desk.plan.handoff.at) if ticking and desk.plan is not None else {}
    values = [_row(person_id, each, desk, there, became) for each in ticking]
    gone = there - {each.spell.handed.reached_at for each in ticking}
    run_many("DELETE FROM handoff WHERE person_id = %s AND reached_at = %s", [(person_id, at) for at in gone])
    insert("handoff", HANDOFF, values, f"ON CONFLICT (person_id, reached_at) DO UPDATE SET {_REPLACED}")
    last = ticking[-1] if ticking and ticking[-1].spell.is_open else None
    _write_due(person_id, last)


NOTHING_DUE: Final = 1 << 62
"""Stands for a moment that does not come: somebody was in touch, or nobody works for three years."""


def _write_due(person_id: int, ticking: Ticking | None) -> None:
    """Whose the lead is and when it is due, where the inbox finds it; as it is there mostly, that is not touched."""
    rep, due_at = None, None
    if ticking is not None:
        made = ticking.clock
        rep = made.owner
        due_at = NOTHING_DUE if made.stopped_at is not None or made.due_at is None else made.due_at
    run(
        "UPDATE standing SET rep_id = %s, due_at = %s WHERE person_id = %s "
        "AND (coalesce(rep_id, '') <> %s OR coalesce(due_at, -1) <> %s)",
        [rep, due_at, person_id, rep or "", -1 if due_at is None else due_at],
    )


def _row(
    person_id: int, each: Ticking, desk: Desk, there: set[int], became: Mapping[int, tuple[Any, ...]]
) -> tuple[Any, ...]:
    handed, made = each.spell.handed, each.clock
    fresh = handed.reached_at not in there
    source, grade = _brought_by(person_id, handed.reached_at) if fresh else ("", "")
    return (
        person_id, handed.cycle, handed.reached_at, handed.ended_at, each.spell.closed, made.owner, each.given_at,
        made.state, made.due_at, made.warn_at, made.stopped_at, made.promise.within, made.used, made.kept,
        source, grade, _tenures(made), desk.now, *became.get(handed.reached_at, verdicts.NOTHING_KEPT),
    )  # fmt: skip


def _tenures(made: Clock) -> str:
    """Who had it for how long, and who answered: by this the speed of reps is told."""
    had = [[each.rep_id, each.used, each.answered] for each in made.tenures if each.rep_id is not None]
    return msgspec.json.encode(had).decode()


def _brought_by(person_id: int, reached_at: int) -> tuple[str, str]:
    """By which channel the lead first came, and its grade."""
    first = touches_of(person_id, reached_at).first
    found = those("SELECT grade FROM standing WHERE person_id IN ({})", [person_id])
    return ("" if first is None else first.channel[:64]), (found[0][0] if found else "")
