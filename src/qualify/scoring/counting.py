"""The one-lead path's twin of :mod:`~qualify.scoring.tallying`: events → counts, in plain Python.

A lead is looked at again and again, mostly a moment later and with one event more. So what was counted is kept:
a :class:`Following` takes in each event once, when it begins to count.
"""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from qualify.criteria.logic import Both, Field, Occurrences, Truth
from qualify.moments import DAY
from qualify.points import decay_table
from qualify.scoring.layout import Tally
from qualify.scoring.record import Event, Record
from qualify.scoring.truths import Test, compiled

FAR = 1 << 62
"""Later than every moment: nothing is to come."""

_NEVER = -FAR


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


class Counter:
    """Counts every tally of a playbook; make it once and keep it."""

    def __init__(self, tallies: Sequence[Tally]) -> None:
        numbered = list(enumerate(tallies))
        self.own = _Matching([each for each in numbered if not each[1].occurrences.whole_account])
        self.shared = _Matching([each for each in numbered if each[1].occurrences.whole_account])

    def follow(self, record: Record) -> Following:
        """Go with a lead from moment to moment."""
        return Following(self, record)

    def counts(self, record: Record, as_of: int) -> dict[int, Count]:
        """The tallies that have occurrences by then, by number; for a lead that is looked at once."""
        found: dict[int, Count] = {}
        self.own.count(record.events, as_of, found)
        if self.shared.any and record.account_id is not None:
            self.shared.count(record.account_events, as_of, found)
        return found


class Following:
    """The counts of one lead, whose facts stay the same while time passes; asked in order it is quick."""

    def __init__(self, counter: Counter, record: Record) -> None:
        self.events, self.account_events = record.events, record.account_events
        self.streams = [Stream(counter.own.told(record.events))]
        if counter.shared.any and record.account_id is not None:
            self.streams.append(Stream(counter.shared.told(record.account_events)))

    def follows(self, record: Record) -> bool:
        """Whether the record has the very events that are followed."""
        return record.events is self.events and record.account_events is self.account_events

    def counts(self, as_of: int) -> dict[int, Count]:
        """The tallies that have occurrences by then, by number."""
        return counted(self.runs(as_of), as_of)

    def runs(self, as_of: int) -> dict[int, Run]:
        """What the counts of that moment are told from, by number."""
        found: dict[int, Run] = {}
        for stream in self.streams:
            stream.go(as_of)
            found |= stream.runs
        return found

    def next_event(self, as_of: int) -> int:
        """When next after the moment an event that is there begins to count; ``FAR`` when none does."""
        return min(stream.next_event(as_of) for stream in self.streams)


_Put = Callable[[Any, Event], None]
"""How an event is put to a run: as an occurrence, or as what comes first."""

Matched = tuple[int, _Put]
"""A tally's number, and how an event is put to its run."""

_Matcher = tuple[int, int, Test | None, tuple[int, ...], _Put]
"""A tally's number, its window in milliseconds, its test on properties, its decay, and how its events are put."""


class _ByKind(NamedTuple):
    """Which events are of which tallies: by the kind of event, and those that any other kind can be of."""

    by_kind: Mapping[str, list[_Matcher]]
    otherwise: list[_Matcher]

    @classmethod
    def of(cls, told: Sequence[tuple[frozenset[str] | None, _Matcher]]) -> _ByKind:
        """Of matchers, each with the kinds of events that it takes (None: any)."""
        every = {kind for kinds, _ in told for kind in kinds or ()}
        found = {
            kind: [matcher for kinds, matcher in told if kinds is None or kind in kinds] for kind in every
        }
        return cls(found, [matcher for kinds, matcher in told if kinds is None])

    @property
    def any(self) -> bool:
        """Whether there is a tally at all."""
        return bool(self.by_kind or self.otherwise)

    def matched(self, event: Event, at: int) -> list[Matched]:
        """The tallies that the event counts for at that moment, or ever after."""
        age = at - event[1]
        return [
            (number, put)
            for number, window, test, _, put in self.by_kind.get(event[0], self.otherwise)
            if age < window and (test is None or test(event))
        ]


