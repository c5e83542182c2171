"""What is to be done about leads that are handed over, as of a moment: told from the facts, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from qualify.handoff.clock import Clock, Handed, clock
from qualify.handoff.exploring import why
from qualify.handoff.facts import Assignment, Contact, Rejection
from qualify.handoff.followups import Enrolment, sequence_for
from qualify.handoff.routing import FALLBACK, route
from qualify.web.database import those
from qualify.web.handing import facts
from qualify.web.handing.desk import BY_LIST, Desk, Judged
from qualify.web.handing.exploring import BY_EXPLORING, draws
from qualify.web.handing.resting import Rest, all_excluded, rests
from qualify.web.handing.spells import Spell, spells

TRY_AGAIN: Final = 900_000
"""Milliseconds after which somebody is looked for again for a lead that nobody could be found for."""

LIST_AGAIN: Final = 3_600_000
"""The same of a lead that was ready before leads were handed over; a few of those are given out each day."""

BY_ROUTING: Final = "routing"
BY_CLOCK: Final = "clock"
"""Who gave a lead away, where it was none of us: the rules, or the rules after somebody let it lie."""

Told = tuple[int, str]
"""Of what somebody was told: when the stage was reached, and what."""


@dataclass
class Known:
    """What is known of one lead's hand-offs."""

    spells: list[Spell] = field(default_factory=list)
    given: list[Assignment] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    refused: list[Rejection] = field(default_factory=list)
    told: set[Told] = field(default_factory=set)
    enrolled: set[int] = field(default_factory=set)
    looked_at: int = 0
    rest: Rest | None = None

    def of_cycle(self, cycle: int) -> list[Assignment]:
        """Whom it was given to in that cycle, oldest first."""
        return [each for each in self.given if each.cycle == cycle]


class Given(NamedTuple):
    """A lead is to be given away: to whom and why, as it is judged, and by what."""

    assignment: Assignment
    judged: Judged
    by: str


class Nudge(NamedTuple):
    """Somebody is to be told of the clock of a hand-off: ``warned`` or ``breached``."""

    spell: Spell
    what: str
    clock: Clock


class Ticking(NamedTuple):
    """A hand-off with its clock, and since when its owner has it."""

    spell: Spell
    clock: Clock
    given_at: int | None


@dataclass
class Minded:
    """What came of looking at one lead."""

    person_id: int
    ticking: list[Ticking] = field(default_factory=list)
    given: Given | None = None
    enrolment: Enrolment | None = None
    nudges: list[Nudge] = field(default_factory=list)
    rest: Rest | None = None
    next_at: int | None = None


def known(people: Sequence[int], desk: Desk) -> dict[int, Known]:
    """All that is known of these leads' hand-offs."""
    found = {who: Known() for who in people}
    for who, each in spells(people, desk.plans.section, desk.plans.begins).items():
        found[who].spells = each
    for given in facts.assignments(people):
        found[int(given.lead_id)].given.append(given)
    for contact in facts.contacts(people):
        found[int(contact.lead_id)].contacts.append(contact)
    for refused in facts.rejections(people):
        found[int(refused.lead_id)].refused.append(refused)
    for who, reached_at, what in those(
        "SELECT owner_id, reached_at, what FROM nudge WHERE owner_id IN ({})", people
    ):
        found[who].told.add((reached_at, what))
    for enrolment in facts.enrolments(people):
        found[int(enrolment.lead_id)].enrolled.add(enrolment.cycle)
    seen = those(
        "SELECT person_id, max(as_of) FROM handoff WHERE person_id IN ({}) GROUP BY person_id", people
    )
    for who, as_of in seen:
        found[who].looked_at = as_of
    for who, rest in rests(people).items():
        found[who].rest = rest
    return found


def mind(people: Sequence[int], desk: Desk) -> list[Minded]:
    """What is to be done about these leads now, those that reached their stage first first."""
    found = known(people, desk)
    first = sorted(people, key=lambda who: (_reached(found[who]), who))
    drawn = draws([who for who in people if not found[who].spells], desk)
    wanted = [who for who in first if who in drawn or _wants_judging(found[who], desk)]
    judged = desk.judged(wanted) if wanted else {}
    accounts = (each.person.account_id for each in judged.values())
    desk.excluded = all_excluded(account for account in accounts if account is not None)
    minded = []
    for who in first:
        given = _explore(who, *drawn[who], desk, judged) if who in drawn else None
        minded.append(_minded(who, found[who], desk, judged.get(who), given))
    return minded


