"""Pages ask the database as often for many leads as for few."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.database import insert
from qualify.web.verbs.reps import set_rep
from tests.web.cast import OWNER, Cast
from tests.web.screens.asking import statements
from tests.web.screens.crowd import crowd
from tests.web.screens.handing_over import Handed, hand_over
from tests.web.screens.members import Members

ROSA = "rosa@qualify.example"
PAGES = {
    "/inbox": "rosa", "/inbox?show=mine": "rosa", "/inbox?show=nobody": "max", "/leads": "mia", "/leads?q=firm": "mia",
    "/leads?channel=-": "mia", "/day": "rosa", "/team": "max", f"/team/{ROSA}": "max", "/unassigned": "max",
    "/alignment": "max", "/alignment/leads": "max", "/playbook": "max", "/audit": "ada", "/learning": "mia",
    "/connect": "ada", "/people": "ada",
}  # fmt: skip


@pytest.mark.slow
def test_however_many_leads_there_are(store: Path, members: Members) -> None:
    at = now()
    found = crowd(40, at)
    set_rep(OWNER, ROSA, at - 9 * DAY)
    set_rep(OWNER, "ravi@qualify.example", at - 9 * DAY)
    assert found
    said = ("accepted", "rejected no_intent")
    hand_over(
        1, [Handed(at - DAY, n, said[n % 2], "" if n % 2 else "won", 5, used=9) for n in range(9)], 7_000
    )
    few = {path: len(statements(getattr(members, who), path)) for path, who in PAGES.items()}
    _many_more(at)
    many = {path: len(statements(getattr(members, who), path)) for path, who in PAGES.items()}
    assert many == few


def _many_more(at: int) -> None:
    """Another hundred of Rosa's, in a sequence each, and a hundred that were handed over."""
    version = 1
    hand_over(
        version,
        [Handed(at - DAY, n, "rejected no_intent", source=f"s{n % 9}", used=9) for n in range(100)],
        8_000,
    )
    numbers = range(9_000, 9_100)
    insert(
        "person", "id, created_at, email, name, company, traits",
        [(n, at - 9 * DAY, f"n{n}@firm.example", f"Name {n}", "Firm", "{}") for n in numbers],
    )  # fmt: skip
    insert(
        "standing",
        "person_id, version_id, as_of, total, grade, information, scores, lines, unknown, stage, since, cycle, "
        "cycle_since, rep_id, due_at",
        [(n, version, at, 5_000, "A1", 1.0, "{}", "[]", "[]", "mql", at - DAY, 1, 0, ROSA, at + n) for n in numbers],
    )  # fmt: skip
    insert(
        "handoff",
        "person_id, cycle, reached_at, closed, rep_id, state, due_at, warn_at, stopped_at, within, used, as_of, source, "
        "grade, tenures",
        [(n, 1, at - DAY, False, ROSA, "running", at + n, at, None, 1, 1, at, "", "", "[]") for n in numbers],
    )  # fmt: skip
    insert(
        "enrolment",
        "subject_id, owner_id, received_at, known_at, source, cycle, sequence, begun_at, rep_id",
        [(n, n, at - DAY, at - DAY, "routing", 1, "eight touches", at - DAY, ROSA) for n in numbers],
    )


@pytest.mark.slow
def test_what_a_lead_did_is_read_once_for_all_parts_of_its_page(people: Cast, members: Members) -> None:
    for path in ("", "/history", "?as_of=2023-11-20"):
        asked = statements(members.ada, f"/leads/{people.jane}{path}")
        assert sum("properties, context, machine FROM event" in each for each in asked) == 1, path
