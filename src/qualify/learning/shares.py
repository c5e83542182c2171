"""How sure one can be of a share: the normal quantiles that are used everywhere, and Wilson's interval.

The one home of both: reports, backtests and pages take them from here. It needs nothing but arithmetic.
"""

from __future__ import annotations

import math
from typing import Final

Z_90: Final = 1.6448536269514722
"""The normal quantile of a two-sided 90 % interval; of a one-sided 95 % bound, too."""

Z_95: Final = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""

Z_99: Final = 2.5758293035489004
"""The normal quantile of a two-sided 99 % interval."""


def wilson(hits: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927): low and high, each from 0 to 1.

    Sensible where the textbook interval is not: near 0 and 1 and for few cases. (0, 1) when ``of`` is 0.
    """
    if of == 0:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == of else min(1.0, middle + half)
