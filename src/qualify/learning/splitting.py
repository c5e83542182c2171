"""Before and after: the split by time whose figures are the ones that are shown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from qualify.learning.columns import Flags, Ints
from qualify.moments import DAY

LEAST_WON: Final = 20
_SHARES: Final = (0.7, 0.75, 0.65, 0.8, 0.6, 0.5)


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from and rows to be tested on, all of them later; ``cut`` is the moment between them."""

    train: Flags
    test: Flags
    cut: int


def by_time(at: Ints, won: Flags, lead: Ints, horizon_days: int) -> Split | None:
    """Learn on what had come to its end by the cut, test on what was decided after it.

    Between them lies a gap of the horizon, and no lead is on both sides. None when no cut leaves 20 won and 20
    lost leads on either side.
    """
    for share in _SHARES:
        cut = int(np.quantile(at, share, method="lower"))
        train = at + horizon_days * DAY <= cut
        test = (at > cut) & ~np.isin(lead, lead[train])
        if _enough(won[train]) and _enough(won[test]):
            return Split(train, test, cut)
    return None


def walk_forward(at: Ints, won: Flags, lead: Ints, horizon_days: int, steps: int = 4) -> list[Split]:
    """Splits further and further on, each tested on the stretch up to the next."""
    edges = [int(np.quantile(at, share, method="lower")) for share in np.linspace(0.4, 1.0, steps + 1)]
    found = []
    for cut, end in pairwise(edges):
        train = at + horizon_days * DAY <= cut
        test = (at > cut) & (at <= end) & ~np.isin(lead, lead[train])
        if _enough(won[train]) and _enough(won[test]):
            found.append(Split(train, test, cut))
    return found


def in_order(count: int, share: float = 0.7) -> Split:
    """Rows that are in order of time but carry no moment: the first ones, and the rest."""
    first = np.arange(count) < share * count
    return Split(first, ~first, 0)


def _enough(won: Flags) -> bool:
    return bool(min(won.sum(), (~won).sum()) >= LEAST_WON)
