"""Points are whole hundredths, as integers: their sum does not depend on order or engine."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import cache
from typing import Final

from qualify.errors import shown
from qualify.speech import sentence

PER_POINT: Final = 100
"""Hundredths in a point."""

LIMIT: Final = 1_000_000
"""The most points a playbook may write in one place; keeps every sum exact in a double."""

_CONTEXT: Final = Context(prec=50)
"""Arithmetic of its own: a program around us that sets another precision must not change a score."""

_HALF: Final = Decimal("0.5")


def hundredths(points: float | str | Decimal) -> int:
    """Points as written (``12.5``) as hundredths (``1250``).

    Raises :class:`ValueError` when they are no number, finer than a hundredth, or beyond ``LIMIT``.
    """
    try:
        exact = _CONTEXT.multiply(Decimal(str(points).strip()), Decimal(PER_POINT))
        if not exact.is_finite() or exact.copy_abs() > LIMIT * PER_POINT:
            said = sentence(
                "%(found)s points; write a number between -%(limit)s and %(limit)s",
                found=shown(points), limit=LIMIT,
            )  # fmt: skip
            raise ValueError(said)
        whole = int(exact)
    except ArithmeticError as error:
        said = sentence(
            "%(found)s is not a number of points; write one such as 10, -5 or 2.5", found=shown(points)
        )
        raise ValueError(said) from error
    if exact != whole:
        raise ValueError(
            sentence(
                "%(found)s points; write at most two decimals, a hundredth is the finest step",
                found=shown(points),
            )
        )
    return whole


def written(value: int | None, *, sign: bool = False) -> str:
    """Hundredths as people read points: ``1250`` → ``"12.5"``, ``-300`` → ``"−3"``."""
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
        worth.append(int(_CONTEXT.add(_undecided(abs(points), len(worth), half_life), _HALF)))
    return tuple(-value if points < 0 else value for value in worth)


def _undecided(points: int, age: int, half_life: int) -> Decimal:
    """The worth before it is rounded, right to 40 digits at least."""
    return _CONTEXT.multiply(Decimal(points), _power(age, half_life))


def _power(age: int, half_life: int) -> Decimal:
    """0.5^(age/half_life); exact where it is a power of two."""
    whole, rest = divmod(age, half_life)
    return _CONTEXT.divide(_first_powers(half_life)[rest], Decimal(1 << whole))


@cache
def _first_powers(half_life: int) -> list[Decimal]:
    """0.5^(age/half_life) for each age below the half-life; every step costs one more of the spare digits."""
    daily = _CONTEXT.power(_HALF, _CONTEXT.divide(Decimal(1), Decimal(half_life)))
    powers = [Decimal(1)]
    while len(powers) < half_life:
        powers.append(_CONTEXT.multiply(powers[-1], daily))
    return powers


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
        part = _CONTEXT.remainder(_undecided(size, age, half_life), Decimal(1))
        distance = _CONTEXT.subtract(part, _HALF).copy_abs()
        if 0 < distance < Decimal("1e-8") * max(1, size // 10_000):
            near[age] = worth
    return near
