"""The occurrences of one tally as a moment sees them: how many, the first and the newest, what they are worth."""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from qualify.criteria.logic import Field, Occurrences
from qualify.moments import DAY
from qualify.points import decay_table
from qualify.scoring.layout import Tally
from qualify.scoring.record import Event

FAR = 1 << 62
"""Later than every moment: nothing is to come."""

_NEVER = -FAR

_first = itemgetter(0)


@dataclass(slots=True)
class Count:
    """How many occurrences, when first and last, and what they are worth today (hundredths, no sign)."""

    n: int
    first_at: int
    last_at: int
    worth: int

    def add(self, happened_at: int, worth: int) -> None:
        """One more occurrence."""
        self.n += 1
        self.worth += worth
        if happened_at < self.first_at:
            self.first_at = happened_at
        elif happened_at > self.last_at:
            self.last_at = happened_at


class Shape(NamedTuple):
    """What there is to know of a tally to count it: window and reach in milliseconds, its decay by age in days."""

    window: int
    decay: tuple[int, ...]
    steps: tuple[int, ...]
    distinct: Field | str | None
    reach: int | None
    """How long after what comes first an occurrence may be; None where nothing has to come first."""

    @classmethod
    def of(cls, tally: Tally) -> Shape:
        """Of a tally."""
        asked = tally.occurrences
        worth, half_life = (tally.each_worth or 0, tally.half_life or 1) if tally.adds_up else (0, 1)
        decay = decay_table(worth, half_life) if worth else ()
        steps = steps_of(worth, half_life) if worth else ()
        reach = None if asked.after is None else (asked.apart or 0) * DAY
        return cls(window_of(asked), decay, steps, asked.distinct, reach)

    @property
    def plain(self) -> bool:
        """Whether it can be counted by looking at one event at a time."""
        return self.distinct is None and self.reach is None


class Run:
    """The occurrences of one tally by a moment; it is quick where one moment is asked about after the other."""

    def __init__(self, shape: Shape) -> None:
        self.shape, self.times = shape, list[int]()
        # What they were worth at a moment, from which place on, and until when that holds; what came since.
        self.reckoned_at, self.first, self.worth, self.fading = FAR, 0, 0, FAR
        self.fresh: list[int] = []

    def copy(self) -> Run:
        """Another, to which something can be put without changing this one."""
        made = copy.copy(self)
        made.times, made.fresh = self.times.copy(), self.fresh.copy()
        return made

    def add(self, event: Event) -> None:
        """One more occurrence."""
        insort(self.times, event[1])
        if self.shape.decay:
            self.fresh.append(event[1])

    def count(self, as_of: int) -> Count | None:
        """What there is within the window at the moment; None for nothing."""
        first = self._first(as_of)
        if first == len(self.times):
            return None
        worth = self._reckoned(first, as_of)[0]
        return Count(len(self.times) - first, self.times[first], self.times[-1], worth)

    def newest(self, many: int) -> int:
        """When the so many newest began; at most as many as there are."""
        return self.times[-many]

    def fades(self, as_of: int) -> int:
        """When next one of them loses some of its worth; ``FAR`` when none has any left."""
        return self._reckoned(self._first(as_of), as_of)[1]

    def _first(self, as_of: int) -> int:
        """The place of the first within the window."""
        return 0 if self.shape.window == FAR else bisect_right(self.times, as_of - self.shape.window)

    def _reckoned(self, first: int, as_of: int) -> tuple[int, int]:
        """What those within the window are worth, and until when; while nothing fades only what is new is added."""
        decay, steps = self.shape.decay, self.shape.steps
        if not decay:
            return 0, FAR
        if first == self.first and self.reckoned_at <= as_of < self.fading:
            worth, fading, news = self.worth, self.fading, self.fresh
        else:
            worth, fading, news = 0, FAR, self.times[first:]
        most = len(steps)
        for at in news:
            age = (as_of - at) // DAY
            if age < most:
                worth += decay[age]
                fades_at = at + steps[age]
                if fades_at < fading:
                    fading = fades_at
        self.reckoned_at, self.first, self.worth, self.fading, self.fresh = as_of, first, worth, fading, []
        return worth, fading


class Special(Run):
    """A run that has to see several events together: what comes after something else, or distinct values."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.begun: list[int] = []
        self.waiting: list[Event] = []
        """Those that would be occurrences if something had come first."""
        self.newest_of: dict[object, int] = {}
        """When the newest of each distinct value was."""

    @classmethod
    def of(cls, shape: Shape, events: Sequence[Event]) -> Special:
        """With occurrences that come after nothing else, in it; it comes to the same as adding each of them."""
        made = cls(shape)
        made.times = sorted([event[1] for event in events])
        told = [(event[1], _value(event, shape.distinct)) for event in events if shape.distinct is not None]
        # The newest of a value comes last.
        made.newest_of = {value: at for at, value in sorted(told, key=_first) if value is not None}
        return made

    def copy(self) -> Special:
        """Another, to which something can be put without changing this one."""
        made = super().copy()
        assert isinstance(made, Special)
        made.begun, made.waiting = self.begun.copy(), self.waiting.copy()
        made.newest_of = self.newest_of.copy()
        return made

    def add(self, event: Event) -> None:
        """One that would be an occurrence."""
        if self._follows(event):
            self._occurs(event)
        else:
            self.waiting.append(event)

    def begin(self, event: Event) -> None:
        """One that comes first; it may be heard of later than what follows it."""
        insort(self.begun, event[1])
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            self.add(each)

    def _follows(self, event: Event) -> bool:
        reach = self.shape.reach
        if reach is None:
            return True
        place = bisect_left(self.begun, event[1])
        return place > 0 and event[1] - self.begun[place - 1] <= reach

    def _occurs(self, event: Event) -> None:
        super().add(event)
        distinct = self.shape.distinct
        if distinct is not None and (value := _value(event, distinct)) is not None:
            self.newest_of[value] = max(event[1], self.newest_of.get(value, _NEVER))

    def newest(self, many: int) -> int:
        """As above; of each distinct value the newest alone."""
        return super().newest(many) if self.shape.distinct is None else sorted(self.newest_of.values())[-many]

    def count(self, as_of: int) -> Count | None:
        """As above; distinct values are counted once, and events without a value not at all."""
        found, window = super().count(as_of), self.shape.window
        if found is None or self.shape.distinct is None:
            return found
        n = sum(as_of - at < window for at in self.newest_of.values())
        return Count(n, found.first_at, found.last_at, found.worth) if n else None


def counted(runs: Mapping[int, Run], as_of: int) -> dict[int, Count]:
    """The runs that have occurrences at the moment."""
    told = ((number, run.count(as_of)) for number, run in runs.items())
    return {number: count for number, count in told if count is not None}


def window_of(occurrences: Occurrences) -> int:
    """How long occurrences count (ms); ``FAR``: for ever."""
    return FAR if occurrences.window is None else occurrences.window * DAY


def _value(event: Event, distinct: Field | str) -> object:
    """What is counted once."""
    if isinstance(distinct, Field):
        return event.properties.get(distinct)
    return event[1] // DAY if distinct == "day" else event.lead_id


@cache
def steps_of(points: int, half_life: int) -> tuple[int, ...]:
    """For each age in days, as long as the points are worth anything, the age at which they lose some (ms).

    Towards the end the same hundredths last for many days, and those days are no change.
    """
    worth = decay_table(points, half_life)
    steps: list[int] = []
    for age in range(len(worth) - 2, -1, -1):
        same = worth[age + 1] == worth[age]
        steps.append(steps[-1] if same else (age + 1) * DAY)
    return tuple(reversed(steps))
