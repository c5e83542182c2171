"""Who gets a lead that is ready, and why: the playbook's rules in order, then whose turn it is, then the fallback.

A function of facts and a moment: the same facts give the same owner. Nobody who is full, absent, or has refused the
lead without anything new since gets it. Where nobody is left, the assignment says so (``rep_id`` None, and why):
that is the loud list, :func:`unassigned`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qualify.criteria.known_words import WORDS
from qualify.errors import QualifyError
from qualify.handoff.clock import Handed
from qualify.handoff.conditions import Conditions, Look, texts
from qualify.handoff.evidence import new_since
from qualify.handoff.facts import Assignment, Rejection, Rep
from qualify.handoff.roster import Roster
from qualify.handoff.standing import Standing
from qualify.handoff.turns import least_busy, next_in_turn
from qualify.playbook.book import Playbook
from qualify.playbook.handoff import Route
from qualify.scoring.single import Judgement
from qualify.speech import Several, sentence

FALLBACK = "fallback"
"""What the queue of the fallback is called."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lead reached a stage at which it is handed over: as it was judged at ``at``, in this cycle."""

    lead_id: str
    cycle: int
    at: int
    judgement: Judgement
    account_id: str | None = None
    account_name: str = ""
    source: str = ""


class Plan:
    """A playbook's hand-off made ready to route by. Raises :class:`~qualify.errors.QualifyError` without one."""

    def __init__(self, book: Playbook) -> None:
        if book.handoff is None:
            raise QualifyError(
                sentence(
                    "%(playbook)s says nothing of the hand-off; add a `handoff` section",
                    playbook=book.playbook,
                )
            )
        self.book, self.handoff, self.zone = book, book.handoff, book.time_zone
        self.conditions = Conditions(book)


def route(
    arrival: Arrival,
    plan: Plan,
    roster: Roster,
    standing: Standing,
    *,
    at: int | None = None,
    late: frozenset[str] = frozenset(),
) -> Assignment:
    """Who gets the lead, and why.

    ``standing`` holds the facts up to then and is not changed: add the assignment to it. To route again later say
    when (``at``), and with ``late`` who had it and let it lie.
    """
    return _Routing(arrival, plan, roster, standing, arrival.at if at is None else at, late).routed()


