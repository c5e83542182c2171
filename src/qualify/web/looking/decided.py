"""What was decided of leads, as it counts now: what was taken back is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from qualify.web.database import those
from qualify.web.handing.people import known_reps

TAKES: tuple[str, ...] = ("accepted",)
"""Decisions by which somebody takes a lead upon themselves."""


class Decided(NamedTuple):
    """A decision, or what came of a lead: what, when it was taken, by whom (their address), and why."""

    decision: str
    at: int
    who: str
    reason: str
    known_at: int


class Story(NamedTuple):
    """What was decided of a lead: the newest, who took it last, and a word that changes whenever this does."""

    newest: Decided | None = None
    taken: Decided | None = None
    seen: str = "0.0"


NOTHING = Story()

_DECISIONS = (
    "SELECT owner_id, id, decision, decided_at, decided_by, reason, known_at FROM decision "
    "WHERE owner_id IN ({}) AND taken_back_at IS NULL"
)
_OUTCOMES = (
    "SELECT owner_id, id, outcome, closed_at, source, reason, known_at FROM outcome "
    "WHERE owner_id IN ({}) AND taken_back_at IS NULL"
)


def stories(people: Iterable[int]) -> dict[int, Story]:
    """By person, what was decided of them; of whom nothing was is not in it. Two statements."""
    ids = sorted(people)
    told: dict[int, list[tuple[int, Decided]]] = defaultdict(list)
    newest: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for place, statement in enumerate((_DECISIONS, _OUTCOMES)):
        for who, number, *rest in those(statement, ids):
            told[who].append((number, Decided(*rest)))
            newest[who][place] = max(number, newest[who][place])
    return {who: _story(each, newest[who]) for who, each in told.items()}


def _story(told: list[tuple[int, Decided]], newest: list[int]) -> Story:
    in_order = [each for _, each in sorted(told, key=lambda each: (each[1].at, each[0]))]
    taken = [each for each in in_order if each.decision in TAKES]
    return Story(in_order[-1], taken[-1] if taken else None, f"{newest[0]}.{newest[1]}")


def names_of(addresses: Iterable[str]) -> Mapping[str, str]:
    """By address, what colleagues are called: by the team, else by themselves; who is no colleague goes by what
    stands there.
    """
    wanted = sorted({each for each in addresses if each})
    themselves: dict[str, str] = dict(those("SELECT email, name FROM member WHERE email IN ({})", wanted))
    team = {rep.rep_id: rep.name for rep in known_reps(wanted).values()} if wanted else {}
    return {each: team.get(each) or themselves.get(each) or each.partition("@")[0] for each in wanted}
