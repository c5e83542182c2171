"""The one-lead path's twin of :mod:`~qualify.scoring.tallying`: events → counts, in plain Python.

A lead is looked at again and again, mostly a moment later and with one event more. So what was counted is kept:
a :class:`Following` takes in each event once, when it begins to count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from qualify.criteria.logic import Both, Occurrences, Truth
from qualify.moments import DAY
from qualify.scoring.layout import Tally
from qualify.scoring.occurring import FAR, Count, Run, Shape, Special, counted, window_of
from qualify.scoring.record import Event, Record
from qualify.scoring.truths import Test, compiled


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


_first = itemgetter(0)

_Put = Callable[[Any, Event], None]
"""How an event is put to a run: as an occurrence, or as what comes first."""

Matched = tuple[int, _Put]
"""A tally's number, and how an event is put to its run."""

_Matcher = tuple[int, int, Test | None, tuple[int, ...], _Put]
"""A tally's number, its window in milliseconds, its test on properties, its decay, and how its events are put."""


class _Matchers(NamedTuple):
    """What events of one kind are held against."""

    each: list[_Matcher]
    shortest: int
    """The shortest of their windows."""
    untested: list[Matched] | None
    """What each event counts for that is younger than that; None where it hangs on what else is known of it."""

    @classmethod
    def of(cls, each: list[_Matcher]) -> _Matchers:
        """Of these, in this order."""
        tested = any(test is not None for _, _, test, _, _ in each)
        shortest = min((window for _, window, *_ in each), default=FAR)
        return cls(each, shortest, None if tested else [(number, put) for number, *_, put in each])


class _ByKind(NamedTuple):
    """Which events are of which tallies: by the kind of event, and those that any other kind can be of."""

    by_kind: Mapping[str, _Matchers]
    otherwise: _Matchers

    @classmethod
    def of(cls, told: Sequence[tuple[frozenset[str] | None, _Matcher]]) -> _ByKind:
        """Of matchers, each with the kinds of events that it takes (None: any)."""
        every = {kind for kinds, _ in told for kind in kinds or ()}
        found = {
            kind: [matcher for kinds, matcher in told if kinds is None or kind in kinds] for kind in every
        }
        otherwise = _Matchers.of([matcher for kinds, matcher in told if kinds is None])
        return cls({kind: _Matchers.of(each) for kind, each in found.items()}, otherwise)

    @property
    def any(self) -> bool:
        """Whether there is a tally at all."""
        return bool(self.by_kind or self.otherwise.each)

    def matched(self, event: Event, at: int) -> list[Matched]:
        """The tallies that the event counts for at that moment, or ever after; not to be changed."""
        each, shortest, untested = self.by_kind.get(event[0], self.otherwise)
        age = at - event[1]
        if untested is not None and age < shortest:
            return untested
        return [
            (number, put)
            for number, window, test, _, put in each
            if age < window and (test is None or test(event))
        ]


class _Matching:
    """Tallies over the same events: those of the lead, or those of the whole account."""

    def __init__(self, tallies: list[tuple[int, Tally]]) -> None:
        self.any = bool(tallies)
        self.kept: _Told | None = None
        self.shapes = {number: Shape.of(tally) for number, tally in tallies}
        told = [each for number, tally in tallies for each in _matchers(number, tally)]
        self.every = _ByKind.of(told)
        self.plain = _ByKind.of([each for each in told if each[1][4] is _PLAIN])
        self.special = _ByKind.of([each for each in told if each[1][4] is not _PLAIN])
        self.matched = self.every.matched
        self.sequels = frozenset(number for number, shape in self.shapes.items() if shape.reach is not None)
        """The tallies of what comes after something else: what they are told from hangs on what comes first."""

    def count(self, events: Sequence[Event], as_of: int, found: dict[int, Count]) -> None:
        """Count what there is at the moment. It comes to the same as going there, and takes half as long."""
        known = [event for event in events if event[1] <= as_of and event[2] <= as_of]
        by_kind, otherwise = self.plain
        for event in known:
            age = as_of - event[1]
            for number, window, test, decay, _ in by_kind.get(event[0], otherwise).each:
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
        return Run(shape) if shape.plain else Special(shape)