class _Matching:
    """Tallies over the same events: those of the lead, or those of the whole account."""

    def __init__(self, tallies: list[tuple[int, Tally]]) -> None:
        self.any = bool(tallies)
        self.kept: _Told | None = None
        self.shapes = {number: _Shape.of(tally) for number, tally in tallies}
        told = [each for number, tally in tallies for each in _matchers(number, tally)]
        self.plain = _ByKind.of([each for each in told if each[1][4] is _PLAIN])
        self.special = _ByKind.of([each for each in told if each[1][4] is not _PLAIN])

    def matched(self, event: Event, at: int) -> list[Matched]:
        """The tallies that the event counts for at that moment, or ever after."""
        found = self.plain.matched(event, at)
        return found + self.special.matched(event, at) if self.special.any else found

    def count(self, events: Sequence[Event], as_of: int, found: dict[int, Count]) -> None:
        """Count what there is at the moment. It comes to the same as going there, and takes half as long."""
        known = [event for event in events if event[1] <= as_of and event[2] <= as_of]
        by_kind, otherwise = self.plain
        for event in known:
            age = as_of - event[1]
            for number, window, test, decay, _ in by_kind.get(event[0], otherwise):
                if age < window and (test is None or test(event)):
                    worth = decay[age // DAY] if age < len(decay) * DAY else 0
                    if number in found:
                        found[number].add(event[1], worth)
                    else:
                        found[number] = Count(1, event[1], event[1], worth)
        if self.special.any:
            runs: dict[int, Run] = {}
            for event in known:
                self.put(event, self.special.matched(event, as_of), runs)
            found |= counted(runs, as_of)

    def told(self, events: Sequence[Event]) -> _Told:
        """Which of the events count for what; told once for events that are asked about again."""
        kept = self.kept
        if kept is None or kept.events is not events:
            kept = self.kept = _Told(self, events)
        return kept

    def put(self, event: Event, matched: Sequence[Matched], runs: dict[int, Run]) -> None:
        """Put an event to the runs of the tallies that it counts for."""
        for number, put in matched:
            run = runs.get(number)
            if run is None:
                run = runs[number] = self.run(number)
            put(run, event)

    def run(self, number: int) -> Run:
        """A tally's run, with nothing in it yet."""
        shape = self.shapes[number]
        return Run(shape) if shape.plain else _Special(shape)


class _Told:
    """Events in the order in which they begin to count, each with the tallies that it counts for: told once."""

    def __init__(self, matching: _Matching, events: Sequence[Event]) -> None:
        self.matching, self.events = matching, events
        self.moments: list[int] = []
        """When each begins to count: it has happened by then, and is known."""
        self.counting: list[tuple[Event, list[Matched]]] = []
        self.plain: dict[int, tuple[list[int], list[int]]] = {}
        """Of tallies that look at one event at a time: when each begins to count, and when it happened."""
        for at, event in sorted([(max(event[1], event[2]), event) for event in events], key=_first):
            if matched := matching.matched(event, at):
                self.moments.append(at)
                self.counting.append((event, matched))
                for number, put in matched:
                    if put is _PLAIN:
                        since, happened = self.plain.setdefault(number, ([], []))
                        since.append(at)
                        happened.append(event[1])

    def runs(self, as_of: int, many: int) -> dict[int, Run]:
        """The runs of the first so many, which are those that count at the moment."""
        found: dict[int, Run] = {}
        for number, (since, happened) in self.plain.items():
            if times := sorted(happened[: bisect_right(since, as_of)]):
                found[number] = run = self.matching.run(number)
                run.times = times
        if self.matching.special.any:
            for event, matched in self.counting[:many]:
                self.matching.put(event, [each for each in matched if each[1] is not _PLAIN], found)
        return found


class Stream:
    """Events as they begin to count one after the other, and the runs that they make."""

    def __init__(self, told: _Told) -> None:
        self.told, self.matching = told, told.matching
        self.taken = 0
        """So many are in the runs."""
        self.runs: dict[int, Run] = {}

    def go(self, as_of: int) -> None:
        """Take in what counts by then; where that is less than what was taken in, begin anew."""
        many = bisect_right(self.told.moments, as_of)
        if not self.taken or many < self.taken:
            self.runs = self.told.runs(as_of, many) if many else {}
        else:
            for event, matched in self.told.counting[self.taken : many]:
                self.matching.put(event, matched, self.runs)
        self.taken = many

    def next_event(self, as_of: int) -> int:
        """When the next one counts."""
        self.go(as_of)
        return self.told.moments[self.taken] if self.taken < len(self.told.moments) else FAR


def _first(pair: tuple[int, Event]) -> int:
    return pair[0]


class _Shape(NamedTuple):
    """What there is to know of a tally to count it: window and reach in milliseconds, its decay by age in days."""

    window: int
    decay: tuple[int, ...]
    steps: tuple[int, ...]
    distinct: Field | str | None
    reach: int | None
    """How long after what comes first an occurrence may be; None where nothing has to come first."""

    @classmethod
    def of(cls, tally: Tally) -> _Shape:
        asked = tally.occurrences
        worth, half_life = (tally.each_worth or 0, tally.half_life or 1) if tally.adds_up else (0, 1)
        decay = decay_table(worth, half_life) if worth else ()
        steps = steps_of(worth, half_life) if worth else ()
        reach = None if asked.after is None else (asked.apart or 0) * DAY
        return cls(_window(asked), decay, steps, asked.distinct, reach)

    @property
    def plain(self) -> bool:
        """Whether it can be counted by looking at one event at a time."""
        return self.distinct is None and self.reach is None


class Run:
    """The occurrences of one tally by a moment; it is quick where one moment is asked about after the other."""

    def __init__(self, shape: _Shape) -> None:
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


class _Special(Run):
    """A run that has to see several events together: what comes after something else, or distinct values."""

    def __init__(self, shape: _Shape) -> None:
        super().__init__(shape)
        self.begun: list[int] = []
        self.waiting: list[Event] = []
        """Those that would be occurrences if something had come first."""
        self.newest_of: dict[object, int] = {}
        """When the newest of each distinct value was."""

    def copy(self) -> _Special:
        made = super().copy()
        assert isinstance(made, _Special)
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


_PLAIN: _Put = Run.add
"""What needs to be known of an occurrence is when it was."""


def counted(runs: Mapping[int, Run], as_of: int) -> dict[int, Count]:
    """The runs that have occurrences at the moment."""
    told = ((number, run.count(as_of)) for number, run in runs.items())
    return {number: count for number, count in told if count is not None}


def run_of(what: Occurrences, events: Sequence[Event], as_of: int) -> Run:
    """The occurrences among events that are known by the moment, which no playbook has to ask for."""
    told = _Matching([(0, Tally(what))]).told(events)
    return told.runs(as_of, bisect_right(told.moments, as_of)).get(0) or Run(_Shape.of(Tally(what)))


def _matchers(number: int, tally: Tally) -> list[tuple[frozenset[str] | None, _Matcher]]:
    """By which events a tally is told, each with the kinds of events that it can be (None: any)."""
    asked, decay = tally.occurrences, _Shape.of(tally).decay
    put = _PLAIN if asked.distinct is None and asked.after is None else _Special.add
    found: list[tuple[frozenset[str] | None, _Matcher]] = [
        (asked.kinds, (number, _window(asked), _test(asked.where), decay, put))
    ]
    if asked.after is not None:
        begins = asked.after
        found.append((begins.kinds, (number, FAR, _test(begins.where), (), _Special.begin)))
    return found


def _window(occurrences: Occurrences) -> int:
    return FAR if occurrences.window is None else occurrences.window * DAY


def _test(where: Truth) -> Test | None:
    return None if where == Both(()) else compiled(where)


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
