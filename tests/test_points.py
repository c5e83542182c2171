"""Points are whole hundredths, and decay to exactly the hundredth that arithmetic without rounding gives."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.points import LIMIT, decay_table, decayed, fragile_ages, hundredths, written

points = st.integers(-LIMIT * 100, LIMIT * 100)
half_lives = st.sampled_from([1, 2, 3, 7, 10, 30, 45, 90])


def is_right(worth: int, size: int, age: int, half_life: int) -> bool:
    """Whether ``worth`` is size × 2^(−age/half_life) rounded half up, in whole numbers alone.

    worth − ½ ≤ x < worth + ½, with both sides doubled and raised to the power of the half-life.
    """
    doubled = (2 * size) ** half_life
    least = (2 * worth - 1) ** half_life if worth else 0
    return bool(least * 2**age <= doubled < (2 * worth + 1) ** half_life * 2**age)


@pytest.mark.parametrize("half_life", [1, 2, 3, 7, 30, 45, 90, 365])
@pytest.mark.parametrize("size", [1, 5, 100, 333, 1250, 4000, 3333, 100_000_000])
def test_every_entry_of_a_decay_table_is_exact(size: int, half_life: int) -> None:
    table = decay_table(size, half_life)
    step = 1 if half_life < 100 else 37
    assert all(is_right(table[age], size, age, half_life) for age in range(0, len(table), step))
    assert table[0] == size
    assert table[-1] == 0 < table[-2]


@pytest.mark.parametrize(("size", "half_life"), [(100, 1), (4000, 30), (1, 7), (12345, 10)])
def test_after_each_half_life_half_is_left_rounded_half_up(size: int, half_life: int) -> None:
    for halves in range(len(decay_table(size, half_life)) // half_life):
        exact = Fraction(size, 2**halves)
        assert decayed(size, half_life, halves * half_life) == math.floor(exact + Fraction(1, 2))


@given(points, half_lives)
def test_decay_only_ever_takes(size: int, half_life: int) -> None:
    table = [abs(worth) for worth in decay_table(size, half_life)]
    assert table == sorted(table, reverse=True)


@given(points, half_lives, st.integers(0, 3_000))
def test_negative_points_decay_as_positive_ones_do(size: int, half_life: int, age: int) -> None:
    assert decayed(-size, half_life, age) == -decayed(size, half_life, age)


def test_without_a_half_life_points_stay() -> None:
    assert decayed(1250, None, 100_000) == 1250
    assert decayed(1250, 30, 100_000) == 0


def test_a_program_around_us_that_counts_in_few_digits_changes_nothing() -> None:
    usual = decay_table(33_333, 29), fragile_ages(33_333, 29)
    decay_table.cache_clear()
    fragile_ages.cache_clear()
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        assert (decay_table(33_333, 29), fragile_ages(33_333, 29)) == usual
        assert hundredths(12345.67) == 1_234_567


@pytest.mark.parametrize("size", [100, 4000, 12_345_678, 99_999_999])
@pytest.mark.parametrize("half_life", [1, 7, 30])
def test_where_no_age_is_fragile_any_floating_point_power_rounds_right(size: int, half_life: int) -> None:
    fragile = fragile_ages(size, half_life)
    for age, worth in enumerate(decay_table(size, half_life)):
        power = math.pow(0.5, age / half_life)
        for off in (power, math.nextafter(power, 0), math.nextafter(power, 1)):
            exact_power = age % half_life == 0  # every engine's pow gives powers of two exactly
            around = power if exact_power else off
            assert fragile.get(age, math.floor(size * around + 0.5)) == worth


@pytest.mark.slow
def test_a_fragile_age_is_written_out_with_its_exact_worth() -> None:
    found = {size: fragile_ages(size, 3) for size in range(99_000_000, 99_000_400)}
    ages = [(size, age, worth) for size, table in found.items() for age, worth in table.items()]
    assert ages, "near a million points some age is within 10⁻⁴ of a half"
    assert all(is_right(worth, size, age, 3) for size, age, worth in ages)
    assert not any(
        Fraction(size, 2 ** (age // 3)) % 1 == Fraction(1, 2) for size, age, _ in ages if age % 3 == 0
    )


@given(points)
def test_points_as_written_are_read_back(value: int) -> None:
    assert hundredths(written(value).replace("−", "-")) == value
    assert hundredths(Decimal(value) / 100) == value
    assert hundredths(value / 100) == value, "every hundredth up to the limit survives a double"


@pytest.mark.parametrize(
    ("value", "shown", "signed"),
    [
        (1250, "12.5", "+12.5"),
        (-300, "−3", "−3"),
        (5, "0.05", "+0.05"),
        (0, "0", "0"),
        (100_000_000, "1000000", "+1000000"),
        (None, "", ""),
    ],
)
def test_points_are_written_as_people_read_them(value: int | None, shown: str, signed: str) -> None:
    assert written(value) == shown
    assert written(value, sign=True) == signed


@pytest.mark.parametrize("value", ["ten", "", "1,000", "0x10", "--5", "1/2", "sNaN", None, [1], {}])
def test_what_is_no_number_is_no_points(value: object) -> None:
    with pytest.raises(ValueError, match=r"is not a number of points; write one such as 10, -5 or 2\.5"):
        hundredths(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0.001, 12.345, "1e-3", 33.333333333333336])
def test_a_thousandth_of_a_point_is_too_fine(value: float) -> None:
    with pytest.raises(ValueError, match="write at most two decimals, a hundredth is the finest step"):
        hundredths(value)


@pytest.mark.parametrize(
    "value", [1_000_000.01, -1_000_001, "nan", "inf", float("inf"), float("nan"), 10**400]
)
def test_points_beyond_the_limit_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="write a number between -1,000,000 and 1,000,000"):
        hundredths(value)


def test_points_too_large_to_multiply_are_refused_like_the_rest() -> None:
    with pytest.raises(ValueError, match=r"1e999999999999999999.*points"):
        hundredths("1e999999999999999999")


def test_the_limit_itself_is_allowed() -> None:
    assert hundredths(LIMIT) == 100_000_000
    assert hundredths(-LIMIT) == -100_000_000
