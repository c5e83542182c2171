"""Two playbooks on the same leads: what differs, and whether it is more than chance.

The bootstrap is *paired*: each round draws leads, and both playbooks are judged by the same ones. Precision, recall
and lift depend on nothing but how many leads are won or not, flagged by one or the other, so that a round draws
those eight counts at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.backtest.judging import Outlook
from qualify.learning.backtest.replayed import NEVER, Fates, Leads
from qualify.learning.columns import Flags, Floats
from qualify.learning.figures import auc
from qualify.moments import DAY

ROUNDS: Final = 2_000
SLOW_ROUNDS: Final = 300
"""Rounds for what has to be ranked anew in each."""

_AT_ONCE: Final = 1_000_000
"""Leads drawn in one go."""


@dataclass(frozen=True)
class Difference:
    """A figure under both playbooks, the other's minus the first's, and its 95 % interval by the paired bootstrap."""

    name: str
    one: float
    other: float
    low: float
    high: float

    @property
    def change(self) -> float:
        """The other's minus the first's."""
        return self.other - self.one

    @property
    def more_than_chance(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """The other playbook beside the first: figures, and which leads only one of them would have handed over."""

    differences: list[Difference]
    only_one: Flags
    only_other: Flags
    both: int
    won_only_one: int
    won_only_other: int

    @property
    def better(self) -> list[str]:
        """In what the other is better by more than chance."""
        return [each.name for each in self.differences if each.low > 0]

    @property
    def worse(self) -> list[str]:
        """In what the other is worse by more than chance."""
        return [each.name for each in self.differences if each.high < 0]


def comparison(one: Outlook, other: Outlook, leads: Leads, came: Fates, seed: int = 0) -> Comparison:
    """Hold the ``other`` playbook against the first; the same seed gives the same intervals."""
    chance = np.random.default_rng(seed)
    found = [*_shares(one, other, came, chance)]
    found += [
        each for each in (_ranking(one, other, came, chance), _ahead(one, other, leads, came, chance)) if each
    ]
    found += _earned(one, other, leads, came, chance)
    decided = came.decided
    only_one, only_other = (
        decided & mine.flagged & ~theirs.flagged for mine, theirs in ((one, other), (other, one))
    )
    return Comparison(
        differences=found,
        only_one=only_one,
        only_other=only_other,
        both=int((decided & one.flagged & other.flagged).sum()),
        won_only_one=int((only_one & came.won).sum()),
        won_only_other=int((only_other & came.won).sum()),
    )


# ── precision, recall, lift ─────────────────────────────────────────────────────────────────────────


def _shares(one: Outlook, other: Outlook, came: Fates, chance: np.random.Generator) -> list[Difference]:
    decided = came.decided
    size = int(decided.sum())
    if not size or not came.won.any():
        return []
    cells = came.won[decided] * 4 + one.flagged[decided] * 2 + other.flagged[decided]
    counts = np.bincount(cells.astype(np.int64), minlength=8)
    drawn = chance.multinomial(size, counts / size, size=ROUNDS).astype(np.float64)
    every = np.vstack([counts, drawn])
    measured: dict[str, Callable[[Floats, int], Floats]] = {
        "precision": _precision,
        "recall": _recall,
        "lift": _lift,
    }
    found = (_difference(name, of(every, 2), of(every, 1)) for name, of in measured.items())
    return [each for each in found if each is not None]


def _sums(cells: Floats, flag: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Won and flagged, flagged, won, all: for each round; ``flag`` is the playbook's bit."""
    places = np.arange(8)
    flagged, won = (places & flag) > 0, places >= 4
    return (
        cells[:, flagged & won].sum(axis=1), cells[:, flagged].sum(axis=1), cells[:, won].sum(axis=1),
        cells.sum(axis=1),
    )  # fmt: skip


def _precision(cells: Floats, flag: int) -> Floats:
    hits, flagged, _, _ = _sums(cells, flag)
    return _over(hits, flagged)


def _recall(cells: Floats, flag: int) -> Floats:
    hits, _, won, _ = _sums(cells, flag)
    return _over(hits, won)


def _lift(cells: Floats, flag: int) -> Floats:
    hits, flagged, won, everybody = _sums(cells, flag)
    return _over(_over(hits, flagged), _over(won, everybody))


def _over(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _difference(name: str, one: Floats, other: Floats) -> Difference | None:
    """From the figures as they are (first) and those of the rounds (the rest); None when there is none."""
    if not np.isfinite(one[0]) or not np.isfinite(other[0]):
        return None
    changes = (other - one)[1:]
    known = changes[np.isfinite(changes)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (-np.inf, np.inf)
    return Difference(name, float(one[0]), float(other[0]), float(low), float(high))


# ── revenue ─────────────────────────────────────────────────────────────────────────────────────────


def _earned(
    one: Outlook, other: Outlook, leads: Leads, came: Fates, chance: np.random.Generator
) -> list[Difference]:
    """What the won that would have been handed over were worth, by currency; ``revenue EUR`` is its name."""
    found = []
    for currency in leads.currencies:
        assert leads.amount is not None and leads.currency is not None
        rows = np.flatnonzero(came.won & np.isfinite(leads.amount) & (leads.currency == currency))
        if not len(rows):
            continue
        worth = np.stack([np.where(each.flagged[rows], leads.amount[rows], 0.0) for each in (one, other)])
        sums = _means(worth, chance) * len(rows)
        found.append(_difference(f"revenue {currency}".strip(), sums[0], sums[1]))
    return [each for each in found if each is not None]


# ── ranking, time ───────────────────────────────────────────────────────────────────────────────────


def _ranking(one: Outlook, other: Outlook, came: Fates, chance: np.random.Generator) -> Difference | None:
    """The AUC of the total."""
    rows, won = np.flatnonzero(came.decided), came.won
    if one.auc is None or other.auc is None:
        return None
    if np.array_equal(one.points[rows], other.points[rows]):
        return Difference("auc", one.auc, other.auc, 0.0, 0.0)
    draws = [rows, *(chance.choice(rows, len(rows)) for _ in range(SLOW_ROUNDS))]
    both = [
        np.array([auc(each.points[drawn].astype(np.float64), won[drawn]) for drawn in draws])
        for each in (one, other)
    ]
    return _difference("auc", *both)


def _ahead(
    one: Outlook, other: Outlook, leads: Leads, came: Fates, chance: np.random.Generator
) -> Difference | None:
    """How many days before the deal the won were flagged, on average; 0 for those that were not."""
    rows = np.flatnonzero(came.won)
    if not len(rows):
        return None
    days = np.stack(
        [
            np.where(each.flagged_at < NEVER, leads.won_at - each.flagged_at, 0)[rows] / DAY
            for each in (one, other)
        ]
    )
    means = _means(days, chance)
    return _difference("days ahead", means[0], means[1])


def _means(values: Floats, chance: np.random.Generator) -> Floats:
    """Of each row of values the mean, and those of the rounds; all rows are drawn from alike."""
    size = values.shape[1]
    turns = max(1, _AT_ONCE // size)
    sizes = [turns] * (ROUNDS // turns) + [ROUNDS % turns]
    drawn = [values[:, chance.integers(size, size=(each, size))].mean(axis=2) for each in sizes if each]
    return np.concatenate([values.mean(axis=1)[:, None], *drawn], axis=1)
