"""Decide about several leads at once: each for itself, what cannot be with its reason; and what it would come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web.database import those
from qualify.web.looking.decided import NOTHING, Story, stories
from qualify.web.looking.judging import taken_back
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, NotThere, audit
from qualify.web.verbs.decide import Fact, meanwhile, one_after_another, written
from qualify.web.verbs.leads import Lead, bounded, lead, one_of_them
from qualify.web.verbs.settle import judge_now

AT_ONCE: Final = 200
"""Leads that are decided about at once at most."""

FROM: Final[Mapping[str, frozenset[str]]] = {
    "accepted": frozenset({"lead", "iql", "mql", "pql"}),
    "rejected": frozenset({"lead", "iql", "mql", "pql", "sal", "sql"}),
}
"""What can be decided about many at once, and of leads in which stages."""


class Chosen(NamedTuple):
    """A lead that was chosen, and what its story said when it was."""

    lead_id: int
    seen: str


class Cannot(NamedTuple):
    """A lead that nothing is done to, and why."""

    lead_id: int
    why: str


class Several(NamedTuple):
    """What was done: to whom, to whom not, and the line of the audit (None when it was to nobody)."""

    done: tuple[int, ...]
    cannot: tuple[Cannot, ...]
    audit_id: int | None


class Would(NamedTuple):
    """What would be done to a lead: the stage it is in, and the one it would be in."""

    lead_id: int
    before: str
    after: str


class Preview(NamedTuple):
    """What would become of several leads, and of whom nothing, and why."""

    would: tuple[Would, ...]
    cannot: tuple[Cannot, ...]


def decide_several(
    actor: Actor, chosen: Sequence[Chosen], decision: str, now: int, *, reason: str = ""
) -> Several:
    """Decide about each of them that it can be decided about; all in one transaction, under one line of the audit.

    Raises :class:`~qualify.errors.QualifyError` for a decision that is not for many, or too many leads.
    """
    actor.needs(WRITE_LEADS)
    one_of_them(decision, tuple(FROM), "decision about many")
    bounded(reason, 2_000, "the reason")
    if not 1 <= len(chosen) <= AT_ONCE:
        raise QualifyError(gettext("choose 1 to %(most)s leads at a time") % {"most": AT_ONCE})
    with transaction.atomic():
        one_after_another()
        able, cannot = _sorted_out(chosen, decision, now)
        facts = [written(actor, whose, decision, now, reason, now) for whose in able]
        if not facts:
            return Several((), cannot, None)
        number = _audited(actor, decision, reason, facts, now)
        return Several(tuple(fact.person_id for fact in facts), cannot, number)


def preview_several(
    actor: Actor, chosen: Sequence[Chosen], decision: str, now: int, *, reason: str = ""
) -> Preview:
    """What deciding would come to: it is done, looked at and taken back. Raises as doing it does."""
    with taken_back():
        before = _stages(each.lead_id for each in chosen)
        done = decide_several(actor, chosen, decision, now, reason=reason)
        judge_now(done.done, now)
        after = _stages(done.done)
        would = tuple(Would(who, before.get(who, ""), after.get(who, "")) for who in done.done)
        return Preview(would, done.cannot)


def _audited(actor: Actor, decision: str, reason: str, facts: Sequence[Fact], now: int) -> int:
    detail = {
        "decision": decision, "at": now, "reason": reason, "leads": [fact.person_id for fact in facts],
        "facts": {"decision": [number for fact in facts for number in fact.numbers]},
    }  # fmt: skip
    return audit(actor, "decide several", f"{len(facts)} leads", detail, now)


def _sorted_out(chosen: Sequence[Chosen], decision: str, now: int) -> tuple[list[Lead], tuple[Cannot, ...]]:
    """Those who can be decided about, and the others with the reason; in the order of their ids."""
    found: dict[int, Lead] = {}
    cannot: list[Cannot] = []
    for each in sorted(set(chosen)):
        try:
            found[each.lead_id] = lead(each.lead_id)
        except NotThere as error:
            cannot.append(Cannot(each.lead_id, said_to_the_reader(error)))
    people = {whose.person_id for whose in found.values()}
    told, stages = stories(people), _stages(people)
    able: dict[int, Lead] = {}
    for each in sorted(set(chosen)):
        if (whose := found.get(each.lead_id)) is None:
            continue
        story = told.get(whose.person_id, NOTHING)
        why = _why_not(decision, story, each.seen, stages.get(whose.person_id, ""), now)
        if why:
            cannot.append(Cannot(each.lead_id, why))
        else:
            able.setdefault(whose.person_id, whose)
    return list(able.values()), tuple(cannot)


def _why_not(decision: str, story: Story, seen: str, stage: str, now: int) -> str:
    if story.seen != seen:
        return meanwhile(story.newest, now)
    if not stage or stage in FROM[decision]:
        return ""
    if stage == "customer":
        return gettext("is a customer")
    if stage in {"sal", "sql"}:
        return gettext("is accepted already")
    return gettext("has left the funnel")


def _stages(people: Iterable[int]) -> dict[int, str]:
    return dict(those("SELECT person_id, stage FROM standing WHERE person_id IN ({})", sorted(people)))


def certain(outcome: Several) -> Several:
    """The same; raises :class:`~qualify.web.verbs.actor.Conflict` when nothing could be done to anybody."""
    if not outcome.done:
        raise Conflict("; ".join(sorted({each.why for each in outcome.cannot})))
    return outcome
