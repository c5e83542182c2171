"""Seeded chance, vectorised: every part of the market draws from a stream of its own."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.signedinteger[Any]]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Chance: TypeAlias = np.random.Generator


def stream(seed: int, part: str) -> Chance:
    """The random stream of one part of the market, the same for the same seed and name.

    A stream per part, because then one more draw in costs leaves people and deals as they were.
    """
    return np.random.default_rng([seed % 2**63, zlib.crc32(part.encode())])


def pick(chance: Chance, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` positions in `weights`, each drawn with a chance in proportion to its weight."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(steps / steps[-1], chance.random(size), side="right").astype(np.int64)


def pick_per_row(chance: Chance, weights: Floats) -> Ints:
    """One column per row of `weights` (rows × choices), drawn in proportion to that row's weights."""
    steps = np.cumsum(weights, axis=1)
    drawn = chance.random((len(weights), 1)) * steps[:, -1:]
    return np.asarray((drawn >= steps).sum(axis=1).clip(0, weights.shape[1] - 1), dtype=np.int64)


def happens(chance: Chance, probability: Floats | float, size: int) -> Flags:
    """`size` independent yes/no draws; `probability` is one number or one per draw."""
    return np.asarray(chance.random(size) < probability)


def logistic(log_odds: Floats) -> Floats:
    """The probability that belongs to log-odds (natural logarithm)."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float64)


def skewed(chance: Chance, median: Floats | float, sigma: float, size: int) -> Floats:
    """`size` log-normal draws with this median and this standard deviation of the logarithm."""
    return np.asarray(median * np.exp(sigma * chance.standard_normal(size)), dtype=np.float64)


def owners(counts: Ints) -> Ints:
    """Who each thing belongs to when owner i has `counts[i]` things; counts 2, 0, 1 give 0, 0, 2."""
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def turn_of(keys: Ints) -> Ints:
    """For each key, how many equal keys stand before it (0 for the first of its kind)."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.searchsorted(ordered, ordered, side="left")
    turns = np.empty(len(keys), dtype=np.int64)
    turns[order] = np.arange(len(keys)) - first
    return turns
