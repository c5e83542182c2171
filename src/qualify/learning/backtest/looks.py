"""The looks of a replay: the moments at which everything is judged, numbered from 0.

Two small tables hold them for engines: ``looks`` (``look, moment``), and ``days`` (``day, before, moment``), by
which any other moment finds its place with a join on its day: engines know no bisection, and one comparison after
the other for every event takes many times longer than reading the events does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Final

import ibis

from qualify.moments import DAY

MOST_LOOKS: Final = 750
"""Two years of days; more looks were not meant."""


class Looks(Sequence[int]):
    """Moments in order (epoch milliseconds), at most one on each day of UTC.

    Raises :class:`ValueError` for none, for more than :data:`MOST_LOOKS`, and for two on one day.
    """

    def __init__(self, moments: Sequence[int]) -> None:
        self.moments = tuple(sorted(set(moments)))
        if not 1 <= len(self.moments) <= MOST_LOOKS:
            raise ValueError(f"{len(self.moments):,} looks; 1 to {MOST_LOOKS:,} can be taken")
        if len({moment // DAY for moment in self.moments}) < len(self.moments):
            raise ValueError("two looks on one day (UTC); take one a day at most")

    def __len__(self) -> int:
        """How many there are."""
        return len(self.moments)

    def __getitem__(self, number: Any) -> Any:
        """The moment of that look."""
        return self.moments[number]

    def first_at_or_after(self, moment: int) -> int:
        """The number of the first look at which something of that moment is known; ``len`` when none is."""
        return bisect_left(self.moments, moment)

    def tables(self) -> Iterator[tuple[str, tuple[str, ...], list[tuple[int | None, ...]]]]:
        """The tables that have to be there before expressions run: name, columns (whole numbers), rows."""
        yield "looks", ("look", "moment"), list(enumerate(self.moments))
        by_day = {moment // DAY: moment for moment in self.moments}
        days = range(self.moments[0] // DAY, self.moments[-1] // DAY + 1)
        rows: list[tuple[int | None, ...]] = [
            (day, self.first_at_or_after(day * DAY), by_day.get(day)) for day in days
        ]
        yield "days", ("day", "before", "moment"), rows

    def dated(self, table: Any) -> Any:
        """The table with the ``moment`` of its column ``look``."""
        looks = ibis.table({"look": "int64", "moment": "int64"}, name="looks")
        joined = table.join(looks, "look")
        return joined.select(*(table[name] for name in table.columns), looks.moment)

    def placed(self, table: Any, name: str, moment: Any) -> Any:
        """The table with a column more: the first look at or after that moment (null or after all looks: ``len``)."""
        days = ibis.table(dict.fromkeys(("day", "before", "moment"), "int64"), name="days")
        timed = table.mutate(**{name: moment})
        timed = timed.mutate(day_of_it=timed[name] // DAY)
        joined = timed.left_join(days, timed.day_of_it == days.day)
        later = ibis.coalesce(timed[name] > days.moment, ibis.literal(False)).cast("int64")
        inside = ibis.coalesce(days.before + later, ibis.literal(0, "int64"))
        beyond = timed[name].isnull() | (timed[name] > ibis.literal(self.moments[-1], "int64"))
        place = beyond.ifelse(ibis.literal(len(self), "int64"), inside)
        return joined.select(*(timed[each] for each in table.columns if each != name), place.name(name))
