"""What is needed to look at hand-offs at a moment: the rules, who there is, what everybody holds, leads as judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple, cast

from qualify.handoff.clock import Calendars, Promise
from qualify.handoff.facts import Assignment
from qualify.handoff.roster import Roster
from qualify.handoff.routing import Arrival, Plan
from qualify.handoff.standing import Standing
from qualify.moments import DAY
from qualify.playbook.handoff import Handoff
from qualify.scoring.single import Judgement
from qualify.web.database import rows, those
from qualify.web.handing.holding import Holding
from qualify.web.handing.people import absences, reps
from qualify.web.living.loading import Loaded, looked_at
from qualify.web.living.recording import Recorder
from qualify.web.living.values import Fields
from qualify.web.living.versions import Versions

WAITED_A_DAY: Final = 10
"""Leads that were ready before leads were handed over, and are given out in a day for each rep who takes turns."""

BY_LIST: Final = "waiting list"
"""Who gave such a lead away: the rules, a few a day."""

Mark = tuple[int, ...]
"""What changes whenever something is written by which leads are given away."""


class Plans:
    """The hand-off of each version of the playbook, made ready once."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.holding = Holding()
        self._plans: dict[int, Plan | None] = {}
        self._fields: dict[int, Fields] = {}

    def of(self, version_id: int) -> Plan | None:
        """The plan of a version; None where it says nothing of the hand-off, or there is no such version."""
        if version_id not in self._plans:
            layout = self.versions.layouts.get(version_id)
            has = layout is not None and layout.book.handoff is not None
            self._plans[version_id] = Plan(layout.book) if has and layout is not None else None
        return self._plans[version_id]

    def section(self, version_id: int) -> Handoff | None:
        """What the version says of the hand-off."""
        plan = self.of(version_id)
        return None if plan is None else plan.handoff

    @property
    def begins(self) -> list[tuple[int, int]]:
        """When which version began to hand over from a stage from which the one before it did not, in order."""
        found, before = list[tuple[int, int]](), frozenset[str]()
        for version in self.versions.ordered:
            section = self.section(int(version.version))
            named = frozenset[str]() if section is None else frozenset(section.at)
            if named - before:
                found.append((version.in_force_from, int(version.version)))
            before = named
        return found

    def fields(self, version_id: int) -> Fields:
        """What both the scores and the conditions of the hand-off look at."""
        if version_id not in self._fields:
            looked = [cast(Any, self.versions.layouts[version_id])]
            plan = self.of(version_id)
            self._fields[version_id] = Fields(looked + ([plan.conditions] if plan is not None else []))
        return self._fields[version_id]


def begins_to_hand_over(version_id: int) -> bool:
    """Whether leads are handed over under this version from where they were not under the one before."""
    plans = Plans(Versions())
    plans.versions.refresh()
    return any(number == version_id for _, number in plans.begins)


class Judged(NamedTuple):
    """A lead as it is judged now, with its facts."""

    person: Loaded
    judgement: Judgement


