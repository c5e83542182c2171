"""How each band of a score converted, with an interval that says how sure one can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


def wilson(hits: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927): low and high, each from 0 to 1.

    Sensible where the textbook interval is not: near 0 and 1 and for few cases. (0, 1) when ``of`` is 0.
    """
    if of == 0:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == of else min(1.0, middle + half)


@dataclass(frozen=True)
class Band:
    """One band of a score: from ``least`` points (to the next band), its leads, and how many converted."""

    least: float
    most: float
    leads: int
    won: int

    @property
    def rate(self) -> float | None:
        """The share that converted; None for an empty band."""
        return self.won / self.leads if self.leads else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the rate."""
        return wilson(self.won, self.leads)


def bands(points: Sequence[float], won: Sequence[bool], count: int = 5) -> list[Band]:
    """The leads in ``count`` bands of about equal size, highest scores first.

    ``points`` and ``won`` run parallel, one for each lead whose outcome is decided. Leads with equal points
    are never split, so there may be fewer bands.
    """
    ranked = sorted(zip(points, won, strict=True), key=lambda pair: -pair[0])
    found: list[Band] = []
    start = 0
    while start < len(ranked) and count > len(found):
        size = math.ceil((len(ranked) - start) / (count - len(found)))
        end = start + size
        while end < len(ranked) and ranked[end][0] == ranked[end - 1][0]:
            end += 1
        chosen = ranked[start:end]
        found.append(Band(chosen[-1][0], chosen[0][0], len(chosen), sum(1 for _, hit in chosen if hit)))
        start = end
    return found
