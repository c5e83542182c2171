"""How well a playbook would have done: volume, conversion, precision and recall, time gained, and by name.

Every rate is over leads whose outcome is decided and that are old enough; who is undecided is counted apart.
A lead counts once: by its score at the last look before sales took it up, and by whether it was flagged at any
look before its outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.backtest.replayed import GRADES, NEVER, Codes, Fates, Leads, Replayed, fates
from qualify.learning.columns import Flags, Floats, Ints
from qualify.learning.figures import auc
from qualify.learning.shares import wilson
from qualify.moments import DAY
from qualify.vocabulary import STAGES

BANDS: Final = 5
ENOUGH: Final = 10
"""Decided leads that a band should hold; with fewer there are fewer bands."""
WEEK: Final = 7 * DAY
_MONDAY: Final = 4 * DAY


@dataclass(frozen=True)
class Rate:
    """A share with its 95 % Wilson interval; None for nothing out of nothing."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """The share, from 0 to 1."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between what the true share may well lie."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True)
class Part:
    """A band of the total, or a grade: its leads (decided or not), and how the decided converted."""

    name: str
    leads: int
    rate: Rate


@dataclass(frozen=True)
class Week:
    """One week (``ends``: its last look): how many leads stood in each stage then, and how many were handed over.

    ``handed`` is None in the week of the first look, where nobody knows since when a lead was where it is.
    With a capacity: how many were ``taken`` up, and how many ``waited`` at the week's end.
    """

    ends: int
    stages: dict[str, int]
    handed: int | None
    taken: int | None = None
    waiting: int | None = None


@dataclass(frozen=True)
class Gain:
    """How much earlier the won were flagged, in days (three quartiles): before sales took them up, before the deal.

    Negative: sales was there first. ``in_time`` of the ``of`` won that were flagged were so before sales was there.
    """

    before_sales: tuple[float, float, float]
    before_deal: tuple[float, float, float]
    in_time: int
    of: int


@dataclass(frozen=True)
class Revenue:
    """What the decided leads were worth in one currency (empty: not said which), in its units.

    ``found`` and ``missed`` were won: handed over before the deal, or not. ``lost`` was hoped for of leads that were
    handed over and ended without a deal. ``unknown`` won leads have no amount, in whatever currency.
    """

    currency: str
    found: float
    missed: float
    lost: float
    unknown: int

    @property
    def share(self) -> float | None:
        """The share of what was won that it would have handed over; None when nothing was."""
        whole = self.found + self.missed
        return self.found / whole if whole else None


@dataclass(frozen=True)
class Named:
    """A lead by name: its total (hundredths) and stage at the look that counts, and when what happened.

    ``amount`` is what it was worth, in its ``currency``; None where that is not known.
    """

    lead_id: str
    total: int
    stage: str
    flagged_at: int | None
    closed_at: int
    amount: float | None = None
    currency: str = ""


@dataclass(frozen=True, eq=False)
class Outlook:
    """How one playbook would have done.

    ``flagged_at`` (``NEVER``: not before the outcome), ``points`` (at the look that counts) and ``reached`` (within the
    capacity, before the outcome) have an entry for each lead.
    """

    replayed: Replayed
    weeks: list[Week]
    bands: list[Part]
    grades: list[Part]
    precision: Rate
    recall: Rate
    base: Rate
    auc: float | None
    gain: Gain | None
    missed: list[Named]
    mistaken: list[Named]
    flagged_at: Ints
    points: Ints
    capacity: int | None
    reached: Flags | None
    revenue: tuple[Revenue, ...] = ()

    @property
    def lift(self) -> float | None:
        """How many times the rate of all decided leads the flagged have."""
        flagged, everybody = self.precision.share, self.base.share
        return None if flagged is None or not everybody else flagged / everybody

    @property
    def flagged(self) -> Flags:
        """Which leads were flagged before their outcome."""
        return self.flagged_at < NEVER

    @property
    def handed_a_week(self) -> float | None:
        """How many leads were handed over in a week, on average."""
        counts = [week.handed for week in self.weeks if week.handed is not None]
        return sum(counts) / len(counts) if counts else None


def outlook(replayed: Replayed, leads: Leads, horizon: int, capacity: int | None = None) -> Outlook:
    """The figures of a replay; ``horizon`` in days, ``capacity`` in leads a week."""
    came = fates(leads, horizon)
    looks, rows = np.arange(len(leads.moments)), np.arange(len(leads.ids))
    in_time = replayed.flagged & (looks <= leads.last[:, None])
    found: Flags = np.asarray(in_time.any(axis=1), dtype=np.bool_)
    first = in_time.argmax(axis=1)
    flagged_at = np.where(found, leads.moments[first], NEVER)
    points = replayed.total[rows, leads.credited]
    weeks, taken = _weeks(replayed, leads, capacity)
    won, lost = came.won, came.lost
    return Outlook(
        replayed=replayed,
        weeks=weeks,
        bands=bands(points, came, leads),
        grades=_grades(replayed.grade[rows, leads.credited], came),
        precision=Rate(int((found & won).sum()), int((found & came.decided).sum())),
        recall=Rate(int((found & won).sum()), int(won.sum())),
        base=Rate(int(won.sum()), int(came.decided.sum())),
        auc=_finite(auc(points[came.decided].astype(np.float64), won[came.decided])),
        gain=_gain(leads, flagged_at, won & found),
        missed=_named(replayed, leads, won & ~found, leads.credited, flagged_at),
        mistaken=_named(replayed, leads, lost & found, first, flagged_at),
        flagged_at=flagged_at,
        points=points,
        capacity=capacity,
        reached=taken,
        revenue=_revenue(leads, came, found),
    )


