"""The hand-off of one lead as its page shows it: who has it and why, its clock, its brief, what can be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from django.utils.translation import gettext as _

from qualify.handoff.brief import Brief
from qualify.handoff.clock import Clock
from qualify.handoff.facts import Assignment, Contact, Rejection
from qualify.handoff.followups import Exit, Task
from qualify.handoff.reasons import EFFECTS, Effect, effect_under
from qualify.web.database import rows, those
from qualify.web.handing.deciding import present_handoff
from qualify.web.handing.desk import Desk, Judged
from qualify.web.handing.giving import followed_of
from qualify.web.handing.minding import Known, known, ticks
from qualify.web.handing.spells import Spell
from qualify.web.handing.telling import brief_of
from qualify.web.looking.decided import names_of
from qualify.web.looking.handing import desk
from qualify.web.looking.lead import survivor_of
from qualify.web.looking.recorded import Recorded, recorded

MOST_CONTACTS: Final = 5
"""So many of the newest contacts are named."""

RULES: Final = ("routing", "clock", "waiting list", "exploration")
"""Who gave a lead away, where it was none of us: the rules, the rules after somebody let it lie, or chance."""


class Working:
    """Everybody's working time at a moment, to say how much of it lies between two others."""

    def __init__(self, at: Desk) -> None:
        self.at = at

    def between(self, rep_id: str | None, start: int, end: int) -> int:
        """Milliseconds of the rep's working time (of nobody's: the playbook's) from one moment to the other."""
        if self.at.plan is None:
            return end - start
        return self.at.calendars(self.at.version_id).of(rep_id).used(start, end)


def working(now: int) -> Working | None:
    """Everybody's working time; None where there is no playbook. So many statements, however many leads."""
    at = desk(now)
    return None if at is None else Working(at)


class Given(NamedTuple):
    """That somebody was given the lead: what they are called (empty: nobody was found), when, by whom (empty: by the
    rules), and why, as it was written down then.
    """

    rep: str
    at: int
    by: str
    why: tuple[str, ...]


class Refused(NamedTuple):
    """That somebody refused the lead: who, when, the reason as it is kept, in which cycle, until when it rested."""

    rep: str
    at: int
    reason: str
    cycle: int
    back_at: int | None


class Followed(NamedTuple):
    """A sequence that the lead is in since some cycle, with its touches; ``ended`` says why it does not go on."""

    name: str
    tasks: tuple[Task, ...]
    ended: Exit | None
    cycle: int


class Taker(NamedTuple):
    """Somebody to whom the lead can be given; where they are absent, until which moment; the time zone of their own."""

    rep_id: str
    name: str
    away_until: int | None
    zone: str | None


class HandedOver(NamedTuple):
    """How a lead stands with sales; moments in epoch ms.

    ``owner`` is what whoever has it is called; ``hours`` in whose working time the clock runs, in words. ``given`` are
    all who had it in this cycle, the newest first. ``who`` holds what everybody named here is called, by address.
    ``is_open``: it is with sales now; ``waits``: somebody is about to be found for it.
    """

    clock: Clock | None
    owner_id: str
    owner: str
    hours: str
    given: list[Given]
    refused: list[Refused]
    contacts: list[Contact]
    sequences: list[Followed]
    more_sequences: list[str]
    brief: Brief | None
    takers: list[Taker]
    who: Mapping[str, str]
    is_open: bool
    waits: bool

    @property
    def why(self) -> tuple[str, ...]:
        """Why whoever has it got it, or why nobody was found."""
        return self.given[0].why if self.given else ()

    @property
    def in_sequence(self) -> bool:
        """Whether it is in a sequence that goes on."""
        return any(each.ended is None for each in self.sequences)


NOTHING: Final = HandedOver(None, "", "", "", [], [], [], [], [], None, [], {}, is_open=False, waits=False)


def handed(person_id: int, now: int, lead: Recorded | None = None) -> HandedOver:
    """How a lead stands with sales at this very moment; :data:`NOTHING` where no playbook is in force.

    ``lead``: the lead with its facts, where whoever asks has them at hand.
    """
    at = desk(now)
    if at is None:
        return NOTHING
    told = known([person_id], at)[person_id]
    spell = told.spells[-1] if told.spells else None
    made = None if spell is None else ticks(spell, told, at).clock
    given = told.of_cycle(spell.handed.cycle) if spell is not None else []
    owner = given[-1] if given and given[-1].rep_id is not None else None
    owner_id = "" if owner is None else owner.rep_id or ""
    who = _called(at, given, told)
    backs = _backs(person_id) if told.refused else {}
    open_ = spell is not None and spell.is_open
    sequences = _sequences(person_id, at) if told.enrolled else []
    return HandedOver(
        made, owner_id, who.get(owner_id, ""), _hours(at, owner_id or None) if made else "",
        [_given(each, who) for each in reversed(given)],
        [_refused(each, who, backs) for each in reversed(told.refused)],
        sorted(told.contacts, key=lambda each: -each.happened_at)[:MOST_CONTACTS],
        sequences, _more_sequences(spell, at, sequences) if open_ else [],
        _brief(lead or recorded(person_id), owner, made, at) if open_ and owner_id else None,
        _takers(at, owner_id, who) if open_ else [], who, open_, open_ and not given and bool(at.reps),
    )  # fmt: skip


def _sequences(person_id: int, at: Desk) -> list[Followed]:
    return [
        Followed(own.sequence, each.tasks, each.exit, own.cycle) for own, each in followed_of([person_id], at)
    ]


def _called(at: Desk, given: Sequence[Assignment], told: Known) -> dict[str, str]:
    """What everybody is called who gets leads or is named here: as a rep, else as a member."""
    named = {each.rep_id or "" for each in given} | {each.by for each in given}
    named |= {each.rep_id for each in told.refused} | {each.rep_id or "" for each in told.contacts}
    named |= {rep.rep_id for rep in at.reps}
    return dict(names_of(named))


