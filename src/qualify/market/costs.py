"""What the channels cost: by campaign and day, in the currency of the bill."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from qualify.market import channels
from qualify.market.chance import Chance, Floats, skewed, stream
from qualify.market.clock import day_weight
from qualify.market.columns import texts

OCCASION_EVERY = 45


def costs_table(leads: int, start: date, end: date, seed: int) -> pa.Table:
    """A row per campaign and day on which money left; budgets follow the number of leads hoped for.

    Daily for advertising, on the first of the month for retainers, in lumps for fairs and roadshows.
    """
    chance = stream(seed, "costs")
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    rates = np.array([day_weight(day, "north") for day in days])
    rows: list[tuple[int, int, float]] = []
    for place, (owner, campaign) in enumerate(channels.campaigns()):
        channel = channels.CHANNELS[owner]
        budget = leads * channel.share * campaign.share * channel.cost
        spent = _spread(chance, budget, channel.billing, days, rates, place)
        rows += [(place, number, amount) for number, amount in enumerate(spent.tolist()) if amount > 0]
    return _table(rows, days)


def _spread(
    chance: Chance, budget: float, billing: str, days: list[date], rates: Floats, place: int
) -> Floats:
    if billing == "daily":
        # Advertising runs at half speed on days without business rather than stopping.
        weight = (0.5 + rates) * skewed(chance, 1.0, 0.15, len(days))
    elif billing == "monthly":
        weight = np.array([1.0 if day.day == 1 else 0.0 for day in days])
    else:
        weight = np.array([1.0 if (n + 20 * place) % OCCASION_EVERY == 10 else 0.0 for n in range(len(days))])
    total = weight.sum()
    return np.round(budget * weight / total, 2) if total else weight


def _table(rows: list[tuple[int, int, float]], days: list[date]) -> pa.Table:
    places = np.array([place for place, _, _ in rows], dtype=np.int64)
    known = channels.campaigns()
    return pa.table(
        {
            "channel": texts([channels.CHANNELS[owner].name for owner, _ in known], places),
            "campaign": texts([one.name for _, one in known], places),
            "day": pa.array([days[number] for _, number, _ in rows], pa.date32()),
            "amount": pa.array([amount for _, _, amount in rows], pa.float64()),
            "currency": texts([one.currency for _, one in known], places),
        }
    )
