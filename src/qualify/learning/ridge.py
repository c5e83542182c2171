"""Logistic regression with ridge: the default likelihood, with what is needed to say how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.columns import Flags, Floats

STRENGTH: Final = 0.1
"""``C``: the inverse of the penalty's weight, as scikit-learn has it."""


_FEW_ITEMS: Final = 200


def logistic(log_odds: Floats) -> Floats:
    """Log-odds as chances."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))), dtype=np.float64)


def log_odds(chances: Floats) -> Floats:
    """Chances as log-odds, held within a millionth of 0 and 1."""
    held = np.clip(chances, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(held / (1 - held)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Ridge:
    """Weights in log-odds: ``intercept + answers @ weights``; ``covariance`` is of intercept and weights."""

    intercept: float
    weights: Floats
    covariance: Floats

    def log_odds(self, answers: Floats) -> Floats:
        """The log-odds of each row of answers."""
        return np.asarray(self.intercept + answers @ self.weights)

    def spread(self, answers: Floats) -> Floats:
        """The standard error of each row's log-odds."""
        spread = self.covariance[0, 0] + 2 * answers @ self.covariance[0, 1:]
        spread = spread + np.einsum("ij,ij->i", answers @ self.covariance[1:, 1:], answers)
        return np.asarray(np.sqrt(np.maximum(spread, 0)), dtype=np.float64)


def fitted(answers: Floats, won: Flags, strength: float = STRENGTH) -> Ridge:
    """The ridge of these answers; its covariance is the inverse curvature at the optimum (Laplace)."""
    intercept, weights = _optimum(answers, won, strength)
    chances = logistic(intercept + answers @ weights)
    full = np.column_stack([np.ones(len(answers)), answers])
    curvature = full.T @ (full * (chances * (1 - chances))[:, None])
    curvature[np.arange(1, len(curvature)), np.arange(1, len(curvature))] += 1 / strength
    curvature[0, 0] += 1e-9
    return Ridge(intercept, weights, np.asarray(np.linalg.inv(curvature), dtype=np.float64))


def _optimum(answers: Floats, won: Flags, strength: float) -> tuple[float, Floats]:
    from sklearn.linear_model import LogisticRegression

    if not answers.shape[1] or won.all() or not won.any():
        rate = np.array([(won.sum() + 0.5) / (len(won) + 1)])
        return float(log_odds(rate)[0]), np.zeros(answers.shape[1])
    # Newton's steps cost the square of the items each; beyond some, many small steps are quicker.
    few = answers.shape[1] <= _FEW_ITEMS
    solver, tolerance = ("newton-cholesky", 1e-6) if few else ("lbfgs", 1e-5)
    model = LogisticRegression(C=strength, solver=solver, tol=tolerance, max_iter=1000)
    model.fit(answers, won)
    return float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)


def ranked_by(answers: Floats, won: Flags, others: Floats) -> Floats:
    """The log-odds of other rows by the ridge of these, without saying how sure they are."""
    intercept, weights = _optimum(answers, won, STRENGTH)
    return np.asarray(intercept + others @ weights)
