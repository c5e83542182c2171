"""What would be if some facts came to be now: a lead judged with them, hundreds of times in a few milliseconds.

The counts of what the lead did are made once; what is tried out is added to them. That comes to the same as
judging a record in which the facts stand (a test holds the two together).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from qualify.criteria.logic import Both, Field, Occurrences
from qualify.moments import DAY
from qualify.scoring.counting import Counter, Following, run_of
from qualify.scoring.occurring import Count, Run, Special, counted
from qualify.scoring.record import AnswerGiven, Decided, Event, Record, Value
from qualify.scoring.single import Judgement
from qualify.scoring.truths import compiled
from qualify.stages.ladder import State
from qualify.stages.living import Version
from qualify.stages.wishing import Answering, Being, Deciding, Doing, Wish, properties_for, solved

_MINUTE = 60_000


class Tried(NamedTuple):
    """Where a lead would stand: its state, and the judgement behind it."""

    state: State
    judged: Judgement


class Facts(NamedTuple):
    """What comes to be: facts as a record holds them."""

    events: Sequence[Event]
    traits: dict[Field, Value]
    answers: Sequence[AnswerGiven]
    decision: Decided | None


class Trying:
    """A lead at a moment, ready to be judged with more facts than there are."""

    def __init__(
        self,
        version: Version,
        record: Record,
        state: State,
        decision: Decided | None,
        as_of: int,
        counter: _More | None = None,
    ) -> None:
        self.version, self.state, self.decision, self.as_of = version, state, decision, as_of
        self.untouched = record
        self.record = replace(record, traits=record.known_traits(as_of), learnt=(), account_traits={})
        self.counter = counter or _More(version.judge.counter, self.record, as_of)
        self.made: dict[Doing, list[Event] | None] = {}
        self.now = self._stepped(self.record, decision)

    def later(self, as_of: int) -> Trying:
        """The same lead at a later moment, if nothing else happens; what it did is not counted again."""
        record, counter = self.untouched, self.counter.later(as_of)
        return Trying(self.version, record, self.state, self.decision, as_of, counter)

    def tried(self, wish: Wish) -> Tried | None:
        """Where the lead would stand if the wish came true at this moment; None when it cannot."""
        facts = self.facts(wish)
        if facts is None:
            return None
        record = replace(
            self.record,
            traits={**self.record.traits, **facts.traits},
            answers=[*self.record.answers, *facts.answers],
        )
        self.counter.fresh = facts.events
        try:
            return self._stepped(record, facts.decision or self.decision)
        finally:
            self.counter.fresh = ()

    def _stepped(self, record: Record, decision: Decided | None) -> Tried:
        judged = self.version.judge(record, self.as_of, self.counter)
        return Tried(self.version.ladder.step(self.state, judged, decision), judged)

    def facts(self, wish: Wish) -> Facts | None:
        """The wish as facts that come to be at this moment; None when it contradicts itself."""
        traits = solved(frozenset(fact for fact in wish if isinstance(fact, Being)))
        events = self._events([fact for fact in wish if isinstance(fact, Doing)])
        answers = self._answers([fact for fact in wish if isinstance(fact, Answering)])
        decided = [fact.decision for fact in wish if isinstance(fact, Deciding)]
        if traits is None or events is None or answers is None or len(decided) > 1:
            return None
        return Facts(events, dict(traits), answers, Decided(decided[0], self.as_of) if decided else None)

    def _answers(self, asked: Sequence[Answering]) -> list[AnswerGiven] | None:
        """One answer for each question, which passes all that is asked of it."""
        found = []
        for question in sorted({each.question for each in asked}):
            tests = [each.test for each in asked if each.question == question and each.test is not None]
            values = properties_for(Both(tuple(tests)))
            if values is None:
                return None
            found.append(AnswerGiven(question, self.as_of, None, None, dict(values)))
        return found

    def _events(self, doings: Sequence[Doing]) -> list[Event] | None:
        found: list[Event] = []
        for each in doings:
            if each not in self.made:
                self.made[each] = self._occurring(each.occurrences, each.times)
            events = self.made[each]
            if events is None:
                return None
            found += events
        return found

    def _occurring(self, what: Occurrences, times: int) -> list[Event] | None:
        """Events that are so many occurrences; of a sequence with what comes first, unless that was there."""
        values = properties_for(what.where)
        if values is None or (what.whole_account and self.record.account_id is None):
            return None
        kind = self._kind(what)
        events = [self._event(kind, dict(values), what, place) for place in range(times)]
        if what.after is None or self._begun(what):
            return events
        before = self._occurring(what.after, 1)
        return (
            None
            if before is None
            else [each._replace(happened_at=self.as_of - _MINUTE) for each in before] + events
        )

    def _event(self, kind: str, values: dict[Field, Value], what: Occurrences, place: int) -> Event:
        """The event of that place: where days, people or values are counted once, each is another."""
        at, who = self.as_of, self.record.lead_id
        if what.distinct == "day":
            at = self._day_without(what, place)
        elif what.distinct == "person":
            who = f"another {place}"
        elif isinstance(what.distinct, Field):
            values[what.distinct] = f"another {place}"
        return Event(kind, at, self.as_of, values, who)

    def _day_without(self, what: Occurrences, place: int) -> int:
        """A moment on one of the last days on which nothing of the kind was done."""
        busy = {event[1] // DAY for event in self.counter.known(what) if self._is(what, event)}
        free = (self.as_of - back * DAY for back in range(len(busy) + place + 1))
        return [at for at in free if at // DAY not in busy][place]

    def _kind(self, what: Occurrences) -> str:
        """The kind of event: one that the lead did lately, else the first that would do."""
        lately = self.counter.newest[what.whole_account]
        if what.kinds is None:
            return max(lately, key=lambda kind: (lately[kind], kind), default="any event")
        return max(what.kinds, key=lambda kind: (lately.get(kind, 0), [-ord(letter) for letter in kind]))

    def _is(self, what: Occurrences, event: Event) -> bool:
        return what.kinds is None or event[0] in what.kinds

    def has_done(self, what: Occurrences) -> bool:
        """Whether it happened before, however long ago."""
        if what.after is None and what.window is None:
            passes = compiled(what.where)
            return any(self._is(what, event) and passes(event) for event in self.counter.known(what))
        return bool(self._occurred(what, self.counter.known(what)))

    def _begun(self, what: Occurrences) -> bool:
        """Whether what comes first in a sequence happened near enough already."""
        assert what.after is not None
        reach = self.as_of - (what.apart or 0) * DAY
        begun = self._occurred(what.after, self.counter.known(what))
        return bool(begun) and begun[-1] >= reach

    def _occurred(self, what: Occurrences, known: Sequence[Event]) -> Sequence[int]:
        """When they occurred; events of other kinds are not even looked at."""
        asked = [one.kinds for one in (what, what.after) if one is not None]
        kinds = {kind for each in asked for kind in each or ()}
        among = known if None in asked else [event for event in known if event[0] in kinds]
        return run_of(what, among, self.as_of).times


class _More(Following):
    """Counts that are made once, and what is tried out on top of them."""

    def __init__(self, counter: Counter, record: Record, as_of: int) -> None:
        super().__init__(counter, record)
        self.counter, self.record = counter, record
        self.of_lead, self.of_account = list[Event](), list[Event]()
        self.newest: dict[bool, dict[str, int]] = {False: {}, True: {}}
        """When what was done last: by the lead, and at its account."""
        self._begin(as_of)

    def later(self, as_of: int) -> _More:
        """The counts of a later moment; the runs are gone on with, each in a copy of its own."""
        made = copy.copy(self)
        made.streams = [copy.copy(stream) for stream in self.streams]
        for stream in made.streams:
            stream.runs = {number: run.copy() for number, run in stream.runs.items()}
        made._begin(as_of)
        return made

    def _begin(self, as_of: int) -> None:
        self.fresh: Sequence[Event] = ()
        self.before = super().counts(as_of)
        record = self.record
        every = record.events, record.account_events if record.account_id is not None else ()
        if [*map(len, every)] == [len(self.of_lead), len(self.of_account)]:
            return  # all of them were known before
        self.of_lead, self.of_account = (
            [event for event in events if event[1] <= as_of and event[2] <= as_of] for events in every
        )
        self.newest = {False: _newest(self.of_lead), True: _newest(self.of_account)}

    def known(self, what: Occurrences) -> Sequence[Event]:
        """The events, known by the moment, among which these would be."""
        return self.of_account if what.whole_account else self.of_lead

    def counts(self, as_of: int) -> dict[int, Count]:
        """The counts with what is tried out."""
        found = dict(self.before)
        own = [event for event in self.fresh if event[4] == self.record.lead_id]
        for stream, fresh in zip(self.streams, (own, self.fresh), strict=False):
            runs: dict[int, Run] = {}
            for event in fresh:
                for number, put in stream.matching.matched(event, as_of):
                    if number not in runs:
                        before = stream.runs.get(number)
                        runs[number] = (
                            stream.matching.run(number) if before is None else _ready(before, fresh)
                        )
                    put(runs[number], event)
            found |= counted(runs, as_of)
        return found


def _ready(before: Run, fresh: Iterable[Event]) -> Run:
    """A copy to which what is tried out can be put: what waits for something to come first, and was before any of it,
    waits in vain.
    """
    run = before.copy()
    if isinstance(run, Special) and run.waiting:
        first = min(event[1] for event in fresh)
        run.waiting = [event for event in run.waiting if event[1] > first]
    return run


def _newest(events: Iterable[Event]) -> dict[str, int]:
    """When each kind of event happened last."""
    found: dict[str, int] = {}
    for event in events:
        if event[1] > found.get(event[0], -1):
            found[event[0]] = event[1]
    return found