class _Routing:
    """One lead being routed: what was tried, and why it came to nothing."""

    def __init__(
        self,
        arrival: Arrival,
        plan: Plan,
        roster: Roster,
        standing: Standing,
        at: int,
        late: frozenset[str],
    ) -> None:
        self.arrival, self.plan, self.roster, self.standing = arrival, plan, roster, standing
        self.at, self.late = at, late
        self.tried: list[str] = []
        self.again: dict[str, str] = {}

    def routed(self) -> Assignment:
        look = self.plan.conditions.look(self.arrival.judgement)
        for rule in self.plan.handoff.rules:
            if self.plan.conditions.rule_holds(rule.name, look):
                found = self._to_owner(rule, look) if rule.account_owner else self._to_team(rule, look)
                if found is not None:
                    return found
        return self._to_fallback()

    def _to_owner(self, rule: Route, look: Look) -> Assignment | None:
        owner = self.standing.account_owner(self.arrival.account_id)
        if owner is None:
            return None
        named = self.arrival.account_name or str(self.arrival.account_id)
        reps, passed = self._able(self.roster.who(owner), [*rule.skills, *texts(look, rule.skills_from)])
        if not reps:
            unknown = (sentence("%(owner)s is nobody we know", owner=owner),)
            self.tried.append(
                sentence(
                    "%(rule)s: the owner of the account %(account)s cannot take it (%(why)s)",
                    rule=rule.name, account=named, why=Several(tuple(passed) or unknown),
                )
            )  # fmt: skip
            return None
        why = sentence("%(rule)s: owner of the account %(account)s", rule=rule.name, account=named)
        return self._given(reps[0], rule.name, [why])

    def _to_team(self, rule: Route, look: Look) -> Assignment | None:
        assert rule.team is not None
        skills = [*rule.skills, *texts(look, rule.skills_from)]
        reps, passed = self._able(self.roster.who(rule.team), skills)
        reps, idle = [rep for rep in reps if rep.weight > 0], [rep for rep in reps if rep.weight <= 0]
        passed += [_because(rep, sentence("takes no turns (weight 0)")) for rep in idle]
        if not reps:
            self.tried.append(
                sentence(
                    "%(rule)s: nobody in team %(team)s can take it (%(why)s)",
                    rule=rule.name, team=rule.team, why=_joined(passed),
                )
            )  # fmt: skip
            return None
        return self._picked(reps, rule, passed)

    def _picked(self, reps: list[Rep], rule: Route, passed: list[str]) -> Assignment:
        in_turn = rule.pick == "weighted round robin"
        chosen = next_in_turn(rule.name, reps, self.standing) if in_turn else least_busy(reps, self.standing)
        why = [self._how(chosen, reps, rule)]
        if passed:
            why.append(sentence("passed over: %(whom)s", whom=Several(tuple(passed))))
        return self._given(chosen, rule.name, why, reps, in_turn=in_turn)

    def _how(self, chosen: Rep, reps: Sequence[Rep], rule: Route) -> str:
        """As "dach: their turn among 5 of team dach (weight 2 of 7)"."""
        named = {"rule": rule.name, "team": str(rule.team)}
        if len(reps) == 1:
            return sentence("%(rule)s: the one of team %(team)s who can", **named)
        if rule.pick == "least busy":
            return sentence(
                "%(rule)s: least busy of %(many)s of team %(team)s (%(open)s open, weight %(weight)s)",
                many=len(reps), open=self.standing.open[chosen.rep_id], weight=chosen.weight, **named,
            )  # fmt: skip
        return sentence(
            "%(rule)s: their turn among %(many)s of team %(team)s (weight %(weight)s of %(all)s)",
            many=len(reps), weight=chosen.weight, all=sum(rep.weight for rep in reps), **named,
        )  # fmt: skip

    def _to_fallback(self) -> Assignment:
        name = self.plan.handoff.fallback
        reps, passed = self._able(self.roster.who(name), ())
        if reps:
            chosen = (
                least_busy([rep for rep in reps if rep.weight > 0], self.standing)
                if _weighs(reps)
                else reps[0]
            )
            return self._given(chosen, FALLBACK, [sentence("fallback: no rule found anybody"), *self.tried])
        said = sentence(
            "unassigned because the fallback %(name)s cannot take it either (%(why)s)",
            name=name, why=_joined(passed),
        )  # fmt: skip
        return Assignment(
            self.arrival.lead_id,
            self.arrival.cycle,
            None,
            self.at,
            (said, *self.tried),
            "routing",
            FALLBACK,
            self.arrival.account_id,
        )

    def _given(
        self, rep: Rep, rule: str, why: list[str], pool: Sequence[Rep] = (), *, in_turn: bool = False
    ) -> Assignment:
        if rep.rep_id in self.again:
            why.append(self.again[rep.rep_id])
        return Assignment(
            self.arrival.lead_id,
            self.arrival.cycle,
            rep.rep_id,
            self.at,
            tuple(why),
            "routing",
            rule,
            self.arrival.account_id,
            rule,
            tuple((each.rep_id, each.weight) for each in pool),
            in_turn,
        )

    def _able(self, reps: Sequence[Rep], skills: Sequence[str]) -> tuple[list[Rep], list[str]]:
        """Those who can take it now, and why each of the others cannot."""
        able, passed = list[Rep](), list[str]()
        for rep in reps:
            reason = self._no(rep) or self.roster.cannot(rep, self.at, self.standing, skills)
            if reason is None:
                able.append(rep)
            else:
                passed.append(_because(rep, reason))
        return self._soon(able, passed)

    def _soon(self, able: list[Rep], passed: list[str]) -> tuple[list[Rep], list[str]]:
        """Without those who start so much later than the first that the lead would wait for nothing."""
        ready = {rep.rep_id: self.roster.ready_at(rep, self.at) or 0 for rep in able}
        first = min(ready.values(), default=0)
        soon = [rep for rep in able if ready[rep.rep_id] - first <= self.roster.wait]
        passed += [
            _because(
                rep, sentence("not at work until %(when)s", when=self.roster.when(rep, ready[rep.rep_id]))
            )
            for rep in able
            if rep not in soon
        ]
        return soon, passed

    def _no(self, rep: Rep) -> str | None:
        """Why this rep should not have this lead; what is new since they refused it is kept as a reason."""
        if rep.rep_id in self.late:
            return sentence("had it and did not get in touch in time")
        refused = [
            each
            for each in self.standing.rejections.get(self.arrival.lead_id, ())
            if each.rep_id == rep.rep_id and each.rejected_at <= self.at
        ]
        return self._refused(rep, refused[-1]) if refused else None

    def _refused(self, rep: Rep, rejection: Rejection) -> str | None:
        when, reason = self.roster.when(rep, rejection.rejected_at), _reason(rejection)
        if rejection.cycle >= self.arrival.cycle:
            return sentence("refused it on %(when)s (%(reason)s)", when=when, reason=reason)
        new = new_since(self.arrival.judgement, rejection)
        if not new:
            return sentence(
                "refused it on %(when)s (%(reason)s), and nothing is new since", when=when, reason=reason
            )
        rules = Several(tuple(each.rule for each in new[:3]), ", ")
        self.again[rep.rep_id] = sentence(
            "%(rep)s refused it on %(when)s (%(reason)s); new since: %(rules)s",
            rep=rep.called, when=when, reason=reason, rules=rules,
        )  # fmt: skip
        return None


def _because(rep: Rep, why: str) -> str:
    return sentence("%(rep)s: %(why)s", rep=rep.called, why=why)


def _reason(rejection: Rejection) -> str:
    named = sentence(WORDS[rejection.reason])
    if not rejection.words:
        return named
    return sentence("%(reason)s: %(words)s", reason=named, words=rejection.words)


def _weighs(reps: Sequence[Rep]) -> bool:
    return any(rep.weight > 0 for rep in reps)


def _joined(passed: Sequence[str]) -> Several:
    return Several(tuple(passed) or (sentence("there is nobody of that name"),))


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A lead that was handed over and has nobody who works on it: since when, and why."""

    lead_id: str
    cycle: int
    since: int
    why: tuple[str, ...]


def unassigned(handed: Iterable[Handed], standing: Standing, roster: Roster, now: int) -> list[Unassigned]:
    """The loud list: of the leads that are handed over and not taken back by now, those whom nobody owns.

    That is who was never routed, for whom nobody was found, and whose owner no longer works here.
    """
    found = [
        Unassigned(each.lead_id, each.cycle, each.reached_at, why)
        for each in handed
        if each.reached_at <= now and (each.ended_at is None or each.ended_at > now)
        if (why := _why_nobody(standing.owners.get((each.lead_id, each.cycle)), roster, now))
    ]
    return sorted(found, key=lambda each: (each.since, each.lead_id))


def _why_nobody(owned: Assignment | None, roster: Roster, now: int) -> tuple[str, ...]:
    if owned is None:
        return (sentence("it was handed over and has not been given to anybody"),)
    if owned.rep_id is None:
        return owned.why
    rep = roster.reps.get(owned.rep_id)
    if rep is None or not rep.is_active(now):
        return (sentence("%(rep)s, who had it, is not active", rep=roster.called(owned.rep_id)),)
    return ()
