"""What a period would have looked like under other rules of routing: who would have got whom; nothing is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec
from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.handoff.calendar import MINUTE
from qualify.handoff.facts import Assignment
from qualify.handoff.roster import Roster
from qualify.handoff.routing import Arrival, Plan
from qualify.handoff.simulating import Difference, Load, Simulated
from qualify.handoff.simulating import simulate as simulated
from qualify.handoff.standing import moment_of
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.scoring.single import Judge
from qualify.speech import heard, kept
from qualify.web.database import rows
from qualify.web.handing import facts
from qualify.web.handing.desk import account_names
from qualify.web.handing.people import absences, reps
from qualify.web.living.kinds import Progress, ask
from qualify.web.living.loading import looked_at
from qualify.web.living.recording import Recorder
from qualify.web.living.values import Fields
from qualify.web.looking.judging import worker
from qualify.web.verbs.actor import READ_PLAYBOOK, Actor

MOST: Final = 20_000
"""Hand-offs that are routed again at most."""

A_MONTH: Final = 30 * DAY

SOME: Final = 200
"""Hand-offs that are routed again while somebody waits; more are left to a worker."""

NAMED: Final = 30
"""Leads that somebody else would have got, and that a page names."""

FOUND_OUT_AGAIN: Final = 10 * MINUTE
"""What a worker found out is good for so many milliseconds."""


class Ready(NamedTuple):
    """Of some leads: how many had somebody who was at work before the promise was over, in the playbook's hours.

    A night in which nobody is to be there counts for nothing, as it does for the clock of a lead. Nobody can know
    when a rep who did not have a lead would have answered it; whether they were there, one can.
    """

    leads: int
    in_time: int

    @property
    def share(self) -> float | None:
        """Their share; None without leads."""
        return self.in_time / self.leads if self.leads else None


class Would(NamedTuple):
    """What would have been: how many leads, who had how many, for whom nobody was found, and who would have had whom.

    ``before`` are the loads as they were, by rep, and ``unassigned_before`` those for whom nobody was found first.
    ``ready`` and ``ready_before`` hold everybody, under the empty name, and each rep.
    """

    since: int
    until: int
    leads: int
    unassigned: int
    loads: dict[str, Load]
    before: dict[str, int]
    differences: list[Difference]
    unassigned_before: int
    ready: dict[str, Ready]
    ready_before: dict[str, Ready]


class Tried(NamedTuple):
    """What would have been, as a page shows it: of the ``differences``, of which there are ``many``, the first."""

    would: Would
    differences: list[Difference]
    many: int


def shortly(would: Would) -> Tried:
    """The same with the first differences only."""
    return Tried(would._replace(differences=[]), would.differences[:NAMED], len(would.differences))


Told = Callable[[int, int], None]
"""Is told how far it is: so many leads of so many."""


def simulate(
    actor: Actor, now: int, *, text: str | None = None, since: int | None = None, until: int | None = None
) -> Would:
    """Route the leads of a period (the last 30 days) again, by the playbook in this text (that in force).

    Today's reps and all absences are taken. Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(READ_PLAYBOOK)
    return _simulated(now, text, since, until, lambda done, of: None)


def ask_simulation(actor: Actor, text: str, days: int, now: int) -> int:
    """Have a worker route the leads of the last days again; the number of the work, which may be one of a moment ago.

    Raises :class:`~qualify.errors.QualifyError` for a text that nobody can route by.
    """
    actor.needs(READ_PLAYBOOK)
    told = {"days": int(days), "text": text}
    with transaction.atomic():
        lately = rows(
            "SELECT id FROM work WHERE kind = 'simulate' AND parameters = %s "
            "AND (finished_at IS NULL OR (finished_at > %s AND detail <> '')) ORDER BY id DESC LIMIT 1",
            [json.dumps(told), now - FOUND_OUT_AGAIN],
        )
        if lately:
            return int(lately[0][0])
        Plan(parse(text))
        return ask("simulate", told, now)


def work(parameters: Mapping[str, Any], progress: Progress) -> str:
    """The same as a long piece of work: what was found out, as the row's detail; :func:`read` takes it back."""
    from qualify.clock import now

    at = now()
    text, since = str(parameters["text"]), at - int(parameters["days"]) * DAY
    tried = shortly(_simulated(at, text, since, at, progress))
    found = [{**each._asdict(), "why": kept(each.why)} for each in tried.differences]
    return json.dumps({"would": msgspec.to_builtins(tried.would), "differences": found, "many": tried.many})


def read(result: Mapping[str, Any]) -> Tried:
    """What :func:`work` found out, its reasons in the language of whoever reads."""
    found = [Difference(**{**each, "why": tuple(heard(each["why"]))}) for each in result["differences"]]
    return Tried(msgspec.convert(result["would"], Would), found, int(result["many"]))


