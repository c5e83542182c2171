"""From what sales can work, or from what a contact costs, to a threshold: with what to expect of it.

Scores are of past leads as they came; the promise ("within 4 hours") is simulated with the moments at which leads
really came, in working hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.columns import Flags, Floats, Ints
from qualify.moments import DAY

HOUR: Final = 3_600_000
WEEK: Final = 7 * DAY
_MONDAY: Final = 4 * DAY
"""1970-01-05 was a Monday."""
ROUNDS: Final = 400


@dataclass(frozen=True)
class Desk:
    """What sales can do: so many leads a week, in these hours of working days, each answered within the promise.

    Hours count from midnight in UTC plus ``shift`` hours; ``days`` are whole days from Monday on.
    """

    a_week: float
    promise_hours: float = 4.0
    opens: float = 9.0
    closes: float = 17.0
    days: int = 5
    shift: float = 0.0

    @property
    def a_lead(self) -> float:
        """How long one lead takes, in milliseconds of working time."""
        return (self.closes - self.opens) * self.days * HOUR / max(self.a_week, 1e-9)

    def worked_time(self, moments: Ints) -> Floats:
        """Moments on the clock of working time, which stands still outside working hours (milliseconds)."""
        since = moments + self.shift * HOUR - _MONDAY
        weeks, inside = np.divmod(since, WEEK)
        day, hour = np.divmod(inside, DAY)
        a_day = (self.closes - self.opens) * HOUR
        today = np.clip(hour - self.opens * HOUR, 0, a_day)
        done = np.where(day < self.days, day * a_day + today, self.days * a_day)
        return np.asarray(weeks * self.days * a_day + done, dtype=np.float64)


@dataclass(frozen=True)
class Expected:
    """What a threshold brings: leads a week with a 90 % interval, won a week, and the share within the promise."""

    threshold: float
    a_week: float
    low: float
    high: float
    won_a_week: float
    rate: float
    in_time: float


def within_promise(arrivals: Ints, desk: Desk) -> float:
    """The share of leads that are reached in time when one after the other is worked, in the order they come.

    The promise counts working time. 1 when nobody comes.
    """
    if not len(arrivals):
        return 1.0
    came = desk.worked_time(np.sort(arrivals))
    begun = _queued(came, desk.a_lead)
    return float((begun - came <= desk.promise_hours * HOUR).mean())


def _queued(came: Floats, takes: float) -> Floats:
    """When each is begun: Lindley's recursion, as a running maximum."""
    place = np.arange(len(came)) * takes
    return np.asarray(np.maximum.accumulate(came - place) + place)


def expected(
    scores: Floats, arrivals: Ints, chances: Floats, threshold: float, desk: Desk, seed: int = 0
) -> Expected:
    """What the threshold would have brought, week by week, over these leads."""
    over = scores >= threshold
    weeks = _weeks(arrivals)
    counts = np.bincount(weeks[over], minlength=int(weeks.max()) + 1)[_whole(arrivals)]
    low, high = interval(counts, seed)
    mean = float(counts.mean()) if len(counts) else 0.0
    rate = float(chances[over].mean()) if over.any() else 0.0
    return Expected(
        float(threshold), mean, low, high, mean * rate, rate, within_promise(arrivals[over], desk)
    )


def _weeks(arrivals: Ints) -> Ints:
    return np.asarray((arrivals - arrivals.min()) // WEEK, dtype=np.int64)


def _whole(arrivals: Ints) -> slice:
    """Without the last week, which is not over, where there are others."""
    weeks = _weeks(arrivals)
    return slice(0, max(int(weeks.max()), 1))


def interval(counts: Ints, seed: int = 0) -> tuple[float, float]:
    """What a coming week may bring (90 %): a past week drawn, and chance around it."""
    if not len(counts):
        return 0.0, 0.0
    chance = np.random.default_rng(seed)
    drawn = chance.poisson(chance.choice(counts, ROUNDS * 5))
    low, high = np.quantile(drawn, [0.05, 0.95])
    return float(low), float(high)


def by_capacity(
    scores: Floats, arrivals: Ints, chances: Floats, desk: Desk
) -> tuple[Expected, list[Expected]]:
    """The lowest threshold whose leads sales can work on average, and what other thresholds would bring.

    Raises ``ValueError`` without leads.
    """
    if not len(scores):
        raise ValueError("a threshold needs leads")
    options = np.unique(np.quantile(scores, np.linspace(0.0, 0.99, 60), method="higher"))
    curve = [expected(scores, arrivals, chances, float(each), desk) for each in options]
    fitting = [each for each in curve if each.a_week <= desk.a_week]
    return (fitting[0] if fitting else curve[-1]), curve


def by_money(cost: float, value: float) -> float:
    """The chance from which a contact is worth its cost: ``cost ÷ value of a won``; at most 1."""
    if cost < 0 or value <= 0:
        raise ValueError("a contact costs 0 or more, and a won lead is worth more than 0")
    return min(1.0, cost / value)


def hysteresis(threshold: float, half_life_days: float | None, quiet_days: float = 14.0) -> float:
    """At which score to leave again: what a lead that has just entered has left after so many quiet days."""
    if half_life_days is None or half_life_days <= 0:
        return threshold
    return float(threshold * 0.5 ** (quiet_days / half_life_days))


def decayed_over(scores: Sequence[Floats], days: Sequence[float]) -> float | None:
    """The half-life that the leads' scores show from one look to the next, in days; None when they do not fall."""
    ratios = []
    for before, after, apart in zip(scores, scores[1:], days, strict=False):
        kept = (before > 0) & (after > 0) & (after < before)
        if kept.any():
            ratios.append(np.log(after[kept] / before[kept]) / apart)
    if not ratios:
        return None
    rate = float(np.median(np.concatenate(ratios)))
    return float(np.log(0.5) / rate) if rate < 0 else None


def half_life_seen(scores: Floats, lead: Ints, at: Ints) -> float | None:
    """The half-life of scores that fall from one look at a lead to the next, in days; None when they do not fall.

    ``lead`` says whose row it is, ``at`` when, in epoch milliseconds. The median over all falls, as
    :func:`decayed_over`.
    """
    order = np.lexsort((at, lead))
    held, whose, when = scores[order], lead[order], at[order]
    before, after = held[:-1], held[1:]
    fell = (whose[1:] == whose[:-1]) & (when[1:] > when[:-1]) & (before > 0) & (after > 0) & (after < before)
    if not fell.any():
        return None
    rates = np.log(after[fell] / before[fell]) / ((when[1:] - when[:-1])[fell] / DAY)
    return float(np.log(0.5) / np.median(rates))


def moved_by_drift(found: Expected, arrivals: Ints, scores: Floats, weeks: int = 4) -> str:
    """A sentence when the last weeks brought more or fewer over the threshold than expected; else empty."""
    if not len(arrivals):
        return ""
    recent: Flags = arrivals > arrivals.max() - weeks * WEEK
    came = int((scores[recent] >= found.threshold).sum())
    low, high = (
        found.a_week * weeks + side * 2.6 * np.sqrt(max(found.a_week * weeks, 1)) for side in (-1, 1)
    )
    if low <= came <= high:
        return ""
    word = "more" if came > high else "fewer"
    return (
        f"in the last {weeks} weeks {came} leads came over the threshold, {word} than the "
        f"{found.a_week * weeks:.0f} that were expected: set it anew"
    )
