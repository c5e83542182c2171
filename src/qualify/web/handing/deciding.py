"""What a decision about a lead does to its hand-off: who accepts has it, who refuses says what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.handoff.facts import Assignment, Rejection
from qualify.handoff.reasons import Consequence, consequence
from qualify.playbook.handoff import Handoff
from qualify.speech import sentence
from qualify.web.database import rows
from qualify.web.handing import facts, line
from qualify.web.handing.people import reps
from qualify.web.looking.judging import worker
from qualify.web.looking.words import wording
from qualify.web.verbs.actor import Actor, Conflict
from qualify.web.verbs.leads import Lead, keep_fact
from qualify.web.verbs.telling import tell

TOLD: Final = ("accepted", "rejected")
"""Decisions that other systems are told."""


class Besides(NamedTuple):
    """What a refusal may say besides its reason: the day on which the lead wants it, the lead that it repeats."""

    on: int | None = None
    duplicate_of: int | None = None


NOTHING_MORE: Final = Besides()


def before(actor: Actor, whose: Lead, decision: str) -> None:
    """Raise :class:`~qualify.web.verbs.actor.Conflict` for a rep who accepts what another rep has accepted."""
    if decision != "accepted":
        return
    owner = owner_of(whose.person_id)
    if owner is None or owner.rep_id is None or owner.rep_id == actor.name:
        return
    taken = rows(
        "SELECT 1 FROM assignment a JOIN decision d ON d.id = a.decision_id WHERE a.owner_id = %s AND a.cycle = %s "
        "AND d.taken_back_at IS NULL AND a.rep_id = %s LIMIT 1",
        [whose.person_id, owner.cycle, owner.rep_id],
    )
    if taken and is_rep(actor.name):
        name = next((rep.called for rep in reps() if rep.rep_id == owner.rep_id), owner.rep_id)
        raise Conflict(gettext("%(who)s accepted this lead already") % {"who": name})


def detail(
    actor: Actor, whose: Lead, decision: str, reason: str, at: int, more: Besides
) -> tuple[dict[str, Any], Consequence | None]:
    """What is kept with a refusal, and what follows from it; nothing with other decisions.

    Raises :class:`~qualify.errors.QualifyError` for a refusal that does not say enough.
    """
    section = present_handoff()
    if decision != "rejected" or section is None:
        if more != NOTHING_MORE:
            raise QualifyError(gettext("a day and another lead belong to a refusal"))
        return {}, None
    word, words = facts.typed(reason)
    cycle, held = stood(whose.person_id)
    rep = rep_of(actor, whose.person_id)
    other = None if more.duplicate_of is None else str(survivor(more.duplicate_of))
    refused = Rejection(
        str(whose.person_id), cycle, rep, at, word, words, held, more.on, other,  # type: ignore[arg-type]
    )  # fmt: skip
    # Whoever names the other lead later, by merging, says it there.
    asked = refused if word != "duplicate" or other else Rejection(
        str(whose.person_id), cycle, rep, at, "duplicate", words, held, None, "unnamed"
    )  # fmt: skip
    follows = consequence(asked, section)
    kept: dict[str, Any] = {"cycle": cycle, "rep": rep, "held": sorted(held)}
    kept |= {"on": more.on} if more.on is not None else {}
    kept |= {"duplicate_of": int(other)} if other else {}
    kept |= {"task": follows.task} if follows.task else {}
    kept |= {"excludes": follows.excludes} if follows.excludes else {}
    if follows.comes_back_at is not None:
        kept["back_at"] = follows.comes_back_at
    return kept, follows


def after(
    actor: Actor,
    whose: Lead,
    decision: str,
    number: int,
    at: int,
    reason: str,
    follows: Consequence | None,
    now: int,
) -> list[int]:
    """What follows from a decision that was just written down, in its transaction; further decisions by number."""
    more: list[int] = []
    if follows is not None and follows.decision == "disqualified":
        told = {
            "decision": "disqualified",
            "decided_at": at,
            "reason": reason,
            "decided_by": actor.name[:255],
        }
        more.append(keep_fact("decision", whose, told, actor.name, now))
    if decision == "accepted" and is_rep(actor.name):
        _taken(actor, whose, number, at, now)
    if decision in TOLD:
        _tell(actor, whose, decision, at, reason, follows, now)
    line.mark([whose.person_id], now)
    return more


def _taken(actor: Actor, whose: Lead, number: int, at: int, now: int) -> None:
    """Who accepts a lead has it, whoever it was given to; as long as the decision counts."""
    cycle, _ = stood(whose.person_id)
    found = rows("SELECT account_id FROM person WHERE id = %s", [whose.person_id])
    account = str(found[0][0]) if found and found[0][0] is not None else None
    given = Assignment(
        str(whose.person_id), cycle, actor.name, at, (sentence("accepted it"),), actor.name, "", account
    )  # fmt: skip
    facts.keep_assignment(whose, given, actor.name, now, number)


def _tell(
    actor: Actor, whose: Lead, decision: str, at: int, reason: str, follows: Consequence | None, now: int
) -> None:
    payload: dict[str, Any] = {"lead_id": whose.person_id, "decided_at": at, "by": actor.name}
    if decision == "rejected":
        word, words = facts.typed(reason)
        back_at = None if follows is None else follows.comes_back_at
        payload |= {"reason": word, "words": words, "comes_back_at": back_at}
    tell(f"lead.{decision}", whose.person_id, payload, now)


def owner_of(person_id: int) -> Assignment | None:
    """To whom the lead was given last in its present cycle; None when to nobody."""
    cycle, _ = stood(person_id)
    given = [each for each in facts.assignments([person_id]) if each.cycle == cycle]
    return given[-1] if given else None


def rep_of(actor: Actor, person_id: int) -> str:
    """Who refuses: whoever says so if they are a rep, else whose lead it is."""
    owner = owner_of(person_id)
    return actor.name if is_rep(actor.name) or owner is None or owner.rep_id is None else owner.rep_id


def is_rep(name: str) -> bool:
    """Whether somebody of that address gets leads."""
    return bool(rows("SELECT 1 FROM rep_setting WHERE rep_id = %s LIMIT 1", [name]))


def gets_it(name: str, person_id: int) -> bool:
    """Whether a lead is theirs once they accept it: of somebody who gets no leads, what a rep has stays that rep's."""
    return is_rep(name) or not rows(
        "SELECT 1 FROM standing WHERE person_id = %s AND rep_id IS NOT NULL", [person_id]
    )


def stood(person_id: int) -> tuple[int, frozenset[str]]:
    """The cycle that the lead is in, and the rules that speak for it, as it was judged last."""
    found = rows("SELECT cycle, version_id, lines FROM standing WHERE person_id = %s", [person_id])
    if not found:
        return 1, frozenset()
    cycle, version, lines = found[0]
    names = wording(version).rules
    spoke = [line for line in msgspec.json.decode(lines) if line[1] == "rule" and line[8] > 0]
    return cycle, frozenset(names[each[0]] for each in spoke)


def survivor(lead_id: int) -> int:
    """Who the lead of that number is now; raises :class:`~qualify.errors.QualifyError` when there is none."""
    found = rows("SELECT owner_id FROM identifier WHERE id = %s", [lead_id])
    if not found:
        raise QualifyError(gettext("there is no lead %(number)s") % {"number": lead_id})
    return int(found[0][0])


def present_handoff() -> Handoff | None:
    """What the playbook in force says of the hand-off."""
    ordered = worker().versions.ordered
    return worker().versions.layouts[int(ordered[-1].version)].book.handoff if ordered else None


def as_text(told: Mapping[str, Any]) -> str:
    """The detail of a decision as it is kept."""
    return msgspec.json.encode(told).decode() if told else "{}"
