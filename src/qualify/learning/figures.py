"""How good a ranking and a chance are: AUC, log loss, calibration error, lift, and how sure one can be of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from qualify.learning import shares
from qualify.learning.columns import Flags, Floats, Ints

ROUNDS: Final = 400
"""Rounds of the bootstrap."""


def auc(scores: Floats, won: Flags) -> float:
    """The chance that a won lead ranks above a lost one (ROC AUC; ties count half); NaN without both."""
    return _weighted_auc(*_tied(_places(scores), won, np.ones(len(won))))


def _places(scores: Floats) -> Ints:
    """Which of the distinct scores each lead has, lowest first."""
    return np.asarray(np.unique(scores, return_inverse=True)[1], dtype=np.int64)


def _tied(places: Ints, won: Flags, weights: Floats) -> tuple[Floats, Floats]:
    """The weight of won and of lost leads at each distinct score."""
    size = int(places.max()) + 1 if len(places) else 0
    wins = np.bincount(places, weights=weights * won, minlength=size).astype(np.float64)
    return wins, np.bincount(places, weights=weights * ~won, minlength=size).astype(np.float64)


def _weighted_auc(wins: Floats, losses: Floats) -> float:
    below = np.cumsum(losses) - losses / 2
    pairs = wins.sum() * losses.sum()
    return float((wins * below).sum() / pairs) if pairs else float("nan")


def auc_bounds(scores: Floats, won: Flags, level: float = 0.9, seed: int = 0) -> tuple[float, float]:
    """The bootstrap interval of the AUC (percentiles of :data:`ROUNDS` resamples of the leads)."""
    if won.all() or not won.any():
        return 0.0, 1.0
    chance, places, count = np.random.default_rng(seed), _places(scores), len(won)
    found = []
    for _ in range(ROUNDS):
        drawn = np.bincount(chance.integers(count, size=count), minlength=count).astype(np.float64)
        found.append(_weighted_auc(*_tied(places, won, drawn)))
    low, high = np.nanquantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def log_loss(chances: Floats, won: Flags) -> float:
    """The mean negative log-likelihood (natural logarithm)."""
    held = np.clip(chances, 1e-6, 1 - 1e-6)
    return float(-np.mean(np.where(won, np.log(held), np.log1p(-held))))


def calibration_error(chances: Floats, won: Flags, bins: int = 10) -> float:
    """The expected calibration error: bins of equal mass, the gap of each weighed by its leads."""
    parts = calibration_bins(chances, won, bins)
    total = sum(count for _, _, count in parts)
    return sum(abs(said - came) * count for said, came, count in parts) / total if total else 0.0


def calibration_bins(chances: Floats, won: Flags, bins: int = 10) -> list[tuple[float, float, int]]:
    """For bins of equal mass, lowest first: the mean chance, the share that was won, how many leads."""
    order = np.argsort(chances, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return [(float(chances[part].mean()), float(won[part].mean()), len(part)) for part in parts]


def lift(scores: Floats, won: Flags, share: float = 0.2) -> float:
    """How many times the overall rate the best ``share`` of the leads has; leads that tie count in part."""
    if not won.any():
        return float("nan")
    wanted = share * len(won)
    wins, losses = _tied(_places(scores), won, np.ones(len(won)))
    leads = (wins + losses)[::-1]
    before = np.cumsum(leads) - leads
    part = np.clip((wanted - before) / leads, 0, 1)
    return float((wins[::-1] * part).sum() / wanted / won.mean())


def gained(scores: Floats, won: Flags, points: int = 20) -> list[tuple[float, float]]:
    """The cumulative gains curve: (share of leads worked, share of the won among them)."""
    if not len(won):
        return []
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(won[order]) / max(int(won.sum()), 1)
    places = np.linspace(0, len(won), points + 1).round().astype(np.int64)
    return (
        [(float(place / len(won)), float(found[place - 1]) if place else 0.0) for place in places]
        if len(won)
        else []
    )


def wilson(hits: Floats | Ints, of: Floats | Ints, z: float = shares.Z_95) -> tuple[Floats, Floats]:
    """The Wilson score intervals of shares, element by element: :func:`qualify.learning.shares.wilson` of each."""
    pairs = zip(np.asarray(hits).tolist(), np.asarray(of).tolist(), strict=True)
    found = np.array([shares.wilson(some, all_, z) for some, all_ in pairs], dtype=np.float64).reshape(-1, 2)
    return found[:, 0], found[:, 1]
