"""The calibrated chance of an outcome within a horizon: with an interval, and with reasons that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qualify.learning.calibration import Calibration, Platt, calibrated, read
from qualify.learning.columns import Columns, Flags, Floats, Ints
from qualify.learning.items import FOLDS, Items, fold_of, itemised
from qualify.learning.ridge import Ridge, fitted, log_odds, logistic, ranked_by
from qualify.learning.shares import Z_90
from qualify.learning.wording import spoken

LEAST_REASON: Final = 0.05
"""Reasons that change the log-odds by less are summed up as one."""


@dataclass(frozen=True)
class Reason:
    """Why a lead's chance is other than the usual one: in words, and by how much in log-odds."""

    column: str
    said: str
    log_odds: float

    @property
    def sentence(self) -> str:
        """As ``×1.8 because industry is software`` (the odds, compared with the average lead's)."""
        return (
            f"×{np.exp(self.log_odds):.2g} because {self.said}"
            if self.column
            else f"×{np.exp(self.log_odds):.2g} {self.said}"
        )


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The ridge on items with its calibration. ``usual`` is the average answer to each item."""

    items: Items
    ridge: Ridge
    calibration: Calibration
    usual: Floats

    def chances(self, columns: Columns) -> Floats:
        """The calibrated chance of each lead."""
        return self.calibration.of(self.ridge.log_odds(self.items.matrix(columns)))

    def ranking(self, columns: Columns) -> Floats:
        """The uncalibrated log-odds: what leads are ranked by."""
        return self.ridge.log_odds(self.items.matrix(columns))

    def intervals(self, columns: Columns, z: float = Z_90) -> tuple[Floats, Floats]:
        """The interval of each chance, 90 % unless ``z`` says otherwise: of the chance, not of the single outcome."""
        answers = self.items.matrix(columns)
        middle, spread = self.ridge.log_odds(answers), self.ridge.spread(answers)
        slope = self.calibration.slope if isinstance(self.calibration, Platt) else 1.0
        centre = log_odds(self.calibration.of(middle))
        half = z * spread * max(abs(slope), 1.0)
        return logistic(centre - half), logistic(centre + half)

    def reasons(self, columns: Columns, row: int) -> tuple[float, list[Reason]]:
        """The log-odds of the usual lead, and what is added to them for this one, the largest first.

        The usual log-odds and the reasons' log-odds add up to the log-odds of the calibrated chance exactly.
        """
        here = columns.at(np.array([row]))
        answers = self.items.matrix(here)[0]
        slope = self.calibration.slope if isinstance(self.calibration, Platt) else 1.0
        parts = (answers - self.usual) * self.ridge.weights * slope
        usual = self._calibrated(self.ridge.intercept + float(self.usual @ self.ridge.weights))
        by_column: dict[str, float] = {}
        for item, part in zip(self.items.items, parts, strict=True):
            by_column[item.column] = by_column.get(item.column, 0.0) + float(part)
        told = [
            Reason(name, spoken(columns[name], row), part)
            for name, part in by_column.items()
            if abs(part) >= LEAST_REASON
        ]
        left = self._calibrated(self.ridge.intercept + float(answers @ self.ridge.weights)) - usual
        left -= sum(reason.log_odds for reason in told)
        rest = [Reason("", "for all the rest", left)] if abs(left) > 1e-9 else []
        return usual, sorted(told, key=lambda reason: -abs(reason.log_odds)) + rest

    def _calibrated(self, raw: float) -> float:
        """Calibrated log-odds of raw ones."""
        if isinstance(self.calibration, Platt):
            return self.calibration.intercept + self.calibration.slope * raw
        return float(log_odds(self.calibration.of(np.array([raw])))[0])

    def written(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        size = len(self.ridge.weights) + 1
        lower = self.ridge.covariance[np.tril_indices(size)]
        return {
            "items": self.items.written(),
            "intercept": self.ridge.intercept,
            "weights": self.ridge.weights.tolist(),
            "covariance": [float(f"{value:.6g}") for value in lower],
            "calibration": self.calibration.written(),
            "usual": self.usual.tolist(),
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Likelihood:
        """Back from plain data."""
        weights = np.asarray(written["weights"], dtype=np.float64)
        size = len(weights) + 1
        covariance = np.zeros((size, size))
        covariance[np.tril_indices(size)] = written["covariance"]
        covariance = covariance + np.tril(covariance, -1).T
        return cls(
            Items.read(written["items"]),
            Ridge(written["intercept"], weights, covariance),
            read(written["calibration"]),
            np.asarray(written["usual"], dtype=np.float64),
        )


def trained(columns: Columns, won: Flags, lead: Ints | None = None) -> Likelihood:
    """The likelihood of these rows, calibrated on rows that it was not fitted to."""
    groups = np.arange(len(won)) if lead is None else lead
    items, answers = itemised(columns, won, groups)
    folds = fold_of(groups)
    scores = np.zeros(len(won))
    for fold in range(FOLDS):
        here = folds == fold
        if here.any() and (~here).any():
            scores[here] = ranked_by(answers[~here], won[~here], answers[here])
    return Likelihood(items, fitted(answers, won), calibrated(scores, won, folds), answers.mean(axis=0))