def how_many(since: int, until: int) -> int:
    """How many hand-offs there were in a period."""
    return int(rows("SELECT count(*) FROM handoff WHERE reached_at BETWEEN %s AND %s", [since, until])[0][0])


def _simulated(now: int, text: str | None, since: int | None, until: int | None, told: Told) -> Would:
    until = now if until is None else min(until, now)
    since = until - A_MONTH if since is None else since
    layout = _layout(text)
    plan = Plan(layout.book)
    arrivals = _arrivals(layout, plan, since, until, told)
    roster = Roster(reps(), absences(), plan.handoff, plan.zone)
    every = facts.everything()
    endings = [
        each for each in every if not isinstance(each, Assignment) and since <= moment_of(each) <= until
    ]
    outcome = simulated(arrivals, plan, roster, endings, [each for each in every if moment_of(each) < since])
    actual = [each for each in every if isinstance(each, Assignment) and since <= each.assigned_at <= until]
    return _would(outcome, _first(actual, outcome), plan, roster, since, until)


def _first(actual: Sequence[Assignment], outcome: Simulated) -> list[Assignment]:
    """To whom each of the leads was given first, in fact."""
    wanted = {(each.lead_id, each.cycle) for each in outcome.assignments}
    first: dict[tuple[str, int], Assignment] = {}
    for each in sorted(actual, key=lambda each: each.assigned_at):
        if (each.lead_id, each.cycle) in wanted:
            first.setdefault((each.lead_id, each.cycle), each)
    return list(first.values())


def _would(
    outcome: Simulated, first: Sequence[Assignment], plan: Plan, roster: Roster, since: int, until: int
) -> Would:
    before = Counter(each.rep_id for each in first if each.rep_id is not None)
    leads, nobody = len(outcome.assignments), len(outcome.unassigned)
    return Would(
        since, until, leads, nobody, dict(outcome.loads), dict(before), outcome.differences(first),
        leads - sum(before.values()), _ready(outcome.assignments, plan, roster), _ready(first, plan, roster),
    )  # fmt: skip


def _ready(given: Sequence[Assignment], plan: Plan, roster: Roster) -> dict[str, Ready]:
    """By owner, and of all together: nobody is never there."""
    many, in_time, house = Counter[str](), Counter[str](), roster.calendars.house
    for each in given:
        opens = None if each.rep_id is None else roster.calendars.of(each.rep_id).opens(each.assigned_at)
        there = (
            opens is not None
            and house.used(each.assigned_at, opens) <= plan.handoff.promise_of(each.rule) * MINUTE
        )
        for name in ("", *([] if each.rep_id is None else [each.rep_id])):
            many[name] += 1
            in_time[name] += there
    return {name: Ready(many[name], in_time[name]) for name in many}


def _layout(text: str | None) -> Layout:
    if text is not None:
        return Layout(parse(text))
    versions = worker().versions
    if not versions.ordered:
        raise QualifyError(gettext("no playbook is published yet"))
    return versions.layouts[int(versions.ordered[-1].version)]


def _arrivals(layout: Layout, plan: Plan, since: int, until: int, told: Told) -> list[Arrival]:
    """The hand-offs of the period, each judged as of when it was first given away, by the other playbook."""
    found = rows(
        "SELECT h.person_id, h.cycle, coalesce(min(a.assigned_at), h.reached_at) FROM handoff h "
        "LEFT JOIN assignment a ON a.owner_id = h.person_id AND a.cycle = h.cycle AND a.taken_back_at IS NULL "
        "WHERE h.reached_at BETWEEN %s AND %s GROUP BY h.person_id, h.cycle, h.reached_at ORDER BY 3, 1 LIMIT %s",
        [since, until, MOST],
    )
    fields = Fields([layout, cast(Any, plan.conditions)])
    judge = Judge(layout)
    people = looked_at({who for who, _, _ in found}, fields, worker().versions.labels)
    arrivals: dict[tuple[int, int], Arrival] = {}
    named = account_names({person.account_id for person in people.values()})
    for place, (who, cycle, at) in enumerate(found):
        if place % SOME == 0:
            told(place, len(found))
        if who in people and (who, cycle) not in arrivals:
            person = people[who]
            judgement = judge(Recorder(person, fields)(at), at)
            account = None if person.account_id is None else str(person.account_id)
            company = str(person.traits.get("company") or named.get(person.account_id or 0, ""))
            arrivals[who, cycle] = Arrival(str(who), cycle, at, judgement, account, company)
    return list(arrivals.values())
