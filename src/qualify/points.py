"""Points are whole hundredths, as integers: their sum does not depend on order or engine."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final

PER_POINT: Final = 100
"""Hundredths in a point."""

LIMIT: Final = 1_000_000
"""The most points a playbook may write in one place; keeps every sum exact in a double."""


def hundredths(points: float | str | Decimal) -> int:
    """Points as written (``12.5``) as hundredths (``1250``).

    Raises :class:`ValueError` when they are no number, finer than a hundredth, or beyond ``LIMIT``.
    """
    try:
        exact = Decimal(str(points)) * PER_POINT
    except InvalidOperation as error:
        raise ValueError(f"{points!r} is not a number of points") from error
    if not exact.is_finite() or abs(exact) > LIMIT * PER_POINT:
        raise ValueError(f"{points} points: write a number between -{LIMIT:,} and {LIMIT:,}")
    if exact != exact.to_integral_value():
        raise ValueError(f"{points} points: at most two decimals (a hundredth of a point is the finest step)")
    return int(exact)


def written(value: int | None, *, sign: bool = False) -> str:
    """Hundredths as people read points: ``12.50`` → ``"12.5"``, ``-300`` → ``"−3"``."""
    if value is None:
        return ""
    whole, part = divmod(abs(value), PER_POINT)
    digits = f"{whole}.{part:02d}".rstrip("0") if part else str(whole)
    mark = "−" if value < 0 else "+" if sign and value > 0 else ""
    return mark + digits


@cache
def decay_table(points: int, half_life: int) -> tuple[int, ...]:
    """What ``points`` hundredths are worth at age 0, 1, 2 … days, until they are worth nothing.

    ``points × 0.5^(age ÷ half_life)``, rounded to a hundredth, halves away from zero; both engines and
    the one-lead path give exactly these numbers.
    """
    worth: list[int] = []
    while not worth or worth[-1]:
        worth.append(_exact(abs(points), len(worth), half_life))
    return tuple(-value if points < 0 else value for value in worth)


def _exact(points: int, age: int, half_life: int) -> int:
    return int(points * _power(age, half_life) + Decimal("0.5"))


@cache
def _power(age: int, half_life: int) -> Decimal:
    """0.5^(age/half_life) to 28 digits; exact where it is a power of two."""
    whole, rest = divmod(age, half_life)
    fraction = Decimal("0.5") ** (Decimal(rest) / Decimal(half_life)) if rest else Decimal(1)
    return fraction * Decimal("0.5") ** whole


def decayed(points: int, half_life: int | None, age: int) -> int:
    """``points`` hundredths at ``age`` whole days; unchanged without a half-life."""
    if half_life is None:
        return points
    worth = decay_table(points, half_life)
    return worth[age] if age < len(worth) else 0


@cache
def fragile_ages(points: int, half_life: int) -> dict[int, int]:
    """The ages at which floating-point might round to the wrong hundredth, with the right value.

    Engines compute the decay with their own ``pow``. Where the true value lies further than one part in
    10⁸ of a hundredth from a half, no ``pow`` that is right to a few units in the last place can round
    differently; where it lies nearer (and is no exact half), the compiler writes the value out. Almost
    every rule has none.
    """
    size = abs(points)
    near = {}
    for age, worth in enumerate(decay_table(size, half_life)):
        exact = size * _power(age, half_life)
        distance = abs((exact % 1) - Decimal("0.5"))
        if 0 < distance < Decimal("1e-8") * max(1, size // 10_000):
            near[age] = worth
    return near
