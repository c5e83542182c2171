"""The challenger: small boosted trees, kept as plain numbers, with reasons that add up along their paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qualify.learning.calibration import Calibration, calibrated, read
from qualify.learning.columns import Columns, Flags, Floats, Ints
from qualify.learning.figures import wilson
from qualify.learning.items import FOLDS, MANY_LEVELS, Item, Items, answered, fold_of, level_rates
from qualify.learning.ridge import log_odds
from qualify.learning.shares import Z_90

TREES: Final = 100
LEAVES: Final = 7
NEAREST: Final = 200
"""How many leads with the nearest chances an interval is made of."""


@dataclass(frozen=True)
class Inputs:
    """What the trees look at: numbers as they are, few levels as yes/no, many as the rate of each level."""

    numbers: tuple[str, ...]
    items: tuple[Item, ...]
    rates: Mapping[str, Mapping[str, float]]
    overall: float

    @classmethod
    def of(cls, columns: Columns, won: Flags) -> Inputs:
        """What there is to look at in these rows."""
        overall = float(won.mean())
        levels = {name: column for name, column in columns.items() if not column.is_number}
        many = {name for name, column in levels.items() if len(column.levels or ()) > MANY_LEVELS}
        items = [
            Item(name, "is", level=level)
            for name, column in levels.items()
            if name not in many
            for level in column.levels or ()
        ]
        rates = {name: level_rates(levels[name], won, overall) for name in sorted(many)}
        numbers = tuple(name for name, column in columns.items() if column.is_number)
        return cls(numbers, tuple(items), rates, overall)

    @property
    def names(self) -> list[str]:
        """Which column each input comes from."""
        return [*self.numbers, *(item.column for item in self.items), *self.rates]

    def matrix(self, columns: Columns) -> Floats:
        """One row for each lead."""
        numbers = [columns[name].values for name in self.numbers]
        rated = Items((), self.rates, self.overall)
        rates = [_rates(rated, columns, name) for name in self.rates]
        parts = [answered(self.items, columns, {}), *(column[:, None] for column in rates)]
        return np.column_stack([*(column[:, None] for column in numbers), *parts])


def _rates(items: Items, columns: Columns, name: str) -> Floats:
    column = columns[name]
    table = np.array([*(items.rates[name].get(text, items.overall) for text in column.levels or ()), np.nan])
    return np.asarray(table[column.values], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees as arrays, one row for each node: (input, threshold, gap goes left, left, right, value)."""

    base: float
    nodes: tuple[Floats, ...]

    def log_odds(self, matrix: Floats) -> Floats:
        """The sum of the leaves that each row falls into."""
        return self.base + sum((_walked(tree, matrix)[0] for tree in self.nodes), np.zeros(len(matrix)))

    def parts(self, row: Floats, inputs: int) -> tuple[float, Floats]:
        """The log-odds of the average row, and what each input adds on this row's paths: they add up."""
        usual, added = self.base, np.zeros(inputs)
        for tree in self.nodes:
            usual += float(tree[0, 5])
            node = 0
            while tree[node, 3] >= 0:
                below = _next(tree, node, row)
                added[int(tree[node, 0])] += tree[below, 5] - tree[node, 5]
                node = below
        return usual, added


def _next(tree: Floats, node: int, row: Floats) -> int:
    value = row[int(tree[node, 0])]
    left = bool(tree[node, 2]) if np.isnan(value) else bool(value <= tree[node, 1])
    return int(tree[node, 3] if left else tree[node, 4])


def _walked(tree: Floats, matrix: Floats) -> tuple[Floats, Ints]:
    place = np.zeros(len(matrix), dtype=np.int64)
    rows = np.arange(len(matrix))
    for _ in range(len(tree)):
        inside = tree[place, 3] >= 0
        if not inside.any():
            break
        value = matrix[rows, tree[place, 0].astype(np.int64)]
        left = np.where(np.isnan(value), tree[place, 2] > 0, value <= tree[place, 1])
        place = np.where(inside, np.where(left, tree[place, 3], tree[place, 4]), place).astype(np.int64)
    return tree[place, 5], place


