"""Training rows whose truth is known: who is won follows a logistic law of a few columns, and of no others."""

from __future__ import annotations

import numpy as np

from qualify.learning.columns import Columns, level, number
from qualify.learning.evidence import Evidence
from qualify.moments import DAY

WORTH = {"software": 1.2, "retail": 0.0, "mining": -0.8, "farming": -0.4}


def told(
    leads: int = 1500, seed: int = 0, *, signal: float = 1.0, base: float = -1.2
) -> tuple[Evidence, np.ndarray]:
    """Rows over two years, and the true chance of each."""
    chance = np.random.default_rng(seed)
    industry = chance.choice(list(WORTH), leads)
    visits = chance.poisson(2.0, leads).astype(float)
    since = -np.where(chance.random(leads) < 0.3, np.nan, chance.integers(0, 120, leads))
    noise = chance.normal(size=leads)
    odds = base + signal * (
        np.array([WORTH[each] for each in industry]) + 0.5 * (visits >= 3) + 0.9 * (since >= -30)
    )
    true = 1 / (1 + np.exp(-odds))
    columns = Columns(
        [
            level("industry", industry, asked={"trait": "industry"}),
            number("times visited", visits, origin="count", asked={"did": "visited"}),
            number("days since demo", since, origin="recency", asked={"did": "demo"}),
            number("shoe size", noise, asked={"trait": "shoe size"}),
        ]
    )
    at = np.sort(chance.integers(0, 730 * DAY, leads))
    rows = Evidence(
        columns, chance.random(leads) < true, at, np.arange(leads), [f"L{each}" for each in range(leads)]
    )
    return rows, true


def with_column(rows: Evidence, column) -> Evidence:
    """The rows with one column more."""
    return Evidence(**{**vars(rows), "columns": Columns([*rows.columns.values(), column])})