def _given(each: Assignment, who: Mapping[str, str]) -> Given:
    by = "" if each.by in RULES else who.get(each.by, each.by)
    return Given(who.get(each.rep_id or "", ""), each.assigned_at, by, each.why)


def _refused(each: Rejection, who: Mapping[str, str], backs: Mapping[int, int]) -> Refused:
    reason = f"{each.reason}: {each.words}" if each.words else each.reason
    back_at = backs.get(each.rejected_at)
    return Refused(who.get(each.rep_id, each.rep_id), each.rejected_at, reason, each.cycle, back_at)


def _backs(person_id: int) -> dict[int, int]:
    """By when somebody refused the lead, until when it was to rest."""
    found = those(
        "SELECT decided_at, detail FROM decision WHERE decision = 'rejected' AND taken_back_at IS NULL "
        "AND owner_id IN ({})",
        [person_id],
    )
    told = {at: msgspec.json.decode(detail).get("back_at") for at, detail in found}
    return {at: back_at for at, back_at in told.items() if back_at is not None}


def _hours(at: Desk, rep_id: str | None) -> str:
    """When the rep works, in words; the playbook's hours for nobody."""
    if at.plan is None:
        return ""
    section = at.plan.handoff
    rep = next((each for each in at.reps if each.rep_id == rep_id), None)
    hours = section.hours if rep is None or rep.hours is None else rep.hours
    off = section.holidays if rep is None or rep.holidays is None else rep.holidays
    said = [" and ".join(each.sentence() for each in hours), off.sentence(), at.zone_of(rep_id)]
    return ", ".join(each for each in said if each)


def _more_sequences(spell: Spell | None, at: Desk, sequences: Sequence[Followed]) -> list[str]:
    """Sequences into which the lead can still be put in its present cycle."""
    if spell is None or at.plan is None or any(each.ended is None for each in sequences):
        return []
    been = {each.name for each in sequences if each.cycle == spell.handed.cycle}
    return [each.name for each in at.plan.book.sequences or [] if each.name not in been]


def _brief(lead: Recorded | None, given: Assignment | None, clock: Clock | None, at: Desk) -> Brief | None:
    judged = None if lead is None else lead.judged(at.now)
    if lead is None or judged is None or given is None:
        return None
    due_at = clock.due_at if clock is not None and clock.stopped_at is None else None
    return brief_of(Judged(lead.person, judged), given, at, due_at)


def _takers(at: Desk, but: str, who: Mapping[str, str]) -> list[Taker]:
    """Who gets leads now, besides whoever has it; those who are there first."""
    away = {each.rep_id: each.ends_at for each in at.absences if each.starts_at <= at.now < each.ends_at}
    found = [
        Taker(rep.rep_id, who.get(rep.rep_id, rep.rep_id), away.get(rep.rep_id), rep.time_zone)
        for rep in at.reps
        if rep.rep_id != but and rep.is_active(at.now)
    ]
    return sorted(found, key=lambda each: (each.away_until is not None, each.name.casefold()))


class Refusal(NamedTuple):
    """A reason for which a lead may be refused: the word that is kept, what it does in words, and what it asks besides
    (``words``, a ``date``, the other ``lead``; empty: nothing).
    """

    word: str
    does: str
    asks: str


def refusals(*, alone: bool = True) -> list[Refusal]:
    """What each reason does under the playbook in force; what they do nowhere where it says nothing of the hand-off.

    ``alone``: of one lead, for which a day can be named; of several they rest as long as the playbook says.
    """
    section = present_handoff()
    if section is None:
        return [Refusal(word, "", "") for word in EFFECTS]
    under = {word: effect_under(section, word) for word in EFFECTS}
    return [Refusal(word, _does(word, effect, alone), effect.asks) for word, effect in under.items()]


def _does(word: str, effect: Effect, alone: bool) -> str:
    said, rest = [], effect.rest
    if alone and effect.asks == "date":
        said.append(_("rests until the day that you name, else %(days)s days") % {"days": rest})
    elif rest is not None:
        said.append(_("rests %(days)s days, and comes back by itself") % {"days": rest})
    else:
        said.append(_("ends it, until somebody reopens it"))
    if effect.excludes == "account":
        said.append(_("nobody of this account is handed over again"))
    said += [_TASKS[word]()] if word in _TASKS else []
    return "; ".join(said)


_TASKS: Final = {
    "bad_data": lambda: _("somebody is asked to mend the data"),
    "duplicate": lambda: _("somebody is asked to merge the two"),
    "unreachable": lambda: _("somebody is asked to look for another way to reach them"),
}


def alike(person_id: int, most: int = 5) -> list[tuple[int, str]]:
    """Leads that may be the same person, or are of the same account: whom a duplicate may repeat."""
    found = rows(
        "SELECT o.id, o.name, o.email FROM person p JOIN person o ON o.account_id = p.account_id AND o.id <> p.id "
        "WHERE p.id = %s ORDER BY o.created_at LIMIT %s",
        [person_id, most],
    )
    return [(number, name or email or str(number)) for number, name, email in found]


def lead_named(said: str) -> int | None:
    """The lead that somebody names: by its number, the address of its page, or an e-mail address; None: there is none.

    Whoever was merged is who they are now.
    """
    said = said.strip().rstrip("/")
    number = said.rpartition("/")[2]
    if number.isascii() and number.isdigit() and len(number) < 19:
        return survivor_of(int(number))
    found = rows("SELECT owner_id FROM identifier WHERE key = %s", [f"email:{said.casefold()[:900]}"])
    return int(found[0][0]) if found else None