class Desk:
    """The desk at which leads are given away at a moment; what is given since is told to :meth:`will_give`."""

    def __init__(self, plans: Plans, now: int) -> None:
        self.plans, self.now = plans, now
        self.mark = mark()
        self.version = plans.versions.since(now)[0]
        self.version_id = int(self.version.version)
        self.plan = plans.of(self.version_id)
        self.reps, self.absences = reps(now), absences(now)
        self._calendars: dict[int, Calendars] = {}
        self.excluded: dict[int, str] = {}
        """Of the accounts whose leads are looked at, those nobody of whom is handed over, and why."""

    @cached_property
    def standing(self) -> Standing:
        """What everybody holds."""
        return self.plans.holding.standing(self.now)

    def will_give(self, given: Assignment) -> None:
        """Reckon with what is about to be given to somebody, or to nobody."""
        assert self.standing is not None
        self.plans.holding.give(given)

    @cached_property
    def left_today(self) -> int:
        """How many more may be given out of those that were ready before; fresh leads are not counted."""
        takes = sum(rep.is_active(self.now) and rep.weight > 0 for rep in self.reps)
        [(given,)] = rows(
            "SELECT count(*) FROM assignment WHERE assigned_at > %s AND source = %s AND taken_back_at IS NULL",
            [self.now - DAY, BY_LIST],
        )
        return max(0, takes * WAITED_A_DAY - int(given))

    @cached_property
    def roster(self) -> Roster:
        """Who there is, by today's playbook; to be asked where there is a plan."""
        assert self.plan is not None
        return Roster(self.reps, self.absences, self.plan.handoff, self.plan.zone, self.now)

    def calendars(self, version_id: int) -> Calendars:
        """Everybody's calendar by that version of the playbook."""
        plan = self.plans.of(version_id)
        assert plan is not None
        if version_id not in self._calendars:
            made = Calendars(plan.handoff, plan.zone, self.reps, self.absences, self.now)
            self._calendars[version_id] = made
        return self._calendars[version_id]

    def promise(self, version_id: int, rule: str) -> Promise:
        """What was promised to leads that reached the stage under that version and were given away by the rule."""
        section = self.plans.section(version_id)
        assert section is not None
        return Promise.of(section, rule)

    def judged(self, people: Iterable[int]) -> dict[int, Judged]:
        """These people as they are judged now; who is nobody any more is left out."""
        fields, labels = self.plans.fields(self.version_id), self.plans.versions.labels
        loaded = looked_at(people, fields, labels)
        return {
            who: Judged(person, self.version.judge(Recorder(person, fields)(self.now), self.now))
            for who, person in loaded.items()
            if person.created_at <= self.now
        }

    def arrival(self, judged: Judged, cycle: int, reached_at: int) -> Arrival:
        """A lead that is to be given to somebody."""
        person = judged.person
        account = None if person.account_id is None else str(person.account_id)
        named = str(person.traits.get("company") or "") or account_names([person.account_id]).get(
            person.account_id or 0, ""
        )
        return Arrival(str(person.person_id), cycle, reached_at, judged.judgement, account, named)

    def called(self, rep_id: str | None) -> str:
        """What people call a rep."""
        if rep_id is None:
            return "nobody"
        return next((rep.called for rep in self.reps if rep.rep_id == rep_id), rep_id)

    def zone_of(self, rep_id: str | None) -> str:
        """The time zone in which a rep reads."""
        if self.plan is None:
            return "UTC"
        return str(self.calendars(self.version_id).of(rep_id).zone.key)

    def is_active(self, rep_id: str | None) -> bool:
        """Whether there is such a rep and they work here now."""
        return any(rep.rep_id == rep_id and rep.is_active(self.now) for rep in self.reps)


def account_names(accounts: Iterable[int | None]) -> Mapping[int, str]:
    """What accounts go by: their domain, or whatever named them first."""
    wanted = sorted({each for each in accounts if each is not None})
    return dict(those("SELECT id, value FROM identifier WHERE id IN ({})", wanted))


def mark() -> Mark:
    """Changes whenever anybody is given a lead, or reps, absences, owners of accounts or decisions change."""
    [row] = rows(
        "SELECT (SELECT coalesce(max(id), 0) FROM assignment), (SELECT coalesce(max(id), 0) FROM rep_setting), "
        "(SELECT coalesce(max(id), 0) FROM absence), (SELECT count(*) FROM absence WHERE taken_back_at IS NOT NULL), "
        "(SELECT coalesce(max(id), 0) FROM ownership), (SELECT coalesce(max(id), 0) FROM decision), "
        "(SELECT coalesce(max(taken_back_at), 0) FROM decision WHERE taken_back_at IS NOT NULL), "
        "(SELECT count(*) FROM assignment WHERE taken_back_at IS NOT NULL), "
        "(SELECT coalesce(max(taken_back_at), 0) FROM assignment WHERE taken_back_at IS NOT NULL)"
    )
    return tuple(int(each) for each in row)
