"""The one-lead path's twin of :mod:`~qualify.scoring.tallying`: events → counts, in plain Python."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from qualify.criteria.logic import Both, Field, Occurrences, Truth
from qualify.moments import DAY
from qualify.points import decay_table
from qualify.scoring.layout import Tally
from qualify.scoring.record import Event, Record
from qualify.scoring.truths import Test, compiled


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


Matcher = tuple[int, int, Test | None, tuple[int, ...]]
"""A tally's number, its window in milliseconds, its test on properties, and its decay table."""

_EVER = 1 << 62
_NEVER = -_EVER


class Counter:
    """Counts every tally of a playbook for one lead."""

    def __init__(self, tallies: Sequence[Tally]) -> None:
        numbered = list(enumerate(tallies))
        self.own = _Pass([each for each in numbered if not each[1].occurrences.whole_account])
        self.shared = _Pass([each for each in numbered if each[1].occurrences.whole_account])

    def counts(self, record: Record, as_of: int) -> dict[int, Count]:
        """The tallies that have occurrences by then, by number."""
        found: dict[int, Count] = {}
        self.own.count(record.events, as_of, found)
        if self.shared.any and record.account_id is not None:
            self.shared.count(record.account_events, as_of, found)
        return found


class _Pass:
    """Tallies over the same events: those of the lead, or those of the whole account."""

    def __init__(self, tallies: list[tuple[int, Tally]]) -> None:
        self.any = bool(tallies)
        self.special = [Special(number, each) for number, each in tallies if not is_plain(each)]
        plain = [(number, each) for number, each in tallies if is_plain(each)]
        self.otherwise = [matcher(*each) for each in plain if each[1].occurrences.kinds is None]
        kinds = {kind for _, each in plain for kind in each.occurrences.kinds or ()}
        self.by_kind = {
            kind: [matcher(n, each) for n, each in plain if kind in (each.occurrences.kinds or ())]
            + self.otherwise
            for kind in kinds
        }

    def count(self, events: Sequence[Event], as_of: int, found: dict[int, Count]) -> None:
        known = [event for event in events if event[1] <= as_of and event[2] <= as_of]
        by_kind, otherwise = self.by_kind, self.otherwise
        for event in known:
            age = as_of - event[1]
            for number, window, test, decay in by_kind.get(event[0], otherwise):
                if age < window and (test is None or test(event)):
                    worth = decay[age // DAY] if age < len(decay) * DAY else 0
                    if number in found:
                        found[number].add(event[1], worth)
                    else:
                        found[number] = Count(1, event[1], event[1], worth)
        for special in self.special:
            special.count(known, as_of, found)


def is_plain(tally: Tally) -> bool:
    """Whether it can be counted by looking at one event at a time."""
    return tally.occurrences.after is None and tally.occurrences.distinct is None


def matcher(number: int, tally: Tally) -> Matcher:
    """What there is to know of a tally that looks at one event at a time."""
    return number, _window(tally.occurrences), _test(tally.occurrences.where), _decay(tally)


def _window(occurrences: Occurrences) -> int:
    return _EVER if occurrences.window is None else occurrences.window * DAY


def _test(where: Truth) -> Test | None:
    return None if where == Both(()) else compiled(where)


def _decay(tally: Tally) -> tuple[int, ...]:
    return decay_table(tally.each_worth or 0, tally.half_life or 1) if tally.adds_up else ()


class Special:
    """A tally that has to see several events together: a sequence, or distinct values."""

    def __init__(self, number: int, tally: Tally) -> None:
        occurrences = tally.occurrences
        self.number, self.decay, self.distinct = number, _decay(tally), occurrences.distinct
        self.described = _Described(occurrences)
        self.begins = _Described(occurrences.after) if occurrences.after else None
        self.window, self.reach = _window(occurrences), (occurrences.apart or 0) * DAY

    def count(self, known: list[Event], as_of: int, found: dict[int, Count]) -> None:
        """Count those that are known, unless there are none."""
        recent = self.recent(known, as_of)
        if recent and (n := len(recent) if self.distinct is None else self._values(recent)):
            times = [event[1] for event in recent]
            worth = sum(self._worth(as_of - happened_at) for happened_at in times) if self.decay else 0
            found[self.number] = Count(n, min(times), max(times), worth)

    def recent(self, known: list[Event], as_of: int) -> list[Event]:
        """The occurrences among the known events that are within the window."""
        matched = self.described.among(known)
        if self.begins and matched:
            begun = self.begins.among(known)
            matched = self._followed(begun, matched) if begun else []
        return [event for event in matched if as_of - event[1] < self.window]

    def times(self, known: list[Event], as_of: int) -> list[int]:
        """When the occurrences were; with ``distinct`` when the newest of each value was."""
        recent = self.recent(known, as_of)
        if self.distinct is None:
            return [event[1] for event in recent]
        newest: dict[object, int] = {}
        for event in recent:
            value = self._value(event)
            if value is not None:
                newest[value] = max(event[1], newest.get(value, event[1]))
        return list(newest.values())

    def sees(self, event: Event) -> bool:
        """Whether the event could be an occurrence, or the beginning of one."""
        return bool(self.described.among([event]) or (self.begins and self.begins.among([event])))

    def _worth(self, age: int) -> int:
        return self.decay[age // DAY] if age < len(self.decay) * DAY else 0

    def _followed(self, begun: list[Event], events: list[Event]) -> list[Event]:
        """The events that come after one of the others, near enough."""
        starts = [_NEVER, *sorted(event[1] for event in begun)]

        def since_start(event: Event) -> int:
            return event[1] - starts[max(bisect_left(starts, event[1]) - 1, 0)]

        return [event for event in events if since_start(event) <= self.reach]

    def _values(self, events: list[Event]) -> int:
        """How many distinct values they have; events without a value do not count."""
        return len({self._value(event) for event in events} - {None})

    def _value(self, event: Event) -> object:
        """What is counted once."""
        if isinstance(self.distinct, Field):
            return event.properties.get(self.distinct)
        return event[1] // DAY if self.distinct == "day" else event.lead_id


class _Described:
    """The events of a description, whenever they happened."""

    def __init__(self, occurrences: Occurrences) -> None:
        self.kinds, self.test = occurrences.kinds, _test(occurrences.where)

    def among(self, events: list[Event]) -> list[Event]:
        kinds, test = self.kinds, self.test
        found = events if kinds is None else [event for event in events if event[0] in kinds]
        return found if test is None else [event for event in found if test(event)]
