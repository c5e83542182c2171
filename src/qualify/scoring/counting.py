"""The one-lead path's twin of :mod:`~qualify.scoring.tallying`: events → counts, in plain Python."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qualify.criteria.logic import Both, Field, Occurrences
from qualify.moments import DAY
from qualify.points import decay_table
from qualify.scoring.layout import Tally
from qualify.scoring.record import Event, Record
from qualify.scoring.truths import EventView, Judged, compiled


@dataclass(slots=True)
class Count:
    """How many occurrences, when first and last, and what they are worth today (hundredths, no sign)."""

    n: int = 0
    first_at: int = 0
    last_at: int = 0
    worth: int = 0

    def add(self, happened_at: int, worth: int) -> None:
        """One more occurrence."""
        if not self.n or happened_at < self.first_at:
            self.first_at = happened_at
        if not self.n or happened_at > self.last_at:
            self.last_at = happened_at
        self.n += 1
        self.worth += worth


Matcher = tuple[int, int, Callable[[EventView], Judged] | None, tuple[int, ...]]
"""A tally's number, its window in milliseconds, its test on properties, and its decay table."""

_EVER = 1 << 62
_NEVER = -_EVER


class Counter:
    """Counts every tally of a playbook for one lead."""

    def __init__(self, tallies: Sequence[Tally]) -> None:
        plain = [(number, each) for number, each in enumerate(tallies) if _is_plain(each)]
        self.special = [_Special(number, each) for number, each in enumerate(tallies) if not _is_plain(each)]
        self.own = _Plain([(n, each) for n, each in plain if not each.occurrences.whole_account])
        self.shared = _Plain([(n, each) for n, each in plain if each.occurrences.whole_account])

    def counts(self, record: Record, as_of: int) -> dict[int, Count]:
        """The tallies that have occurrences by then, by number."""
        found: dict[int, Count] = {}
        self.own.count(record.events, as_of, found)
        if self.shared.any and record.account_id is not None:
            self.shared.count(record.account_events, as_of, found)
        for special in self.special:
            count = special.count(record, as_of)
            if count.n:
                found[special.number] = count
        return found


def _is_plain(tally: Tally) -> bool:
    return tally.occurrences.after is None and tally.occurrences.distinct is None


class _Plain:
    """Tallies that look at one event at a time, found by the event's kind."""

    def __init__(self, tallies: list[tuple[int, Tally]]) -> None:
        self.any = bool(tallies)
        every = [_matcher(number, each) for number, each in tallies if each.occurrences.kinds is None]
        kinds = {kind for _, each in tallies for kind in each.occurrences.kinds or ()}
        self.by_kind = {
            kind: [_matcher(n, each) for n, each in tallies if kind in (each.occurrences.kinds or ())] + every
            for kind in kinds
        }
        self.otherwise = every

    def count(self, events: Iterable[Event], as_of: int, found: dict[int, Count]) -> None:
        by_kind, otherwise = self.by_kind, self.otherwise
        for event in events:
            happened_at = event[1]
            if happened_at > as_of or event[2] > as_of:
                continue
            for number, window, test, decay in by_kind.get(event[0], otherwise):
                age = as_of - happened_at
                if age < window and (test is None or test(event) is True):
                    count = found.get(number)
                    if count is None:
                        count = found[number] = Count()
                    count.add(happened_at, _worth(decay, age // DAY))


def _worth(decay: tuple[int, ...], days: int) -> int:
    return decay[days] if days < len(decay) else 0


def _matcher(number: int, tally: Tally) -> Matcher:
    occurrences = tally.occurrences
    window = _EVER if occurrences.window is None else occurrences.window * DAY
    test = None if occurrences.where == Both(()) else compiled(occurrences.where)
    return number, window, test, _decay(tally)


def _decay(tally: Tally) -> tuple[int, ...]:
    return decay_table(tally.each_worth or 0, tally.half_life or 1) if tally.adds_up else ()


class _Special:
    """A tally that has to see several events together: a sequence, or distinct values."""

    def __init__(self, number: int, tally: Tally) -> None:
        self.number, self.tally = number, tally
        self.matches = _matching(tally.occurrences)
        self.begins = _matching(tally.occurrences.after) if tally.occurrences.after else None
        self.decay = _decay(tally)

    def count(self, record: Record, as_of: int) -> Count:
        if self.tally.occurrences.whole_account:
            events = record.account_events if record.account_id is not None else ()
        else:
            events = record.events
        known = [event for event in events if event.happened_at <= as_of and event.known_at <= as_of]
        matched = self._followed(known) if self.begins else [event for event in known if self.matches(event)]
        window = self.tally.occurrences.window
        recent = [each for each in matched if window is None or as_of - each.happened_at < window * DAY]
        count = Count()
        for event in recent:
            count.add(event.happened_at, _worth(self.decay, (as_of - event.happened_at) // DAY))
        if self.tally.occurrences.distinct is not None:
            count.n = len({self._value(event) for event in recent} - {None})
        return count

    def _followed(self, events: list[Event]) -> list[Event]:
        """The second events that come after a first one, near enough."""
        assert self.begins is not None
        starts = [_NEVER, *sorted(event.happened_at for event in events if self.begins(event))]
        reach = (self.tally.occurrences.apart or 0) * DAY

        def since_start(event: Event) -> int:
            return event.happened_at - starts[max(bisect_left(starts, event.happened_at) - 1, 0)]

        return [event for event in events if self.matches(event) and since_start(event) <= reach]

    def _value(self, event: Event) -> object:
        counted = self.tally.occurrences.distinct
        if isinstance(counted, Field):
            return event.properties.get(counted)
        return event.happened_at // DAY if counted == "day" else event.lead_id


def _matching(occurrences: Occurrences) -> Callable[[Event], bool]:
    kinds, test = occurrences.kinds, compiled(occurrences.where)
    return lambda event: (kinds is None or event.kind in kinds) and test(event) is True
