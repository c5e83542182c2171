"""What is learnt late may say that history was another: then it is told anew under the playbooks of that time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qualify.web.database import rows
from qualify.web.keeping.keep import keep
from qualify.web.keeping.marking import mark
from qualify.web.living.loading import load
from qualify.web.living.working import Worker
from qualify.web.recomputing import forget, recompute
from tests.web.faults.streams import (
    DAY,
    HOUR,
    MINUTE,
    START,
    differences,
    drafts,
    emptied,
    everything,
    published,
)

EARLIER = """
playbook: earlier
scores:
  fit:
    rules:
      - {points: 20, name: size, when: {trait: employees, at_least: 50}}
  engagement:
    rules:
      - {points: 10, name: clicks, when: {did: email_clicked}}
      - {points: 10, name: webinar, when: {did: webinar_attended}}
stages:
  iql:
    enter: {score: engagement, at_least: 10}
    leave: {score: engagement, below: 5}
  mql:
    enter: [{score: fit, at_least: 20}, {score: engagement, at_least: 10}]
    leave: {score: engagement, below: 5}
"""

LATER = """
playbook: later
scores:
  engagement:
    rules:
      - {points: 30, name: demo, when: {did: demo_requested}}
stages:
  iql:
    enter: {score: engagement, at_least: 30}
    leave: {score: engagement, below: 5}
"""
"""It looks at nothing that the earlier one looks at."""

TOGETHER = EARLIER.replace("did: webinar_attended", "did: webinar_attended, by: account")
"""As the earlier one, but what colleagues do counts too."""


def heard(at: int, *calls: dict[str, Any]) -> None:
    """Calls are received at a moment, and the worker comes by."""
    keep(drafts(at, *[{"message_id": f"{at} {place}", **call} for place, call in enumerate(calls)]), at)
    Worker().work_off(at)


def publish(text: str, at: int) -> None:
    """A playbook is published, and everybody judged by it."""
    published(text, at)
    mark({who: at for (who,) in rows("SELECT id FROM person")}, at, own=False)
    Worker().work_off(at)


def company(at: int, **traits: object) -> dict[str, Any]:
    """A server tells of an organisation alone."""
    return {"type": "group", "group_id": "acme", "traits": traits, "timestamp": at}


def moves() -> list[Any]:
    """Who moved where, and when, in days and minutes since the beginning."""
    found = rows("SELECT stage_to, moved_at, version_id FROM move ORDER BY person_id, moved_at, place")
    return [(stage, (at - START) // MINUTE, version) for stage, at, version in found]


def assert_recomputed(at: int) -> None:
    """What was concluded alive is what follows from the facts."""
    alive = everything()
    forget()
    recompute(at)
    assert differences(alive, everything()) == {}


@pytest.fixture
def jane(store: Path) -> dict[str, Any]:
    """Jane, of a company that we know, but not that she is of it."""
    emptied(EARLIER)
    her = {"user_id": "jane"}
    heard(
        START,
        company(START, employees=60),
        {"type": "identify", **her, "traits": {"email": "jane@gmail.com"}},
    )
    return her


def test_an_account_that_becomes_known_after_a_publication_counts_before_it(jane: dict[str, Any]) -> None:
    heard(START + HOUR, {"type": "track", "event": "Webinar Attended", **jane})
    publish(LATER, START + DAY)
    assert moves() == [("iql", 60, 1), ("lead", 1440, 2)]
    heard(START + 3 * DAY, {"type": "group", "group_id": "acme", **jane})
    assert ("mql", 60, 1) in moves(), "a company that fits made her an mql under the earlier playbook"
    assert_recomputed(START + 3 * DAY)


def test_a_label_that_changes_after_a_publication_changes_the_history_before_it(jane: dict[str, Any]) -> None:
    mail = {"campaign": "spring", "link": "https://example.com/a"}
    clicked = {"type": "track", "event": "email_clicked", "properties": mail, **jane}
    delivered = {"type": "track", "event": "email_delivered", "properties": mail, **jane}
    heard(START + HOUR, clicked)
    heard(START + 2 * HOUR, {"type": "track", "event": "Webinar Attended", **jane})
    publish(LATER, START + DAY)
    assert moves()[0] == ("iql", 60, 1)
    heard(START + 2 * DAY, {**delivered, "timestamp": START + HOUR - 1_000})
    assert rows("SELECT machine IS NOT NULL FROM event WHERE kind = 'email_clicked'") == [(1,)]
    assert moves()[0] == ("iql", 120, 1), "the click was a machine's; what she did next moved her"
    assert_recomputed(START + 2 * DAY)


@pytest.mark.parametrize("earlier", [EARLIER, TOGETHER], ids=["alone", "together"])
def test_a_worker_that_is_killed_right_after_putting_somebody_into_an_account_forgets_nothing(
    store: Path, earlier: str
) -> None:
    emptied(earlier)
    jane, joe = {"user_id": "jane"}, {"user_id": "joe"}
    heard(START, company(START, employees=60), {"type": "identify", **jane}, {"type": "identify", **joe})
    heard(
        START + MINUTE,
        {"type": "group", "group_id": "acme", **joe},
        {"type": "group", "group_id": "blue", **jane},
    )
    heard(START + HOUR, {"type": "track", "event": "Webinar Attended", **jane})
    publish(LATER, START + DAY)
    heard(START + 2 * DAY, {"type": "track", "event": "Demo Requested", **jane})
    worker, at = Worker(), START + 3 * DAY
    keep(drafts(at, {"type": "group", "group_id": "acme", "message_id": "late", **jane}), at)
    worker.versions.refresh()
    only = worker.versions.since(at)
    [(who,)] = rows("SELECT owner_id FROM identifier WHERE key = 'user_id:jane'")
    load([who], worker.versions.asked(only).by(only[0]), at)  # as a worker does first; then it is gone
    Worker().work_off(at)
    assert_recomputed(at)


def test_colleagues_who_are_left_after_a_publication_lose_what_was_done_before_it(store: Path) -> None:
    emptied(TOGETHER)
    jane, joe = {"user_id": "jane"}, {"user_id": "joe"}
    heard(START, {"type": "group", "group_id": "acme", **jane}, {"type": "group", "group_id": "acme", **joe})
    heard(START + HOUR, {"type": "track", "event": "Webinar Attended", **jane})
    assert [(stage, at) for stage, at, _ in moves()] == [("iql", 60), ("iql", 60)]
    publish(LATER, START + DAY)
    heard(START + 2 * DAY, {"type": "group", "group_id": "blue", **jane})
    assert [(stage, at) for stage, at, _ in moves() if at == 60] == [("iql", 60)], "Joe did nothing himself"
    assert_recomputed(START + 2 * DAY)
