"""How each band of a score converted, with an interval that says how sure one can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qualify.learning.shares import wilson


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