def _explore(
    who: int, cycle: int, stage: str, desk: Desk, judged: Mapping[int, Judged]
) -> tuple[Spell, Given] | None:
    """To whom a lead goes that was drawn at random; None where nobody has room for it now."""
    assert desk.plan is not None
    percent = desk.plan.handoff.explore
    if who not in judged or percent is None:
        return None
    spell = Spell(Handed(str(who), cycle, desk.now), desk.version_id, stage, explored=True)
    found = _routed(Known(), spell, desk, judged[who], let_lie=False)
    # That the fallback gets what nobody has room for is for leads that somebody waits for.
    full = found.rule == FALLBACK and len(found.why) > 1
    if found.rep_id is None or full:
        return None
    found = replace(found, why=(why(percent), *found.why))
    desk.will_give(found)
    return spell, Given(found, judged[who], BY_EXPLORING)


def _reached(known: Known) -> int:
    return known.spells[-1].handed.reached_at if known.spells else 0


def _wants_judging(known: Known, desk: Desk) -> bool:
    """Whether it may have to be given to somebody, or was since we last looked."""
    spell = open_spell(known)
    if spell is None or (_on_the_list(known, spell) and not desk.left_today):
        return False
    given = known.of_cycle(spell.handed.cycle)
    fresh = (
        bool(given) and given[-1].assigned_at >= known.looked_at and spell.handed.cycle not in known.enrolled
    )
    return fresh or _needs_somebody(known, spell, desk) or _was_let_lie(known, spell, desk)


def open_spell(known: Known) -> Spell | None:
    """The hand-off that is open; None where none is, or whoever had it has just refused it."""
    if not known.spells or not known.spells[-1].is_open:
        return None
    spell = known.spells[-1]
    given = known.of_cycle(spell.handed.cycle)
    last = given[-1].assigned_at if given else spell.handed.reached_at
    refused = [
        each for each in known.refused if each.cycle == spell.handed.cycle and each.rejected_at >= last
    ]
    return None if refused else spell


def _needs_somebody(known: Known, spell: Spell, desk: Desk) -> bool:
    """Whether nobody works on it; as long as no rep was set up, nobody is looked for."""
    if desk.plan is None or not desk.reps:
        return False
    given = known.of_cycle(spell.handed.cycle)
    return not given or not desk.is_active(given[-1].rep_id)


def _on_the_list(known: Known, spell: Spell) -> bool:
    """Whether it was ready before leads were handed over, and nobody has had it since: a few a day are given out."""
    return spell.waited and not any(each.rep_id is not None for each in known.of_cycle(spell.handed.cycle))


def _was_let_lie(known: Known, spell: Spell, desk: Desk) -> bool:
    """Whether its owner has had as long as was promised, and did not get in touch."""
    if desk.plan is None or desk.plan.handoff.on_breach != "reroute":
        return False
    ticking = ticks(spell, known, desk)
    late = ticking.clock.state == "late" and ticking.clock.owner is not None
    return late and ticking.clock.owner_used >= ticking.clock.promise.within


def ticks(spell: Spell, known: Known, desk: Desk) -> Ticking:
    """The clock of a hand-off now."""
    given = known.of_cycle(spell.handed.cycle)
    made = clock_of(spell, given, known.contacts, desk)
    return Ticking(spell, made, given[-1].assigned_at if given else None)


def clock_of(spell: Spell, given: Sequence[Assignment], contacts: Sequence[Contact], desk: Desk) -> Clock:
    """The clock of a hand-off now, given to these in its cycle."""
    handed, rule = spell.handed, given[-1].rule if given else ""
    first = next((each.assigned_at for each in given if each.rep_id is not None), None)
    if spell.waited:
        last = desk.now if handed.ended_at is None else min(desk.now, handed.ended_at)
        handed = replace(handed, reached_at=max(handed.reached_at, last if first is None else first))
    made = clock(
        handed, given, contacts, desk.calendars(spell.version_id), desk.promise(spell.version_id, rule),
        max(desk.now, handed.reached_at),
    )  # fmt: skip
    if spell.waited and first is None:  # nobody promised it anything yet
        return replace(made, due_at=None, warn_at=None, next_at=None)
    return made


def _minded(
    who: int, known: Known, desk: Desk, judged: Judged | None, explored: tuple[Spell, Given] | None = None
) -> Minded:
    minded = Minded(who)
    if explored is not None:
        minded.given = explored[1]
        known.spells.append(explored[0])
        known.given.append(explored[1].assignment)
    spell = open_spell(known)
    if spell is not None and judged is not None:
        _give(minded, known, spell, desk, judged)
        minded.enrolment = _enrolment(known, spell, desk, judged)
    minded.ticking = [ticks(each, known, desk) for each in known.spells]
    if spell is not None:
        minded.nudges = list(_nudges(minded.ticking[-1], known))
    if known.rest is not None and known.rest.back_at <= desk.now:
        minded.rest = known.rest
    minded.next_at = _next_at(minded, known, spell, desk)
    return minded


