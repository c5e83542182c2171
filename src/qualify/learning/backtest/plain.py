"""A backtest as plain data, for JSON: points as numbers, moments as dates, everybody by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from qualify.learning.backtest.comparing import Comparison
from qualify.learning.backtest.judging import Named, Outlook, Part, Rate, Week
from qualify.learning.backtest.replayed import NEVER, Fates, Leads
from qualify.moments import written


def plain(
    leads: Leads,
    came: Fates,
    horizon: int,
    outlooks: Sequence[Outlook],
    held: Comparison | None,
    time_zone: str = "UTC",
) -> dict[str, Any]:
    """All that a backtest found; ``playbooks`` holds one entry for each playbook. Moments are in ``time_zone``."""
    first, last = (written(int(leads.moments[place]), time_zone) for place in (0, -1))
    return {
        "time_zone": time_zone,
        "looks": {"first": first, "last": last, "count": len(leads.moments)},
        "horizon_days": horizon,
        "leads": {"all": len(leads.ids), **came.counted()},
        "playbooks": [_outlook(each, time_zone) for each in outlooks],
        "comparison": None if held is None else _comparison(held, leads, outlooks, time_zone),
    }  # fmt: skip


def _outlook(found: Outlook, time_zone: str) -> dict[str, Any]:
    book, gain = found.replayed, found.gain
    return {
        "playbook": book.playbook,
        "fingerprint": book.fingerprint,
        "handed_over_at": list(book.handed),
        "base_rate": _rate(found.base),
        "precision": _rate(found.precision),
        "recall": _rate(found.recall),
        "lift": found.lift,
        "auc": found.auc,
        "capacity": found.capacity,
        "handed_over_a_week": found.handed_a_week,
        "days_gained": None if gain is None else {
            "before_sales": list(gain.before_sales), "before_deal": list(gain.before_deal),
            "before_sales_took_up": gain.in_time, "of": gain.of,
        },
        "bands": [_part(each) for each in found.bands],
        "grades": [_part(each) for each in found.grades],
        "revenue": [{**vars(each), "share": each.share} for each in found.revenue],
        "weeks": [_week(each, time_zone) for each in found.weeks],
        "won_missed": [_named(each, time_zone) for each in found.missed],
        "lost_handed_over": [_named(each, time_zone) for each in found.mistaken],
    }  # fmt: skip


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {"hits": rate.hits, "of": rate.of, "share": rate.share, "low": low, "high": high}


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.name, "leads": part.leads, **_rate(part.rate)}


def _week(week: Week, time_zone: str) -> dict[str, Any]:
    queue = {} if week.taken is None else {"taken_up": week.taken, "waiting": week.waiting}
    return {"ends": written(week.ends, time_zone), "stages": week.stages, "handed_over": week.handed, **queue}


def _named(lead: Named, time_zone: str) -> dict[str, Any]:
    return {
        "lead_id": lead.lead_id,
        "total": lead.total / 100,
        "stage": lead.stage,
        "flagged_at": written(lead.flagged_at, time_zone) or None,
        "closed_at": written(lead.closed_at, time_zone),
        "amount": lead.amount,
        "currency": lead.currency,
    }


def _comparison(
    held: Comparison, leads: Leads, outlooks: Sequence[Outlook], time_zone: str
) -> dict[str, Any]:
    return {
        "differences": [
            {**vars(each), "change": each.change, "more_than_chance": each.more_than_chance}
            for each in held.differences
        ],
        "handed_over_by_both": held.both,
        "only_by_the_first": _only(held.only_one, leads, outlooks[0], time_zone),
        "only_by_the_other": _only(held.only_other, leads, outlooks[-1], time_zone),
    }


def _only(which: Any, leads: Leads, found: Outlook, time_zone: str) -> list[dict[str, Any]]:
    """Decided leads that only this playbook would have handed over, the won first."""
    rows = np.flatnonzero(which)
    rows = rows[np.lexsort((rows, -found.points[rows], ~leads.won[rows]))]
    return [
        {
            "lead_id": str(leads.ids[row]),
            "won": bool(leads.won[row]),
            "total": int(found.points[row]) / 100,
            "flagged_at": None
            if found.flagged_at[row] >= NEVER
            else written(int(found.flagged_at[row]), time_zone),
        }
        for row in rows
    ]
