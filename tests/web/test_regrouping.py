"""A browser goes from hand to hand, and what is said of it arrives late: each fact is whose it follows from all links."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qualify.web.database import rows
from qualify.web.keeping.keep import keep
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
