"""The rate of each level of a trait, with intervals: what can be said however little there is to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.columns import Column, Columns, Flags
from qualify.learning.figures import wilson
from qualify.learning.items import PRIOR

NAMES: Final = ("channel", "source", "lead source", "lead_source", "utm_source", "origin", "campaign")
MOST_LEVELS: Final = 30


@dataclass(frozen=True)
class Rate:
    """One level: its leads, how many were won, the 95 % Wilson interval, and the rate drawn to the overall one."""

    level: str
    leads: int
    won: int
    low: float
    high: float
    shrunk: float


def by_level(column: Column, won: Flags) -> list[Rate]:
    """Every level of a column, best first by the shrunk rate (a Beta prior of 20 leads); unknown is one, too."""
    levels = ("unknown", *(column.levels or ()))
    leads = np.bincount(column.values + 1, minlength=len(levels))
    wins = np.bincount(column.values + 1, weights=won, minlength=len(levels)).astype(np.int64)
    low, high = wilson(wins, leads)
    shrunk = (wins + PRIOR * (won.mean() if len(won) else 0.0)) / (leads + PRIOR)
    found = [
        Rate(
            level,
            int(leads[place]),
            int(wins[place]),
            float(low[place]),
            float(high[place]),
            float(shrunk[place]),
        )
        for place, level in enumerate(levels)
        if leads[place]
    ]
    return sorted(found, key=lambda rate: (-rate.shrunk, rate.level))[:MOST_LEVELS]


def of_channels(columns: Columns, won: Flags) -> tuple[str, list[Rate]] | None:
    """The rates by channel, or by what comes nearest to one; None when there is nothing like it."""
    by_name = {name.lower(): column for name, column in columns.items() if not column.is_number}
    column = next((by_name[name] for name in NAMES if name in by_name), None)
    return None if column is None else (column.name, by_level(column, won))
