"""What became of leads that were handed over: what sales said, and whether they were won or lost.

Told from moves, decisions and outcomes by one function, in two places: the worker keeps it beside the clock of each
hand-off, so that a page on 20,000 of them adds up and tells nothing anew; and whoever looks at a lead of whom there is
news since, or whose hand-off has no clock, is told it from the facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from qualify.handoff.reasons import parted
from qualify.reports.alignment import SaidWord
from qualify.vocabulary import LADDER
from qualify.web.database import Row, rows


class Verdict(NamedTuple):
    """What sales said, and when, why (a word, and words), and who; what came of the lead and when, and its worth.

    ``ended_at`` is when it was with sales no longer (None: it still is).
    """

    said: SaidWord
    at: int | None
    reason: str
    words: str
    who: str
    came: str
    closed_at: int | None
    amount: Any
    currency: str
    ended_at: int | None


def with_sales(stages: Sequence[str]) -> frozenset[str]:
    """Stages in which a lead is with sales: those that are named, and those above on the ladder."""
    least = min(LADDER.index(stage) for stage in stages)
    return frozenset(LADDER[least:-1])


class Facts(NamedTuple):
    """What is known of some people, by person, each in order: when they went away from sales or came to it (a move's
    moment and the stage that it led to; empty: handed over again), what was decided, what came of them.
    """

    moves: Mapping[int, list[Row]]
    decided: Mapping[int, list[Row]]
    came: Mapping[int, list[Row]]
    stages: Sequence[str]
    above: frozenset[str]

    def of(self, who: int, at: int) -> Verdict:
        """What became of the person who was handed over at the moment."""
        ended_at, next_at = self._ends(who, at)
        came = within(self.came.get(who), at, next_at)
        _, closed_at, outcome, amount, currency = came[-1] if came else _NEITHER
        said = within(self.decided.get(who), at, next_at)
        return Verdict(*_word(said, ended_at, bool(came)), outcome, closed_at, amount, currency, ended_at)

    def _ends(self, who: int, at: int) -> tuple[int | None, int | None]:
        """When it was with sales no longer, and when it was handed over again; None: neither until now."""
        ended_at = None
        for _, moved_at, stage in self.moves.get(who, ()):
            if moved_at <= at:
                continue
            if stage and stage not in self.above:
                ended_at = moved_at if ended_at is None else ended_at
            elif ended_at is not None and (not stage or stage in self.stages):
                return ended_at, moved_at
        return ended_at, None


_NEITHER: Final = (0, None, "", None, "")
_Said = tuple[SaidWord, int | None, str, str, str]


def _word(said: Sequence[Row], ended_at: int | None, closed: bool) -> _Said:
    """The last word of sales; who is won or lost was taken on, whether or not somebody said so."""
    if not said:
        return "accepted" if closed else "waiting" if ended_at is None else "left", None, "", "", ""
    _, decided_at, decision, reason, by = said[-1]
    if decision == "rejected":
        word, words = parted(reason)
        return "rejected", decided_at, word, words, by
    first = next(each for each in said if each[2] != "rejected")
    return "accepted", first[1], "", "", by


def within(found: Sequence[Row] | None, at: int, until: int | None) -> Sequence[Row]:
    """Those from the hand-off to the next one."""
    if not found or (found[0][1] >= at and until is None):  # nearly always
        return found or ()
    return [each for each in found if each[1] >= at and (until is None or each[1] < until)]


DECIDED: Final = (
    "SELECT owner_id, decided_at, decision, reason, decided_by FROM decision WHERE taken_back_at IS NULL "
    "AND decision IN ('accepted', 'confirmed', 'rejected') AND decided_at >= %s AND owner_id IN ({whose}) "
    "ORDER BY owner_id, decided_at, id"
)
CAME: Final = (
    "SELECT owner_id, closed_at, outcome, amount, currency FROM outcome WHERE taken_back_at IS NULL "
    "AND closed_at >= %s AND owner_id IN ({whose}) ORDER BY owner_id, closed_at, id"
)
_MOVES: Final = (
    "SELECT person_id, moved_at, stage_from, stage_to, version_id, total, grade, rules FROM move "
    "WHERE person_id IN (%s) ORDER BY moved_at, place"
)


def grouped(found: Iterable[Row]) -> dict[int, list[Row]]:
    """By person, who stands first in each row, in order."""
    return {who: list(those) for who, those in groupby(found, key=itemgetter(0))}


KEPT: Final = (
    "told_for, version_id, total, judged_grade, rules, said, said_at, reason, decided_by, came, closed_at, amount, "
    "currency"
)
"""The columns of a hand-off that keep what became of it; ``told_for`` are the stages from which it was told."""

NOTHING_KEPT: Final[Row] = (None, None, 0, "", "[]", "", None, "", "", "", None, None, "")


def named(stages: Iterable[str]) -> str:
    """Stages as ``told_for`` names them."""
    return " ".join(sorted(set(stages)))


def kept(person_id: int, stages: Sequence[str]) -> dict[int, Row]:
    """By the moment at which the lead was handed over into one of these stages, the values of :data:`KEPT`."""
    moves = rows(_MOVES, [person_id])
    above = with_sales(stages)
    handed = {
        at: (version, total, grade, rules)
        for _, at, before, to, version, total, grade, rules in reversed(moves)
        if to in stages and before not in above
    }
    if not handed:
        return {}
    first = min(handed)
    crossing = [(who, at, to) for who, at, before, to, *_ in moves if (before in above) != (to in above)]
    decided, came = (grouped(rows(each.format(whose="%s"), [first, person_id])) for each in (DECIDED, CAME))
    facts = Facts(grouped(crossing), decided, came, stages, above)
    return {at: (named(stages), *judged, *_values(facts.of(person_id, at))) for at, judged in handed.items()}


def _values(told: Verdict) -> Row:
    return (
        told.said, told.at, told.reason, told.who, told.came, told.closed_at, told.amount, told.currency,
    )  # fmt: skip


NEWS: Final = (
    "SELECT person_id FROM dirty UNION SELECT person_id FROM handing WHERE due_at <= %s LIMIT {most}"
)
"""Of whom there is news since their hand-offs were looked at; whoever is judged is looked at next."""


def news(now: int, most: int) -> set[int] | None:
    """Those of whom there is news; None: of more than ``most``."""
    found = rows(NEWS.format(most=int(most) + 1), [now])
    return None if len(found) > most else {who for (who,) in found}


def again(moves: dict[int, list[Row]], found: Sequence[Row]) -> None:
    """Add when somebody was handed over a second time among these, in order; rows begin with person and moment."""
    many = Counter([row[0] for row in found])
    for who, at, *_ in found:
        if many[who] > 1 and who in moves:
            moves[who].append((who, at, ""))
    for who, several in many.items():
        if several > 1 and who in moves:
            moves[who].sort(key=itemgetter(1))
