"""Training rows: who, when, what was known, what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qualify.learning.columns import Column, Columns, Flags, Floats, Ints

NUMERIC_SHARE: Final = 0.95
"""A column is of numbers when so large a share of its known values can be read as such."""
FEW_VALUES: Final = 3
NEARLY_UNIQUE: Final = 0.5
MOST_LEVELS: Final = 10_000


@dataclass(frozen=True, eq=False)
class Evidence:
    """Training rows, each by what was known at its decision time.

    ``lead`` says whose row it is (numbers into ``lead_ids``), ``at`` the decision time in epoch milliseconds, ``won``
    what came of it within the horizon. ``today`` is the total by the rules in force, where there are any, ``amount``
    what a won lead was worth (NaN: not known), ``ended_at`` when it was closed (−1: never).
    """

    columns: Columns
    won: Flags
    at: Ints
    lead: Ints
    lead_ids: Sequence[Any] = ()
    today: Floats | None = None
    amount: Floats | None = None
    ended_at: Ints | None = None

    def __len__(self) -> int:
        return len(self.won)

    def rows(self, which: NDArray[Any]) -> Evidence:
        """Those rows (indices or flags) alone."""
        some = {
            name: None if (held := getattr(self, name)) is None else held[which]
            for name in ("won", "at", "lead", "today", "amount", "ended_at")
        }
        return replace(self, columns=self.columns.at(which), **some)  # type: ignore[arg-type]

    def without(self, names: Sequence[str]) -> Evidence:
        """The same rows without these columns."""
        return replace(self, columns=self.columns.without(names))

    def one_each(self) -> Evidence:
        """One row of each lead, drawn from its own by a hash: rows of one lead are no evidence of each other."""
        return self.rows(one_of_each(self.lead, self.at))

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with the rows, the columns and the labels."""
        found = hashlib.sha256()
        for name in sorted(self.columns):
            column = self.columns[name]
            found.update(f"{name} {column.levels}".encode())
            found.update(np.ascontiguousarray(column.values).tobytes())
        for held in (self.won, self.at, self.lead):
            found.update(np.ascontiguousarray(held).tobytes())
        return found.hexdigest()[:12]


def one_of_each(lead: Ints, at: Ints) -> Ints:
    """The place of one row of each lead, in order, drawn by a hash of the lead and the row's moment."""
    order = np.lexsort((_mixed(lead, at), lead))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = lead[order][1:] != lead[order][:-1]
    return np.sort(order[first])


def _mixed(lead: Ints, at: Ints) -> NDArray[np.uint64]:
    """A number for each row that says nothing of it but differs (splitmix64)."""
    mixed = lead.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + at.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


@dataclass(frozen=True)
class Unfit:
    """A column that nothing can be learnt from, and why, in words."""

    name: str
    why: str


def fit_for_learning(columns: Columns) -> tuple[Columns, list[Unfit]]:
    """The columns that can tell leads apart, and those that cannot, each with the reason."""
    unfit = {name: why for name, column in columns.items() if (why := _flaw(column)) is not None}
    return columns.without(unfit), [Unfit(name, why) for name, why in unfit.items()]


def _flaw(column: Column) -> str | None:
    known = column.values[~column.unknown]
    if not len(known):
        return "is empty in every row"
    values = np.unique(known)
    if len(values) == 1 and len(known) == len(column.values):
        return "is the same in every row"
    if not column.is_number and len(values) > max(50, NEARLY_UNIQUE * len(known)):
        return f"has a value of its own for nearly every lead ({len(values):,} values)"
    return None


def chosen_reading(text: Column, number: Column) -> Column:
    """Of a column read as text and as numbers, the reading to learn from."""
    known = ~text.unknown
    share = (~number.unknown[known]).mean() if known.any() else 0.0
    few = len(np.unique(text.values[known])) <= FEW_VALUES
    return number if share >= NUMERIC_SHARE and not few else text


def told(evidence: Evidence) -> Mapping[str, int]:
    """How many rows, leads, won and lost leads there are."""
    leads = evidence.one_each() if len(evidence) else evidence
    won = np.unique(evidence.lead[evidence.won])
    return {
        "rows": len(evidence),
        "leads": len(leads),
        "won": len(won),
        "lost": len(leads) - len(won),
    }
