"""A view of events in order of time, made of sections that DuckDB can leave out by what it is asked for.

Row groups of Parquet files carry the least and greatest value of each column, but only for the column as it is
stored. Where the moment has to be computed from it, a filter on the moment prunes nothing. So the view is a
union of sections, each with two conditions: an exact one on the moment, which is how DuckDB sees that a section
cannot hold what is asked for, and a generous one on the column, by which it skips row groups.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from qualify.files.columnar import Spread
from qualify.files.given import Cell
from qualify.moments import DAY
from qualify.scoring.layout import Layout

_MOST: Final = 8
_GROUPS_IN_ONE: Final = 16
_WORTH_IT: Final = 0.5  # of the whole span of time; beyond, the conditions cost more than they save


def borders(spread: Spread) -> list[int]:
    """Moments that part the row groups into sections of about the same size."""
    starts = sorted(low for low, _ in spread.groups or [])
    count = min(_MOST, len(starts) // _GROUPS_IN_ONE)
    chosen = {starts[len(starts) * number // count] for number in range(1, count)} if count > 1 else set()
    return sorted(border for border in chosen if border > starts[0])


def sections(layout: Layout, spread: Spread, cell: Cell, moment: str) -> list[str]:
    """The conditions of the sections, oldest first; none where they would be of no use."""
    possible = moment != cell.sql and _stored(cell, 0) is not None and spread.in_order
    if not possible or not _looks_back_a_little(layout, spread):
        return []
    cuts: list[int | None] = [None, *borders(spread), None]
    return [_between(cell, moment, low, high) for low, high in pairwise(cuts)] if len(cuts) > 2 else []


def _looks_back_a_little(layout: Layout, spread: Spread) -> bool:
    """Whether all that the playbook counts happened in a short part of the time that the events span."""
    days = [tally.occurrences.window for tally in layout.tallies]
    longest = max((each or 0 for each in days), default=0)
    whole = (spread.most or 0) - (spread.least or 0)
    return None not in days and longest * DAY <= _WORTH_IT * whole


def _between(cell: Cell, moment: str, low: int | None, high: int | None) -> str:
    """From ``low`` until before ``high``; the stored column may differ by a day, whatever the time zone."""
    conditions = []
    if low is not None:
        conditions += [f"{moment} >= {low}", f"{cell.sql} >= {_stored(cell, low - DAY)}"]
    if high is not None:
        conditions += [f"{moment} < {high}", f"{cell.sql} < {_stored(cell, high + DAY)}"]
    return " AND ".join(conditions) or "TRUE"


def _stored(cell: Cell, at: int) -> str | None:
    """A moment as that column would hold it; None for types that are not looked into."""
    if cell.type == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamptz({at * 1000})"
    if cell.type.startswith("TIMESTAMP"):
        return f"CAST(make_timestamp({at * 1000}) AS {cell.type})"
    return None
