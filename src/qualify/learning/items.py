"""Columns as yes/no items: what a rule of a playbook can ask, and what the likelihood is made of.

Numbers are cut at every 5th percentile (cumulatively: the value is at least the cut), levels count when they
have at least 1 % of the leads, "unknown" is an item of its own, and a column of many levels also gives the rate
at which its levels were won, learnt on other leads than it is used for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from qualify.learning.columns import Column, Columns, Flags, Floats, Ints, same_levels

PERCENTILES: Final = np.arange(5, 100, 5)
LEAST_SHARE: Final = 0.01
MANY_LEVELS: Final = 12
PRIOR: Final = 20.0
"""How many leads the overall rate weighs where a level's own rate is estimated."""
FOLDS: Final = 5

Kind: TypeAlias = Literal["at_least", "is", "unknown", "rate"]


@dataclass(frozen=True)
class Item:
    """One yes/no question about a lead: of which column, and what is asked.

    ``cut`` of ``at_least`` is the least value, of ``rate`` the least rate; ``level`` is for ``is``.
    """

    column: str
    kind: Kind
    cut: float | None = None
    level: str | None = None


@dataclass(frozen=True)
class Items:
    """The items of a training set, and for columns of many levels the rate of each level.

    ``matrix`` answers them for any rows; what was never seen in training answers no.
    """

    items: tuple[Item, ...]
    rates: Mapping[str, Mapping[str, float]]
    overall: float

    def matrix(self, columns: Columns) -> Floats:
        """One row for each lead, one column for each item, of zeros and ones."""
        rated = {name: _rated(columns[name], rates, self.overall) for name, rates in self.rates.items()}
        return answered(self.items, columns, rated)

    def written(self) -> dict[str, Any]:
        """As plain data."""
        items = [
            {key: value for key, value in asdict(each).items() if value is not None} for each in self.items
        ]
        rates = {name: dict(each) for name, each in self.rates.items()}
        return {"items": items, "rates": rates, "overall": self.overall}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Items:
        """Back from plain data."""
        return cls(tuple(Item(**each) for each in written["items"]), written["rates"], written["overall"])


def itemised(columns: Columns, won: Flags, groups: Ints | None = None) -> tuple[Items, Floats]:
    """The items of these training rows, and the rows' answers to them.

    ``groups`` says whose row it is: rates that a row sees are learnt from other leads' rows only.
    """
    overall = float(won.mean()) if len(won) else 0.0
    folds = fold_of(groups if groups is not None else np.arange(len(won)))
    rates, rated = dict[str, Mapping[str, float]](), dict[str, Floats]()
    found: list[Item] = []
    for column in columns.values():
        found += _items(column)
        if not column.is_number and len(column.levels or ()) > MANY_LEVELS:
            rates[column.name] = level_rates(column, won, overall)
            rated[column.name] = _cross_fitted(column, won, folds, overall)
            found += [Item(column.name, "rate", cut) for cut in cuts_of(rated[column.name])]
    matrix = answered(found, columns, rated)
    kept = _distinct(matrix)
    return Items(tuple(found[place] for place in kept), rates, overall), matrix[:, kept]


def fold_of(groups: Ints, folds: int = FOLDS) -> Ints:
    """A fold for each row, the same for all rows of a lead; by the lead's order of appearance, shuffled once."""
    _, place = np.unique(groups, return_inverse=True)
    shuffled = np.random.default_rng(0).permutation(int(place.max()) + 1 if len(place) else 0)
    return np.asarray(shuffled[place] % folds, dtype=np.int64)


def _items(column: Column) -> list[Item]:
    found = [Item(column.name, "unknown")] if column.unknown.any() else []
    if column.is_number:
        return found + [Item(column.name, "at_least", cut) for cut in cuts_of(column.values)]
    levels = column.levels or ()
    counts = np.bincount(column.values[column.values >= 0], minlength=len(levels))
    enough = np.flatnonzero(counts >= max(1.0, LEAST_SHARE * len(column.values)))
    return found + [Item(column.name, "is", level=levels[place]) for place in enough]


