"""The ladder, one lead at a time: up by score or at once, down when it cools, out by a decision, back by coming back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from qualify.moments import DAY
from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.scoring.record import Decided, Event, Record
from qualify.scoring.single import Judge
from qualify.stages.ladder import Ladder, State

BOOK = """\
playbook: Acme
scores:
  interest:
    rules:
      - {points: 10, name: visits, when: {did: visited, within: 10 days}}
  worth:
    rules:
      - {points: 5, name: calls, when: {did: called}}
total: {of: [interest]}
thresholds:
  iql: {score: interest, enter: 10, leave: 10}
stages:
  mql:
    enter: {score: interest, at_least: 40}
    leave: {score: interest, below: 20}
    fast_lane: {did: demo_requested, within: 2 days}
    stay_at_least: 3 days
  sal:
    enter: {decision: accepted}
  sql:
    enter: [{decision: accepted}, {score: worth, at_least: 5}]
    leave: {decision: rejected}
  customer:
    enter: {decision: won}
  recycled:
    enter: {decision: [rejected, lost, recycled]}
    leave: {came_back: visited}
    stay_at_least: 5 days
  disqualified:
    enter: {decision: disqualified}
"""


@cache
def made(text: str) -> tuple[Judge, Ladder]:
    layout = Layout(parse(text))
    return Judge(layout), Ladder(layout)


def happened(kind: str, *days: float) -> list[Event]:
    return [Event(kind, round(day * DAY), round(day * DAY)) for day in days]


def walked(
    days: Sequence[float],
    *events: Event,
    decisions: dict[float, str] | None = None,
    text: str = BOOK,
    state: State | None = None,
) -> list[State]:
    """The lead's state at each of the days, folded from one to the next."""
    judge, ladder = made(text)
    decided = [Decided(word, round(day * DAY)) for day, word in (decisions or {}).items()]
    record = Record("ada", events=events, decisions=decided)
    states = [state or State.at_first(0)]
    for day in days:
        moment = round(day * DAY)
        states.append(ladder.step(states[-1], judge(record, moment), record.newest_decision(moment)))
    return states[1:]


def stages(days: Sequence[float], *events: Event, **facts: object) -> list[str]:
    return [state.stage for state in walked(days, *events, **facts)]  # type: ignore[arg-type]


def test_a_lead_that_did_nothing_stays_a_lead() -> None:
    assert walked([1, 2]) == [State("lead", 0), State("lead", 0)]


def test_a_lead_climbs_to_the_highest_stage_it_reaches_at_once() -> None:
    visits = happened("visited", 1, 1, 1, 1)
    assert walked([2], *visits) == [State("mql", 2 * DAY)]
    assert stages([2], *visits[:3]) == ["iql"]


def test_it_enters_at_its_threshold_and_not_a_hundredth_below() -> None:
    almost = BOOK.replace("points: 10", "points: 9.99")
    assert stages([2], *happened("visited", 1)) == ["iql"]
    assert stages([2], *happened("visited", 1), text=almost) == ["lead"]


def test_a_demo_request_is_the_fast_lane() -> None:
    assert stages([2], *happened("demo_requested", 1.5)) == ["mql"]
    assert stages([2.99, 3.5, 4.99, 5.99], *happened("demo_requested", 1)) == ["mql", "mql", "mql", "lead"]


def test_between_leaving_and_entering_it_stays_where_it_is() -> None:
    """Hysteresis: 40 points to enter, 20 to stay."""
    cooling = [*happened("visited", 0, 0), *happened("visited", 5, 5)]
    assert stages([6, 11, 14.99], *cooling) == ["mql", "mql", "mql"], (
        "20 points: no MQL would begin so, but it stays one"
    )
    assert stages([11], *cooling) == ["iql"], "who comes with 20 points is none"
    assert stages([6, 11, 15], *cooling) == ["mql", "mql", "lead"], "with 0 points it falls to the bottom"


def test_it_falls_to_the_highest_stage_below_that_still_holds() -> None:
    visits = [*happened("visited", 0, 0, 0), *happened("visited", 5)]
    assert stages([6, 10], *visits) == ["mql", "iql"]


def test_it_does_not_leave_before_its_minimum_stay() -> None:
    visits = happened("visited", 0, 0, 0, 0)
    assert stages([9, 10, 11.99, 12], *visits) == ["mql", "mql", "mql", "lead"]


def test_entering_wins_over_leaving() -> None:
    text = BOOK.replace("leave: {score: interest, below: 20}", "leave: {did: unsubscribed}")
    visits = [*happened("visited", 1, 1, 1, 1), *happened("unsubscribed", 1)]
    assert stages([2, 9, 11], *visits, text=text) == ["mql", "mql", "lead"]


