"""A browser goes from hand to hand, and what is said of it arrives late: each fact is whose it follows from all links."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qualify.web.database import rows, run
from qualify.web.keeping.keep import _Guess, keep
from qualify.web.keeping.people import regroup
from qualify.web.recomputing import recompute
from tests.web.faults.streams import HOUR, MINUTE, START, drafts, emptied

SHARP = (START // HOUR + 1) * HOUR
"""A full hour: of what is said of one browser and one person within an hour, the earliest is kept."""


def said(who: str, minute: int, arrived: int) -> None:
    """That the browser is somebody's at a minute, as we hear some minutes after the full hour."""
    call = {"type": "identify", "user_id": who, "anonymous_id": "kiosk", "message_id": f"{who} {minute}"}
    at = SHARP + arrived * MINUTE
    keep(drafts(at, {**call, "timestamp": SHARP + minute * MINUTE}), at)


def viewed(minute: int) -> None:
    """Somebody looks at a page on the browser."""
    at = SHARP + minute * MINUTE
    call = {"type": "page", "anonymous_id": "kiosk", "message_id": f"view {minute}"}
    keep(drafts(at, {**call, "timestamp": at}), at)


def viewers() -> list[tuple[int, str]]:
    """Whose each page view is, by minute."""
    found = rows(
        "SELECT e.happened_at, i.value FROM event e JOIN identifier i ON i.id = e.owner_id ORDER BY e.happened_at"
    )
    return [((at - SHARP) // MINUTE, who) for at, who in found]


def mended() -> tuple[int, int]:
    """How many identifiers and facts are not whose they should be, by all links."""
    done = recompute(SHARP + 48 * HOUR)
    return done.identifiers_mended, done.facts_mended


def test_what_was_said_earlier_in_the_same_hour_takes_back_what_followed_from_the_later(store: Path) -> None:
    said("ann", -10, arrived=-10)
    said("bob", 10, arrived=10)
    said("ann", 30, arrived=30)
    viewed(20)
    viewed(40)
    assert viewers() == [(20, "bob"), (40, "ann")]
    said("ann", 5, arrived=50)  # so within the hour it was Ann's before it was Bob's
    assert viewers() == [(20, "bob"), (40, "bob")]
    assert mended() == (0, 0)


_SAID = st.tuples(
    st.sampled_from(["ann", "bob"]), st.sampled_from(range(-5, 65, 5)), st.sampled_from([0, 1, 30])
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example(calls=[("ann", -5, 0), ("ann", 5, 0), ("bob", 0, 0), ("ann", 0, 0)])
@given(calls=st.lists(_SAID, min_size=4, max_size=12))
def test_whenever_what_was_said_arrives_each_fact_is_whose_it_should_be(
    store: Path, calls: list[tuple[str, int, int]]
) -> None:
    emptied()
    for minute in range(2, 60, 7):
        viewed(minute)
    arrived = 60
    for who, minute, wait in calls:
        arrived += wait
        said(who, minute, max(arrived, minute))
    assert mended() == (0, 0)


def test_who_had_the_browser_for_no_moment_is_judged_anew_when_they_lose_what_came_before(
    store: Path,
) -> None:
    """Two people are named on one browser in the same millisecond: what was done before is the first one's."""
    viewed(1)
    viewed(2)
    at = SHARP + 10 * MINUTE
    for who in ("ann", "bob"):
        call = {"type": "identify", "user_id": who, "anonymous_id": "kiosk", "message_id": who}
        keep(drafts(at, {**call, "timestamp": at}), at)
    assert viewers() == [(1, "ann"), (2, "ann")]
    run("DELETE FROM dirty")
    said("eve", -90, arrived=20)
    assert viewers() == [(1, "eve"), (2, "eve")]
    assert waiting() >= {"ann", "eve"}
    assert mended() == (0, 0)


def test_a_browser_that_followed_another_is_known_to_be_somebodys_since_that_was_said_of_itself(
    store: Path,
) -> None:
    _followed_and_named()


def test_so_it_is_on_postgresql(postgres_store: str) -> None:
    _followed_and_named()


def _followed_and_named() -> None:
    """The browser "jo" is known to be Jo's through another one; then somebody says so of the browser itself."""
    _Guess.changing = False
    for turn, call in enumerate(
        (
            {"type": "alias", "anonymous_id": "another", "previous_id": "jo"},
            {"type": "page", "anonymous_id": "jo"},
            {"type": "alias", "anonymous_id": "jo", "previous_id": "jo"},
        )
    ):
        at = SHARP + turn * MINUTE
        keep(drafts(at, {**call, "message_id": f"m{turn}", "timestamp": at}), at)
        _Guess.changing = False
        assert mended() == (0, 0)


def test_so_it_is_where_its_own_link_was_severed_and_is_said_again(store: Path) -> None:
    _followed_and_named()
    [(link,)] = rows(
        "SELECT k.id FROM link k JOIN identifier a ON a.id = k.one_id JOIN identifier b ON b.id = k.other_id "
        "WHERE a.key = 'anonymous_id:jo' AND b.key = 'user_id:jo'"
    )
    sever(link, SHARP + 10 * MINUTE)
    assert mended() == (0, 0)
    at = SHARP + 3 * HOUR
    again = {
        "type": "alias",
        "anonymous_id": "jo",
        "previous_id": "jo",
        "message_id": "again",
        "timestamp": at,
    }
    keep(drafts(at, again), at)
    assert mended() == (0, 0)


def sever(link: int, at: int) -> None:
    """Take a link out of force."""
    [ends] = rows("SELECT one_id, other_id FROM link WHERE id = %s", [link])
    run("UPDATE link SET severed_at = %s WHERE id = %s", [at, link])
    regroup(ends, at, gone=[link])


def waiting() -> set[str]:
    """Who is to be judged anew."""
    return {who for (who,) in rows("SELECT value FROM identifier JOIN dirty ON person_id = id")}


_BROWSERS = st.sampled_from(["one", "two", "three"])
_PEOPLE = st.sampled_from(["ann", "bob", "eve", "joe"])
_WHEN = st.sampled_from([-90, -5, 0, 0, 5, 30])
_CALLS = st.one_of(
    st.tuples(st.just("page"), _BROWSERS, st.just(""), _WHEN),
    st.tuples(st.just("identify"), _BROWSERS, _PEOPLE, _WHEN),
    st.tuples(st.just("alias"), _BROWSERS, _BROWSERS, _WHEN),
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@example(
    calls=[
        [("page", "two", "", 0), ("identify", "one", "ann", -5), ("alias", "two", "one", 0)],
        [("alias", "two", "three", 0), ("identify", "three", "bob", 0)],
        [("identify", "one", "eve", -90)],
    ]
)
@given(calls=st.lists(st.lists(_CALLS, min_size=1, max_size=4), min_size=2, max_size=8))
def test_whoever_gets_or_loses_a_fact_is_judged_anew(
    store: Path, calls: list[list[tuple[str, str, str, int]]]
) -> None:
    """However people take turns at browsers, in the same millisecond too, and whenever it is said."""
    emptied()
    number = 0
    for turn, batch in enumerate(calls):
        at = SHARP + turn * MINUTE
        before = _whose()
        run("DELETE FROM dirty")
        told = []
        for kind, browser, other, minute in batch:
            number += 1
            call = {"type": kind, "anonymous_id": browser, "message_id": f"m{number}"}
            if kind == "identify":
                call["user_id"] = other
            if kind == "alias":
                call["previous_id"] = other
            told.append({**call, "timestamp": min(at, SHARP + minute * MINUTE)})
        keep(drafts(at, *told), at)
        after = _whose()
        people = {who for (who,) in rows("SELECT id FROM person")}
        changed = {owner for owner, _, _ in before ^ after} & people
        assert changed <= {who for (who,) in rows("SELECT person_id FROM dirty")}
    assert mended() == (0, 0)


def _whose() -> set[tuple[int, int, int]]:
    """By person: the events that are theirs, and since when that is known."""
    return set(rows("SELECT owner_id, id, known_at FROM event"))