def cuts_of(values: Floats) -> list[float]:
    """The distinct 5th percentiles of the known values, without the least value (which all have).

    Each is written as short as it can be without another lead passing it.
    """
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return []
    cuts = np.unique(np.percentile(known, PERCENTILES, method="higher"))
    cuts = cuts[cuts > known[0]]
    below = known[np.searchsorted(known, cuts) - 1]
    return [_short(float(low), float(cut)) for low, cut in zip(below, cuts, strict=True)]


def _short(low: float, cut: float) -> float:
    """The number with the fewest digits that is above ``low`` and at most ``cut``."""
    for digits in range(1, 17):
        step = 10.0 ** (math.floor(math.log10(max(abs(cut), 1e-300))) + 1 - digits)
        shorter = float(f"{math.floor(cut / step) * step:.{digits}g}")
        if low < shorter <= cut:
            return shorter
    return cut


def level_rates(column: Column, won: Flags, overall: float) -> dict[str, float]:
    """The rate of each level, drawn to the overall one by :data:`PRIOR` leads of it."""
    known = column.values >= 0
    size = len(column.levels or ())
    leads = np.bincount(column.values[known], minlength=size)
    wins = np.bincount(column.values[known], weights=won[known], minlength=size)
    rates = (wins + PRIOR * overall) / (leads + PRIOR)
    return {
        text: float(rate)
        for text, rate, count in zip(column.levels or (), rates, leads, strict=True)
        if count
    }


def _cross_fitted(column: Column, won: Flags, folds: Ints, overall: float) -> Floats:
    """For each row the rate of its level among the rows of the other folds."""
    found = np.full(len(won), np.nan)
    for fold in range(FOLDS):
        here = folds == fold
        rates = level_rates(column.at(~here), won[~here], overall)
        found[here] = _rated(column.at(here), rates, overall)
    return found


def _rated(column: Column, rates: Mapping[str, float], overall: float) -> Floats:
    """The rate of each row's level; the overall one for a level not seen before, NaN for unknown."""
    table = np.array([*(rates.get(text, overall) for text in column.levels or ()), np.nan])
    return np.asarray(table[column.values], dtype=np.float64)


def answered(items: Sequence[Item], columns: Columns, rated: Mapping[str, Floats]) -> Floats:
    """The answers of the rows to the items, as zeros and ones."""
    matrix = np.zeros((columns.rows, len(items)))
    for place, item in enumerate(items):
        matrix[:, place] = _answer(item, columns[item.column], rated)
    return matrix


def _answer(item: Item, column: Column, rated: Mapping[str, Floats]) -> Flags:
    if item.kind == "unknown":
        return column.unknown
    if item.kind == "is":
        levels = column.levels or ()
        wanted = levels.index(item.level) if item.level in levels else -2
        return np.asarray(column.values == wanted)
    values = rated[item.column] if item.kind == "rate" else column.values
    with np.errstate(invalid="ignore"):
        return np.asarray(values >= float(item.cut or 0))


def _distinct(matrix: Floats) -> list[int]:
    """The items that not all rows answer alike, without those that repeat an earlier one."""
    packed = np.packbits(matrix.astype(np.bool_), axis=0)
    seen: set[bytes] = set()
    kept: list[int] = []
    means = matrix.mean(axis=0) if len(matrix) else np.zeros(matrix.shape[1])
    for place, mean in enumerate(means):
        answer = packed[:, place].tobytes()
        if 0 < mean < 1 and answer not in seen:
            seen.add(answer)
            kept.append(place)
    return kept


def unseen_levels(column: Column, like: tuple[str, ...]) -> float:
    """The share of known rows whose level is not among these."""
    codes = same_levels(column, like)
    known = codes != -1
    return float((codes[known] == -2).mean()) if known.any() else 0.0