def test_a_decision_takes_it_up_and_it_is_kept_by_it() -> None:
    assert stages([1, 2, 50], decisions={2: "accepted"}) == ["lead", "sal", "sal"], "sal has no way down"
    assert stages([2], *happened("called", 1), decisions={1: "accepted"}) == ["sql"]
    assert stages([1, 2, 3], decisions={1: "accepted", 3: "won"}) == ["sal", "sal", "customer"]


def test_the_newest_decision_counts() -> None:
    assert stages([5], decisions={4: "accepted", 3: "won"}) == ["sal"]


def test_a_rejected_lead_is_recycled_and_stays_so_until_it_comes_back_after_its_rest() -> None:
    visits = happened("visited", 1, 1, 1, 1)
    decisions = {2.0: "rejected"}
    assert stages([2, 3, 40], *visits, decisions=decisions) == ["recycled"] * 3, (
        "what it did before does not count"
    )
    back = [*visits, *happened("visited", 4)]
    assert stages([2, 4, 6.99, 7], *back, decisions=decisions) == ["recycled", "recycled", "recycled", "mql"]


def test_coming_back_starts_a_new_cycle_in_which_old_decisions_are_forgotten() -> None:
    (_, returned, later) = walked([2, 7, 30], *happened("visited", 3), decisions={2: "rejected"})
    assert returned == State("iql", 7 * DAY, 2, 7 * DAY)
    assert later == State("lead", 30 * DAY, 2, 7 * DAY), "the old rejection does not recycle it again"
    again = walked([2, 7, 9], *happened("visited", 3), decisions={2: "rejected", 8: "accepted"})
    assert again[-1] == State("sal", 9 * DAY, 2, 7 * DAY)


def test_a_won_customer_can_be_lost_and_come_back() -> None:
    states = walked([1, 9, 20], *happened("visited", 19), decisions={1: "won", 9: "lost"})
    assert [(state.stage, state.cycle) for state in states] == [("customer", 1), ("recycled", 1), ("iql", 2)]


def test_a_disqualified_lead_comes_back_only_when_it_is_reopened() -> None:
    visits = happened("visited", 3, 4, 5)
    assert stages([2, 6], *visits, decisions={2: "disqualified"}) == ["disqualified", "disqualified"]
    states = walked([2, 6, 7], *visits, decisions={2: "disqualified", 6: "reopened"})
    assert [state.stage for state in states] == ["disqualified", "iql", "iql"]
    assert states[1] == State("iql", 6 * DAY, 2, 6 * DAY)


def test_a_recycled_lead_can_still_be_disqualified_and_the_other_way_round() -> None:
    assert stages([2, 3], decisions={2: "rejected", 3: "disqualified"}) == ["recycled", "disqualified"]
    assert stages([2, 3], decisions={2: "disqualified", 3: "rejected"}) == ["disqualified", "recycled"]


RESTING = """\
playbook: Acme
scores: {fit: {rules: [{points: -5, when: {did: unsubscribed}}, {points: 9, when: {did: visited}}]}}
stages:
  mql: {enter: {score: fit, at_least: 9}}
  recycled: {enter: {score: fit, below: 0}, leave: {came_back: any event}}
  disqualified: {enter: {did: [unsubscribed, complained]}, leave: {did: apologised}}
"""


def test_disqualified_goes_before_recycled_and_neither_flaps_into_the_other() -> None:
    both = happened("unsubscribed", 1)
    assert stages([2, 3, 4], *both, text=RESTING) == ["disqualified"] * 3


def test_who_would_be_ended_again_at_once_does_not_come_back() -> None:
    assert (
        stages([2, 4, 6], *happened("complained", 1), *happened("apologised", 3), text=RESTING)
        == ["disqualified"] * 3
    )
    text = RESTING.replace(
        "disqualified: {enter: {did: [unsubscribed, complained]}, leave: {did: apologised}}", ""
    )
    low, visit = happened("unsubscribed", 1, 1), happened("visited", 5)
    states = walked([2, 6, 7], *low, *visit, text=text)
    assert states == [State("recycled", 2 * DAY)] * 3, "it visited, but is still below zero"
    assert stages([2, 6, 7], *low, *visit * 3, text=text) == ["recycled", "mql", "mql"]


def test_a_stage_that_the_playbook_no_longer_has_is_left() -> None:
    without = BOOK.replace("thresholds:\n  iql: {score: interest, enter: 10, leave: 10}\n", "")
    assert stages([1], state=State("iql", 0), text=without) == ["lead"]
    assert stages([1], *happened("visited", 1, 1), state=State("pql", 0)) == ["mql"], (
        "20 points hold an MQL that falls to it"
    )
    only_up = BOOK[: BOOK.index("  recycled:")]
    assert stages([1], state=State("recycled", 0), text=only_up) == ["lead"]


@pytest.mark.parametrize("days", [[30], [10, 20, 30], list(range(1, 31))])
def test_an_untouched_lead_ends_the_same_however_often_it_is_looked_at(days: list[float]) -> None:
    assert walked(days, *happened("called", 2))[-1] == State("lead", 0)