class _Told:
    """Events in the order in which they begin to count, each with the tallies that it counts for: told once."""

    def __init__(self, matching: _Matching, events: Sequence[Event]) -> None:
        self.matching, self.events = matching, events
        self.moments: list[int] = []
        """When each begins to count: it has happened by then, and is known."""
        self.counting: list[tuple[Event, list[Matched]]] = []
        self.plain: dict[int, tuple[list[int], list[int]]] = defaultdict(_two_lists)
        """Of tallies that look at one event at a time: when each begins to count, and when it happened."""
        self.distinct: dict[int, tuple[list[int], list[Event]]] = defaultdict(_two_lists)
        """Of those that count distinct values: when each begins to count, and the event."""
        begins = [event[2] if event[2] > event[1] else event[1] for event in events]
        matched_at, sequels = matching.matched, matching.sequels
        for at, event in sorted(zip(begins, events, strict=True), key=_first):
            if matched := matched_at(event, at):
                self.moments.append(at)
                self.counting.append((event, matched))
                for number, put in matched:
                    if put is _PLAIN:
                        since, happened = self.plain[number]
                        since.append(at)
                        happened.append(event[1])
                    elif number not in sequels:
                        since, values = self.distinct[number]
                        since.append(at)
                        values.append(event)

    def runs(self, as_of: int) -> dict[int, Run]:
        """The runs of those that count at the moment."""
        found: dict[int, Run] = {}
        for number, (since, happened) in self.plain.items():
            if times := sorted(happened[: bisect_right(since, as_of)]):
                found[number] = run = self.matching.run(number)
                run.times = times
        for number, (since, values) in self.distinct.items():
            if some := values[: bisect_right(since, as_of)]:
                found[number] = Special.of(self.matching.shapes[number], some)
        if sequels := self.matching.sequels:
            for event, matched in self.counting[: bisect_right(self.moments, as_of)]:
                self.matching.put(event, [each for each in matched if each[0] in sequels], found)
        return found


def _two_lists() -> tuple[list[Any], list[Any]]:
    return [], []


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
            self.runs = self.told.runs(as_of)
        else:
            for event, matched in self.told.counting[self.taken : many]:
                self.matching.put(event, matched, self.runs)
        self.taken = many

    def next_event(self, as_of: int) -> int:
        """When the next one counts."""
        self.go(as_of)
        return self.told.moments[self.taken] if self.taken < len(self.told.moments) else FAR


_PLAIN: _Put = Run.add
"""What needs to be known of an occurrence is when it was."""


def run_of(what: Occurrences, events: Sequence[Event], as_of: int) -> Run:
    """The occurrences among events that are known by the moment, which no playbook has to ask for."""
    return _Matching([(0, Tally(what))]).told(events).runs(as_of).get(0) or Run(Shape.of(Tally(what)))


def _matchers(number: int, tally: Tally) -> list[tuple[frozenset[str] | None, _Matcher]]:
    """By which events a tally is told, each with the kinds of events that it can be (None: any)."""
    asked, decay = tally.occurrences, Shape.of(tally).decay
    put = _PLAIN if asked.distinct is None and asked.after is None else Special.add
    found: list[tuple[frozenset[str] | None, _Matcher]] = [
        (asked.kinds, (number, window_of(asked), _test(asked.where), decay, put))
    ]
    if asked.after is not None:
        begins = asked.after
        found.append((begins.kinds, (number, FAR, _test(begins.where), (), Special.begin)))
    return found


def _test(where: Truth) -> Test | None:
    return None if where == Both(()) else compiled(where)