def _revenue(leads: Leads, came: Fates, found: Flags) -> tuple[Revenue, ...]:
    """The amounts by currency, the largest first; nothing where no decided lead has one."""
    if leads.amount is None or leads.currency is None:
        return ()
    known = np.isfinite(leads.amount)
    unknown = int((came.won & ~known).sum())
    if not (came.decided & known).any():
        return ()

    def summed(which: Flags) -> float:
        return float(leads.amount[which & known].sum()) if leads.amount is not None else 0.0

    return tuple(
        Revenue(
            each,
            summed(came.won & found & (leads.currency == each)),
            summed(came.won & ~found & (leads.currency == each)),
            summed(came.lost & found & (leads.currency == each)),
            unknown,
        )
        for each in leads.currencies
    )


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def bands(points: Ints, came: Fates, leads: Leads, count: int = BANDS) -> list[Part]:
    """The decided leads in bands of about equal size, highest first; equal points are never parted."""
    decided = came.decided
    ranked = np.sort(points[decided])[::-1]
    count = max(1, min(count, len(ranked) // ENOUGH))
    least = (
        [int(ranked[len(ranked) * turn // count - 1]) for turn in range(1, count + 1)] if len(ranked) else []
    )
    found: list[Part] = []
    rest = leads.since < len(leads.moments)
    cuts = sorted(set(least), reverse=True)
    for low in cuts:
        inside = rest & ((points >= low) | (low == cuts[-1]))
        shown = points[inside & decided]
        rate = Rate(int((inside & came.won).sum()), len(shown))
        found.append(Part(_span(int(shown.min()), int(shown.max())), int(inside.sum()), rate))
        rest = rest & ~inside
    return found


def _span(low: int, high: int) -> str:
    return f"{low / 100:,.2f}" if low == high else f"{low / 100:,.2f} to {high / 100:,.2f}"


def _grades(codes: Codes, came: Fates) -> list[Part]:
    found = []
    for place, name in enumerate(GRADES):
        here = codes == place
        if here.any():
            rate = Rate(int((here & came.won).sum()), int((here & came.decided).sum()))
            found.append(Part(name, int(here.sum()), rate))
    return found


def _gain(leads: Leads, flagged_at: Ints, which: Flags) -> Gain | None:
    if not which.any():
        return None
    taken_up = np.minimum(leads.worked_at, leads.won_at)[which]
    before_sales = (taken_up - flagged_at[which]) / DAY
    before_deal = (leads.won_at[which] - flagged_at[which]) / DAY
    return Gain(
        _quartiles(before_sales), _quartiles(before_deal), int((before_sales > 0).sum()), int(which.sum())
    )


def _quartiles(days: Floats) -> tuple[float, float, float]:
    low, middle, high = (float(each) for each in np.quantile(days, [0.25, 0.5, 0.75]))
    return low, middle, high


def _named(replayed: Replayed, leads: Leads, which: Flags, look: Ints, flagged_at: Ints) -> list[Named]:
    """These leads at those looks, the highest total first."""
    rows = np.flatnonzero(which)
    totals = replayed.total[rows, look[rows]]
    order = np.lexsort((rows, -totals))
    return [
        Named(
            str(leads.ids[row]),
            int(replayed.total[row, look[row]]),
            STAGES[replayed.stage[row, look[row]]],
            int(flagged_at[row]) if flagged_at[row] < NEVER else None,
            int(leads.closed_at[row]),
            *_worth(leads, int(row)),
        )
        for row in rows[order]
    ]


def _worth(leads: Leads, row: int) -> tuple[float | None, str]:
    if leads.amount is None or leads.currency is None or not np.isfinite(leads.amount[row]):
        return None, ""
    return float(leads.amount[row]), str(leads.currency[row])


# ── week by week ────────────────────────────────────────────────────────────────────────────────────


def _weeks(replayed: Replayed, leads: Leads, capacity: int | None) -> tuple[list[Week], Flags | None]:
    """The weeks; with a capacity also which leads were taken up before their outcome."""
    of_week = (leads.moments - _MONDAY) // WEEK
    queue = None if capacity is None else _Queue(replayed, leads, capacity)
    found = []
    for week in np.unique(of_week):
        looks = np.flatnonzero(of_week == week)
        last = int(looks[-1])
        standing = np.bincount(replayed.stage[:, last] + 1, minlength=len(STAGES) + 1)[1:]
        handed = None if 0 in looks else int(replayed.handovers[:, looks].sum())
        taken = waiting = None
        if queue is not None:
            taken, waiting = queue.work(looks)
        counts = {stage: int(count) for stage, count in zip(STAGES, standing, strict=True) if count}
        found.append(Week(int(leads.moments[last]), counts, handed, taken, waiting))
    return found, None if queue is None else queue.reached


class _Queue:
    """Sales with so much capacity a week: of those that wait and are still flagged, the highest totals first."""

    def __init__(self, replayed: Replayed, leads: Leads, capacity: int) -> None:
        self.replayed, self.leads, self.capacity = replayed, leads, capacity
        self.waiting = np.zeros(len(leads.ids), dtype=np.bool_)
        self.reached = np.zeros(len(leads.ids), dtype=np.bool_)

    def work(self, looks: Ints) -> tuple[int, int]:
        """One week: how many are taken up, and how many go on waiting."""
        last = int(looks[-1])
        self.waiting |= self.replayed.handovers[:, looks].any(axis=1)
        self.waiting &= self.replayed.flagged[:, last]
        rows = np.flatnonzero(self.waiting)
        best = rows[np.lexsort((rows, -self.replayed.total[rows, last]))][: self.capacity]
        self.reached[best] |= last <= self.leads.last[best]
        self.waiting[best] = False
        return len(best), len(rows) - len(best)
