"""A lead that is followed from moment to moment: counted as one that is looked at once, whatever the order of moments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.moments import DAY
from qualify.playbook import Playbook
from qualify.scoring.counting import Counter
from qualify.scoring.layout import Layout
from qualify.scoring.record import Event, Record
from tests.scoring.test_changing import aging_worlds
from tests.scoring.world import World, moments, worlds

QUICK: Any = {
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
}
heard_later = st.lists(st.sampled_from([0, 0, 1, 3 * DAY, -2 * DAY]), min_size=1, max_size=4)
"""How long after they happened events became known; some are booked before."""


def heard(record: Record, later: list[int]) -> Record:
    """The record, its events known later than they happened, or earlier."""

    def known(event: Event, place: int) -> Event:
        return event._replace(known_at=event.happened_at + later[place % len(later)])

    return replace(
        record,
        events=[known(event, place) for place, event in enumerate(record.events)],
        account_events=[known(event, place) for place, event in enumerate(record.account_events)],
    )


def looks(record: Record, more: list[int]) -> list[int]:
    """Moments at which something may begin or end to count, and others."""
    events = (*record.events, *record.account_events)
    edges = {moment + days * DAY for event in events for moment in event[1:3] for days in (0, 1, 7, 30)}
    return sorted(edges | {edge - 1 for edge in edges} | set(more))


@settings(max_examples=25, **QUICK)
@given(
    world=st.one_of(worlds(), aging_worlds()),
    later=heard_later,
    more=st.lists(moments, max_size=5),
    back=moments,
)
def test_who_is_followed_is_counted_as_who_is_looked_at_once(
    world: World, later: list[int], more: list[int], back: int
) -> None:
    counter = Counter(Layout(world.book).tallies)
    for each in world.records():
        record = heard(each, later)
        following = counter.follow(record)
        for moment in [*looks(record, more), back, *more]:  # the last ones go back in time
            assert following.counts(moment) == counter.counts(record, moment)


def test_a_beginning_that_is_heard_of_late_lets_what_came_after_it_count() -> None:
    rule = {
        "name": "it",
        "points": 10,
        "when": {"sequence": ["tried", "bought"], "apart_at_most": 7},
    }
    book = Playbook.model_validate({"playbook": "one", "scores": {"first": {"rules": [rule]}}})
    counter = Counter(Layout(book).tallies)
    record = Record("ada", events=[Event("bought", 5 * DAY, 5 * DAY), Event("tried", 3 * DAY, 9 * DAY)])
    following = counter.follow(record)
    assert following.counts(8 * DAY) == {}
    [count] = following.counts(9 * DAY).values()
    assert (count.n, count.first_at) == (1, 5 * DAY)
