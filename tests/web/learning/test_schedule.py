"""When the store learns by itself: as soon as there is enough, then as often as was said, and only for news."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.moments import DAY
from qualify.web.database import insert, rows, run
from qualify.web.learning import keeping
from qualify.web.learning.working import FIRST_LOOK, Schedule, due
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.lessons import schedule_lessons
from tests.web.learning.lessons import told

AT = 1_760_000_000_000


def closed(won: int, lost: int, at: int = AT) -> None:
    """So many leads that are won and lost."""
    [(node,)] = insert(
        "identifier", "kind, value, key, first_seen, owner_id, joined_at, contested",
        [("user_id", str(at), f"user_id:{at}", at, 0, 0, False)], "RETURNING id",
    )  # fmt: skip
    columns = "subject_id, owner_id, received_at, known_at, source, outcome, closed_at, reason, currency"
    insert(
        "outcome", columns,
        [(node, 1_000 + each, at, at, "", "won" if each < won else "lost", at, "", "") for each in range(won + lost)],
    )  # fmt: skip


def test_it_waits_until_there_is_enough_to_learn_from(store: Path) -> None:
    assert not due(AT)
    closed(39, 200)
    assert not due(AT + DAY)
    closed(41, 111, AT + 1)
    assert due(AT + DAY)


def test_the_next_comes_when_the_interval_is_over_and_something_was_decided(store: Path) -> None:
    closed(60, 200)
    keeping.keep(told(), None, "on schedule", AT + 1)
    assert not due(AT + 6 * DAY)
    assert not due(AT + 8 * DAY), "nothing was decided since"
    closed(1, 0, AT + 2 * DAY)
    assert due(AT + 8 * DAY)


def test_never_means_only_when_somebody_asks(store: Path) -> None:
    closed(60, 200)
    schedule_lessons(the_owner(), 0, AT)
    assert not due(AT + 400 * DAY)


def test_while_one_is_under_way_no_other_is_asked_for(store: Path) -> None:
    closed(60, 200)
    schedule = Schedule(AT)
    assert schedule.step(AT + FIRST_LOOK - 1) == 0, "a worker that has just begun is left alone"
    assert schedule.step(AT + FIRST_LOOK) == 1
    assert schedule.step(AT + 2 * FIRST_LOOK) == 0
    run("UPDATE work SET state = 'failed', finished_at = %s", [AT + 2 * FIRST_LOOK])
    assert schedule.step(AT + 3 * FIRST_LOOK) == 0, "what failed is not tried again and again"
    assert schedule.step(AT + 2 * FIRST_LOOK + DAY) == 1
    assert rows("SELECT count(*) FROM work WHERE kind = 'learn'") == [(2,)]


@pytest.mark.parametrize("every", [-1, 3, 365])
def test_other_intervals_are_refused(store: Path, every: int) -> None:
    from qualify.errors import QualifyError

    with pytest.raises(QualifyError, match="every day, week"):
        schedule_lessons(the_owner(), every, AT)
