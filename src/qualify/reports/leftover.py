"""Whom the profiles of an ICP leave out, as parts of a page."""

from __future__ import annotations

from typing import Final

from qualify.learning.gaps import Gaps, Someone, sentences
from qualify.moments import written as date
from qualify.reports.page import paragraph, table

MOST_NAMES: Final = 20
"""Leads of each kind that are named."""


def whom_they_leave_out(name: str, found: Gaps) -> list[str]:
    """Whom profiles fit, and by name the leads that nobody works and the customers that none describes."""
    parts = [paragraph(" ".join([f"{name[:1].upper()}{name[1:]}:", *sentences(found)]))]
    for what, leads in (
        ("fits, and nobody works it", found.unworked),
        ("customer that none describes", found.undescribed),
    ):
        if leads:
            rows = [
                [
                    each.lead_id,
                    each.profile or "–",
                    f"{each.total:,.1f}",
                    date(each.created_at)[:10],
                    _worth(each),
                ]
                for each in leads[:MOST_NAMES]
            ]
            parts.append(table([what, "profile", "total", "came", "worth"], rows, [2, 4]))
            more = len(leads) - len(rows)
            parts.append(paragraph(f"and {more:,} more" if more else ""))
    return parts


def _worth(lead: Someone) -> str:
    return "–" if lead.amount is None else f"{lead.amount:,.0f} {lead.currency}".strip()
