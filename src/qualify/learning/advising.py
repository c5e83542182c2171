"""What thresholds of the likelihood to set, and what to expect of them: from capacity, from money, and where to leave.

All over leads as they came, worked or not, with the chances that each had when it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.columns import Floats, Ints
from qualify.learning.evidence import Evidence
from qualify.learning.likelihood import Likelihood
from qualify.learning.thresholds import (
    WEEK,
    Desk,
    Expected,
    by_capacity,
    by_money,
    expected,
    half_life_seen,
    hysteresis,
    moved_by_drift,
)

RECENT_WEEKS: Final = 4
"""The last weeks are held against those before, to see whether the threshold still brings what it was set for."""
MOST_ROWS: Final = 50_000
"""Rows by which the decay of chances is measured; more say no more."""
QUIET_DAYS: Final = 14.0


@dataclass(frozen=True)
class Money:
    """A threshold from what a contact ``cost`` and what a won lead is worth (``value``), and what it would bring.

    ``of_won``: the value is the mean amount of the won leads that have one.
    """

    cost: float
    value: float
    of_won: bool
    expected: Expected


@dataclass(frozen=True)
class Leaving:
    """Where to leave a stage again that is entered from the chance ``enter`` on: what is left after quiet days.

    ``half_life`` is how fast chances fall that fall, in days; None: they do not fall, so one mark is enough.
    """

    enter: float
    leave: float
    half_life: float | None
    quiet_days: float = QUIET_DAYS


@dataclass(frozen=True, eq=False)
class Advice:
    """The thresholds: by capacity with what others would bring, by money, where to leave, and whether drift moved it.

    What was not asked for is None; ``moved`` is a sentence, empty when the last weeks brought what was expected.
    """

    capacity: Expected | None = None
    curve: Sequence[Expected] = ()
    money: Money | None = None
    leaving: Leaving | None = None
    moved: str = ""

    @property
    def threshold(self) -> float | None:
        """The threshold that was chosen: by capacity, else by money."""
        told = self.capacity or (self.money.expected if self.money else None)
        return None if told is None else told.threshold


def advice(
    likelihood: Likelihood,
    arriving: Evidence,
    rows: Evidence,
    desk: Desk | None = None,
    *,
    cost: float | None = None,
    value: float | None = None,
) -> Advice:
    """Thresholds of the likelihood for a desk, or for money (a contact's ``cost``, a won lead's ``value``), or both.

    ``arriving`` are all leads as they came, ``rows`` those of each decision time. Without a value the won leads' mean
    amount stands in. Raises ``ValueError`` for a cost without any value, and for no leads.
    """
    if not len(arriving):
        raise ValueError("a threshold needs leads")
    chances = likelihood.chances(arriving.columns)
    desk_or_none = desk or Desk(1.0)
    chosen, curve = (None, ()) if desk is None else by_capacity(chances, arriving.at, chances, desk)
    money = None if cost is None else _money(cost, value, rows, chances, arriving.at, desk_or_none)
    told = chosen or (money.expected if money else None)
    return Advice(
        capacity=chosen,
        curve=tuple(curve),
        money=money,
        leaving=None if told is None else _leaving(likelihood, rows, told.threshold),
        moved="" if told is None else moved(chances, arriving.at, told.threshold, desk_or_none),
    )


def _money(
    cost: float, value: float | None, rows: Evidence, chances: Floats, arrivals: Ints, desk: Desk
) -> Money:
    worth = mean_amount(rows) if value is None else value
    if worth is None:
        raise ValueError("no won lead has an amount: say what a won lead is worth")
    return Money(
        cost, worth, value is None, expected(chances, arrivals, chances, by_money(cost, worth), desk)
    )


def mean_amount(rows: Evidence) -> float | None:
    """What a won lead was worth on average; None when nobody knows of any."""
    if rows.amount is None:
        return None
    held = rows.amount[rows.won & np.isfinite(rows.amount)]
    return float(held.mean()) if len(held) and held.mean() > 0 else None


def _leaving(likelihood: Likelihood, rows: Evidence, enter: float) -> Leaving:
    """How fast chances fall, by the rows of the same leads at one look after the other."""
    some = rows
    if len(rows) > MOST_ROWS:
        every = -(-len(rows) // MOST_ROWS)
        some = rows.rows(rows.lead % every == 0)
    half_life = half_life_seen(likelihood.chances(some.columns), some.lead, some.at) if len(some) else None
    return Leaving(enter, hysteresis(enter, half_life, QUIET_DAYS), half_life)


def moved(scores: Floats, arrivals: Ints, threshold: float, desk: Desk, weeks: int = RECENT_WEEKS) -> str:
    """A sentence when the last weeks brought more or fewer over the threshold than those before promised; else empty.

    Empty, too, as long as there are fewer weeks before than are held against them.
    """
    before = arrivals <= arrivals.max() - weeks * WEEK
    if not before.any() or arrivals[before].max() - arrivals[before].min() < weeks * WEEK:
        return ""
    promised = expected(scores[before], arrivals[before], scores[before], threshold, desk)
    return moved_by_drift(promised, arrivals, scores, weeks)
