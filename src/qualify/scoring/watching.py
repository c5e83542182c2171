"""When the occurrences of some tallies were, and when the next event will count: what ageing is told from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualify.criteria.logic import Occurrences
from qualify.scoring.counting import Matcher, Special, is_plain, matcher
from qualify.scoring.layout import Tally
from qualify.scoring.record import Event, Record

FAR = 1 << 62
"""Later than every moment: nothing is to come."""

Times = dict[int, list[int]]
"""When the occurrences of a tally were, by its number."""


class Watch:
    """Looks through a lead's events for the moments that matter to the tallies that are ``looked_at``.

    Of those that are ``timed`` too every single occurrence matters, of the others only how many there are.
    """

    def __init__(self, tallies: Sequence[Tally], looked_at: Iterable[int], timed: Iterable[int]) -> None:
        looked = {number: tallies[number] for number in sorted(looked_at)}
        own, shared = (
            {n: tally for n, tally in looked.items() if tally.occurrences.whole_account is whole}
            for whole in (False, True)
        )
        self.own, self.shared = _Events(own, set(timed)), _Events(shared, set(timed))
        self.shares = bool(shared)

    def over(self, record: Record, as_of: int) -> tuple[Times, int]:
        """When the timed tallies' occurrences were, and when the next event counts (``FAR``: none does)."""
        times: Times = {}
        soonest = self.own.over(record.events, as_of, times)
        if self.shares and record.account_id is not None:
            soonest = min(soonest, self.shared.over(record.account_events, as_of, times))
        return times, soonest


class _Events:
    """Tallies over the same events: those of the lead, or those of the whole account."""

    def __init__(self, tallies: dict[int, Tally], timed: set[int]) -> None:
        plain = {number: tally for number, tally in tallies.items() if is_plain(tally)}
        self.looked, self.any_looked = _by_kind(plain)
        self.timed, self.any_timed = _by_kind({n: tally for n, tally in plain.items() if n in timed})
        self.special = [Special(n, tally) for n, tally in tallies.items() if n not in plain]
        self.timed_special = [special for special in self.special if special.number in timed]

    def over(self, events: Sequence[Event], as_of: int, times: Times) -> int:
        """Add the times of what is known by then; gives when the next event counts."""
        soonest, timed, any_timed = FAR, self.timed, self.any_timed
        for event in events:
            happened_at = event[1]
            if happened_at > as_of or event[2] > as_of:
                counts_at = max(happened_at, event[2])
                if counts_at < soonest and self._counts(event, counts_at):
                    soonest = counts_at
                continue
            for number, window, test, _ in timed.get(event[0], any_timed):
                if as_of - happened_at < window and (test is None or test(event)):
                    times.setdefault(number, []).append(happened_at)
        if self.timed_special:
            known = [event for event in events if event[1] <= as_of and event[2] <= as_of]
            times.update((special.number, special.times(known, as_of)) for special in self.timed_special)
        return soonest

    def _counts(self, event: Event, counts_at: int) -> bool:
        """Whether the event is one of any tally's when it is known and has happened."""
        for _, window, test, _ in self.looked.get(event[0], self.any_looked):
            if counts_at - event[1] < window and (test is None or test(event)):
                return True
        return any(special.sees(event) for special in self.special)


def _by_kind(tallies: dict[int, Tally]) -> tuple[dict[str, list[Matcher]], list[Matcher]]:
    """The tallies that an event of a kind can be of; and those that one of any other kind can be of."""
    of_any = [matcher(n, tally) for n, tally in tallies.items() if tally.occurrences.kinds is None]
    by_kind = {
        kind: [matcher(n, tally) for n, tally in tallies.items() if kind in _kinds(tally.occurrences)]
        + of_any
        for kind in {kind for tally in tallies.values() for kind in _kinds(tally.occurrences)}
    }
    return by_kind, of_any


def _kinds(occurrences: Occurrences) -> frozenset[str]:
    return occurrences.kinds or frozenset()