def _give(minded: Minded, known: Known, spell: Spell, desk: Desk, judged: Judged) -> None:
    """Give it to somebody, where it has to be; that nobody can be found is written down once."""
    let_lie = not _needs_somebody(known, spell, desk) and _was_let_lie(known, spell, desk)
    if not (let_lie or _needs_somebody(known, spell, desk)):
        return
    handed, given = spell.handed, known.of_cycle(spell.handed.cycle)
    listed = _on_the_list(known, spell)
    if listed and not desk.left_today:
        return
    found = _withheld(handed, desk, judged) or _routed(known, spell, desk, judged, let_lie=let_lie)
    if found.rep_id is None and given and given[-1].rep_id is None:
        return
    minded.given = Given(found, judged, BY_LIST if listed else BY_CLOCK if let_lie else BY_ROUTING)
    desk.left_today -= listed and found.rep_id is not None
    desk.will_give(found)
    known.given.append(found)


def _withheld(handed: Handed, desk: Desk, judged: Judged) -> Assignment | None:
    """Nobody gets a lead whose account was excluded; it is on the loud list, with the reason."""
    account = judged.person.account_id
    why = None if account is None else desk.excluded.get(account)
    if why is None:
        return None
    return Assignment(handed.lead_id, handed.cycle, None, desk.now, (why,), BY_ROUTING, "", str(account))


def _routed(known: Known, spell: Spell, desk: Desk, judged: Judged, *, let_lie: bool) -> Assignment:
    assert desk.plan is not None
    handed, given = spell.handed, known.of_cycle(spell.handed.cycle)
    late = {each.rep_id for each in given[:-1] if _taken_away(each, given)}
    late |= {given[-1].rep_id} if let_lie else set()
    return route(
        desk.arrival(judged, handed.cycle, handed.reached_at), desk.plan, desk.roster, desk.standing,
        at=desk.now, late=frozenset(each for each in late if each is not None),
    )  # fmt: skip


def _taken_away(each: Assignment, given: Sequence[Assignment]) -> bool:
    """Whether the clock took it from them."""
    return given[given.index(each) + 1].by == BY_CLOCK


def _enrolment(known: Known, spell: Spell, desk: Desk, judged: Judged) -> Enrolment | None:
    """The sequence that begins when a lead has its first owner."""
    handed, given = spell.handed, known.of_cycle(spell.handed.cycle)
    if desk.plan is None or not given or given[-1].rep_id is None or handed.cycle in known.enrolled:
        return None
    conditions = desk.plan.conditions
    sequences = [each for each in desk.plan.book.sequences or [] if spell.stage in each.runs_in]
    found = sequence_for(sequences, conditions, conditions.look(judged.judgement))
    if found is None:
        return None
    account = given[-1].account_id
    return Enrolment(handed.lead_id, handed.cycle, found.name, desk.now, given[-1].rep_id, account)


def _nudges(ticking: Ticking, known: Known) -> Iterable[Nudge]:
    """Whom nobody told yet; a lead that nobody has is on the loud list, and told as late all the same."""
    spell, made = ticking.spell, ticking.clock
    reached = spell.handed.reached_at
    if made.state == "warning" and made.owner is not None and (reached, "warned") not in known.told:
        yield Nudge(spell, "warned", made)
    if made.state == "late" and (reached, "breached") not in known.told:
        yield Nudge(spell, "breached", made)


def _next_at(minded: Minded, known: Known, spell: Spell | None, desk: Desk) -> int | None:
    """When next something is to be done without anybody's doing."""
    coming: list[int | None] = [None if known.rest is None else known.rest.back_at]
    if spell is not None:
        last = minded.ticking[-1]
        coming.append(last.clock.next_at)
        if _needs_somebody(known, spell, desk):
            coming.append(desk.now + (LIST_AGAIN if _on_the_list(known, spell) else TRY_AGAIN))
        elif desk.plan is not None and desk.plan.handoff.on_breach == "reroute":
            coming.append(_let_lie_at(last, desk))
    return min((each for each in coming if each is not None and each > desk.now), default=None)


def _let_lie_at(ticking: Ticking, desk: Desk) -> int | None:
    """When its owner will have had as long as was promised."""
    made = ticking.clock
    if made.stopped_at is not None or made.owner is None:
        return None
    calendar = desk.calendars(ticking.spell.version_id).of(made.owner)
    over = calendar.after(made.tenures[-1].since, made.promise.within)
    return None if over is None else max(over, made.due_at or over) + 1