def grown(matrix: Floats, won: Flags) -> Trees:
    """Gradient boosting by scikit-learn's histograms, taken out of its model as plain numbers."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, early_stopping=False, random_state=0
    )
    with threadpool_limits(limits=1):  # threads would wait for each other longer than they work
        model.fit(matrix, won)
    trees = tuple(_tree(stage[0].nodes) for stage in model._predictors)
    return Trees(float(np.ravel(model._baseline_prediction)[0]), trees)


def _tree(nodes: Any) -> Floats:
    """One tree as an array; the value of a fork is the average of what lies below it."""
    leaf = nodes["is_leaf"].astype(bool)
    made = np.column_stack(
        [
            nodes["feature_idx"].astype(np.float64),
            nodes["num_threshold"],
            nodes["missing_go_to_left"].astype(np.float64),
            np.where(leaf, -1.0, nodes["left"].astype(np.float64)),
            np.where(leaf, -1.0, nodes["right"].astype(np.float64)),
            nodes["value"],
        ]
    )
    counts = nodes["count"].astype(np.float64)
    for node in range(len(made) - 1, -1, -1):  # children stand behind their parents
        if not leaf[node]:
            below = [int(made[node, 3]), int(made[node, 4])]
            made[node, 5] = np.average(made[below, 5], weights=counts[below])
    return made


@dataclass(frozen=True, eq=False)
class Challenger:
    """The trees with what they look at and their calibration; ``past`` are chances and outcomes of training rows."""

    inputs: Inputs
    trees: Trees
    calibration: Calibration
    past: tuple[Floats, Floats]

    def ranking(self, columns: Columns) -> Floats:
        """The uncalibrated log-odds."""
        return self.trees.log_odds(self.inputs.matrix(columns))

    def chances(self, columns: Columns) -> Floats:
        """The calibrated chance of each lead."""
        return self.calibration.of(self.ranking(columns))

    def intervals(self, columns: Columns, z: float = Z_90) -> tuple[Floats, Floats]:
        """What share of the past leads with the nearest chances was won, as Wilson's interval around the chance."""
        chances, (known, won) = self.chances(columns), self.past
        upto = np.concatenate([[0.0], np.cumsum(won)])
        size = min(NEAREST, len(known))
        first = np.clip(np.searchsorted(known, chances) - size // 2, 0, len(known) - size)
        low, high = wilson(upto[first + size] - upto[first], np.full(len(chances), size), z)
        return np.minimum(low, chances), np.maximum(high, chances)

    def reasons(self, columns: Columns, row: int) -> tuple[float, dict[str, float]]:
        """The usual log-odds, and by column what is added for this lead, the calibration's bend under ``""``."""
        matrix = self.inputs.matrix(columns.at(np.array([row])))
        usual, added = self.trees.parts(matrix[0], matrix.shape[1])
        by_column: dict[str, float] = {}
        for name, part in zip(self.inputs.names, added, strict=True):
            by_column[name] = by_column.get(name, 0.0) + float(part)
        raw = usual + float(added.sum())
        by_column[""] = float(log_odds(self.calibration.of(np.array([raw])))[0]) - raw
        return usual, by_column

    def written(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        inputs = {
            "numbers": list(self.inputs.numbers),
            "items": [[item.column, item.level] for item in self.inputs.items],
            "rates": {name: dict(rates) for name, rates in self.inputs.rates.items()},
            "overall": self.inputs.overall,
        }
        trees = {"base": self.trees.base, "nodes": [tree.tolist() for tree in self.trees.nodes]}
        past = [held.tolist() for held in self.past]
        return {"inputs": inputs, "trees": trees, "calibration": self.calibration.written(), "past": past}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Challenger:
        """Back from plain data."""
        told, trees = written["inputs"], written["trees"]
        items = tuple(Item(column, "is", level=level) for column, level in told["items"])
        inputs = Inputs(tuple(told["numbers"]), items, told["rates"], told["overall"])
        nodes = tuple(np.asarray(tree, dtype=np.float64) for tree in trees["nodes"])
        chances, won = (np.asarray(held, dtype=np.float64) for held in written["past"])
        return cls(inputs, Trees(trees["base"], nodes), read(written["calibration"]), (chances, won))


def challenging(columns: Columns, won: Flags, lead: Ints | None = None) -> Challenger:
    """The challenger of these rows, calibrated on rows that it was not grown on."""
    folds = fold_of(np.arange(len(won)) if lead is None else lead)
    scores = np.zeros(len(won))
    for fold in range(FOLDS):
        here = folds == fold
        inputs = Inputs.of(columns.at(~here), won[~here])
        trees = grown(inputs.matrix(columns.at(~here)), won[~here])
        scores[here] = trees.log_odds(inputs.matrix(columns.at(here)))
    inputs = Inputs.of(columns, won)
    calibration = calibrated(scores, won, folds)
    chances = calibration.of(scores)
    order = np.argsort(chances, kind="stable")
    past = (np.round(chances[order], 5), won[order].astype(np.float64))
    return Challenger(inputs, grown(inputs.matrix(columns), won), calibration, past)
