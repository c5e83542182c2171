"""When different things come too close together: links followed, pages viewed, people served."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import islice
from operator import sub


def crowded(moments: Sequence[int], things: Sequence[Hashable], within: int, many: int) -> list[bool]:
    """Which of these belong to some `many` different `things` within `within` milliseconds of one another.

    `moments` ascend, and `things[i]` happened at `moments[i]`. The same thing twice is one thing, so facts that
    were sent twice change nothing.

    >>> crowded([0, 1, 2, 90], ["a", "b", "b", "c"], within=5, many=2)
    [True, True, True, False]
    """
    found = [False] * len(moments)
    if len(moments) < many:
        return found
    if moments[-1] - moments[0] <= within:
        return [len(set(things)) >= many] * len(moments)
    # Nearly nobody is in a crowd: see first whether any `many` in a row are near enough.
    if min(map(sub, islice(moments, many - 1, None), moments)) > within:
        return found
    seen: dict[Hashable, int] = {}
    first = marked = 0
    for last, moment in enumerate(moments):
        seen[things[last]] = seen.get(things[last], 0) + 1
        while moment - moments[first] > within:
            _forget(seen, things[first])
            first += 1
        if len(seen) >= many:
            for place in range(max(first, marked), last + 1):
                found[place] = True
            marked = last + 1
    return found


def _forget(seen: dict[Hashable, int], thing: Hashable) -> None:
    if seen[thing] == 1:
        del seen[thing]
    else:
        seen[thing] -= 1
