"""What changed is looked at once a day, beside the lessons, and what was said last is what the pages show."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.database import insert, rows, run
from qualify.web.learning import keeping
from qualify.web.learning.watching import KEPT, due, keep, nights
from qualify.web.learning.working import FIRST_LOOK
from qualify.web.living.errands import Among, Errands, take
from qualify.web.living.kinds import LONG, ask
from qualify.web.looking.learned import watched
from tests.web.learning.lessons import told

AT = 1_760_000_000_000
EVENT = "message_key, source_id, subject_id, owner_id, kind, happened_at, received_at, known_at, properties, context"


def arrived(kind: str, moments: list[int]) -> None:
    """So many events."""
    values = [
        (f"{kind}{number}".encode(), 1, 1, 1, kind, at, at, at, "{}", "{}")
        for number, at in enumerate(moments)
    ]
    insert("event", EVENT, values)


def alarm(kind: str, about: str) -> dict[str, object]:
    return {"kind": kind, "about": about, "figure": 0, "limit": 30, "said": f"{about} is not what it was"}


def looked(*alarms: dict[str, object]) -> dict[str, object]:
    return {"days": 90, "before": 900, "after": 300, "alarms": list(alarms), "kinds": [], "model": {}}


def test_a_look_is_asked_for_once_a_day_where_there_is_anything_to_look_at(store: Path) -> None:
    assert not due(AT)
    arrived("page_viewed", [AT])
    looks = nights(AT)
    assert looks.step(AT + FIRST_LOOK - 1) == 0, "a worker that has just begun is left alone"
    assert [looks.step(AT + FIRST_LOOK + hour * DAY // 24) for hour in (0, 1, 23, 24, 25)] == [1, 0, 0, 1, 0]
    assert rows("SELECT count(*) FROM work WHERE kind = 'watch'") == [(2,)]


def test_the_newest_look_counts_and_what_the_night_misses_is_not_forgotten_by_a_lesson(store: Path) -> None:
    assert watched() is None
    keep(looked(alarm("stopped", "page_viewed")), AT)
    night = watched()
    assert night is not None and night.looked_at == AT and len(night.told["alarms"]) == 1
    keeping.keep(told(drift=looked(alarm("feature", "country"))), None, "mia", AT + DAY)
    both = watched()
    assert both is not None and both.looked_at == AT + DAY
    assert [each["about"] for each in both.told["alarms"]] == ["page_viewed", "country"]
    keep(looked(), AT + 2 * DAY)
    quiet = watched()
    assert quiet is not None and quiet.told["alarms"] == []


def test_old_looks_are_let_go(store: Path) -> None:
    for night in range(KEPT + 5):
        keep(looked(), AT + night * DAY)
    assert rows("SELECT count(*), max(looked_at) FROM watch") == [(KEPT, AT + (KEPT + 4) * DAY)]


def test_a_lesson_keeps_no_import_and_no_plan_waiting(store: Path) -> None:
    ask("learn", {}, AT)
    ask("recompute", {}, AT)
    lessons, others = Among(these=LONG), Among(but=LONG)
    first = take(AT, lessons)
    assert first is not None and first.kind == "learn"
    assert take(AT, lessons) is None
    second = take(AT, others)
    assert second is not None and second.kind == "recompute"
    assert take(AT, others) is None


@pytest.mark.slow
def test_a_script_that_broke_yesterday_is_missed_tonight(store: Path) -> None:
    at = now()
    usual = [at - DAY - minute * 20 * 60_000 for minute in range(30 * 72)]  # 72 a day, none since a day ago
    arrived("page_viewed", usual)
    arrived("email_opened", [each + DAY for each in usual])
    run(
        "INSERT INTO person (id, created_at, email, name, company, traits) VALUES (1, 1, 'a@b.io', '', '', '{}')"
    )
    ask("watch", {}, at)
    work = Errands(now, threading.Event(), Among(these=LONG))
    assert work.step(at) == 1
    assert rows("SELECT state, detail FROM work") == [("done", json.dumps({"alarms": 1}))]
    seen = watched()
    assert seen is not None
    [one] = seen.told["alarms"]
    assert one["about"] == "page_viewed" and "in the last day" in one["said"]
