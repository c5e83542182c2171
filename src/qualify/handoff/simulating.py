"""What a period would have looked like under other rules: who would have got what, and how full they were."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qualify.handoff.facts import Assignment, Closing, Ownership, Rejection
from qualify.handoff.roster import Roster
from qualify.handoff.routing import Arrival, Plan, route
from qualify.handoff.standing import Fact, Standing, in_order, moment_of


def _turn(each: Arrival) -> tuple[int, int, str, int]:
    """Who comes first; of several at once the lead with the lower number, as in the application."""
    return each.at, len(each.lead_id), each.lead_id, each.cycle


@dataclass(frozen=True, slots=True)
class Load:
    """What a rep was given in the period, and how many leads they had open at most."""

    rep_id: str
    given: int
    most_open: int


class Difference(NamedTuple):
    """A lead that somebody else would have got."""

    lead_id: str
    cycle: int
    before: str | None
    after: str | None
    why: tuple[str, ...]


@dataclass(frozen=True)
class Simulated:
    """Who would have got what: the assignments, each rep's load, and how long each lead would have waited.

    ``waits``: milliseconds from the arrival until the owner was next at work, for each lead with an owner.
    """

    assignments: tuple[Assignment, ...]
    loads: Mapping[str, Load]
    waits: Mapping[tuple[str, int], int]

    @property
    def unassigned(self) -> list[Assignment]:
        """Those for whom nobody was found."""
        return [each for each in self.assignments if each.rep_id is None]

    def differences(self, actual: Iterable[Assignment]) -> list[Difference]:
        """Who would have got somebody else than they did first get, in the order of arrival."""
        first: dict[tuple[str, int], str | None] = {}
        for each in sorted(actual, key=lambda each: each.assigned_at):
            first.setdefault((each.lead_id, each.cycle), each.rep_id)
        return [
            Difference(each.lead_id, each.cycle, before, each.rep_id, each.why)
            for each in self.assignments
            if (before := first.get((each.lead_id, each.cycle))) != each.rep_id
        ]


def simulate(
    arrivals: Iterable[Arrival],
    plan: Plan,
    roster: Roster,
    endings: Iterable[Closing | Rejection | Ownership] = (),
    before: Iterable[Fact] = (),
) -> Simulated:
    """Route the arrivals of a period, oldest first, by the plan's rules.

    ``before`` are the facts of earlier times, which say what everybody held when the period began. ``endings`` are
    the facts of the period: a lead that was closed then is closed here, whoever has it; a refusal stays with whoever
    refused. Routing the actual facts by the actual rules gives the actual owners.
    """
    standing, watched = Standing(before), _Watched()
    facts = deque(in_order(endings))
    given: list[Assignment] = []
    for arrival in sorted(arrivals, key=_turn):
        while facts and moment_of(facts[0]) <= arrival.at:
            standing.add(facts.popleft())
        assignment = route(arrival, plan, roster, standing)
        standing.add(assignment)
        watched.add(assignment, standing)
        given.append(assignment)
    return Simulated(tuple(given), watched.loads(roster), _waits(given, roster))


class _Watched:
    """Counts what is given, and the most that anybody had open."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}
        self.most: dict[str, int] = {}

    def add(self, given: Assignment, standing: Standing) -> None:
        rep_id = given.rep_id
        if rep_id is not None:
            self.given[rep_id] = self.given.get(rep_id, 0) + 1
            self.most[rep_id] = max(self.most.get(rep_id, 0), standing.open[rep_id])

    def loads(self, roster: Roster) -> dict[str, Load]:
        everybody = [*roster.reps, *(each for each in self.given if each not in roster.reps)]
        return {each: Load(each, self.given.get(each, 0), self.most.get(each, 0)) for each in everybody}


def _waits(given: Sequence[Assignment], roster: Roster) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for each in given:
        ready = roster.calendars.of(each.rep_id).opens(each.assigned_at) if each.rep_id is not None else None
        if ready is not None:
            found[each.lead_id, each.cycle] = ready - each.assigned_at
    return found
