"""From a score to a chance: Platt's sigmoid, or isotonic steps once there are enough won leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from qualify.learning.columns import Flags, Floats
from qualify.learning.figures import log_loss
from qualify.learning.ridge import log_odds, logistic

ISOTONIC_FROM: Final = 400
"""From how many won leads on isotonic calibration is tried."""


@dataclass(frozen=True)
class Platt:
    """``logistic(intercept + slope × score)`` (Platt 1999)."""

    intercept: float
    slope: float

    def of(self, scores: Floats) -> Floats:
        """The chances."""
        return logistic(self.intercept + self.slope * scores)

    def written(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": "sigmoid", "intercept": self.intercept, "slope": self.slope}


@dataclass(frozen=True, eq=False)
class Isotonic:
    """Rising steps, joined by straight lines between their middles."""

    scores: Floats
    chances: Floats

    def of(self, scores: Floats) -> Floats:
        """The chances."""
        return np.asarray(np.interp(scores, self.scores, self.chances))

    def written(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": "isotonic", "scores": self.scores.tolist(), "chances": self.chances.tolist()}


Calibration: TypeAlias = Platt | Isotonic


def read(written: Mapping[str, Any]) -> Calibration:
    """Back from plain data."""
    if written["kind"] == "sigmoid":
        return Platt(written["intercept"], written["slope"])
    return Isotonic(np.asarray(written["scores"]), np.asarray(written["chances"]))


def platt(scores: Floats, won: Flags) -> Platt:
    """The sigmoid that fits, with targets smoothed as Platt does; flat when the scores say nothing."""
    wins, losses = int(won.sum()), int((~won).sum())
    target = np.where(won, (wins + 1) / (wins + 2), 1 / (losses + 2))
    centre, scale = float(np.mean(scores)), float(np.std(scores)) or 1.0
    place = (scores - centre) / scale
    weights = np.array([float(log_odds(np.array([target.mean()]))[0]), 0.0])
    full = np.column_stack([np.ones(len(place)), place])
    for _ in range(50):
        chances = logistic(full @ weights)
        curvature = full.T @ (full * np.maximum(chances * (1 - chances), 1e-9)[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, full.T @ (target - chances))
        weights = weights + np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-9:
            break
    slope = float(weights[1] / scale)
    return Platt(float(weights[0] - slope * centre), slope)


def isotonic(scores: Floats, won: Flags) -> Isotonic:
    """The rising steps that fit best, each drawn a little to the middle: none says never or always."""
    from sklearn.isotonic import isotonic_regression

    order = np.argsort(scores, kind="stable")
    fitted = isotonic_regression(won[order].astype(np.float64))
    _, step = np.unique(fitted, return_inverse=True)
    leads = np.bincount(step)
    middles = np.bincount(step, weights=scores[order]) / leads
    chances = np.maximum.accumulate((np.bincount(step, weights=fitted) + won.mean()) / (leads + 1))
    return Isotonic(middles, chances)


def calibrated(scores: Floats, won: Flags, folds: Any) -> Calibration:
    """The calibration for scores that were made without their own label.

    Isotonic only from :data:`ISOTONIC_FROM` won leads on, and only where it does better on leads that it was
    not fitted to.
    """
    sigmoid = platt(scores, won)
    if won.sum() < ISOTONIC_FROM:
        return sigmoid
    losses = {
        name: _loss(fit, scores, won, folds) for name, fit in (("sigmoid", platt), ("isotonic", isotonic))
    }
    return isotonic(scores, won) if losses["isotonic"] < losses["sigmoid"] else sigmoid


def _loss(fit: Any, scores: Floats, won: Flags, folds: Any) -> float:
    chances = np.zeros(len(won))
    for fold in np.unique(folds):
        here = folds == fold
        chances[here] = fit(scores[~here], won[~here]).of(scores[here])
    return log_loss(chances, won)
