"""Lessons and what changed, over HTTP: read by whoever may read the playbook, asked for by whoever may write drafts."""

from __future__ import annotations

from pathlib import Path

from qualify.web.database import rows
from qualify.web.learning import keeping
from qualify.web.learning.watching import keep
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, READ_LEADS, READ_PLAYBOOK
from tests.web.api.conftest import bearer_of
from tests.web.learning.lessons import told

AT = 1_760_000_000_000


def test_lessons_are_listed_and_one_tells_all(store: Path) -> None:
    number = keeping.keep(told(), None, "mia", AT)
    mia = bearer_of(READ_PLAYBOOK)
    [one] = mia.get("/lessons")
    assert (one["id"], one["learned_at"], one["asked_by"]) == (number, AT, "mia")
    whole = mia.get(f"/lessons/{number}")
    assert whole["told"]["proposals"] and whole["why"] == one["why"]
    assert mia("GET", "/lessons/999").status_code == 404


def test_a_lesson_is_asked_for_once_by_who_may_write_drafts(store: Path) -> None:
    assert bearer_of(READ_PLAYBOOK)("POST", "/lessons").status_code == 403
    asks = bearer_of(DRAFT_PLAYBOOK)
    first, second = asks("POST", "/lessons"), asks("POST", "/lessons")
    assert first.status_code == second.status_code == 202 and first.json() == second.json()
    assert rows("SELECT count(*) FROM work WHERE kind = 'learn'") == [(1,)]


def test_what_changed_is_one_sentence_each_and_nothing_before_the_first_look(store: Path) -> None:
    mia = bearer_of(READ_PLAYBOOK)
    assert mia.get("/drift") == {"looked_at": None, "days": None, "before": 0, "after": 0, "alarms": []}
    alarm = {"kind": "stopped", "about": "page_viewed", "figure": 0.0, "limit": 68.0, "said": "hardly any"}
    keep({"days": 90, "before": 9, "after": 3, "alarms": [alarm], "kinds": [], "model": {}}, AT)
    found = mia.get("/drift")
    assert found["looked_at"] == AT and found["alarms"] == [alarm]
    assert bearer_of(READ_LEADS)("GET", "/drift").status_code == 403
