"""A point card: a few items in steps of 5 points that rank leads almost as the ridge does.

The ridge is distilled: items are chosen one by one by how much of its log-odds they explain, weighed as the
logistic curve weighs them; one multiplier turns weights into points, which are rounded to steps of 5 and mended
one step at a time. Behaviour only adds, unless asked otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from qualify.learning.calibration import Platt, platt
from qualify.learning.columns import Columns, Flags, Floats, Ints
from qualify.learning.items import Item, Items
from qualify.learning.wording import criterion

STEP: Final = 5
MOST: Final = 20
"""The most points, without sign, that an item may give."""
_MULTIPLIERS: Final = np.geomspace(2.0, 60.0, 60)
_MOST_MOVES: Final = 50
_POOL: Final = 24
"""How many items are looked at for a card."""


@dataclass(frozen=True, eq=False)
class Card:
    """Items with their points, and the chance that each total stands for."""

    items: Items
    points: Floats
    chance: Platt

    def totals(self, columns: Columns) -> Floats:
        """The points of each lead."""
        return np.asarray(self.items.matrix(columns) @ self.points)

    def chances(self, columns: Columns) -> Floats:
        """The chance of each lead, by its total."""
        return self.chance.of(self.totals(columns))

    @property
    def lines(self) -> list[tuple[Item, int]]:
        """The items with their points, most first."""
        pairs = zip(self.items.items, self.points, strict=True)
        return sorted(((item, int(points)) for item, points in pairs), key=lambda pair: -abs(pair[1]))


@dataclass(frozen=True, eq=False)
class Distilled:
    """What the choice of items works on: the answers, the ridge's log-odds, the curve's weights."""

    answers: Floats
    log_odds: Floats
    weights: Floats
    only_adds: Flags

    @property
    def _centred(self) -> tuple[Floats, Floats]:
        share = self.weights / self.weights.sum()
        root = np.sqrt(share)
        answers = (self.answers - share @ self.answers) * root[:, None]
        return answers, (self.log_odds - share @ self.log_odds) * root

    def moments(self) -> tuple[Floats, Floats, float]:
        """The weighted covariance of the answers, theirs with the log-odds, and the variance of those."""
        answers, target = self._centred
        return answers.T @ answers, answers.T @ target, float(target @ target)


def cards(
    items: Items,
    answers: Floats,
    log_odds: Floats,
    won: Flags,
    columns: Columns,
    sizes: tuple[int, ...] = (8, 12, 20),
    *,
    behaviour_only_adds: bool = True,
    sayable: bool = False,
) -> dict[int, Card]:
    """For each size the card of at most so many items. ``answers`` and ``log_odds`` are of the training rows.

    ``sayable``: only of items that the playbook's language has words for.
    """
    if sayable:
        can = np.array(
            [criterion_of(item, items, columns) is not None for item in items.items], dtype=np.bool_
        )
        items, answers = (
            replace(items, items=tuple(i for i, ok in zip(items.items, can, strict=True) if ok)),
            answers[:, can],
        )
    chances = 1 / (1 + np.exp(-log_odds))
    only_adds = np.array(
        [behaviour_only_adds and _adds(item, columns) for item in items.items], dtype=np.bool_
    )
    told = Distilled(answers, log_odds, np.maximum(chances * (1 - chances), 1e-6), only_adds)
    gram, pull, _ = told.moments()
    chosen = np.array(_chosen(gram, pull, only_adds, _POOL), dtype=np.int64)
    patterns = _Patterns.of(answers[:, chosen], chances)
    found = {}
    for size in sizes:
        first = chosen[:size]
        weights = np.zeros(len(chosen))
        weights[:size] = _weights(gram[np.ix_(first, first)], pull[first], only_adds[first])
        points = _points(patterns, weights, only_adds[chosen], size)
        found[size] = _card(items, answers, won, chosen, points)
    return found


def criterion_of(item: Item, items: Items, columns: Columns) -> dict[str, Any] | None:
    """The item as a playbook writes it; None where its language has no words for it."""
    return criterion(item, columns[item.column], items.rates.get(item.column))


def _adds(item: Item, columns: Columns) -> bool:
    return item.kind != "unknown" and columns[item.column].is_behaviour


def _card(items: Items, answers: Floats, won: Flags, picked: Ints, points: Floats) -> Card:
    kept = points != 0
    picked, points = picked[kept], points[kept]
    some = tuple(items.items[place] for place in picked)
    rates = {
        name: rate
        for name, rate in items.rates.items()
        if any(i.column == name and i.kind == "rate" for i in some)
    }
    return Card(replace(items, items=some, rates=rates), points, platt(answers[:, picked] @ points, won))


def _chosen(gram: Floats, pull: Floats, only_adds: Flags, most: int) -> list[int]:
    """The items in the order in which they explain most of what is left."""
    chosen: list[int] = []
    for _ in range(min(most, len(pull))):
        gains = _gains(gram, pull, chosen, only_adds)
        best = int(np.argmax(gains)) if len(gains) else -1
        if best < 0 or gains[best] <= 1e-9:
            break
        chosen.append(best)
    return chosen


def _gains(gram: Floats, pull: Floats, chosen: list[int], only_adds: Flags) -> Floats:
    """How much more of the variance each further item would explain, beside the chosen ones."""
    inside = gram[np.ix_(chosen, chosen)] + 1e-9 * np.eye(len(chosen))
    through = np.linalg.solve(inside, gram[chosen]) if chosen else np.zeros((0, len(pull)))
    left = np.diag(gram) - np.einsum("ij,ij->j", gram[chosen], through)
    slope = pull - through.T @ pull[chosen]
    gains = np.where(left > 1e-6 * np.maximum(np.diag(gram), 1e-12), slope**2 / np.maximum(left, 1e-12), 0)
    gains[only_adds & (slope <= 0)] = 0
    gains[chosen] = 0
    return np.asarray(gains)


@dataclass(frozen=True, eq=False)
class _Patterns:
    """The distinct answers to a few items, with what the ridge expects of the leads that gave them."""

    answers: Floats
    won: Floats
    lost: Floats

    @classmethod
    def of(cls, answers: Floats, chances: Floats) -> _Patterns:
        codes = answers.astype(np.int64) @ (1 << np.arange(answers.shape[1], dtype=np.int64))
        _, first, place = np.unique(codes, return_index=True, return_inverse=True)
        won = np.bincount(place, weights=chances).astype(np.float64)
        leads = np.bincount(place).astype(np.float64)
        return cls(answers[first], won, leads - won)

    def told(self, points: Floats) -> float:
        """The AUC that these points have if the ridge is right."""
        totals = np.rint(self.answers @ points / STEP).astype(np.int64)
        place = totals - totals.min()
        won, lost = np.bincount(place, weights=self.won), np.bincount(place, weights=self.lost)
        return float((won * (np.cumsum(lost) - lost / 2)).sum() / (won.sum() * lost.sum()))


def _points(patterns: _Patterns, weights: Floats, only_adds: Flags, size: int) -> Floats:
    """The weights as whole steps of points, for at most so many items."""
    tried = {tuple(np.clip(np.round(weights * size / STEP) * STEP, -MOST, MOST)) for size in _MULTIPLIERS}
    best = max(sorted(tried), key=lambda points: patterns.told(np.array(points)))
    return _mended(patterns, np.array(best), only_adds, size)


def _weights(gram: Floats, pull: Floats, only_adds: Flags) -> Floats:
    """Least squares, with what may only add and would take away left out."""
    free = np.ones(len(pull), dtype=np.bool_)
    weights = np.zeros(len(pull))
    for _ in range(len(pull)):
        weights[:] = 0
        weights[free] = np.linalg.solve(gram[np.ix_(free, free)] + 1e-9 * np.eye(int(free.sum())), pull[free])
        wrong = only_adds & (weights < 0)
        if not wrong.any():
            break
        free &= ~wrong
    return weights


def _mended(patterns: _Patterns, points: Floats, only_adds: Flags, size: int) -> Floats:
    """Points moved one step at a time for as long as the card ranks better by it.

    What rounding left without points makes room for an item further down the list.
    """
    best, told = points, patterns.told(points)
    for _ in range(_MOST_MOVES):
        moved = [_moved(best, place, step) for place in range(len(best)) for step in (-STEP, STEP)]
        allowed = [each for each in moved if _is_card(each, only_adds, size)]
        better = max(allowed, key=patterns.told, default=best)
        if patterns.told(better) <= told + 5e-5:
            break
        best, told = better, patterns.told(better)
    return best


def _is_card(points: Floats, only_adds: Flags, size: int) -> bool:
    small = np.abs(points).max() <= MOST and np.count_nonzero(points) <= size
    return bool(small and not (only_adds & (points < 0)).any())


def _moved(points: Floats, place: int, step: int) -> Floats:
    found = points.copy()
    found[place] += step
    return found
